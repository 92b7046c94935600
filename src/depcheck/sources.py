"""What has been read from a tree, each file once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar, TypeVarTuple

from depcheck.tree.base import Tree

Record = TypeVar("Record")
Key = TypeVarTuple("Key")


Made = Callable[[Callable[..., Any], Callable[[str, bytes], Any], str, bytes], Any]


class Sources:
    """A tree and everything worked out from it so far.

    A dialect's reader is a function `read(sources, path) -> record`; `get` calls it once for each
    path (or whatever else its arguments are). Readers never raise for what stands in a file:
    broken input is a record (or a Fault).
    """

    def __init__(self, tree: Tree, made: Made | None = None) -> None:
        """Take the tree; `made`, see there, knows of more trees that hold the same files."""
        self.tree = tree
        self._known: dict[Any, dict[Any, Any]] = {}
        self._made = made

    def get(self, read: Callable[[Sources, *Key], Record], *key: *Key) -> Record:
        """What `read(self, *key)` gives, worked out at the first call."""
        table = self._known.get(read)
        if table is None:
            table = self._known[read] = {}
        if key not in table:
            table[key] = read(self, *key)
        found: Record = table[key]
        return found

    def asked(self) -> Iterator[str]:
        """The paths that something has been made of."""
        for table in self._known.values():
            yield from (key[0] for key in table if len(key) == 1 and isinstance(key[0], str))

    def over(self, tree: Tree, changed: Collection[str], readers: Iterable[Callable[..., object]]) -> Sources:
        """Those of `tree`, which differs from this one in the files `changed`, with what still holds.

        changed: with links followed. readers: what each makes of a path depends on that file alone.
        """
        other = Sources(tree)
        resolve = self.tree.resolve
        for read in readers:
            table = self._known.get(read, {})
            other._known[read] = {
                key: known for key, known in table.items() if resolve(key[0]) not in changed
            }
        return other

    def made(
        self,
        read: Callable[[Sources, str], object],
        parse: Callable[[str, bytes], Record],
        path: str,
        content: bytes,
    ) -> Record:
        """What `read` makes of a file with this content: `parse(path, content)`, which asks for nothing else.

        A record of it has a method `at(path)`: the same of a file at another path, None where that differs.
        """
        return parse(path, content) if self._made is None else self._made(read, parse, path, content)
