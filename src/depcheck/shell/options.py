"""The words of a command of the system, sorted as getopt does: options may stand after operands."""

from __future__ import annotations

from collections.abc import Mapping

from depcheck.record import NamedTuple
from depcheck.shell.state import Field


class Sorted(NamedTuple):
    """`options`: letter or long name to its last value, empty for a flag; `unclear`: a word is not known."""

    options: Mapping[str, Field]
    operands: tuple[Field, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return any(name in self.options for name in names)


def sort(words: list[Field], valued: str = "", *, leading: bool = False) -> Sorted:
    """Sort `words`.

    valued: the options with a value, letters and long names apart by spaces.
    leading: stop at the first operand.
    """
    takes = frozenset(valued.split())
    options: dict[str, Field] = {}
    operands: list[Field] = []
    waiting = words[::-1]
    while waiting:
        field = waiting.pop()
        text = field.text
        if text == "--":
            operands += waiting[::-1]
            break
        if not text.startswith("-") or text == "-":
            operands.append(field)
            if leading:
                operands += waiting[::-1]
                break
        elif text.startswith("--"):
            name, equals, value = text[2:].partition("=")
            if name in takes and not equals and waiting:
                options[name] = waiting.pop()
            else:
                options[name] = Field(value, field.known)
        else:
            for index, letter in enumerate(text[1:], 2):
                if letter in takes:
                    rest = Field(text[index:], field.known)
                    options[letter] = rest if rest.text or not waiting else waiting.pop()
                    break
                options[letter] = Field("")
    return Sorted(options, tuple(operands))
