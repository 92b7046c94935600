"""A build context: a directory of a tree, without what an ignore file keeps out of it."""

from __future__ import annotations

from typing import Protocol

from depcheck import paths
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError
from depcheck.tree.walked import WalkedTree

MOST_SOUGHT = 100_000  # names looked at for one that an exception lets in, before it is taken for granted


class Filter(Protocol):
    """What is kept out (see `image.dockerignore.Patterns`). `nothing`: what holds above the top."""

    nothing: tuple[bool, ...]

    def match(self, path: str, above: tuple[bool, ...]) -> tuple[bool, tuple[bool, ...]]:
        """Whether `path` is kept out; and what of the filter holds below it, given what holds above."""

    def can_return(self, directory: str) -> bool:
        """Whether something below a directory that is kept out may be let in."""

    def blanks(self, path: str) -> bool:
        """Whether a file that is let in arrives empty."""


class ContextTree(WalkedTree):
    """The directory `top` of the tree `below` as a root of its own, as the engine gets it.

    Links stay links; an absolute one, or one that leads out at the top, leads back into the context,
    as the engine follows it. Nothing is listed or matched that nobody asks for.
    """

    def __init__(self, below: Tree, top: str, ignored: Filter, wanted: Filter | None = None) -> None:
        """Take what `ignored` does not keep out and, where `wanted` is given, what that names."""
        super().__init__()
        self.root = "/"
        self.label = "context"
        self.top = below.resolve(top)
        self.below = below
        self.bottom: Tree = below.bottom if isinstance(below, ContextTree) else below
        self._ignored = _Memory(ignored)
        self._wanted = None if wanted is None else _Memory(wanted)
        self._entries: dict[str, Entry] = {}
        self._names: dict[str, list[str]] = {}

    def source(self, path: str) -> str:
        """The path of `path` in the tree below."""
        return paths.join(self.top, path)

    def _holds(self, path: str) -> bool:
        """Whether `path` itself is let in, whatever stands there."""
        return not self._ignored.match(path)[0] and (self._wanted is None or self._wanted.match(path)[0])

    def entry(self, path: str) -> Entry:
        known = self._entries.get(path)
        if known is None:
            known = self._entries[path] = self._entry(path)
        return known

    def _entry(self, path: str) -> Entry:
        if paths.is_outside(self.top):
            return Entry(Kind.UNKNOWN)
        found = self.below.entry(self.source(path))
        if not path or found.kind is Kind.MISSING or self._holds(path):
            return found
        if found.kind is Kind.DIR and self._holds_below(path):
            return found
        return Entry(Kind.MISSING)

    def _holds_below(self, directory: str) -> bool:
        """Whether anything below a directory that is not let in itself is let in."""
        waiting, sought = [directory], 0
        while waiting:
            at = waiting.pop()
            if self._ignored.match(at)[0] and not self._ignored.filter.can_return(at):
                continue
            for name in self.below.names(self.source(at)):
                path = paths.join(at, name)
                sought += 1
                if sought > MOST_SOUGHT or self._holds(path):
                    return True
                if self.below.entry(self.source(path)).kind is Kind.DIR:
                    waiting.append(path)
        return False

    def names_at(self, path: str) -> list[str]:
        known = self._names.get(path)
        if known is None:
            names = self.below.names(self.source(path))
            known = [name for name in names if self.entry(paths.join(path, name)).kind is not Kind.MISSING]
            self._names[path] = known
        return known

    def read_at(self, path: str) -> bytes:
        if paths.is_outside(self.top):
            raise UnknownContentError(f"`{self.top}` lies outside the repository")
        if self.entry(path).kind is Kind.MISSING:
            raise FileNotFoundError(2, "No such file or directory", path)
        return b"" if self._ignored.filter.blanks(path) else self.below.read(self.source(path))


class _Memory:
    """A filter that is asked once for each path, from the top down."""

    def __init__(self, asked: Filter) -> None:
        self.filter = asked
        self._known: dict[str, tuple[bool, tuple[bool, ...]]] = {"": (False, asked.nothing)}

    def match(self, path: str) -> tuple[bool, tuple[bool, ...]]:
        ahead: list[str] = []
        while path not in self._known:
            ahead.append(path)
            path = paths.parent(path)
        known = self._known[path]
        for at in reversed(ahead):
            known = self._known[at] = self.filter.match(at, known[1])
        return known
