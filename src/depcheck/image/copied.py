"""Which COPY should have brought something: what has been copied up to a command, and what after it."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.image.copy import clamped
from depcheck.image.dockerfile import Instruction
from depcheck.image.globs import has_wildcards
from depcheck.image.scene import Scene
from depcheck.model import Fault


def before(scene: Scene) -> Iterator[Instruction]:
    """What has been copied from the context up to the RUN, in this stage and those that it is built on."""
    stages = [scene.stage]
    while (number := scene.build.base_number(stages[-1])) is not None and len(stages) < 100:
        stages.append(scene.build.stages[number])
    for stage in reversed(stages):
        for instruction in stage.instructions:
            if stage is scene.stage and instruction.line >= scene.ran.run.instruction.line:
                return
            if instruction.name in ("COPY", "ADD") and not instruction.flag("from"):
                yield instruction


def _heads(instruction: Instruction) -> Iterator[str]:
    """The sources of a COPY up to their first wildcard."""
    for word in instruction.words[:-1]:
        parts = clamped(word.text.replace("/./", "/")).split("/")
        plain = next(
            (index for index, part in enumerate(parts) if has_wildcards(part) or "$" in part), len(parts)
        )
        yield "/".join(parts[:plain])


def covers(instruction: Instruction, inner: str) -> bool:
    """Whether an instruction, by what is written there, brings a path of the context."""
    plain = not any(has_wildcards(word.text) for word in instruction.words[:-1])
    return plain and any(paths.is_below(inner, head) for head in _heads(instruction))


def nearest(scene: Scene, fault: Fault, copies: list[Instruction], inner: str) -> int:
    """The line of the COPY that is too narrow; of the RUN where none is near."""
    best, line = 0, 0
    for instruction in copies:
        for head in _heads(instruction):
            shared = _shared(head, inner)
            if shared and shared >= best:
                best, line = shared, instruction.line
    return line or asking_line(scene, fault, copies) or scene.line


def asking_line(scene: Scene, fault: Fault, copies: list[Instruction]) -> int:
    """The line of the COPY that brought the manifest that asks; 0 where none did."""
    asker = fault.site.file if fault.reference is None else fault.reference.site.file
    line = scene.tree.origin(scene.tree.resolve(asker)).line
    return line if any(instruction.line == line for instruction in copies) else 0


def _shared(one: str, other: str) -> int:
    """How many components two paths begin with together."""
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def late(scene: Scene, inner: str) -> Iterator[str]:
    """A COPY after the RUN that brings what it lacks."""
    for instruction in scene.stage.instructions:
        after = instruction.line > scene.ran.run.instruction.line
        if (
            after
            and instruction.name == "COPY"
            and not instruction.flag("from")
            and covers(instruction, inner)
        ):
            yield f"line {instruction.line} copies it, which is too late for line {scene.line}"
            return
