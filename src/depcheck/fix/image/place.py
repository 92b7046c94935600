"""Where something is put into a Dockerfile: an instruction, and the text around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from posixpath import normpath

from depcheck.fix.splice import text_of
from depcheck.image.arguments import Word
from depcheck.image.dockerfile import Dockerfile, Instruction, read
from depcheck.model import Edit, Fault
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Place(NamedTuple):
    """An instruction of a Dockerfile, and the text around it."""

    dockerfile: Dockerfile
    text: str
    at: int

    @property
    def instruction(self) -> Instruction:
        """The instruction itself."""
        return self.dockerfile.instructions[self.at]

    def offset(self, line: int) -> int:
        """Where a line begins in the text; lines count from 1."""
        at = 0
        for _ in range(line - 1):
            at = self.text.find("\n", at) + 1
            if not at:
                return len(self.text)
        return at

    def start(self, word: Word) -> int:
        """Where a word of the instruction begins in the text."""
        place = self.instruction.place(word.at)
        return self.offset(place.line) + place.column - 1

    def before(self) -> Iterator[Instruction]:
        """What has been done in the stage up to here, the latest first, then in those it is built on."""
        at = self.at
        while at >= 0:
            found = self.dockerfile.instructions[at]
            if found.name != "FROM":
                yield found
                at -= 1
                continue
            base = found.words[0].text if found.words else ""
            at = self._end_of(base, at)

    def _end_of(self, name: str, before: int) -> int:
        """The last instruction of the stage of that name; -1 where it is none of the file."""
        stages = [index for index in range(before) if self.dockerfile.instructions[index].name == "FROM"]
        for number, start in enumerate(stages):
            words = [word.text for word in self.dockerfile.instructions[start].words]
            if name == str(number) or (len(words) > 2 and words[2].lower() == name.lower()):
                return (stages[number + 1] if number + 1 < len(stages) else before) - 1
        return -1

    def neighbour(self) -> Instruction | None:
        """The COPY from the context whose style is taken up."""
        return next(
            (found for found in self.before() if found.name == "COPY" and found.flag("from") is None), None
        )

    def workdir(self) -> str | None:
        """The working directory here; None where it holds a variable."""
        parts: list[str] = []
        for found in self.before():
            if found.name == "WORKDIR" and found.words:
                parts.append(found.words[0].text)
                if parts[-1].startswith("/"):
                    break
        path = "/" + "/".join(reversed(parts))
        return None if "$" in path else normpath(path).replace("//", "/")

    def put(self, line: str) -> Edit:
        """A line after a COPY, or before anything else."""
        after = self.instruction.name in ("COPY", "ADD")
        at = self.offset(self.instruction.end_line + 1 if after else self.instruction.line)
        newline = "\r\n" if "\r\n" in self.text else "\n"
        head = newline if at and not self.text[:at].endswith("\n") else ""
        return Edit(self.dockerfile.path, at, at, f"{head}{line}{newline}")


def find(sources: Sources, fault: Fault) -> Place | None:
    """The instruction that a fault speaks of; None for one of an inline Dockerfile."""
    place = sources.get(_first, fault.site.file) if fault.site.line else None
    instructions = () if place is None else place.dockerfile.instructions
    at = bisect_right(instructions, fault.site.line, key=lambda one: one.line) - 1
    if place is None or at < 0 or fault.site.line > instructions[at].end_line:
        return None
    return place._replace(at=at)


def _first(sources: Sources, path: str) -> Place | None:
    """The first instruction of a Dockerfile; None where it cannot be read."""
    text = text_of(sources.tree, path)
    return None if text is None else Place(read(path, text.encode("utf-8", "surrogateescape")), text, 0)
