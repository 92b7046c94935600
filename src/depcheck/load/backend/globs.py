"""Glob patterns as Python's `pathlib` and `glob` expand them, over any tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache
from typing import Literal

from depcheck import paths
from depcheck.tree.base import Kind, Tree

Dialect = Literal["pathlib", "glob"]
_MAGIC = re.compile(r"[*?[]")
_STARS = re.compile(r"\*\*+")
_MOST = 20_000  # places looked at for one pattern
_LONGEST = 2_048  # characters of a part; a name has 255 at most, and each is worth eight

State = tuple[str, int]  # a directory, and the part of the pattern that its children have to match


def has_magic(pattern: str) -> bool:
    """Whether `pattern` is more than a plain path."""
    return _MAGIC.search(pattern) is not None


def expand(tree: Tree, base: str, pattern: str, dialect: Dialect) -> Iterator[str]:
    """The paths below the directory `base` that `pattern` names, `..` taken physically.

    `pathlib` is `Path(base).glob(pattern)` of Python 3.11 (wildcards match hidden names, `**`
    stands for directories and follows no link); `glob` is `glob.glob(..., recursive=True)`
    (hidden names must be spelled, a final `**` matches files too, links are followed).
    """
    if pattern.startswith("/"):
        base, pattern = tree.at("", "/"), pattern.lstrip("/")
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if parts:
        yield from _Walk(tree, parts, dialect).match(base)


class _Walk:
    """One expansion. A state (directory, part) is visited once, so no pattern explodes."""

    def __init__(self, tree: Tree, parts: list[str], dialect: Dialect) -> None:
        self.tree = tree
        self.parts = parts
        self.dialect = dialect

    def match(self, directory: str) -> Iterator[str]:
        """The matches from `directory`, depth first; a stack, not recursion: a pattern may be long."""
        seen = {(directory, 0)}
        stack = [self._steps(directory, 0)]
        while stack and len(seen) < _MOST:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
            elif isinstance(step, str):
                yield step
            elif step not in seen:
                seen.add(step)
                stack.append(self._steps(*step))

    def _steps(self, directory: str, index: int) -> Iterator[str | State]:
        """The matches of `parts[index]` in a directory where it is the last part, else where to go on."""
        part, last = self.parts[index], index + 1 == len(self.parts)
        if part == "**":
            yield from self._recurse(directory, index, last)
            return
        for found in self._children(directory, part):
            if last:
                yield found
            elif self.tree.is_dir(found):
                yield found, index + 1

    def _recurse(self, directory: str, index: int, last: bool) -> Iterator[str | State]:
        if last:
            yield directory
        else:
            yield directory, index + 1
        for name in self.tree.names(directory):
            child = paths.join(directory, name)
            if self.dialect == "glob":
                if name.startswith("."):
                    continue
                if last and not self.tree.is_dir(child):
                    yield child
                    continue
            if self.tree.is_link(child) and (
                self.dialect == "pathlib" or paths.is_below(directory, self.tree.resolve(child))
            ):
                continue
            if self.tree.is_dir(child):
                yield child, index

    def _children(self, directory: str, part: str) -> Iterator[str]:
        if not has_magic(part):
            found = paths.join(directory, part)
            if self.tree.kind(found) is not Kind.MISSING:
                yield found
            return
        matches = _compiled(part)
        hidden = self.dialect == "pathlib" or part.startswith(".")
        for name in self.tree.names(directory):
            if matches.match(name) and (hidden or not name.startswith(".")):
                yield paths.join(directory, name)


@lru_cache(256)
def _compiled(part: str) -> re.Pattern[str]:
    part = _STARS.sub("*", part)
    return re.compile(translate(part) if len(part) < _LONGEST else r"(?!)")
