"""Globs as the `glob` crate expands them: what `members` of a workspace of cargo or uv hits.

Source of the rules: glob 0.3, `Paths::next`, `fill_todo`, `Pattern::new`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from depcheck import paths
from depcheck.tree.base import Kind, Tree

_MOST = 20_000  # places looked at for one pattern; the crate would go on for hours
_META = re.compile(r"[*?\[]")
_DONE = -1  # in place of the number of a component: nothing is left to match

State = tuple[str, int]  # a path, and the component of the pattern that its name has to match


class PatternError(Exception):
    """The text is no pattern; the tools refuse it."""


class EndlessError(Exception):
    """The pattern matches more places than anybody would wait for."""


def expand(tree: Tree, directory: str, text: str, *, escaped: bool = False) -> list[str]:
    """The canonical paths that `text`, written in `directory`, hits, in the crate's order.

    Raises PatternError, EndlessError. Hidden names are hit, `{}` and `!` are plain characters, `**` has
    to be a whole component. The path of the directory itself is a part of the pattern, unless the tool
    has `escaped` it.
    """
    for part in text.split("/"):
        compile_part(part)
    if text.startswith("/"):
        inside = paths.at(tree.root, "", text)
        if paths.is_outside(inside):
            return [inside] if tree.exists(inside) else []
        start, parts = "", inside.split("/")
    else:
        above = f"{tree.root}/{directory}" if not directory.startswith("/") else directory
        for part in () if escaped else above.split("/"):
            if _META.search(part) and not matches_part(part, part):
                return []
        start, parts = directory, [part for part in text.split("/") if part not in ("", ".")]
    found = dict.fromkeys(_walk(tree, start, parts) if parts else [start])
    if text.endswith("/"):
        return [path for path in found if tree.is_dir(path)]
    return list(found)


def _walk(tree: Tree, start: str, parts: list[str]) -> Iterator[str]:
    """Every match. A state is looked at once, so no pattern explodes; links are followed."""
    todo: list[State] = []
    filled = set[State]()
    seen = set[State]()

    def fill(path: str, index: int) -> None:
        todo.extend(_within(tree, parts, (path, index), filled))

    fill(start, 0)
    while todo:
        state = path, index = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        if len(seen) + len(filled) > _MOST:
            raise EndlessError
        if index == _DONE:
            yield path
            continue
        if parts[index] == "**":
            while parts[index + 1 : index + 2] == ["**"]:
                index += 1
            last = index + 1 == len(parts)
            if tree.is_dir(path):
                fill(path, index)
                if last:
                    yield path
            if last:
                continue
            index += 1
        if not matches_part(parts[index], paths.name(path)):
            continue
        if index + 1 == len(parts):
            yield path
        else:
            fill(path, index + 1)


def _within(tree: Tree, parts: list[str], state: State, filled: set[State]) -> Iterator[State]:
    """What is in a directory, each before the component that it has to match; plain ones are looked up.

    The last one comes first. filled: the directories that need not be looked into again.
    """
    ahead = [state]
    while ahead:
        state = path, index = ahead.pop()
        if state in filled:
            continue
        filled.add(state)
        if len(filled) > _MOST:
            raise EndlessError
        if index == len(parts):
            yield path, _DONE
            continue
        part = parts[index]
        if not _META.search(part):
            below = tree.at(path, "..") if part == ".." else paths.join(path, part)
            if tree.is_dir(path) if part == ".." else tree.entry(below).kind is not Kind.MISSING:
                ahead.append((below, index + 1))
        elif tree.is_dir(path):
            yield from ((paths.join(path, name), index) for name in reversed(tree.names(path)))
            if part.startswith("."):  # `.*` matches the directory itself and the one above
                specials = {".": path, "..": tree.at(path, "..")}
                ahead.extend(
                    (place, index + 1)
                    for name, place in specials.items()
                    if compile_part(part).fullmatch(name)
                )


def matches_part(part: str, name: str) -> bool:
    """Whether one component of a pattern matches one name. A name that is no UTF-8 matches none."""
    if name in (".", "..") and not part.startswith("."):
        return False
    if not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        return False
    return compile_part(part).fullmatch(name) is not None


def matches(parts: list[str], names: list[str]) -> Iterator[int]:
    """How many of `names`, from the first, a pattern of components matches: every number that it can be.

    `**` stands for any number of names, the last one for at least one. All ways are gone at once.
    """
    wanted = [*parts, "*"] if parts[-1:] == ["**"] else parts
    reached = _past(wanted, {0})
    for count, name in enumerate(names, 1):
        stays = {at for at in reached if wanted[at] == "**"}
        steps = {at + 1 for at in reached - stays if matches_part(wanted[at], name)}
        reached = _past(wanted, stays | steps)
        if len(wanted) in reached:
            yield count
            reached.discard(len(wanted))


def _past(wanted: list[str], reached: set[int]) -> set[int]:
    """The components that can be next: `**` may stand for nothing."""
    for at, part in enumerate(wanted):
        if part == "**" and at in reached:
            reached.add(at + 1)
    return reached


@lru_cache(1024)
def compile_part(part: str) -> re.Pattern[str]:
    """One component as a regular expression. Raises PatternError."""
    if part == "**":
        return re.compile(".*", re.DOTALL)
    if "**" in part:
        raise PatternError("recursive wildcards must form a single path component")
    first, *rest = _between_stars(part)
    if not rest:
        return re.compile(first, re.DOTALL)
    # What stands between two stars is taken where it first stands and left there: linear, as in `fnmatch`.
    inner = "".join(f"(?>.*?{text})" for text in rest[:-1])
    return re.compile(f"{first}{inner}.*{rest[-1]}", re.DOTALL)


@lru_cache(256)
def compile_crossing(pattern: str) -> re.Pattern[str]:
    """A whole pattern whose `*` matches `/` too. Raises PatternError."""
    skips, texts = [], [""]
    *front, end = pattern.split("/")
    for part in front:
        if part == "**":
            skips.append("(?:.*?/)??")
            texts.append("")
            continue
        first, *rest = _between_stars(part)
        texts[-1] += first
        texts += rest
        skips += [".*?"] * len(rest)
        texts[-1] += "/"
    first, *rest = ("", "") if end == "**" else _between_stars(end)
    texts[-1] += first
    texts += rest
    skips += [".*?"] * len(rest)
    inner = "".join(f"(?>{skip}{text})" for skip, text in zip(skips[:-1], texts[1:-1], strict=True))
    last = f"{skips[-1]}{texts[-1]}" if skips else ""
    return re.compile(f"{texts[0]}{inner}{last}", re.DOTALL)


def _between_stars(part: str) -> list[str]:
    """What stands before, between and after the stars of a component, as regular expressions."""
    found, at = [""], 0
    while at < len(part):
        char = part[at]
        if char == "*":
            found.append("")
        elif char == "?":
            found[-1] += "."
        elif char == "[":
            negated = part[at + 1 : at + 2] == "!"
            first = at + (2 if negated else 1)
            end = part.find("]", first + 1)  # a `]` that comes first stands for itself
            if end < 0:
                raise PatternError("invalid range pattern")
            found[-1] += _class(part[first:end], negated=negated)
            at = end
        else:
            found[-1] += re.escape(char)
        at += 1
    return found


def _class(text: str, *, negated: bool) -> str:
    done, at = "", 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            low, high = text[at], text[at + 2]
            if low <= high:
                done += f"{re.escape(low)}-{re.escape(high)}"
            at += 3
        else:
            done += re.escape(text[at])
            at += 1
    if not done:  # a range from high to low holds nothing
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{done}]"
