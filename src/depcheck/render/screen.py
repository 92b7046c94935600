"""What a report is shown on."""

from __future__ import annotations

from depcheck.record import NamedTuple

_CODES = {
    "bold": "1",
    "red": "1;31",
    "yellow": "1;33",
    "blue": "1;34",
    "cyan": "1;36",
    "green": "1;32",
    "dim": "2",
}


class Screen(NamedTuple):
    """width: cells of a line, 0 where nothing limits it (a pipe). colour: whether to style text."""

    width: int = 0
    colour: bool = False

    def style(self, text: str, name: str) -> str:
        """`text` in a style of the table above, or as it is (also with no style)."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.colour and name else text


SEVERITY = {"error": "red", "warning": "yellow", "info": "cyan"}
