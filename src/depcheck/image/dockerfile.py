"""Dockerfile text -> instructions, as BuildKit's `frontend/dockerfile/parser` reads it."""

from __future__ import annotations

import re
from bisect import bisect_right

from depcheck.image.arguments import Delimiter, DockerfileError, Parts, Word, delimiters, split
from depcheck.image.grammar import check
from depcheck.image.lexer import SPACES
from depcheck.model import Fault, Position, Site
from depcheck.record import NamedTuple

LONGEST_LINE = 65535  # bytes: what Go's scanner takes
_DIRECTIVE = re.compile(r"#([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+)")
_TABS = re.compile(r"^\t+", re.MULTILINE)


class Heredoc(NamedTuple):
    """A here-document: its body as written, and the line on which that begins."""

    delimiter: Delimiter
    body: str
    line: int

    @property
    def content(self) -> str:
        """The body, without the tabs that lead its lines where `<<-` says so."""
        return _TABS.sub("", self.body) if self.delimiter.chomp else self.body


class Instruction(NamedTuple):
    """One instruction.

    name:     in capitals.
    words:    its arguments; for ENV and LABEL name, value, name, value.
    json:     they were written as a JSON array.
    text:     all of it, continued lines joined; offsets of words count here.
    line, end_line: the first and the last line, here-documents included.
    pieces:   offset in `text`, line and column where each line's part begins.
    trigger:  the instruction that an ONBUILD keeps for later.
    """

    name: str
    flags: tuple[Word, ...]
    words: tuple[Word, ...]
    json: bool
    heredocs: tuple[Heredoc, ...]
    text: str
    line: int
    end_line: int
    pieces: tuple[tuple[int, int, int], ...]
    trigger: Instruction | None = None

    def place(self, at: int) -> Position:
        """Where the character at the offset `at` of `text` stands in the file."""
        offset, line, column = self.pieces[bisect_right(self.pieces, (at, 1 << 62, 0)) - 1]
        return Position(line, column + at - offset)

    def flag(self, name: str) -> str | None:
        """The value of the flag `--name`, `""` where it stands alone; None where it is not there."""
        values = self.flag_values(name)
        return values[-1] if values else None

    def flag_values(self, name: str) -> list[str]:
        """Every value of a flag that may be repeated."""
        found = (word.text.partition("=") for word in self.flags)
        return [value for flag, _, value in found if flag == f"--{name}"]


class Dockerfile(NamedTuple):
    """A Dockerfile that has been read: what is right in it, and a fault for the rest."""

    path: str
    instructions: tuple[Instruction, ...]
    faults: tuple[Fault, ...]
    escape: str = "\\"
    syntax: str = ""


def read(path: str, data: bytes) -> Dockerfile:
    """Read the Dockerfile at `path`. What BuildKit would refuse is a fault, the rest goes on."""
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").replace("\0", "\ufffd")
    reader = _Reader(path, text)
    reader.run()
    return Dockerfile(
        path,
        tuple(reader.instructions),
        tuple(reader.faults),
        reader.escape,
        reader.directives.get("syntax", ""),
    )


