"""`$NAME` and `${NAME...}` in compose files, and the `.env` file beside them.

Source: compose-go `template` and `dotenv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from depcheck.record import NamedTuple

DEEPEST = 20  # braces in braces

_REFERENCE = re.compile(r"\$(?:\$|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*))")
_LINE = re.compile(
    r"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*
    (?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^\r\n]*))[^\r\n]*""",
    re.VERBOSE,
)


class Unset(NamedTuple):
    """A variable that decides and has no value here; `message` is that of `${NAME:?message}`."""

    name: str
    message: str = ""

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
        if match["braced"] is None:
            value = "$" if match["name"] is None else known.get(match["name"], Unset(match["name"]))
        else:
            close = _closing(text, at)
            if close < 0 or depth > DEEPEST:
                return Unset(match["braced"], "the braces do not end")
            value = _braced(match["braced"], text[at:close], known, depth)
            at = close + 1
        if isinstance(value, Unset):
            return value
        done += value
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
    return Unset(name, f"`${{{name}{rest}}}` is no form that Compose knows")


def environment(text: str) -> dict[str, str]:
    """The variables of a `.env` file; a value in it may name those before it."""
    found: dict[str, str] = {}
    for name, value, literal in _lines(text):
        filled = value if literal else interpolate(value, found)
        found[name] = "" if isinstance(filled, Unset) else filled
    return found


def _lines(text: str) -> Iterator[tuple[str, str, bool]]:
    """(name, value, whether the value is taken as it is)."""
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        if match is None:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end + 1
            continue
        at = match.end() + 1
        if match["single"] is not None:
            yield match["name"], match["single"], True
        elif match["double"] is not None:
            yield match["name"], match["double"].replace("\\n", "\n").replace('\\"', '"'), False
        else:
            yield match["name"], re.split(r"(?:^|\s)#", match["bare"])[0].strip(), False
