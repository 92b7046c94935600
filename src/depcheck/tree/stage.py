"""The tree of an image stage: layers over one another, shared and never copied.

A directory is a tuple of layers. The first may hold entries of its own, which are final: what lies
under them is not looked at. The others are directories of other trees (a build context, another
stage), whose entries of the same name are merged as COPY merges them. An edit makes new directories
along its path and leaves everything else as it is, so a stage as it was costs one reference to keep.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError
from depcheck.tree.context import ContextTree
from depcheck.tree.overlay import Edit, Editable, Link, Text, Unknown, Unread
from depcheck.tree.walked import WalkedTree

DEEPEST = 40  # stages that are copied from one another: each is asked through all after it
_MOST_ALIKE = 2000  # entries that are compared to find trees alike
ANYTHING = "the image holds files of its own"


class Origin(NamedTuple):
    """Where an entry comes from.

    path: in the repository; None where it does not come from there.
    line: of the instruction that put it there, 0 for none.
    """

    path: str | None
    line: int


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
        tree, path = _bare(self.tree, paths.join(self.path, name))
        return tree.may_hold_more(path) if isinstance(tree, StageTree) else ""


Layer = Graft | Mapping[str, "Node | None"]


class Dir:
    """A directory. `why`: a sentence if more may stand in it and below than is known; empty: nothing more."""

    __slots__ = ("_known", "layers", "line", "why")

    def __init__(self, layers: tuple[Layer, ...] = (), why: str = "", line: int = 0) -> None:
        self.layers = layers
        self.why = why
        self.line = line
        self._known: dict[str, Node | None] = {}

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
        """The names of all entries that are known."""
        found: set[str] = set()
        for layer in reversed(self.layers):
            if isinstance(layer, Graft):
                found.update(layer.names())
            else:
                found.difference_update(layer)
                found.update(name for name, node in layer.items() if _stands(node))
        return list(found)

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
    tree, path = _bare(tree, path)
    match tree.node(path) if isinstance(tree, StageTree) else None:
        case Leaf(Unknown() | Vague() as what):
            return what
    if isinstance(tree, BaseTree):
        return Vague(tree.lacks)
    return Unknown(f"`{path}` lies outside the repository")


def _bare(tree: Tree, path: str) -> tuple[Tree, str]:
    """The tree that a context takes `path` from."""
    while isinstance(tree, ContextTree):
        path = tree.source(path)
        tree = tree.below
    return tree, path


class BaseTree(WalkedTree):
    """What is known of an image that others have made: some directories, and names that it lacks."""

    def __init__(self, directories: frozenset[str], lacks: frozenset[str]) -> None:
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
        return [known[len(prefix) :] for known in self._directories if known and paths.parent(known) == path]

    def read_at(self, path: str) -> bytes:
        raise UnknownContentError(f"`/{path}` is a file of the base image")


def _in(above: Node | None, name: str) -> Node | None:
    """What stands at a name in what stands above it."""
    match above:
        case Dir():
            return above.child(name)
        case Leaf(Vague(lacks)):
            return None if name in lacks else above
        case Leaf(Unknown()):
            return above
    return None


class StageTree(Editable):
    """What a stage holds, under the root `/`."""

    def __init__(self, top: Dir | None = None, line: int = 0) -> None:
        """Take the directory `top` as the root; what is put there is put there by `line`."""
        self.root = "/"
        self.label = "stage"
        self.line = line
        self.depth = 0  # how many stages lie behind one another in what has been copied here
        self._top = Dir() if top is None else top
        self._nodes: dict[str, Node | None] = {"": self._top}

    @classmethod
    def over(cls, tree: Tree) -> StageTree:
        """A stage that begins as another tree."""
        graft = Graft(tree, "")
        return cls(Dir((graft,), graft.more()))

    def snapshot(self) -> StageTree:
        """The same tree, which later edits of either do not change in the other."""
        other = StageTree(self._top, self.line)
        other.depth = self.depth
        return other

    def likeness(self) -> Hashable:
        """Equal for trees that hold the same, whatever lines put it there; None where that takes too long."""
        return _Likeness().of(self)

    def takes(self, tree: Tree) -> bool:
        """Whether something may be copied here from `tree`: not from behind too many stages."""
        tree, _ = _bare(tree, "")
        behind = tree.depth + 1 if isinstance(tree, StageTree) else 0
        if behind > DEEPEST:
            return False
        self.depth = max(self.depth, behind)
        return True

    def node(self, path: str) -> Node | None:
        """What stands at `path` itself, in which no link is followed."""
        ahead: list[str] = []
        while path not in self._nodes:
            ahead.append(path)
            path = paths.parent(path)
        found = self._nodes[path]
        for at in reversed(ahead):
            found = self._nodes[at] = _in(found, paths.name(at))
        return found

    def set(self, path: str, node: Node | None) -> None:
        """Have `node` at `path`, in place of all that stands there; directories on the way are made."""
        self._top = self._top if not path else self._with(self._top, path.split("/"), node)
        if not path:
            self._top = node if isinstance(node, Dir) else Dir()
        self._nodes = {"": self._top}

    def _with(self, directory: Dir, names: list[str], node: Node | None) -> Dir:
        way = [directory]
        for name in names[:-1]:
            inner = way[-1].child(name)
            if not isinstance(inner, Dir):
                inner = Dir(
                    (), inner.what.why if inner and isinstance(inner.what, Unknown) else "", self.line
                )
            way.append(inner)
        for name, above in zip(names[::-1], way[::-1], strict=True):
            node = above.having(name, node)
        return node if isinstance(node, Dir) else directory

    def merge(self, path: str, layer: Graft) -> None:
        """Lay a directory over the one at `path`, where no link leads; where there is none, make it."""
        node = self.node(path)
        if not isinstance(node, Dir):
            node = Dir((), node.what.why if node and isinstance(node.what, Unknown) else "")
        self.set(path, Dir((layer, *node.layers), node.why or layer.more(), node.line or layer.line))

    def put(self, path: str, edit: Edit) -> None:
        if edit is Kind.MISSING:
            self.set(path, None)
        elif edit is Kind.DIR:
            self.set(path, Dir(line=self.line))
        else:
            self.set(path, Leaf(edit, self.line))

    def copy(self, source: str, target: str) -> None:
        self.set(target, self.node(source))

    def move(self, source: str, target: str) -> None:
        self.copy(source, target)
        self.set(source, None)

    def blur(self, path: str, why: str) -> None:
        """Say that more may stand in the directory `path` and below it than is known."""
        node = self.node(path)
        if isinstance(node, Dir):
            self.set(path, Dir(node.layers, node.why or why, node.line))
        elif node is None:
            self.set(path, Leaf(Unknown(why), self.line))

    def entry(self, path: str) -> Entry:
        node = self.node(path)
        if isinstance(node, Dir) or node is None:
            return Entry(Kind.MISSING if node is None else Kind.DIR)
        match node.what:
            case Link(target):
                return Entry(Kind.OTHER, target)
            case Copied(tree, inner):
                return tree.entry(inner)
            case Text() | Unread():
                return Entry(Kind.FILE)
            case Unknown() | Vague():
                return Entry(Kind.UNKNOWN)
            case kind:
                return Entry(kind)

    def names_at(self, path: str) -> list[str]:
        node = self.node(path)
        return node.names() if isinstance(node, Dir) else []

    def may_hold_more(self, path: str) -> str:
        """Why a directory may hold names that are not known; empty: it does not."""
        match self.node(path):
            case Dir(why=why) | Leaf(Unknown(why)):
                return why
        return ""

    def read_at(self, path: str) -> bytes:
        match self.node(path):
            case Leaf(Text(content)):
                return content
            case Leaf(Copied(tree, inner)):
                return tree.read(inner)
            case Leaf(Unread(why) | Unknown(why)):
                raise UnknownContentError(why)
            case Leaf(Vague()):
                raise UnknownContentError(ANYTHING)
            case Dir():
                raise IsADirectoryError(21, "Is a directory", path)
            case _:
                raise FileNotFoundError(2, "No such file or directory", path)

    def origin(self, path: str) -> Origin:
        """Where what stands at `path` (links in it followed, but the last) comes from."""
        match self.node(path):
            case Leaf(Copied(tree, inner), line):
                return Origin(origin_in(tree, inner), line)
            case Leaf(_, line):
                return Origin(None, line)
            case Dir() as node:
                for layer in node.layers:
                    if isinstance(layer, Graft):
                        return Origin(origin_in(layer.tree, layer.path), layer.line)
                return Origin(None, node.line)
        return Origin(None, 0)


class _Likeness:
    """What trees have in common, worked out within bounds."""

    def __init__(self) -> None:
        self.left = _MOST_ALIKE

    def of(self, tree: Tree) -> Hashable:
        """Of a tree; one that is no stage is like itself alone."""
        if isinstance(tree, BaseTree):
            return tree.lacks
        if not isinstance(tree, StageTree):
            return id(tree)
        found = self.node(tree.node(""))
        return None if self.left < 0 else found

    def node(self, node: Node | None) -> Hashable:
        """Of an entry."""
        self.left -= 1
        if self.left < 0 or node is None:
            return None
        if isinstance(node, Leaf):
            return self.graft(*node.what) if isinstance(node.what, Copied) else node.what
        return node.why, tuple(map(self.layer, node.layers))

    def layer(self, layer: Layer) -> Hashable:
        """Of a layer of a directory."""
        if isinstance(layer, Graft):
            return self.graft(layer.tree, layer.path)
        return frozenset((name, self.node(inner)) for name, inner in layer.items())

    def graft(self, tree: Tree, path: str) -> Hashable:
        """Of what is taken from another tree."""
        return self.of(tree), path


def origin_in(tree: Tree, path: str) -> str | None:
    """The repository's path of what another tree has at `path`; None where it has none."""
    tree, path = _bare(tree, path)
    if isinstance(tree, StageTree):
        return tree.origin(path).path
    return None if isinstance(tree, BaseTree) else path
