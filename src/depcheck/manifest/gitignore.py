"""`.gitignore` and `.ignore` files: whether a directory holds anything that is not ignored.

Source of the rules: gitignore(5), and the `ignore` crate as uv sets it up (has_only_gitignored_files
in `uv-workspace/src/workspace.rs`): `.ignore` counts everywhere, git's files only in a repository.
"""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.manifest import toml
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_MOST_DIRECTORIES = 20_000


class Pattern(NamedTuple):
    """One line. `base`: the directory that its file governs."""

    base: str
    regex: re.Pattern[str]
    negated: bool
    directories: bool


def holds_only_ignored(sources: Sources, directory: str) -> bool:
    """Whether every file below `directory` is ignored; so too where there is none."""
    ahead = [directory]
    done = 0
    while ahead:
        current = ahead.pop()
        done += 1
        if done > _MOST_DIRECTORIES:
            return False
        for name in sources.tree.names(current):
            path = paths.join(current, name)
            is_dir = sources.tree.is_dir(path)
            if is_ignored(sources, path, is_dir=is_dir):
                continue
            if not is_dir:
                return False
            if not sources.tree.is_link(path):
                ahead.append(path)
    return True


def is_ignored(sources: Sources, path: str, *, is_dir: bool) -> bool:
    """Whether `path` itself is ignored; what lies in an ignored directory is not asked about."""
    if paths.name(path) == ".git":
        return False
    above = paths.ancestors(paths.parent(path))
    in_git = next((place for place in above if sources.tree.exists(paths.join(place, ".git"))), None)
    for kind in (".ignore", ".gitignore", "exclude"):
        if kind != ".ignore" and in_git is None:
            break
        for place in above:
            if kind == "exclude" and place != in_git:
                continue
            for one in reversed(sources.get(_read, place, kind)):
                if _matches(one, path, is_dir=is_dir):
                    return not one.negated
            if kind == ".gitignore" and place == in_git:
                break
    return False


def _matches(one: Pattern, path: str, *, is_dir: bool) -> bool:
    if one.directories and not is_dir:
        return False
    return one.regex.fullmatch(paths.relative(path, one.base)) is not None


def _read(sources: Sources, base: str, kind: str) -> tuple[Pattern, ...]:
    path = paths.join(base, ".git/info/exclude" if kind == "exclude" else kind)
    text = toml.shown(sources, path) if sources.tree.is_file(path) else ""
    return tuple(found for line in text.splitlines() if (found := pattern(base, line)) is not None)


def pattern(base: str, line: str) -> Pattern | None:
    """The pattern of a line; None where it holds none."""
    text = re.sub(r"(?<!\\)[ \t]+$", "", line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    directories = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    parts = text.lstrip("/").split("/")
    if "/" not in text:
        parts.insert(0, "**")
    try:
        return Pattern(base, re.compile(_regex(parts), re.DOTALL), negated, directories)
    except re.error:
        return None


def _regex(parts: list[str]) -> str:
    """An expression for a pattern of these components. Raises re.error.

    What stands between two `**`, or between two stars of a component, is taken where it first fits and
    left there, which is always right and never slow.
    """
    below = len(parts) > 1 and parts[-1] == "**"
    runs = [""]
    for part in parts[:-1] if below else parts:
        if part == "**" and len(parts) > 1:
            runs.append("")
        else:
            runs[-1] += f"{_component(part)}/"
    if not below:
        runs[-1] = runs[-1].removesuffix("/")
    first, *more = runs
    inner = "".join(f"(?>(?:[^/]*/)*?{run})" for run in more[:-1] if run)
    last = f"(?:[^/]*/)*?{more[-1]}" if more else ""
    return f"{first}{inner}(?>{last}).+" if below else first + inner + last


def _component(part: str) -> str:
    """An expression for one component, from its beginning to its end. Raises re.error."""
    pieces, at = [""], 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "\\" and at < len(part):
            pieces[-1] += re.escape(part[at])
            at += 1
        elif char == "[":
            negated = part[at : at + 1] in ("!", "^")
            start = at + negated
            end = part.find("]", start + 1)  # a `]` that comes first stands for itself
            if end < 0:
                raise re.error("a class without an end")
            pieces[-1] += f"(?!/)[{'^' * negated}{_class(part[start:end])}]"
            at = end + 1
        else:
            pieces[-1] += re.escape(char)
    first, *more = pieces
    inner = "".join(f"(?>[^/]*?{piece})" for piece in more[:-1])
    return f"(?>{first}{inner}" + (f"[^/]*{more[-1]}" if more else "") + r"(?=/|\Z))"


def _class(text: str) -> str:
    """The characters and ranges of a class, each character escaped."""
    return re.sub(
        r"(.)-(.)|(.)",
        lambda found: "-".join(re.escape(char) for char in found.groups() if char),
        text,
        flags=re.DOTALL,
    )
