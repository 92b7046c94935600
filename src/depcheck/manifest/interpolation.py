"""`$NAME` and `${NAME...}` in compose files. Source: compose-go `template`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from depcheck.record import NamedTuple

DEEPEST = 20  # braces in braces
LONGEST = 100_000  # characters that a text may come to

_REFERENCE = re.compile(
    r"\$(?:\$|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)|(?P<bad>\{))"
)


class Unset(NamedTuple):
    """A variable that decides and has no value here; `message` is that of `${NAME:?message}`.

    invalid: the text is not of a form that Compose takes.
    """

    name: str
    message: str = ""
    invalid: bool = False

    @property
    def because(self) -> str:
        """Why the text that holds it is unknown."""
        more = f": {self.message}" if self.message else ""
        return f"the variable `{self.name}` has no value here{more}"


def interpolate(text: str, known: Mapping[str, str], depth: int = 0) -> str | Unset:
    """`text` with its variables replaced; Unset where one has neither value nor default."""
    if "$" not in text:
        return text
    done, at = "", 0
    while match := _REFERENCE.search(text, at):
        done += text[at : match.start()]
        at = match.end()
        if match["bad"] is not None:
            return Unset("$", "`${` without the name of a variable", invalid=True)
        if match["braced"] is None:
            value = "$" if match["name"] is None else known.get(match["name"], Unset(match["name"]))
        else:
            close = _closing(text, at)
            if close < 0 or depth > DEEPEST:
                return Unset(match["braced"], "the braces do not end", invalid=close < 0)
            value = _braced(match["braced"], text[at:close], known, depth)
            at = close + 1
        if isinstance(value, Unset):
            return value
        done += value
        if len(done) > LONGEST:
            return Unset(match["name"] or match["braced"] or "$", "what it comes to is too long")
    return done + text[at:]


def _closing(text: str, at: int) -> int:
    depth = 0
    for index in range(at, len(text)):
        if text[index] == "}":
            if depth == 0:
                return index
            depth -= 1
        elif text[index] == "{" and text[index - 1] == "$":
            depth += 1
    return -1


def _braced(name: str, rest: str, known: Mapping[str, str], depth: int) -> str | Unset:
    """`rest` is what stands between the name and the closing brace: `:-word`, `?word` and so on."""
    value = known.get(name)
    if not rest:
        return Unset(name) if value is None else value
    empty_too = rest.startswith(":")
    operator, word = rest[empty_too : empty_too + 1], rest[empty_too + 1 :]
    there = value is not None and not (empty_too and not value)
    match operator:
        case "-":
            return value if there and value is not None else interpolate(word, known, depth + 1)
        case "+":
            return interpolate(word, known, depth + 1) if there else ""
        case "?":
            return value if there and value is not None else Unset(name, word)
    return Unset(name, f"`${{{name}{rest}}}` is no form that Compose knows", invalid=True)
