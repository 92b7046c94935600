"""Which builds of a Dockerfile count: those that are declared, else what its guessed contexts come to.

A context in which a COPY cannot be carried out is none that anybody uses; where that is so in all of them,
those count in which most can be. Most are ruled out by that alone, before any command is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from depcheck.image.builds import Planned
from depcheck.image.verdict import STOPPING, Judged, Step

_USUAL = 2  # contexts that go before all others: see `builds.guessed`
Judge = Callable[[Planned], Judged]
Count = Callable[[Planned], int]


def chosen(plans: Sequence[Planned], judge: Judge, stops: Count) -> list[Judged]:
    """The builds of one Dockerfile that count, judged.

    stops: at how many sources of a COPY from the context the engine stops at least; little is asked for it.
    """
    declared = [judge(plan) for plan in plans if not (plan.guesses or (plan.started and stops(plan)))]
    alive = [one for one in declared if not (one.plan.started and one.stops)]
    guessed = [plan for plan in plans if plan.guesses]
    return alive if alive or not guessed else [_agreed(_possible(guessed, judge, stops))]


def _possible(plans: Sequence[Planned], judge: Judge, stops: Count) -> list[Judged]:
    """The builds in contexts that may be meant: the usual ones, unless others stop at fewer sources."""
    usual = _least([(stops(plan), plan) for plan in plans[:_USUAL]], judge)
    least = usual[0].stops
    fewer = [(bound, plan) for plan in plans[_USUAL:] if least and (bound := stops(plan)) < least]
    others = _least(fewer, judge)
    return others if others and others[0].stops < least else usual


def _least(plans: Sequence[tuple[int, Planned]], judge: Judge) -> list[Judged]:
    """The builds that stop at the fewest sources, in their order; each plan with the least it may stop at."""
    found: dict[int, Judged] = {}
    least: int | None = None
    for bound, index in sorted((bound, index) for index, (bound, _) in enumerate(plans)):
        if least is not None and bound > least:
            break
        found[index] = judge(plans[index][1])
        least = min(judged.stops for judged in found.values())
    return [found[index] for index in sorted(found) if found[index].stops == least]


def _agreed(possible: Sequence[Judged]) -> Judged:
    """The one build that guessed contexts come to: unknown where they do not agree.

    What a context does not come to run is no answer.
    """
    scenes = tuple(scene for one in possible for scene in one.scenes)
    first = possible[0]._replace(scenes=scenes)
    if len({one.shape for one in possible}) == 1:
        warned = tuple(
            found._replace(severity="warning") if found.fault.rule in STOPPING else found
            for found in first.faults
        )
        return first if first.plan.guesses == 1 else first._replace(faults=warned)
    tried = ", ".join(f"`{one.plan.context or '.'}`" for one in possible)
    because = f"nothing says what the build context is; {tried} come to different answers"
    met: dict[tuple[str, int, str], list[Step]] = {}
    for step in (step for one in possible for step in one.steps):
        met.setdefault(step.place, []).append(step)
    steps = []
    for step, *others in met.values():
        same = all(other.verdict == "loads" for other in (step, *others))
        unknown = step._replace(verdict="unknown", masked=False, because=because, faults=(), known=())
        steps.append(step if same else unknown)
    return first._replace(steps=tuple(steps), faults=())
