"""From faults to the repairs that hold, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from depcheck.fix.bench import Bench
from depcheck.fix.proof import Proof, Proposal, apart, mark
from depcheck.fix.propose import propose
from depcheck.fix.splice import overlay
from depcheck.model import Diagnostic, Fault, FaultKey, Fix, fault_key
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree

# Rules of what is often wrong only because something else is.
FOLLOWING = frozenset({"unlisted-member"})
_MOST = 8  # repairs of one fault that are tried


class Repairs(NamedTuple):
    """The proved repairs of each fault, the best first."""

    proof: Proof
    faults: tuple[Fault, ...]
    fixes: Mapping[FaultKey, tuple[Fix, ...]]

    def of(self, fault: Fault | Diagnostic) -> tuple[Fix, ...]:
        """Those of one fault."""
        return self.fixes.get(fault_key(fault), ())

    def chosen(self, *, unsafe: bool = False) -> list[Proposal]:
        """The best of each fault that is safe (or the best at all), as far as they hold together.

        What goes by itself once others are mended gets no repair of its own.
        """
        made = self.proof.settle([one for one in self._best() if one.fix.applicability == "safe"])
        if not unsafe:
            return made
        for following in (False, True):
            gone = self.proof.gone(made)
            more = [
                one
                for one in self._best()
                if mark(one.fault) not in gone and (one.fault.rule in FOLLOWING) is following
            ]
            if more:
                made = self.proof.settle([*made, *more])
        return made

    def _best(self) -> Iterator[Proposal]:
        for fault in self.faults:
            fixes = self.of(fault)
            if fixes:
                safe = (fix for fix in fixes if fix.applicability == "safe")
                yield Proposal(fault, next(safe, fixes[0]))

    def mended(self) -> tuple[Tree, dict[FaultKey, Fault]] | None:
        """The tree with the safe repairs made, and what is wrong with it still; None where there are none."""
        made = self.chosen()
        if not made:
            return None
        done = {fault_key(one.fault) for one in made}
        left = {fault_key(fault): fault for fault in self.faults if fault_key(fault) not in done}
        return overlay(self.proof.sources.tree, [one.fix for one in made]), left


def mend(bench: Bench, proof: Proof, faults: Iterable[Fault], *, all_of_them: bool) -> Repairs:
    """The proved repairs of each fault: the best one, or all of them."""
    faults = tuple(faults)
    found: dict[FaultKey, list[Fix]] = {}
    waiting = {}
    for fault in faults:
        proposed = list(propose(bench, fault))[:_MOST]
        if proposed:
            waiting[fault_key(fault)] = [Proposal(fault, fix) for fix in reversed(proposed)]
    while waiting:
        tried = apart(left[-1] for left in waiting.values())  # what touches the same text has its own turn
        for proposal in tried:
            waiting[fault_key(proposal.fault)].pop()
        for proposal in proof.settle(tried):
            found.setdefault(fault_key(proposal.fault), []).append(proposal.fix)
        waiting = {key: left for key, left in waiting.items() if left and (all_of_them or key not in found)}
    return Repairs(proof, faults, {key: tuple(fixes) for key, fixes in found.items()})
