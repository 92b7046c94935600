"""A build: a Dockerfile with a context and arguments, its stages, and what each comes to.

A stage is worked out when something asks for it, and then once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from depcheck import paths
from depcheck.image import bases
from depcheck.image.command import Ran, Run
from depcheck.image.dockerfile import Dockerfile, Instruction
from depcheck.image.lexer import UNKNOWN, SubstitutionError, expand
from depcheck.image.scope import Arguments, global_arguments
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree
from depcheck.tree.layers import Dir
from depcheck.tree.stage import StageTree


class Inputs(NamedTuple):
    """What a build is made of.

    context:  the build context, see `tree.context`.
    contexts: named ones (`--build-context`); None for one that is not known.
    known:    patterns of images that configuration speaks of: whether they hold no manifests of yours.
    """

    dockerfile: Dockerfile
    context: Tree
    arguments: Arguments = Arguments()
    contexts: Mapping[str, Tree | None] = {}
    known: tuple[tuple[str, bool], ...] = ()


class Stage(NamedTuple):
    """A stage as it is written. `number` counts from 0; `name` may be empty."""

    number: int
    name: str
    opening: Instruction
    instructions: tuple[Instruction, ...]

    @property
    def label(self) -> str:
        """The name as BuildKit shows it."""
        return self.name or f"stage-{self.number}"


class Finding(NamedTuple):
    """What is wrong with an instruction, known when the stage is worked out.

    rule:    of the rule that reports it.
    missing: the path that is not there, relative to where it is taken from; empty: another thing is wrong.
    source:  the tree it is taken from: `context`, or the name of a stage, an image or a named context.
    unless:  it is none if this directory of the context is sent to the engine for another source.
    """

    rule: str
    instruction: Instruction
    at: int
    message: str
    missing: str = ""
    source: str = ""
    unless: str = ""


class Made(NamedTuple):
    """What a stage has come to: what those get that are built on it, and what has been seen."""

    tree: StageTree
    env: Mapping[str, str]
    sealed: bool
    workdir: str
    user: str
    shell: tuple[str, ...]
    triggers: tuple[Instruction, ...]
    findings: tuple[Finding, ...]
    runs: tuple[Ran, ...]


NOTHING = Made(StageTree(), {}, True, "/", "", ("/bin/sh", "-c"), (), (), ())  # FROM scratch


class Build:
    """The stages of a build and what they have come to."""

    def __init__(self, inputs: Inputs, execute: Callable[[Run], Ran]) -> None:
        """Take what the build is made of, and what carries out its RUNs."""
        self.inputs = inputs
        self.escape = inputs.dockerfile.escape
        self.execute = execute
        self.faults: list[Fault] = []
        leading, self.stages = _stages(inputs.dockerfile.instructions)
        try:
            self.outer = global_arguments(leading, inputs.arguments, self.escape)
        except SubstitutionError as error:
            self.outer = {}
            self._fault(leading[0], str(error))
        self._names = {stage.name: stage.number for stage in self.stages if stage.name}
        self._bases = list(self._base_numbers())
        self._made: dict[int, Made] = {}
        self.taken: set[str] = set()  # paths of the context that are sent to the engine

    def _fault(self, instruction: Instruction, message: str) -> None:
        line, column = instruction.place(0)
        site = Site(self.inputs.dockerfile.path, line=line, column=column)
        self.faults.append(Fault("invalid-manifest", site, message, tool="docker"))

    def target(self) -> Stage | None:
        """The stage that is built; None where there is no such stage."""
        name = self.inputs.arguments.target
        if not name:
            return self.stages[-1] if self.stages else None
        number = self.number(name)
        return None if number is None else self.stages[number]

    def number(self, name: str) -> int | None:
        """The stage that `--from=name` names."""
        if name.isdecimal():
            return int(name) if len(name) < 9 and int(name) < len(self.stages) else None
        return self._names.get(name.lower())

    def reached(self) -> list[Stage]:
        """The stages that the target is made of, in their order."""
        target = self.target()
        waiting = [] if target is None else [target.number]
        seen = set(waiting)
        while waiting:
            for number in self._needs(self.stages[waiting.pop()]):
                if number not in seen:
                    seen.add(number)
                    waiting.append(number)
        return [self.stages[number] for number in sorted(seen)]

    def _needs(self, stage: Stage) -> Iterator[int]:
        """The earlier stages that a stage names."""
        number = self.base_number(stage)
        triggers: tuple[Instruction, ...] = ()
        if number is not None:
            yield number
            kept = self.stages[number].instructions
            triggers = tuple(made.trigger for made in kept if made.trigger is not None)
        for instruction in (*triggers, *stage.instructions):
            for name in _sources(instruction):
                found = self.number(name)
                if found is not None and found < stage.number:
                    yield found

    def base(self, stage: Stage) -> str:
        """What a stage is built on, variables put in; raises SubstitutionError."""
        return expand(stage.opening.words[0].text, self.outer, self.escape)

    def base_number(self, stage: Stage) -> int | None:
        """The earlier stage that a stage is built on; None for an image."""
        return self._bases[stage.number]

    def _base_numbers(self) -> Iterator[int | None]:
        names: dict[str, int] = {}
        for stage in self.stages:
            try:
                yield names.get(self.base(stage))
            except SubstitutionError:
                yield None
            if stage.name:
                names[stage.name] = stage.number

    def made(self, stage: Stage) -> Made:
        """What a stage comes to."""
        if stage.number not in self._made:
            from depcheck.image.stage import fold

            for needed in sorted(self._closure(stage)):
                self._made[needed] = fold(self, self.stages[needed])
        return self._made[stage.number]

    def findings(self) -> list[tuple[Stage, Finding]]:
        """What is wrong with the stages that the target is made of."""
        found = [(stage, finding) for stage in self.reached() for finding in self.made(stage).findings]
        return [(stage, finding) for stage, finding in found if not self._sent(finding.unless)]

    def _sent(self, directory: str) -> bool:
        """Whether a directory of the context gets to the engine: only what a source names does."""
        if not directory or self.inputs.context.kind(directory) is Kind.MISSING:
            return False
        return any(paths.is_below(directory, path) or paths.is_below(path, directory) for path in self.taken)

    def _closure(self, stage: Stage) -> set[int]:
        """The stage and those that it needs, as far as they have not been worked out."""
        seen, waiting = {stage.number}, [stage.number]
        while waiting:
            for number in self._needs(self.stages[waiting.pop()]):
                if number not in seen and number not in self._made:
                    seen.add(number)
                    waiting.append(number)
        return seen

    def begin(self, stage: Stage) -> Made:
        """What a stage begins with. Raises SubstitutionError."""
        name = self.base(stage)
        number = self.base_number(stage)
        for named in (stage.name, name):
            if named and named in self.inputs.contexts:
                return NOTHING._replace(tree=_tree_of(self.inputs.contexts[named], named))
        if number is not None:
            return self.made(self.stages[number])
        return NOTHING if name == "scratch" else self._image(name)

    def unknown(self, why: str) -> Made:
        """What may hold anything."""
        return NOTHING._replace(tree=StageTree(Dir((), why)), sealed=False)

    def _image(self, name: str) -> Made:
        if UNKNOWN in name:
            return self.unknown("the name of the base image is not known")
        found = bases.find(name, self.inputs.known)
        if found is None:
            return self.unknown(f"the image `{name}` may hold anything")
        return NOTHING._replace(tree=StageTree.over(found.tree), env=found.env, workdir=found.workdir)

    def source(self, name: str, stage: Stage) -> Tree | str:
        """The tree that `--from=name` means in a stage; a sentence where there is none."""
        if name in self.inputs.contexts:
            return _tree_of(self.inputs.contexts[name], name)
        number = self.number(name)
        if number is None and name.isdecimal():
            return f"there is no stage {name}"
        if number is None:
            return StageTree() if name == "scratch" else self._image(name).tree
        if number >= stage.number:
            return f"the stage `{name}` is defined after the one that copies from it"
        return self.made(self.stages[number]).tree


def _tree_of(tree: Tree | None, name: str) -> StageTree:
    why = f"the context `{name}` is not known"
    return StageTree(Dir((), why)) if tree is None else StageTree.over(tree)


def _stages(instructions: tuple[Instruction, ...]) -> tuple[list[Instruction], list[Stage]]:
    """The instructions before the first stage, and the stages."""
    leading: list[Instruction] = []
    bodies: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in instructions:
        if instruction.name == "FROM":
            bodies.append((instruction, []))
        elif bodies:
            bodies[-1][1].append(instruction)
        else:
            leading.append(instruction)
    stages = [
        Stage(number, opening.words[2].text.lower() if len(opening.words) == 3 else "", opening, tuple(body))
        for number, (opening, body) in enumerate(bodies)
    ]
    return leading, stages


def _sources(instruction: Instruction) -> Iterator[str]:
    """The stages (or images) that an instruction names."""
    if instruction.name == "COPY" and (name := instruction.flag("from")):
        yield name
    if instruction.name == "RUN":
        for value in instruction.flag_values("mount"):
            for field in value.split(","):
                key, _, name = field.strip('"').partition("=")
                if key.lower() == "from":
                    yield name
