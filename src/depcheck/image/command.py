"""What a RUN gives to a shell, and where in the Dockerfile each part of it stands."""

from __future__ import annotations

from collections.abc import Mapping

from depcheck.image.arguments import delimiter
from depcheck.image.dockerfile import Instruction
from depcheck.model import Position
from depcheck.record import NamedTuple
from depcheck.shell.state import Broken, Result
from depcheck.shell.state import Run as Event
from depcheck.tree.stage import StageTree


class Command(NamedTuple):
    """A RUN's command.

    text:  what the shell reads; empty for the exec form.
    words: the exec form, which no shell reads.
    shell: the words before `text`: of SHELL, or of the `#!` of a here-document.
    body:  0, or the line of a here-document's first line, where that is the text.
    """

    instruction: Instruction
    text: str
    words: tuple[str, ...] = ()
    shell: tuple[str, ...] = ()
    body: int = 0

    def place(self, offset: int) -> Position:
        """Where the character at an offset of the text stands."""
        if self.body:
            before = self.text[:offset]
            return Position(self.body + before.count("\n"), offset - before.rfind("\n"))
        start = self.instruction.words[0].at if self.instruction.words else 0
        before, _, rest = self.text[:offset].partition("\n")
        if not rest and "\n" not in self.text[:offset]:
            return self.instruction.place(start + offset)
        lines = rest.count("\n")
        return Position(self.instruction.heredocs[0].line + lines, len(rest) - rest.rfind("\n"))


class Run(NamedTuple):
    """A RUN as it is reached.

    tree:   what is there, mounts included.
    cwd:    canonical, links followed.
    env:    the variables; None for one whose value is not known.
    sealed: a variable that is not in `env` is not set; otherwise that is not known.
    """

    instruction: Instruction
    command: Command
    tree: StageTree
    cwd: str
    env: Mapping[str, str | None]
    sealed: bool


class Ran(NamedTuple):
    """A RUN that has been carried out.

    tree:   as the commands leave it; what they may have done is unknown in it.
    events: the build commands that it runs, and the commands that are known to fail.
    gaps:   what is not understood, a sentence each.
    """

    run: Run
    tree: StageTree
    result: Result
    events: tuple[Event | Broken, ...]
    gaps: tuple[str, ...]


def command(instruction: Instruction, shell: tuple[str, ...]) -> Command:
    """What the instruction runs (BuildKit `dispatchRun`)."""
    texts = tuple(word.text for word in instruction.words)
    if instruction.json:
        return Command(instruction, "", texts)
    text = texts[0] if texts else ""
    documents = instruction.heredocs
    if not documents:
        return Command(instruction, text, (), shell)
    if delimiter(text) is None:
        bodies = "".join(f"\n{doc.body}{doc.delimiter.name}" for doc in documents)
        return Command(instruction, text + bodies, (), shell)
    content = documents[0].content
    if content.startswith("#!"):
        shell = tuple(content[2:].partition("\n")[0].split())
    return Command(instruction, content, (), shell, documents[0].line)
