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
            for pattern in reversed(sources.get(_read, place, kind)):
                if _matches(pattern, path, is_dir=is_dir):
                    return not pattern.negated
            if kind == ".gitignore" and place == in_git:
                break
    return False


def _matches(pattern: Pattern, path: str, *, is_dir: bool) -> bool:
    if pattern.directories and not is_dir:
        return False
    return pattern.regex.fullmatch(paths.relative(path, pattern.base)) is not None


def _read(sources: Sources, base: str, kind: str) -> tuple[Pattern, ...]:
    path = paths.join(base, ".git/info/exclude" if kind == "exclude" else kind)
    text = toml.shown(sources, path) if sources.tree.is_file(path) else ""
    return tuple(found for line in text.splitlines() if (found := _pattern(base, line)) is not None)


def _pattern(base: str, line: str) -> Pattern | None:
    text = re.sub(r"(?<!\\)[ \t]+$", "", line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    directories = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    anchored = "/" in text
    prefix = "" if anchored else "(?:.*/)?"
    try:
        return Pattern(base, re.compile(prefix + _regex(text.lstrip("/")), re.DOTALL), negated, directories)
    except re.error:
        return None


def _regex(text: str) -> str:
    done, at = "", 0
    while at < len(text):
        char = text[at]
        if text.startswith("**/", at) and (at == 0 or text[at - 1] == "/"):
            done, at = done + "(?:.*/)?", at + 3
            continue
        if text[at:] == "**" and at > 0 and text[at - 1] == "/":
            return done + ".+"
        if char == "\\" and at + 1 < len(text):
            done, at = done + re.escape(text[at + 1]), at + 2
            continue
        end = text.find("]", at + 2) if char == "[" else -1
        if end > 0:
            inner = text[at + 1 : end]
            negated = inner[0] in "!^"
            body = (inner[1:] if negated else inner).replace("\\", "\\\\").replace("[", "\\[")
            done, at = done + f"[{'^' if negated else ''}{body}]", end + 1
            continue
        done += {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char))
        at += 1
    return done
