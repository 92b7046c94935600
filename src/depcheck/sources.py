"""What has been read from a tree, each file once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar, TypeVarTuple

from depcheck.tree.base import Tree

Record = TypeVar("Record")
Key = TypeVarTuple("Key")


class Sources:
    """A tree and everything worked out from it so far.

    A dialect's reader is a function `read(sources, path) -> record`; `get` calls it once for each
    path (or whatever else its arguments are). Readers never raise for what stands in a file:
    broken input is a record (or a Fault).
    """

    def __init__(self, tree: Tree, texts: dict[Any, Any] | None = None) -> None:
        """texts: what has been made of the content of files, for several trees that have many in common."""
        self.tree = tree
        self._known: dict[Any, dict[Any, Any]] = {}
        self._texts = texts

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

        readers: what each makes of a path depends on that file alone.
        """
        other = Sources(tree)
        for read in readers:
            table = self._known.get(read, {})
            other._known[read] = {key: known for key, known in table.items() if key[0] not in changed}
        return other

    def made(self, parse: Callable[[str, bytes], Record], path: str, content: bytes) -> Record:
        """What `parse(path, content)` gives, which asks for nothing else."""
        if self._texts is None:
            return parse(path, content)
        key = parse, path, content
        if key not in self._texts:
            self._texts[key] = parse(path, content)
        found: Record = self._texts[key]
        return found
