"""A tree with edits on top: how the effects of a shell line, and later a fix, are tried out."""

from __future__ import annotations

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError
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


class Unread(NamedTuple):
    """A file whose content can't be known; `why` is a sentence."""

    why: str


class Unknown(NamedTuple):
    """Anything may stand here and below, or nothing; `why` is a sentence."""

    why: str


# What may be put at a path. Kind.DIR: a new, empty directory; Kind.MISSING: removed.
Edit = Text | Link | Unread | Unknown | Kind


class Editable(WalkedTree):
    """A tree that takes edits. Paths are canonical and hold no link before their last component."""

    def put(self, path: str, edit: Edit) -> None:
        """Set what stands at `path`, in place of all that stood at and below it."""
        raise NotImplementedError

    def move(self, source: str, target: str) -> None:
        """Rename `source` to `target`, in place of what stood there."""
        raise NotImplementedError

    def copy(self, source: str, target: str) -> None:
        """Have at `target` what stands at `source` now, links in it kept, in place of what stood there."""
        raise NotImplementedError


class Overlay(Editable):
    """`below` with edits, each at a canonical path inside the root; the disk stays as it is."""

    def __init__(self, below: Tree) -> None:
        super().__init__()
        self.root = below.root
        self.label = below.label
        self.settings = below.settings
        self._below = below
        self._edits: dict[str, Edit | Moved] = {}
        self._inside: dict[str, set[str]] = {}  # a directory -> names at or below which edits may stand

    def put(self, path: str, edit: Edit) -> None:
        self._set(path, edit)

    def move(self, source: str, target: str) -> None:
        self.copy(source, target)
        self.put(source, Kind.MISSING)

    def copy(self, source: str, target: str) -> None:
        origin = self._origin(source)
        inner = [(target + known[len(source) :], self._edits[known]) for known in self._below_of(source)]
        self._set(target, Moved(origin) if isinstance(origin, str) else origin)
        for path, edit in inner:
            self._set(path, edit)

    def edits(self) -> dict[str, Edit | Moved]:
        """What stands here and not in the tree below, by path; each covers what lies below it."""
        return dict(self._edits)

    def _set(self, path: str, edit: Edit | Moved) -> None:
        self.forget()
        for old in self._below_of(path):
            del self._edits[old]
        self._edits[path] = edit
        while path not in ("", "/"):
            above = paths.parent(path)
            names = self._inside.setdefault(above, set())
            if paths.name(path) in names:
                return
            names.add(paths.name(path))
            path = above

    def _below_of(self, path: str) -> list[str]:
        """The places of the edits below `path`, an outer one before those in it."""
        found = []
        waiting = [path]
        while waiting:
            at = waiting.pop()
            if at != path and at in self._edits:
                found.append(at)
            waiting += [paths.join(at, name) for name in self._inside.get(at, ())]
        return found

    def _origin(self, path: str) -> str | Edit:
        """Where `path` comes from: a path of the tree below, or the edit that decides."""
        at = path
        while True:
            edit = self._edits.get(at)
            if isinstance(edit, Moved):
                return paths.join(edit.source, path[len(at) + 1 :])
            if edit is not None:
                return edit if at == path or isinstance(edit, Unknown) else Kind.MISSING
            if at in ("", "/"):
                return path
            at = paths.parent(at)

    def entry(self, path: str) -> Entry:
        match self._origin(path):
            case str(source):
                return self._below.entry(source)
            case Text() | Unread():
                return Entry(Kind.FILE)
            case Link(target):
                return Entry(Kind.OTHER, target)
            case Unknown():
                return Entry(Kind.UNKNOWN)
            case kind:
                return Entry(kind)

    def names_at(self, path: str) -> list[str]:
        origin = self._origin(path)
        found = set(self._below.names(origin)) if isinstance(origin, str) else set()
        for name in self._inside.get(path, ()):
            edit = self._edits.get(paths.join(path, name))
            if edit is Kind.MISSING:
                found.discard(name)
            elif edit is not None:
                found.add(name)
        return sorted(found)

    def read_at(self, path: str) -> bytes:
        match self._origin(path):
            case str(source):
                return self._below.read(source)
            case Text(content):
                return content
            case Unread(why) | Unknown(why):
                raise UnknownContentError(why)
            case Kind.DIR:
                raise IsADirectoryError(21, "Is a directory", path)
            case _:
                raise FileNotFoundError(2, "No such file or directory", path)

    def has_changed(self, path: str) -> bool:
        origin = self._origin(path)
        return isinstance(origin, str) and self._below.has_changed(origin)
