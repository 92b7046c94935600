"""What the tree of an image stage is made of: layers over one another, shared and never copied.

A directory is a tuple of layers. The first may hold entries of its own, which are final: what lies
under them is not looked at. The others are directories of other trees (a build context, another
stage), whose entries of the same name are merged as COPY merges them. A directory never changes: an
edit makes new ones along its path (see `tree.stage`).
"""

from __future__ import annotations

from collections.abc import Mapping

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError
from depcheck.tree.context import ContextTree
from depcheck.tree.overlay import Edit, Editable, Link, Unknown
from depcheck.tree.walked import WalkedTree


class Copied(NamedTuple):
    """The file (or whatever is no directory) that another tree has at `path`, where no link leads."""

    tree: Tree
    path: str


class Vague(NamedTuple):
    """What the image brings along, or nothing. `lacks`: names that do not stand here or below."""

    lacks: frozenset[str] = frozenset()


class Leaf(NamedTuple):
    """What is no directory, and the line of the instruction that put it there."""

    what: Edit | Copied | Vague
    line: int = 0


class Graft(NamedTuple):
    """A directory of another tree, links in its path followed, as a layer."""

    tree: Tree
    path: str
    line: int = 0

    def child(self, name: str) -> Node | None:
        """The entry `name`; None where there is none."""
        path = paths.join(self.path, name)
        entry = self.tree.entry(path)
        if entry.link is not None:
            return Leaf(Link(entry.link), self.line)
        match entry.kind:
            case Kind.MISSING:
                return None
            case Kind.DIR:
                return Dir((Graft(self.tree, path, self.line),), self.more(name))
            case Kind.UNKNOWN:
                return Leaf(unknown_in(self.tree, path), self.line)
            case _:
                return Leaf(Copied(self.tree, path), self.line)

    def names(self) -> list[str]:
        """The names of all entries."""
        return self.tree.names(self.path)

    def more(self, name: str = "") -> str:
        """Why the directory (or the one of that name in it) may hold more than is known."""
        if isinstance(self.tree, ContextTree) and not isinstance(self.tree.bottom, Layered):
            return ""
        tree, path = bare(self.tree, paths.join(self.path, name))
        return tree.may_hold_more(path) if isinstance(tree, Layered) else ""


Layer = Graft | Mapping[str, "Node | None"]


class Dir:
    """A directory. `why`: a sentence if more may stand in it and below than is known; empty: nothing more."""

    __slots__ = ("_known", "_names", "layers", "line", "why")

    def __init__(self, layers: tuple[Layer, ...] = (), why: str = "", line: int = 0) -> None:
        self.layers = layers
        self.why = why
        self.line = line
        self._known: dict[str, Node | None] = {}
        self._names: list[str] | None = None

    def child(self, name: str) -> Node | None:
        """The entry `name`; None where it is known that there is none."""
        if name not in self._known:
            self._known[name] = self._opened(self._child(name))
        return self._known[name]

    def _child(self, name: str) -> Node | None:
        merged: list[Dir] = []
        for layer in self.layers:
            final = not isinstance(layer, Graft) and name in layer
            node = layer.child(name) if isinstance(layer, Graft) else layer.get(name)
            if isinstance(node, Dir):
                merged.append(node)
            elif node is not None and not merged:
                return node
            elif node is not None and not isinstance(node.what, Vague):
                merged.append(Dir((), node.what.why if isinstance(node.what, Unknown) else ""))
                final = True
            if final:
                return _merged(merged) if merged else None
        if merged:
            return _merged(merged)
        return Leaf(Unknown(self.why)) if self.why else None

    def _opened(self, node: Node | None) -> Node | None:
        """What may hold more because this directory may."""
        if self.why and isinstance(node, Dir) and not node.why:
            return Dir(node.layers, self.why, node.line)
        return node

    def names(self) -> list[str]:
        """The names of all entries that are known, sorted."""
        if self._names is None:
            self._names = sorted(self._listed())
        return self._names

    def _listed(self) -> set[str]:
        found: set[str] = set()
        for layer in reversed(self.layers):
            if isinstance(layer, Graft):
                found.update(layer.names())
            else:
                found.difference_update(layer)
                found.update(name for name, node in layer.items() if _stands(node))
        return found

    def having(self, name: str, node: Node | None) -> Dir:
        """This directory with `node` at `name` in place of what stands there."""
        first = self.layers[0] if self.layers else None
        if isinstance(first, Graft) or first is None:
            return Dir(({name: node}, *self.layers), self.why, self.line)
        return Dir(({**first, name: node}, *self.layers[1:]), self.why, self.line)


Node = Leaf | Dir


def _stands(node: Node | None) -> bool:
    """Whether an entry is to be listed: what the image may bring along by itself is not."""
    if isinstance(node, Leaf) and isinstance(node.what, Vague | Unknown):
        return node.line > 0
    return node is not None


def _merged(directories: list[Dir]) -> Dir:
    """Directories over one another, the first on top."""
    if len(directories) == 1:
        return directories[0]
    why = next((directory.why for directory in directories if directory.why), "")
    return Dir(
        tuple(layer for directory in directories for layer in directory.layers), why, directories[0].line
    )


def unknown_in(tree: Tree, path: str) -> Unknown | Vague:
    """What is known of a path of another tree that may hold anything."""
    tree, path = bare(tree, path)
    match tree.node(path) if isinstance(tree, Layered) else None:
        case Leaf(Unknown() | Vague() as what):
            return what
    if isinstance(tree, BaseTree):
        return Vague(tree.lacks)
    return Unknown(f"`{path}` lies outside the repository")


def bare(tree: Tree, path: str) -> tuple[Tree, str]:
    """The tree that a context takes `path` from."""
    while isinstance(tree, ContextTree):
        path = tree.source(path)
        tree = tree.below
    return tree, path


class Layered(Editable):
    """A tree that is made of these (see `tree.stage`)."""

    def node(self, path: str) -> Node | None:
        """What stands at `path` itself, in which no link is followed."""
        raise NotImplementedError

    def may_hold_more(self, path: str) -> str:
        """Why a directory may hold names that are not known; empty: it does not."""
        raise NotImplementedError


class BaseTree(WalkedTree):
    """What is known of an image that others have made: some directories, and names that it lacks."""

    def __init__(self, directories: frozenset[str], lacks: frozenset[str]) -> None:
        super().__init__()
        self.root = "/"
        self.label = "base"
        self.lacks = lacks
        self._directories = directories

    def entry(self, path: str) -> Entry:
        if path in self._directories:
            return Entry(Kind.DIR)
        return Entry(Kind.UNKNOWN if self.lacks.isdisjoint(path.split("/")) else Kind.MISSING)

    def names_at(self, path: str) -> list[str]:
        prefix = f"{path}/" if path else ""
        inside = (known for known in self._directories if known and paths.parent(known) == path)
        return sorted(known[len(prefix) :] for known in inside)

    def read_at(self, path: str) -> bytes:
        raise UnknownContentError(f"`/{path}` is a file of the base image")
