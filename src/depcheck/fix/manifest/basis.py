"""What proposals are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from depcheck.fix import document
from depcheck.fix.document import Document
from depcheck.hints import Hints
from depcheck.model import Fault, Fix
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Basis(NamedTuple):
    """The tree as it was read, and what is meant by what is wrong with it."""

    sources: Sources
    hints: Hints

    def document(self, file: str) -> Document | None:
        """The TOML document at `file`; None where there is none."""
        return self.sources.get(document.of, file)


# What could be done about a fault, the best first; nothing is proved yet.
Proposer: TypeAlias = Callable[[Basis, Fault], Iterator[Fix]]
