"""What the standard streams are: a terminal of some width, a pipe, with colours or without."""

from __future__ import annotations

import os
from typing import TextIO

from depcheck.render.screen import Screen


def screen(stream: TextIO | None) -> Screen:
    """How to show a report on `stream`: NO_COLOR, FORCE_COLOR, COLUMNS and TERM are respected."""
    is_terminal = stream is not None and stream.isatty()
    return Screen(width(stream) if is_terminal else 0, _colour(is_terminal=is_terminal))


def _colour(*, is_terminal: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def width(stream: TextIO | None) -> int:
    """The cells of a line: COLUMNS, or what the terminal says, or 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) < 5 and int(columns):
        return int(columns)
    if stream is None:
        return 80
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):  # ValueError: no file behind the stream
        return 80
