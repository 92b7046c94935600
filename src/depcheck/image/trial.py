"""One build judged: its commands, and what else is wrong with its Dockerfile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from posixpath import normpath

from depcheck.image import blame
from depcheck.image.alike import Alike
from depcheck.image.build import Build, Finding, Stage
from depcheck.image.builds import Planned, inputs_of
from depcheck.image.command import Ran
from depcheck.image.dockerfile import Instruction
from depcheck.image.running import execute
from depcheck.image.scene import Scene, origin
from depcheck.image.verdict import Found, Judged, Step
from depcheck.model import Fault, Reference, Route, Site
from depcheck.shell.state import Result, Run
from depcheck.sources import Sources
from depcheck.tree.context import ContextTree

_READING = ("-r", "-e", "-c", "--requirement", "--editable", "--constraint", "--build-constraint", "--group")
Known = Mapping[tuple[str, str, Route, str, int], Fault]  # what is wrong with the repository itself


def judged(sources: Sources, plan: Planned, known: Known, alike: Alike) -> Judged:
    """The build, RUNs carried out; `alike` is what it has in common with others."""
    opened = inputs_of(sources, plan)
    if opened is None:
        return Judged(plan)
    inputs, context = opened
    build = Build(inputs, partial(execute, alike=alike))
    trial = _Trial(sources, plan, build, context.tree, known)
    # A declared build makes one target; what else is in the Dockerfile may be meant for others.
    stages = build.stages if plan.guesses else build.reached()
    steps = [step for stage in stages for step in trial.steps(stage)]
    faults = [*build.inputs.dockerfile.faults, *build.faults, *context.faults]
    found = [Found(trial.placed(fault), "error") for fault in faults]
    found += [
        Found(trial.copying(finding), "error")
        for stage, finding in build.findings()
        if trial.is_certain(stage, finding)
    ]
    return Judged(plan, tuple(steps), tuple(found), tuple(trial.scenes.values()))


def stops(sources: Sources, plan: Planned) -> int:
    """At how many sources that the context lacks the engine stops at least, whatever the RUNs do."""
    opened = inputs_of(sources, plan)
    if opened is None or not any(map(_is_choosy, opened[0].dockerfile.instructions)):
        return 0
    build = Build(opened[0], lambda run: Ran(run, run.tree.snapshot(), Result(ok=None), (), ()))
    return sum(
        bool(finding.missing) and finding.source == "context" and finding.instruction.name in ("COPY", "ADD")
        for _, finding in build.findings()
    )


def _is_choosy(instruction: Instruction) -> bool:
    """Whether it copies something that the context may lack: not the whole of it."""
    copies = instruction.name in ("COPY", "ADD") and not instruction.flag("from")
    return copies and any(word.text.strip("./") for word in instruction.words[:-1])


class _Trial:
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

    def steps(self, stage: Stage) -> Iterator[Step]:
        """The build commands of a stage."""
        for ran in self.build.made(stage).runs:
            for event in ran.events:
                if isinstance(event, Run) and not _is_idle(event.words):
                    yield self.step(Scene(self.sources, self.build, stage, ran, event))

    def step(self, scene: Scene) -> Step:
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
        return Step(
            scene.stage.label, line, event.text, f"/{event.cwd}", verdict, masked, because,
            tuple(faults.values()), tuple(known),
        )  # fmt: skip

    def own(self, scene: Scene, fault: Fault) -> Fault | None:
        """The same fault of the repository, where it is wrong there already."""
        whence = origin(scene, fault.site.file)
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
    if all(word in ("--version", "-V", "-vV", "-v", "--verbose", "--help", "-h", "version") for word in rest):
        return bool(rest)
    program = words[2] if words[1:2] == ("-m",) else words[0].rpartition("/")[2]
    if program == "uv" and rest[:1] == ["pip"]:
        rest = rest[1:]
    elif program not in ("pip", "pip3"):
        return False
    return not any("/" in word or "." in word[:1] or word.startswith(_READING) for word in rest)
