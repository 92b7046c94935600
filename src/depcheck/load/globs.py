"""Globs as the `glob` crate expands them: what `members` of a workspace of cargo or uv hits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.tree.base import Kind, Tree

_MOST_DIRECTORIES = 20_000  # `**` over more directories is refused rather than waited for
_META = re.compile(r"[*?\[]")


class PatternError(Exception):
    """The text is no pattern; the tools refuse it."""


def expand(tree: Tree, directory: str, text: str, *, escaped: bool = False) -> list[str]:
    """The canonical paths that `text`, written in `directory`, hits, in the crate's order.

    Raises PatternError. Hidden names are hit, `{}` and `!` are plain characters, `**` has to be a
    whole component. The path of the directory itself is a part of the pattern, unless the tool
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
    found = _walk(tree, start, parts)
    if text.endswith("/"):
        return [path for path in found if tree.is_dir(path)]
    return list(found)


def _walk(tree: Tree, base: str, parts: list[str]) -> Iterator[str]:
    if not parts:
        yield base
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for directory in _below(tree, base):
            yield from _walk(tree, directory, rest) if rest else iter([directory])
    elif part == "..":
        if tree.is_dir(base):
            yield from _walk(tree, tree.at(base, ".."), rest)
    elif _META.search(part):
        for name in tree.names(base):
            if matches_part(part, name):
                yield from _walk(tree, paths.join(base, name), rest)
    else:
        path = paths.join(base, part)
        if tree.entry(path).kind is not Kind.MISSING:
            yield from _walk(tree, path, rest)


def _below(tree: Tree, base: str) -> Iterator[str]:
    """Every directory strictly below `base`; links are followed, each place once."""
    seen = {tree.resolve(base)}
    ahead = [base]
    while ahead and len(seen) < _MOST_DIRECTORIES:
        directory = ahead.pop()
        if directory != base:
            yield directory
        found = []
        for name in tree.names(directory):
            path = paths.join(directory, name)
            if tree.is_dir(path):
                real = tree.resolve(path)
                if real not in seen:
                    seen.add(real)
                    found.append(path)
        ahead.extend(reversed(found))


def matches_part(part: str, name: str) -> bool:
    """Whether one component of a pattern matches one name."""
    if name in (".", "..") and not part.startswith("."):
        return False
    return compile_part(part).fullmatch(name) is not None


def compile_part(part: str) -> re.Pattern[str]:
    """One component as a regular expression. Raises PatternError."""
    if part == "**":
        return re.compile(".*")
    if "**" in part:
        raise PatternError("recursive wildcards must form a single path component")
    text, at = "", 0
    while at < len(part):
        char = part[at]
        if char == "*":
            text += ".*"
        elif char == "?":
            text += "."
        elif char == "[":
            negated = part[at + 1 : at + 2] == "!"
            first = at + (2 if negated else 1)
            end = part.find("]", first + 1)  # a `]` that comes first stands for itself
            if end < 0:
                raise PatternError("invalid range pattern")
            text += f"[{'^' if negated else ''}{_class(part[first:end])}]"
            at = end
        else:
            text += re.escape(char)
        at += 1
    return re.compile(text, re.DOTALL)


def _class(text: str) -> str:
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
    return done or r"\Z"
