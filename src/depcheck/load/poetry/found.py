"""A package that a path leads to, as far as Poetry looks at it."""

from __future__ import annotations

from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.poetry.requirement import Wanted
from depcheck.model import Fault
from depcheck.record import NamedTuple


class Found(NamedTuple):
    """`name` is None where it can't be known, or where `faults` say why there is none.

    extras: extra, normalised, with what it asks for.
    """

    name: str | None
    requires: tuple[Wanted, ...] = ()
    extras: tuple[tuple[str, tuple[Wanted, ...]], ...] = ()
    python: Condition = ALWAYS
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()
