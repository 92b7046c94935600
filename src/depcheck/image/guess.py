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
    """The builds in contexts that may be meant: the usual ones, unless only others stop at so few sources."""
    found: dict[int, Judged] = {}
    bounds = [stops(plan) for plan in plans[:_USUAL]]
    if not min(bounds):
        _try(plans, bounds, judge, found)
    if not found or min(one.stops for one in found.values()):
        bounds += [stops(plan) for plan in plans[_USUAL:]]
        _try(plans, bounds, judge, found)
    least = min(one.stops for one in found.values())
    best = [index for index in sorted(found) if found[index].stops == least]
    return [found[index] for index in best if index < _USUAL or best[0] >= _USUAL]


def _try(plans: Sequence[Planned], bounds: Sequence[int], judge: Judge, found: dict[int, Judged]) -> None:
    """Judge the plans that may be the best, each with the number of sources at which it stops at least."""
    for bound, index in sorted((bound, index) for index, bound in enumerate(bounds)):
        least = min((one.stops for one in found.values()), default=bound)
        usual = any(one.stops == least for at, one in found.items() if at < _USUAL)
        if bound < least or (bound == least and not (usual and index >= _USUAL)):
            found[index] = found.get(index) or judge(plans[index])


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
