"""Repairs tried together, and halved where they do harm: fifty findings are not fifty scans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from depcheck.fix.splice import overlaps
from depcheck.model import Fault, Fix
from depcheck.record import NamedTuple

_FEW = 12  # repairs that are left out one by one
Mark: TypeAlias = tuple[object, ...]


class Proposal(NamedTuple):
    """A repair and the fault that it is for."""

    fault: Fault
    fix: Fix


class Tried(NamedTuple):
    """What edits do. gone: how many fewer of each fault there are. harm: whether something new fails."""

    gone: Mapping[Mark, int]
    harm: bool


Attempt: TypeAlias = Callable[[Sequence[Proposal]], Tried | None]  # None: an edit cannot be made


class Trials:
    """Repairs against one tree."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._good: tuple[frozenset[Proposal], Mapping[Mark, int]] = frozenset(), {}

    def settle(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        """Those that hold when they are all made together; of two that overlap the first."""
        held = apart(proposals)
        return held if self._good[0] == frozenset(held) else self._settle(held)

    def gone(self, proposals: Sequence[Proposal]) -> Mapping[Mark, int]:
        """How many fewer of each fault there are once these are made, which hold together."""
        if self._good[0] != frozenset(proposals):
            tried = self._attempt(proposals)
            self._good = frozenset(proposals), {} if tried is None else tried.gone
        return self._good[1]

    def needed(self, held: list[Proposal]) -> list[Proposal]:
        """Without those whose fault goes by the others, which hold together: each is left out once to see."""
        if len(held) > _FEW:
            return held
        for one in held[::-1]:
            others = [other for other in held if other is not one]
            files = {edit.file for edit in one.fix.edits}
            if not any(edit.file in files for other in others for edit in other.fix.edits):
                continue
            tried = self._attempt(others)
            if tried is not None and not tried.harm and tried.gone.get(mark(one.fault), 0) > 0:
                held, self._good = others, (frozenset(others), tried.gone)
        return held

    def _settle(self, proposals: list[Proposal]) -> list[Proposal]:
        while proposals:
            tried = self._attempt(proposals)
            if tried is None or tried.harm:
                if len(proposals) == 1:
                    return []
                half = len(proposals) // 2
                held = self._settle(proposals[:half])
                more = self._settle(proposals[half:])
                if len(held) + len(more) == len(proposals):  # each half is good, both together are not
                    return self._joined(held, more)
                proposals = [*held, *more]
                continue
            left = dict(tried.gone)
            held = []
            for one in proposals:
                key = mark(one.fault)
                left[key] = left.get(key, 0) - 1
                if left[key] >= 0:
                    held.append(one)
            if len(held) == len(proposals):
                self._good = frozenset(held), tried.gone
                return held
            proposals = held
        return []

    def _joined(self, held: list[Proposal], more: list[Proposal]) -> list[Proposal]:
        """The first, and of the others those that get on with them."""
        for one in more:
            tried = self._attempt([*held, one])
            if tried is not None and not tried.harm and mark(one.fault) in tried.gone:
                held = [*held, one]
        return held


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
