"""Repairs tried together, and halved where they do harm: fifty findings are not fifty scans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TypeAlias

from depcheck.fix.splice import overlaps
from depcheck.model import Fault, Fix
from depcheck.record import NamedTuple

Mark: TypeAlias = tuple[object, ...]


class Proposal(NamedTuple):
    """A repair and the fault that it is for."""

    fault: Fault
    fix: Fix


class Tried(NamedTuple):
    """What edits do. gone: what is wrong no more. harm: whether something fails that did not fail before."""

    gone: frozenset[Mark]
    harm: bool


Attempt: TypeAlias = Callable[[Sequence[Proposal]], Tried | None]  # None: an edit cannot be made


class Trials:
    """Repairs against one tree."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._good: tuple[frozenset[Fix], frozenset[Mark]] = frozenset(), frozenset()

    def settle(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        """Those that hold when they are all made together; of two that overlap the first."""
        held = apart(proposals)
        return held if self._good[0] == _fixes(held) else self._settle(held)

    def gone(self, proposals: Sequence[Proposal]) -> frozenset[Mark]:
        """The marks of all that is wrong no more once these are made, which hold together."""
        if self._good[0] != _fixes(proposals):
            tried = self._attempt(proposals)
            self._good = _fixes(proposals), frozenset() if tried is None else tried.gone
        return self._good[1]

    def _settle(self, proposals: list[Proposal]) -> list[Proposal]:
        while proposals:
            tried = self._attempt(proposals)
            if tried is None or tried.harm:
                if len(proposals) == 1:
                    return []
                half = len(proposals) // 2
                held = [*self._settle(proposals[:half]), *self._settle(proposals[half:])]
                if len(held) == len(proposals):  # each half is good, both together are not
                    return held[:half]
            else:
                held = [one for one in proposals if mark(one.fault) in tried.gone]
                if len(held) == len(proposals):
                    self._good = _fixes(held), tried.gone
                    return held
            proposals = held
        return []


def apart(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Those that touch no text of one before them."""
    found: list[Proposal] = []
    for proposal in proposals:
        if not overlaps(proposal.fix.edits, chain.from_iterable(one.fix.edits for one in found)):
            found.append(proposal)
    return found


def mark(fault: Fault) -> Mark:
    """What makes a fault the same one although lines have moved."""
    site, reference = fault.site, fault.reference
    raw = reference.raw if reference else site.within
    where = (reference.target, reference.image_path) if reference and reference.image_path else ()
    return fault.rule, site.file, tuple(part for part in site.route if isinstance(part, str)), raw, *where


def _fixes(proposals: Sequence[Proposal]) -> frozenset[Fix]:
    return frozenset(proposal.fix for proposal in proposals)
