"""Comments to depcheck in a file: `# depcheck: ignore[missing-path] reason`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from depcheck.manifest.spans import spans
from depcheck.record import NamedTuple

_COMMENT = re.compile(r"#[ \t]*depcheck:[ \t]*ignore\b[ \t]*+(?:\[([^\]\n]*)\])?[^\n]*")
_WORD = re.compile(r"[^\s,]+")
Kind = Literal["toml", "dockerfile", ""]
Strings: TypeAlias = list[tuple[int, int]]


class Suppression(NamedTuple):
    """A comment that says which findings are meant to be there.

    start, end: its offsets. is_alone: nothing else stands on its line. words: the rules, with their offsets.
    lines: those whose findings it speaks of, counted from 1, the first its own.
    """

    start: int
    end: int
    is_alone: bool
    words: tuple[tuple[str, int], ...]
    lines: Sequence[int]


def read(text: str, kind: Kind) -> Iterator[Suppression]:
    """Those of a file. In a Dockerfile a comment is a line of its own."""
    last: list[int] | None = None
    strings: Strings | None = None
    number = at = 1
    for match in _COMMENT.finditer(text):
        start = match.start()
        number, at = number + text.count("\n", at - 1, start), start + 1
        before = text[text.rfind("\n", 0, start) + 1 : start]
        is_alone = not before.strip()
        if not is_alone and (kind == "dockerfile" or (kind != "toml" and not before[-1].isspace())):
            continue
        if kind == "toml":
            strings = _strings(text) if strings is None else strings
            if _is_in(strings, start):
                continue
        words = tuple((word[0], match.start(1) + word.start()) for word in _WORD.finditer(match[1] or ""))
        reach = number
        if is_alone:
            last = last or _last(text.split("\n"), continued=kind == "dockerfile")
            reach = last[number - 1] + 1
        yield Suppression(
            start, match.end() - match[0].endswith("\r"), is_alone, words, range(number, reach + 1)
        )


def _last(lines: Sequence[str], *, continued: bool) -> list[int]:
    """For each line that on which it ends, counted from 0: of a comment, what it speaks of.

    That is the line below it, and below more comments; of an instruction that goes on, its last one.
    """
    last = [len(lines) - 1] * len(lines)
    for at in range(len(lines) - 2, -1, -1):
        goes_on = lines[at].lstrip().startswith("#") or (
            continued and lines[at].rstrip().endswith(("\\", "`"))
        )
        last[at] = last[at + 1] if goes_on else at
    return last


def _strings(text: str) -> Strings:
    """The values of a TOML document that hold no others: what looks like a comment in one is none."""
    values = (span.value for span in spans(text).values() if text[span.value[0]] not in "[{")
    return sorted(values)


def _is_in(strings: Strings, offset: int) -> bool:
    at = bisect_right(strings, (offset, 0)) - 1
    return at >= 0 and offset < strings[at][1]
