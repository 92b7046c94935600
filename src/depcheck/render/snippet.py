"""A source line with the place underlined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck.model import Range
from depcheck.render.screen import Screen
from depcheck.render.text import plain, width

_TAB = "    "
_UNLIMITED = 160  # cells of a source line where the screen sets no limit
_CUT = "..."


def snippet(line: str, place: Range, screen: Screen, colour: str, margin: int) -> Iterator[str]:
    """The line and what underlines the place in it, each with a margin for the line's number.

    line: without its end. margin: digits of the widest number. A line that does not fit is cut
    around the place, and a place that does not fit is cut at its end.
    """
    limit = max(20, (screen.width or _UNLIMITED) - margin - 3)
    begin = min(place.start.column - 1, len(line))
    end = len(line) if place.end.line > place.start.line else min(place.end.column - 1, len(line))
    before, marked, after = _cut(line, begin, max(begin, end), limit)
    bar = screen.style("|", "blue")
    number = screen.style(f"{place.start.line:>{margin}}", "blue")
    under = screen.style("^" * max(1, width(marked)), colour)
    yield f"{' ' * margin} {bar}"
    yield f"{number} {bar} {plain(f'{before}{marked}{after}')}".rstrip()
    yield f"{' ' * margin} {bar} {' ' * width(before)}{under}"


def _cut(line: str, begin: int, end: int, limit: int) -> tuple[str, str, str]:
    """What stands before, at and after the place, made safe, in `limit` cells together."""
    # Only as many characters as could be shown are looked at: a line may have ten million.
    marked, shorter = _fit(line[begin : min(end, begin + limit)], limit - 2 * len(_CUT))
    if shorter or end > begin + limit:
        return (_CUT if begin else ""), marked, _CUT
    left = limit - width(marked)
    room = left if begin <= left else left // 2
    before, cut_before = _fit_end(line[max(0, begin - left) : begin], room)
    if cut_before or begin > left:
        before = _CUT + _fit_end(before, room - len(_CUT))[0]
    room = left - width(before)
    after, cut_after = _fit(line[end : end + room + 1], room)
    if cut_after or end + room + 1 < len(line):
        after = _fit(line[end : end + room + 1], room - len(_CUT))[0] + _CUT
    return before, marked, after


def _fit(text: str, room: int) -> tuple[str, bool]:
    """The beginning of `text` that fits into `room` cells once it is safe, and whether it was cut."""
    shown = list(_fitting(text, room))
    return "".join(shown), len(shown) < len(text)


def _fit_end(text: str, room: int) -> tuple[str, bool]:
    """As `_fit`, the end of `text`."""
    shown = list(_fitting(reversed(text), room))
    return "".join(reversed(shown)), len(shown) < len(text)


def _fitting(text: Iterable[str], room: int) -> Iterator[str]:
    for char in text:
        safe = _TAB if char == "\t" else plain(char)
        room -= width(safe)
        if room < 0:
            return
        yield safe
