"""Every build command of every image: would it find its manifests inside the container?

A command that fails is the fault of the Dockerfile, unless what it asks for is wrong in the repository
already. So that one does not hide the other, each image is judged twice where manifests are wrong: as
it is, and over the repository with what is meant there put right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from posixpath import normpath

from depcheck import paths
from depcheck.image import blame
from depcheck.image.alike import Alike
from depcheck.image.blame import Scene
from depcheck.image.build import Build, Finding, Stage
from depcheck.image.builds import Planned, inputs_of
from depcheck.image.context import Context
from depcheck.image.running import execute
from depcheck.model import Built, Fault, Reference, Route, Severity, Site, Verdict
from depcheck.record import NamedTuple
from depcheck.shell.state import Run
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.context import ContextTree

Key = tuple[str, str, Route, str, int]
_READING = ("-r", "-e", "-c", "--requirement", "--editable", "--constraint", "--build-constraint", "--group")
_STOPPING = ("copy-source-missing", "context-escape", "missing-context")
Known = Mapping[Key, Fault]  # what is wrong with the repository itself


class Found(NamedTuple):
    """A fault of a Dockerfile or a compose file, with the services that it blocks."""

    fault: Fault
    severity: Severity
    services: tuple[str, ...] = ()


class Images(NamedTuple):
    """What was found.

    blocking: faults of manifests that stop an image, with its services.
    reached: manifests that were set apart and that a command reads.
    """

    builds: tuple[Built, ...] = ()
    found: tuple[Found, ...] = ()
    blocking: tuple[tuple[Fault, tuple[str, ...]], ...] = ()
    reached: frozenset[str] = frozenset()


class _Step(NamedTuple):
    """A build command as it is met. faults: of the Dockerfile; known: of manifests."""

    stage: str
    line: int
    command: str
    workdir: str
    verdict: Verdict
    masked: bool
    because: str | None
    faults: tuple[Fault, ...]
    known: tuple[Fault, ...]


class _Shared(NamedTuple):
    """What images have in common: contexts, and what has been read from stages that are alike."""

    contexts: dict[tuple[int, str, str], ContextTree]
    alike: Alike
    scenes: dict[int, Scene]  # a command for each `Sources` that commands have read


class _Judged(NamedTuple):
    """A build: its commands, what else is wrong with its Dockerfile."""

    plan: Planned
    steps: tuple[_Step, ...]
    faults: tuple[Found, ...]

    @property
    def stops(self) -> int:
        """At how many sources of a COPY the engine stops."""
        return sum(found.fault.rule in _STOPPING for found in self.faults)


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
    shared = _Shared({}, Alike(), {})

    def one(plan: Planned) -> _Judged:
        judged = _judged(sources, plan, known, shared)
        if right is None or not any(step.known for step in judged.steps):
            return judged
        return _both(judged, _judged(right[0], plan, right[1], shared))

    by_file: dict[str, list[Planned]] = {}
    for plan in plans:
        by_file.setdefault(f"{plan.dockerfile}\0{plan.inline}", []).append(plan)
    images = _gathered([judged for group in by_file.values() for judged in _chosen(group, one)])
    return images._replace(reached=frozenset(_read(shared.scenes.values(), apart))) if apart else images


def _read(scenes: Iterable[Scene], apart: Mapping[str, str]) -> Iterator[str]:
    """The manifests among `apart` that commands have read in images."""
    names = {paths.name(path) for path in apart}
    for scene in scenes:
        for path in scene.event.sources.asked():
            whence = blame.origin(scene, path) if paths.name(path) in names else None
            if whence is not None and whence in apart:
                yield whence


def _chosen(plans: Sequence[Planned], judge_one: Callable[[Planned], _Judged]) -> list[_Judged]:
    """The builds of a Dockerfile that count: those that are declared, else what is guessed."""
    declared = [judge_one(plan) for plan in plans if not plan.guesses]
    alive = [one for one in declared if not (one.plan.started and one.stops)]
    guessed = [plan for plan in plans if plan.guesses]
    return alive if alive or not guessed else _agreed([judge_one(plan) for plan in guessed])


def _gathered(outcome: Sequence[_Judged]) -> Images:
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


def _of_steps(judged: _Judged) -> Iterator[Found]:
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


def _built(judged: _Judged) -> Iterator[Built]:
    plan = judged.plan
    for service in plan.services or (None,):
        for step in judged.steps:
            yield Built(
                plan.dockerfile, service, plan.context or ".", step.stage, step.line, step.command,
                step.workdir, step.verdict, step.masked, step.because, (*step.known, *step.faults),
            )  # fmt: skip


def _both(plain: _Judged, right: _Judged) -> _Judged:
    """What fails as it is, and what would still fail with the manifests put right."""
    behind = {_place(step): step for step in right.steps}
    steps = []
    for step in plain.steps:
        other = behind.get(_place(step))
        more = other.faults if other is not None and step.known else ()
        faults = {fault.site: fault for fault in (*step.faults, *more)}
        steps.append(step._replace(faults=tuple(faults.values())))
    return plain._replace(steps=tuple(steps))


def _agreed(group: list[_Judged]) -> list[_Judged]:
    """The one build that guessed contexts come to: unknown where they do not agree.

    group: the two usual contexts first. One in which a COPY cannot be carried out is none that anybody uses;
    where that is so in all of them, those in which most can be. What a context does not come to run is no
    answer.
    """
    least = min(one.stops for one in group)
    possible = [one for one in group[:2] if one.stops == least] or [
        one for one in group if one.stops == least
    ]
    first = possible[0]
    if len({_shape(one) for one in possible}) == 1:
        warned = tuple(
            found._replace(severity="warning") if found.fault.rule in _STOPPING else found
            for found in first.faults
        )
        return [first if first.plan.guesses == 1 else first._replace(faults=warned)]
    tried = ", ".join(f"`{one.plan.context or '.'}`" for one in possible)
    because = f"nothing says what the build context is; {tried} come to different answers"
    met: dict[tuple[str, int, str], list[_Step]] = {}
    for step in (step for one in possible for step in one.steps):
        met.setdefault(_place(step), []).append(step)
    steps = []
    for step, *others in met.values():
        same = all(other.verdict == "loads" for other in (step, *others))
        unknown = step._replace(verdict="unknown", masked=False, because=because, faults=(), known=())
        steps.append(step if same else unknown)
    return [first._replace(steps=tuple(steps), faults=())]


def _place(step: _Step) -> tuple[str, int, str]:
    return step.stage, step.line, step.command


def _shape(judged: _Judged) -> tuple[object, ...]:
    """What two builds have in common that come to the same."""
    steps = tuple(
        (
            *_place(step),
            step.verdict,
            step.masked,
            bool(step.known),
            tuple(fault.site for fault in step.faults),
        )
        for step in judged.steps
    )
    return steps, frozenset(found.fault.site for found in judged.faults)


def _judged(sources: Sources, plan: Planned, known: Known, shared: _Shared) -> _Judged:
    opened = _opened(sources.tree, plan, shared)
    if opened is None:
        return _Judged(plan, (), ())
    build, context = opened
    judging = _Judging(sources, plan, build, context.tree, known)
    # A declared build makes one target; what else is in the Dockerfile may be meant for others.
    stages = build.stages if plan.guesses else build.reached()
    steps = [step for stage in stages for step in judging.steps(stage)]
    shared.scenes.update(judging.scenes)
    faults = [*build.inputs.dockerfile.faults, *build.faults, *context.faults]
    found = [Found(judging.placed(fault), "error") for fault in faults]
    found += [
        Found(judging.copying(finding), "error")
        for stage, finding in build.findings()
        if judging.is_certain(stage, finding)
    ]
    return _Judged(plan, tuple(steps), tuple(found))


def _opened(tree: Tree, plan: Planned, shared: _Shared) -> tuple[Build, Context] | None:
    found = inputs_of(tree, plan)
    if found is None:
        return None
    inputs, context = found
    context = context._replace(
        tree=shared.contexts.setdefault((id(tree), plan.context, context.ignore), context.tree)
    )
    return Build(inputs._replace(context=context.tree), partial(execute, alike=shared.alike)), context


class _Judging:
    """One build on its way."""

    def __init__(
        self, sources: Sources, plan: Planned, build: Build, context: ContextTree, known: Known
    ) -> None:
        self.sources = sources
        self.plan = plan
        self.build = build
        self.context = context
        self.known = known
        self.scenes: dict[int, Scene] = {}

    def placed(self, fault: Fault) -> Fault:
        """The fault where it stands: the lines of an inline Dockerfile are those of no file."""
        if self.plan.inline is None or fault.site.file != self.plan.dockerfile:
            return fault
        within = f"{fault.site.line}: {fault.site.within}"
        return fault._replace(site=Site(fault.site.file, (), within, self.plan.inline.line))

    def is_certain(self, stage: Stage, finding: Finding) -> bool:
        """Whether it is known that the source is not there: a RUN may leave more files than depcheck sees."""
        if finding.source in ("", "context") or not finding.missing:
            return True
        number = self.build.number(finding.source)
        if number is None or number >= stage.number:
            return any(name == finding.source for name, _ in self.plan.contexts)
        while number is not None:
            source = self.build.stages[number]
            if any(one.name in ("RUN", "ONBUILD") for one in source.instructions):
                return False
            number = self.build.base_number(source)
        return True

    def copying(self, finding: Finding) -> Fault:
        """What is wrong with an instruction."""
        line, column = finding.instruction.place(finding.at)
        site = Site(self.plan.dockerfile, (), finding.missing, line, column)
        if not finding.missing:
            return self.placed(Fault(finding.rule, site, finding.message, tool="docker"))
        name, wanted, top = finding.instruction.name, finding.missing, self.plan.context or "."
        if finding.source != "context":
            message = f"`{wanted}` is not in `{finding.source}`, so the engine stops here"
            reference = Reference(site, name, wanted, "", "path", image_path=f"/{wanted}")
            return self.placed(Fault(finding.rule, site, message, reference, tool="docker"))
        reference = Reference(site, name, wanted, self.context.source(wanted), "path")
        if raw := _escaping(finding):
            message = f"`{raw}` cannot lead out of the build context `{top}`, and `{wanted}` is not in it"
            return self.placed(
                Fault("context-escape", site, message, reference._replace(raw=raw), tool="docker")
            )
        message = f"`{wanted}` is not in the build context `{top}`, so the engine stops here"
        return self.placed(Fault(finding.rule, site, message, reference, tool="docker"))

    def steps(self, stage: Stage) -> Iterator[_Step]:
        """The build commands of a stage."""
        for ran in self.build.made(stage).runs:
            for event in ran.events:
                if isinstance(event, Run) and not _is_idle(event.words):
                    yield self.step(Scene(self.sources, self.build, stage, ran, event))

    def step(self, scene: Scene) -> _Step:
        """One command with its verdict."""
        event, outcome = scene.event, scene.event.outcome
        self.scenes[id(event.sources)] = scene
        verdict, because = outcome.verdict, None
        open_ends = [blame.unknown(scene, fault) for fault in outcome.faults]
        if verdict == "fails" and all(open_ends):
            verdict = "unknown"
        if verdict == "fails" and event.doubt and not event.masked:
            verdict = "unknown"
        if verdict == "unknown":
            because = "; ".join(
                dict.fromkeys(filter(None, (event.refused, *outcome.unknowns, event.doubt, *open_ends)))
            )
        known: dict[Fault, None] = {}
        other: list[Fault] = []
        for fault, open_end in zip(outcome.faults, open_ends, strict=True):
            if verdict != "fails" or open_end:
                continue
            own = self.own(scene, fault)
            if own is None:
                other.append(fault)
            else:
                known[own] = None
        faults: dict[Site, Fault] = {}
        for faulty in blame.group(scene, other):
            blamed = self.placed(blame.blame(scene, self.context, faulty))
            faults.setdefault(blamed.site, blamed)
        line = scene.line if self.plan.inline is None else self.plan.inline.line
        masked = event.masked and verdict == "fails"
        return _Step(
            scene.stage.label, line, event.text, f"/{event.cwd}", verdict, masked, because,
            tuple(faults.values()), tuple(known),
        )  # fmt: skip

    def own(self, scene: Scene, fault: Fault) -> Fault | None:
        """The same fault of the repository, where it is wrong there already."""
        whence = blame.origin(scene, fault.site.file)
        if whence is None:
            return None
        site = fault.site
        return self.known.get((fault.rule, whence, site.route, site.within, site.line))


def _escaping(finding: Finding) -> str:
    """The source of a COPY as it is written, where it leads above the top of the context."""
    for word in finding.instruction.words[:-1]:
        if word.at == finding.at and normpath(word.text.lstrip("/")).startswith(".."):
            return word.text
    return ""


def _is_idle(words: Sequence[str]) -> bool:
    """Whether a command reads no manifest: it is asked for its version, or packages of an index for it."""
    rest = list(words[3:] if words[1:2] == ("-m",) else words[1:])
    if all(word in ("--version", "-V", "--help", "-h", "version") for word in rest):
        return bool(rest)
    program = words[2] if words[1:2] == ("-m",) else words[0].rpartition("/")[2]
    if program == "uv" and rest[:1] == ["pip"]:
        rest = rest[1:]
    elif program not in ("pip", "pip3"):
        return False
    return not any("/" in word or "." in word[:1] or word.startswith(_READING) for word in rest)
