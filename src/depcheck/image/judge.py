"""Every build command of every image: would it find its manifests inside the container?

A command that fails is the fault of the Dockerfile, unless what it asks for is wrong in the repository
already. So that one does not hide the other, each image is judged twice where manifests are wrong: as
it is, and over the repository with what is meant there put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from depcheck import paths
from depcheck.image import guess, trial
from depcheck.image.alike import Alike
from depcheck.image.builds import Planned
from depcheck.image.scene import Scene, origin
from depcheck.image.trial import Known
from depcheck.image.verdict import Found, Judged
from depcheck.model import Built, Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree


class Images(NamedTuple):
    """What was found.

    blocking: faults of manifests that stop an image, with its services.
    reached: manifests that were set apart and that a command reads.
    """

    builds: tuple[Built, ...] = ()
    found: tuple[Found, ...] = ()
    blocking: tuple[tuple[Fault, tuple[str, ...]], ...] = ()
    reached: frozenset[str] = frozenset()


def judge(
    sources: Sources,
    plans: Sequence[Planned],
    known: Known,
    mended: tuple[Tree, Known] | None,
    apart: Mapping[str, str],
) -> Images:
    """The verdicts of all builds.

    mended: the repository with its manifests put right, and what is wrong with it even so.
    apart: manifests that are not judged unless a command reads them.
    """
    right = None if mended is None else (Sources(mended[0]), mended[1])
    alike = Alike(sources, *(right[:1] if right else ()))

    def one(plan: Planned) -> Judged:
        judged = trial.judged(sources, plan, known, alike)
        if right is None or not any(step.known for step in judged.steps):
            return judged
        return _both(judged, trial.judged(right[0], plan, right[1], alike))

    by_file: dict[str, list[Planned]] = {}
    for plan in plans:
        by_file.setdefault(f"{plan.dockerfile}\0{plan.inline}", []).append(plan)
    stops = partial(trial.stops, sources)
    outcome = [judged for group in by_file.values() for judged in guess.chosen(group, one, stops)]
    images = _gathered(outcome)
    if not apart:
        return images
    scenes = (scene for judged in outcome for scene in judged.scenes)
    return images._replace(reached=frozenset(_read(scenes, apart)))


def _read(scenes: Iterable[Scene], apart: Mapping[str, str]) -> Iterator[str]:
    """The manifests among `apart` that commands have read in images."""
    names = {paths.name(path) for path in apart}
    for scene in scenes:
        for path in scene.event.sources.asked():
            whence = origin(scene, path) if paths.name(path) in names else None
            if whence is not None and whence in apart:
                yield whence


def _gathered(outcome: Sequence[Judged]) -> Images:
    """The builds, and what is wrong with any of them once."""
    builds: list[Built] = []
    found: dict[tuple[str, Site], Found] = {}
    blocking: dict[Fault, tuple[str, ...]] = {}
    for judged in outcome:
        builds.extend(_built(judged))
        services = judged.plan.services
        for one in (*judged.faults, *_of_steps(judged)):
            key = (one.fault.rule, one.fault.site)
            before = found.get(key)
            joined = (*before.services, *services) if before else services
            found[key] = Found(
                before.fault if before else one.fault, one.severity, tuple(dict.fromkeys(joined))
            )
        for fault in (fault for step in judged.steps if not step.masked for fault in step.known):
            blocking[fault] = tuple(dict.fromkeys((*blocking.get(fault, ()), *services)))
    return Images(tuple(builds), tuple(found.values()), tuple(blocking.items()))


def _of_steps(judged: Judged) -> Iterator[Found]:
    for step in judged.steps:
        if step.masked and step.verdict == "fails":
            message = f"`{step.command[:100]}` cannot work, and what follows it hides that"
            notes = tuple(fault.message for fault in (*step.faults, *step.known)[:1])
            site = Site(judged.plan.dockerfile, (), step.command.partition("\n")[0], step.line)
            yield Found(Fault("masked-failure", site, message, None, notes, "docker"), "warning")
        elif step.verdict == "unknown":
            message = f"whether `{' '.join(step.command.split())[:100]}` works is not known: {step.because}"
            site = Site(judged.plan.dockerfile, (), step.command.partition("\n")[0], step.line)
            yield Found(Fault("unknown-build", site, message, None, (), "docker"), "info")
        else:
            for fault in step.faults:
                yield Found(fault, "error")


def _built(judged: Judged) -> Iterator[Built]:
    plan = judged.plan
    for service in plan.services or (None,):
        for step in judged.steps:
            yield Built(
                plan.dockerfile, service, plan.context or ".", step.stage, step.line, step.command,
                step.workdir, step.verdict, step.masked, step.because, (*step.known, *step.faults),
            )  # fmt: skip


def _both(plain: Judged, right: Judged) -> Judged:
    """What fails as it is, and what would still fail with the manifests put right."""
    behind = {step.place: step for step in right.steps}
    steps = []
    for step in plain.steps:
        other = behind.get(step.place)
        more = other.faults if other is not None and step.known else ()
        faults = {fault.site: fault for fault in (*step.faults, *more)}
        steps.append(step._replace(faults=tuple(faults.values())))
    return plain._replace(steps=tuple(steps), scenes=(*plain.scenes, *right.scenes))