class _Reader:
    """The lines, and how far they have been read."""

    def __init__(self, path: str, text: str) -> None:
        self.instructions: list[Instruction] = []
        self.faults: list[Fault] = []
        self.directives: dict[str, str] = {}
        self.escape = "\\"
        self._path = path
        self._lines = _lines(text)
        self._at = 0  # lines read
        self._top = True  # directives may still come
        self._staged = False  # after the first FROM

    def run(self) -> None:
        """Read to the end, or to what cannot be read past."""
        try:
            while self._at < len(self._lines):
                self._step()
        except _StopError as error:
            self._fault(error.line, 1, str(error))
        else:
            if not self.instructions and not self.faults:
                self._fault(1, 1, "the file holds no instructions")

    def _fault(self, line: int, column: int, message: str) -> None:
        site = Site(self._path, line=max(line, 1), column=column)
        self.faults.append(Fault("invalid-manifest", site, message, tool="docker"))

    def _take(self) -> str:
        line = self._lines[self._at]
        self._at += 1
        if len(line) > LONGEST_LINE >> 2:
            size = len(line.rstrip("\n").encode("utf-8", "surrogateescape"))
            if size > LONGEST_LINE:
                raise _StopError(self._at, f"the line is longer than {LONGEST_LINE} bytes")
        return line

    def _step(self) -> None:
        """One instruction with its continued lines and here-documents, or a line that is none."""
        whole = self._take()
        start = self._at
        line = whole.rstrip("\r\n").lstrip(SPACES)
        if self._top:
            self._directive(line)
        if line.startswith("#"):
            return
        part, continued = self._continued(line)
        if not continued and not part:
            return
        parts, size = [part], len(part)
        pieces = [(0, start, len(whole) - len(whole.lstrip(SPACES)) + 1)]
        while continued and self._at < len(self._lines):
            line = self._take().rstrip("\r\n")
            bare = line.lstrip(SPACES)
            if not bare or bare.startswith("#"):
                continue
            part, continued = self._continued(line)
            pieces.append((size, self._at, 1))
            parts.append(part)
            size += len(part)
        self._instruction("".join(parts), start, tuple(pieces))

    def _continued(self, line: str) -> tuple[str, bool]:
        """The line without the escape character that continues it, and whether one does."""
        bare = line.rstrip(" \t")
        if not bare.endswith(self.escape) or bare[-2:-1] == self.escape:
            return line, False
        return bare[:-1], True

    def _directive(self, line: str) -> None:
        match = _DIRECTIVE.fullmatch("#" + line[1:].lstrip(SPACES)) if line.startswith("#") else None
        name = match[1].lower() if match else ""
        if match is None or name not in ("syntax", "escape", "check"):
            self._top = False
            return
        if name in self.directives:
            raise _StopError(self._at, f"there can be one `{name}` directive only")
        value = self.directives[name] = match[2].rstrip("\t\n\f\r ") or " "
        if name == "escape":
            if value not in ("\\", "`"):
                raise _StopError(self._at, f"`{value}` cannot be the escape character, \\ and ` can")
            self.escape = value

    def _instruction(self, text: str, start: int, pieces: tuple[tuple[int, int, int], ...]) -> None:
        try:
            made = self._made(text, start, pieces)
            heredocs = self._heredocs(made, start)
        except DockerfileError as error:
            raise _StopError(start, str(error)) from error
        made = made._replace(heredocs=heredocs, end_line=self._at)
        if made.trigger is not None:
            made = made._replace(trigger=made.trigger._replace(heredocs=heredocs, end_line=self._at))
        if (complaint := check(made.name, made.flags, made.words, json=made.json)) is None:
            complaint = self._order(made.name)
        if complaint is None:
            self.instructions.append(made)
        else:
            self._fault(*made.place(0), complaint)

    def _made(self, text: str, start: int, pieces: tuple[tuple[int, int, int], ...]) -> Instruction:
        name, parts = split(text, 0, self.escape)
        trigger = None
        if name == "ONBUILD" and parts.words:
            inner, inner_parts = split(text, parts.words[0].at, self.escape)
            trigger = _instruction(inner, inner_parts, text, start, pieces)
        return _instruction(name, parts, text, start, pieces)._replace(trigger=trigger)

    def _order(self, name: str) -> str | None:
        if name == "FROM":
            self._staged = True
        elif not self._staged and name != "ARG":
            return f"`{name}` stands before the first `FROM`"
        return None

    def _heredocs(self, made: Instruction, start: int) -> tuple[Heredoc, ...]:
        inner = made.trigger or made
        if inner.name not in ("ADD", "COPY", "RUN") or inner.json or "<<" not in made.text:
            return ()
        return tuple(self._heredoc(announced, start) for announced in delimiters(made.text))

    def _heredoc(self, announced: Delimiter, start: int) -> Heredoc:
        first = self._at + 1
        body: list[str] = []
        while self._at < len(self._lines):
            line = self._take()
            bare = line.rstrip("\r\n")
            if (bare.lstrip("\t") if announced.chomp else bare) == announced.name:
                return Heredoc(announced, "".join(body), first)
            body.append(line)
        raise _StopError(start, f"the here-document `{announced.name}` has no end")


class _StopError(Exception):
    """What stops BuildKit's parser: nothing after it is read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _instruction(
    name: str, parts: Parts, text: str, start: int, pieces: tuple[tuple[int, int, int], ...]
) -> Instruction:
    return Instruction(name, parts.flags, parts.words, parts.json, (), text, start, start, pieces)
