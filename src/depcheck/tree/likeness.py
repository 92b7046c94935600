"""Which trees of stages hold the same: equal directories have the same number.

A directory never changes (`tree.layers`), so each is looked at once, and a tree that came of another by an
edit costs the directories along the path of that edit.
"""

from __future__ import annotations

from collections.abc import Hashable

from depcheck.tree.base import Tree
from depcheck.tree.layers import BaseTree, Copied, Dir, Graft, Layer, Node
from depcheck.tree.stage import StageTree

_DEEPEST = 50  # directories in one another; what lies deeper is like itself alone


class Likeness:
    """The numbers given so far.

    lines: trees are alike only if the same lines of their Dockerfiles put everything there.
    """

    def __init__(self, *, lines: bool) -> None:
        self._lines = lines
        self._known: dict[Dir, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def of(self, tree: StageTree) -> int:
        """The number of what a tree holds."""
        return self._directory(tree.top, 0)

    def _directory(self, directory: Dir, depth: int) -> int:
        number = self._known.get(directory)
        if number is None:
            held: Hashable = id(directory)
            if depth < _DEEPEST:
                layers = tuple(self._layer(layer, depth) for layer in directory.layers)
                held = directory.why, layers, self._line(directory.line)
            number = self._numbers.setdefault(held, len(self._numbers))
            self._known[directory] = number  # which keeps it, and so its id
        return number

    def _line(self, line: int) -> int:
        return line if self._lines else 0

    def _layer(self, layer: Layer, depth: int) -> Hashable:
        if isinstance(layer, Graft):
            return *self._taken(layer.tree, layer.path, depth), self._line(layer.line)
        return frozenset((name, self._node(node, depth)) for name, node in layer.items())

    def _node(self, node: Node | None, depth: int) -> Hashable:
        if isinstance(node, Dir):
            return self._directory(node, depth + 1)
        if node is None:
            return None
        what, line = node.what, self._line(node.line)
        if isinstance(what, Copied):
            return *self._taken(what.tree, what.path, depth), line
        return type(what), what, line

    def _taken(self, tree: Tree, path: str, depth: int) -> tuple[Hashable, str]:
        """What is taken from another tree."""
        if isinstance(tree, StageTree):
            return self._directory(tree.top, depth + 1), path
        return tree.lacks if isinstance(tree, BaseTree) else tree, path
