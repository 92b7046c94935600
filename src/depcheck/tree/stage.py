"""The tree of an image stage: what its instructions have put there, over what it is built on.

It is made of layers (`tree.layers`). An edit makes new directories along its path and leaves everything
else as it is, so a stage as it was costs one reference to keep.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError
from depcheck.tree.layers import BaseTree, Copied, Dir, Graft, Layered, Leaf, Node, Vague, bare
from depcheck.tree.overlay import Edit, Link, Text, Unknown, Unread

DEEPEST = 40  # stages that are copied from one another: each is asked through all after it
ANYTHING = "the image holds files of its own"
_NOTHING, _DIRECTORY = Entry(Kind.MISSING), Entry(Kind.DIR)


class Origin(NamedTuple):
    """Where an entry comes from.

    path: in the repository; None where it does not come from there.
    line: of the instruction that put it there, 0 for none.
    """

    path: str | None
    line: int


def _in(above: Node | None, name: str) -> Node | None:
    """What stands at a name in what stands above it."""
    if isinstance(above, Dir):
        return above.child(name)
    match above:
        case Leaf(Vague(lacks)):
            return None if name in lacks else above
        case Leaf(Unknown()):
            return above
    return None


class StageTree(Layered):
    """What a stage holds, under the root `/`."""

    def __init__(self, top: Dir | None = None, line: int = 0) -> None:
        """Take the directory `top` as the root; what is put there is put there by `line`."""
        super().__init__()
        self.root = "/"
        self.label = "stage"
        self.line = line
        self.depth = 0  # how many stages lie behind one another in what has been copied here
        self.top = Dir() if top is None else top  # never changed, but replaced
        self._nodes: dict[str, Node | None] = {"": self.top}

    @classmethod
    def over(cls, tree: Tree) -> StageTree:
        """A stage that begins as another tree."""
        graft = Graft(tree, "")
        return cls(Dir((graft,), graft.more()))

    def snapshot(self) -> StageTree:
        """The same tree, which later edits of either do not change in the other."""
        other = StageTree(self.top, self.line)
        other.depth = self.depth
        return other

    def takes(self, tree: Tree) -> bool:
        """Whether something may be copied here from `tree`: not from behind too many stages."""
        tree, _ = bare(tree, "")
        behind = tree.depth + 1 if isinstance(tree, StageTree) else 0
        if behind > DEEPEST:
            return False
        self.depth = max(self.depth, behind)
        return True

    def node(self, path: str) -> Node | None:
        nodes = self._nodes
        if path in nodes:
            return nodes[path]
        above, _, name = path.rpartition("/")
        if above in nodes:
            found = nodes[path] = _in(nodes[above], name)
            return found
        ahead: list[str] = []
        while path not in nodes:
            ahead.append(path)
            path = paths.parent(path)
        found = nodes[path]
        for at in reversed(ahead):
            found = nodes[at] = _in(found, paths.name(at))
        return found

    def set(self, path: str, node: Node | None) -> None:
        """Have `node` at `path`, in place of all that stands there; directories on the way are made."""
        self.top = self.top if not path else self._with(self.top, path.split("/"), node)
        if not path:
            self.top = node if isinstance(node, Dir) else Dir()
        self._nodes = {"": self.top}
        self.forget()

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
            return _NOTHING if node is None else _DIRECTORY
        what = node.what
        if isinstance(what, Copied):
            return what.tree.entry(what.path)
        match what:
            case Link(target):
                return Entry(Kind.OTHER, target)
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

    def copied(self, path: str) -> Copied | None:
        """The file that the one at `path` is a copy of, in a tree that is no stage; None where it is none."""
        match self.node(self.resolve(path)):
            case Leaf(Copied(tree, inner)):
                tree, inner = bare(tree, inner)
                return tree.copied(inner) if isinstance(tree, StageTree) else Copied(tree, inner)
        return None

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


def origin_in(tree: Tree, path: str) -> str | None:
    """The repository's path of what another tree has at `path`; None where it has none."""
    tree, path = bare(tree, path)
    if isinstance(tree, StageTree):
        return tree.origin(path).path
    return None if isinstance(tree, BaseTree) else path
