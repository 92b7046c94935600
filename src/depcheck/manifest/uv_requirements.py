"""Requirements and constraints files as uv reads them, which is stricter than pip's reading.

Source of the rules: uv `uv-requirements-txt/src/lib.rs` (parse_entry, parse_value,
parse_requirement_and_hashes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.manifest import requirements, toml
from depcheck.manifest.requirements import Entry, EntryKind, Requirements
from depcheck.model import Fault, Site
from depcheck.sources import Sources

_SPACE = re.compile(r"[ \t]*(?:\\(?:\r\n|\n|\r)[ \t]*)*")
_COMMENT = re.compile(r"#[^\r\n]*")
_END = re.compile(r"\r\n|\n|\r")
_BETWEEN = re.compile(r"=|\s+")
_VALUE = re.compile(r"(?:=|\s+)([^\r\n#]*)")
_REST = re.compile(r"[^\r\n#]+")
# A requirement ends with its line, before a comment, and before `--hash`.
_REQUIREMENT = re.compile(
    r"(?:(?![ \t\\][ \t]*(?:\\(?:\r\n|\n|\r)[ \t]*)*(?:--|#))(?:\\(?:\r\n|\n|\r)|[^\r\n]))*"
)
_HASH = re.compile(r"--hash(?:=|\s+)\S+")
# In this order: what is tried first may be the beginning of another.
_VALUED: tuple[tuple[str, EntryKind], ...] = (
    ("-r", "requirements"),
    ("--requirement", "requirements"),
    ("-c", "constraints"),
    ("--constraint", "constraints"),
    ("-e", "editable"),
    ("--editable", "editable"),
    ("-i", "index"),
    ("--index-url", "index"),
    ("--extra-index-url", "index"),
    ("--find-links", "find-links"),
    ("-f", "find-links"),
    ("--no-binary", "option"),
    ("--only-binary", "option"),
)
_FLAGS = ("--no-index", "--require-hashes")
_IGNORED = ("--prefer-binary", "--pre", "--trusted-host", "--use-feature")


def read(sources: Sources, path: str) -> Requirements | Fault | toml.Unknown:
    """Read `path`; a Fault where it can't be opened or decoded."""
    text = requirements.read_text(sources, path)
    return Requirements(path, tuple(_Scanner(path, text).entries())) if isinstance(text, str) else text


class _Scanner:
    """Walks through the text; stops at the first line that uv refuses."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.at = 0

    def entries(self) -> Iterator[Entry]:
        while True:
            self._skip(_SPACE)
            while self._skip(_COMMENT) or self._skip(_END):
                self._skip(_SPACE)
            if self.at == len(self.text):
                return
            entry = self._entry()
            yield entry
            if entry.kind == "invalid":
                return

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        if match is None or match.end() == self.at:
            return False
        self.at = match.end()
        return True

    def _site(self, offset: int, value: str) -> Site:
        line = self.text.count("\n", 0, offset) + 1
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return Site(self.path, within=value, line=line, column=column)

    def _invalid(self, offset: int, why: str) -> Entry:
        return Entry("invalid", why, self._site(offset, ""))

    def _entry(self) -> Entry:
        start = self.at
        for option, kind in _VALUED:
            if self.text.startswith(option, start):
                self.at += len(option)
                return self._editable(start, option) if kind == "editable" else self._valued(option, kind)
        for option in _FLAGS:
            if self.text.startswith(option, start):
                self.at += len(option)
                hashed = option == "--require-hashes"
                return Entry("option", "", self._site(start, option), option, hashed)
        if self.text[start].isascii() and (self.text[start].isalnum() or self.text[start] in "./$"):
            return self._requirement("requirement", "")
        for option in _IGNORED:
            if self.text.startswith(option, start):
                self._skip(_REST)
                return Entry("option", "", self._site(start, option), option)
        word = self.text[start:].split(None, 1)[0]
        return self._invalid(
            start, f"`{word}` begins no requirement, and is no option that uv reads in a file"
        )

    def _valued(self, option: str, kind: EntryKind) -> Entry:
        start = self.at
        match = _VALUE.match(self.text, start)
        if match is None:
            return self._invalid(
                start - len(option), f"`{option}` and its value want a space or `=` between them"
            )
        self.at = match.end()
        value = match[1].rstrip()
        if not value:
            return self._invalid(start - len(option), f"`{option}` needs a value")
        return Entry(kind, _unquoted(value), self._site(match.start(1), value), option)

    def _editable(self, start: int, option: str) -> Entry:
        if not self._skip(_BETWEEN):
            return self._invalid(start, f"`{option}` and its value want a space or `=` between them")
        return self._requirement("editable", option)

    def _requirement(self, kind: EntryKind, option: str) -> Entry:
        match = _REQUIREMENT.match(self.text, self.at)
        value = match[0] if match is not None else ""
        site = self._site(self.at, value.strip())
        self.at += len(value)
        self._skip(_SPACE)
        hashed = self.text.startswith("--", self.at)
        if hashed and not _HASH.match(self.text, self.at):
            word = self.text[self.at :].split(None, 1)[0]
            return self._invalid(
                self.at, f"`{word}` stands after a requirement, where uv reads nothing but `--hash`"
            )
        while self._skip(_HASH):
            self._skip(_SPACE)
        return Entry(kind, value.strip(), site, option, hashed)


def _unquoted(text: str) -> str:
    """`text` as a shell would read it; itself where a quotation is not closed."""
    if not any(mark in text for mark in "'\"\\"):
        return text
    import shlex  # costs start-up time

    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = "", True, ""
    try:
        return "".join(lexer)
    except ValueError:
        return text
