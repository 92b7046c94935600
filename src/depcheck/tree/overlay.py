"""A tree with edits on top: how the effects of a shell line, and later a fix, are tried out."""

from __future__ import annotations

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, Tree
from depcheck.tree.walked import WalkedTree


class Text(NamedTuple):
    """A file with this content."""

    content: bytes


class Moved(NamedTuple):
    """What the tree below has at `source`, a directory with all that is in it or a file."""

    source: str


class Link(NamedTuple):
    """A symbolic link with this text."""

    target: str


Edit = Text | Moved | Link | Kind  # Kind.DIR: a new directory; Kind.MISSING: removed; Kind.UNKNOWN


class Overlay(WalkedTree):
    """`below` with edits, each at a canonical path inside the root; the disk stays as it is."""

    def __init__(self, below: Tree) -> None:
        self.root = below.root
        self.label = below.label
        self._below = below
        self._edits: dict[str, Edit] = {}

    def put(self, path: str, edit: Edit) -> None:
        """Set what stands at `path`, in place of all that stood at and below it."""
        for old in [known for known in self._edits if paths.is_below(known, path)]:
            del self._edits[old]
        self._edits[path] = edit

    def move(self, source: str, target: str) -> None:
        """Rename `source` to `target`, edits below it included."""
        origin = self._origin(source)
        inner = {
            target + known[len(source) :]: edit
            for known, edit in self._edits.items()
            if known != source and paths.is_below(known, source)
        }
        self.put(target, Moved(origin) if isinstance(origin, str) else origin)
        self._edits.update(inner)
        self.put(source, Kind.MISSING)

    def _origin(self, path: str) -> str | Edit:
        """Where `path` comes from: a path of the tree below, or the edit that decides."""
        at = path
        while True:
            edit = self._edits.get(at)
            if isinstance(edit, Moved):
                return paths.join(edit.source, path[len(at) + 1 :])
            if edit is not None:
                return edit if at == path or edit is Kind.UNKNOWN else Kind.MISSING
            if at in ("", "/"):
                return path
            at = paths.parent(at)

    def entry(self, path: str) -> Entry:
        match self._origin(path):
            case str(source):
                return self._below.entry(source)
            case Text():
                return Entry(Kind.FILE)
            case Link(target):
                return Entry(Kind.OTHER, target)
            case Moved(source):
                return self._below.entry(source)
            case kind:
                return Entry(kind)

    def names_at(self, path: str) -> list[str]:
        origin = self._origin(path)
        found = set(self._below.names(origin)) if isinstance(origin, str) else set()
        prefix = len(path) + 1 if path else 0
        for known, edit in self._edits.items():
            if known != path and paths.is_below(known, path):
                name = known[prefix:].partition("/")[0]
                if known[prefix:] != name or edit is not Kind.MISSING:
                    found.add(name)
                else:
                    found.discard(name)
        return list(found)

    def read_at(self, path: str) -> bytes:
        match self._origin(path):
            case str(source):
                return self._below.read(source)
            case Text(content):
                return content
            case Kind.DIR:
                raise IsADirectoryError(21, "Is a directory", path)
            case _:
                raise FileNotFoundError(2, "No such file or directory", path)
