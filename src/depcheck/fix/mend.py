"""From faults to the repairs that hold, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from depcheck.fix.trial import Proposal, Trials, apart, mark
from depcheck.model import Diagnostic, Fault, FaultKey, Fix, fault_key
from depcheck.record import NamedTuple

# Rules of what is often wrong only because something else is.
FOLLOWING = frozenset({"unlisted-member"})
_MOST = 8  # repairs of one fault that are tried


class Repairs(NamedTuple):
    """The proved repairs of each fault, the best first."""

    trials: Trials
    faults: tuple[Fault, ...]
    fixes: Mapping[FaultKey, tuple[Fix, ...]]

    def of(self, fault: Fault | Diagnostic) -> tuple[Fix, ...]:
        """Those of one fault."""
        return self.fixes.get(fault_key(fault), ())

    def only(self, diagnostics: Iterable[Diagnostic]) -> Repairs:
        """Those of what is reported."""
        keys = set(map(fault_key, diagnostics))
        return self._replace(fixes={key: fixes for key, fixes in self.fixes.items() if key in keys})

    def chosen(self, *, unsafe: bool = False) -> list[Proposal]:
        """The best of each fault that is safe (or the best at all), as far as they hold together.

        What goes by itself once others are mended gets no repair of its own.
        """
        made: list[Proposal] = []
        for applicability in ("safe", "unsafe") if unsafe else ("safe",):
            for following in (False, True):
                gone = self.trials.gone(made)
                more = [
                    one
                    for one in self._best()
                    if one.fix.applicability == applicability
                    and (one.fault.rule in FOLLOWING) is following
                    and gone.get(mark(one.fault), 0) <= 0
                ]
                if more:
                    made = self.trials.needed(self.trials.settle([*made, *more]))
        return made

    def _best(self) -> Iterator[Proposal]:
        for fault in self.faults:
            fixes = self.of(fault)
            if fixes:
                safe = (fix for fix in fixes if fix.applicability == "safe")
                yield Proposal(fault, next(safe, fixes[0]))


def mend(
    trials: Trials,
    faults: Iterable[Fault],
    propose: Callable[[Fault], Iterable[Fix]],
    *,
    all_of_them: bool,
) -> Repairs:
    """The proved repairs of each fault: the best one, or all of them."""
    faults = tuple(faults)
    found: dict[FaultKey, list[Fix]] = {}
    waiting = {}
    for fault in faults:
        proposed = list(propose(fault))[:_MOST]
        if proposed:
            waiting[fault_key(fault)] = [Proposal(fault, fix) for fix in reversed(proposed)]
    while waiting:
        tried = apart(left[-1] for left in waiting.values())  # what touches the same text has its own turn
        for proposal in tried:
            waiting[fault_key(proposal.fault)].pop()
        for proposal in trials.settle(tried):
            found.setdefault(fault_key(proposal.fault), []).append(proposal.fix)
        waiting = {key: left for key, left in waiting.items() if left and (all_of_them or key not in found)}
    return Repairs(trials, faults, {key: tuple(fixes) for key, fixes in found.items()})
