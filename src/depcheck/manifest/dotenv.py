"""The `.env` file beside compose files. Source: compose-go `dotenv/parser.go`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.manifest.interpolation import Unset, interpolate

MOST_UNSET = 50  # variables without a value that a value may name

_BETWEEN = re.compile(r"(?:\s+|#[^\n]*)*")
_NAME = re.compile(r"(?:export\s+)?(?P<name>(?:[^\S\n]|[\w.\[\]-])*)(?P<end>[=:\n]|$)[^\S\n]*")
_QUOTED = re.compile(r"""'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPE = re.compile(r'\\([abfnrtv$"\\])')
_MEANING = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "$": "$$",
}  # fmt: skip


def environment(text: str) -> dict[str, str]:
    """The variables of a `.env` file; a value may name those before it, and one without a value is empty."""
    found: dict[str, str] = {}
    for name, value, literal in _statements(text):
        known = dict(found)
        filled = value if literal else interpolate(value, known)
        while isinstance(filled, Unset) and not filled.message and len(known) < len(found) + MOST_UNSET:
            known[filled.name] = ""
            filled = interpolate(value, known)
        found[name] = "" if isinstance(filled, Unset) else filled
    return found


def _statements(text: str) -> Iterator[tuple[str, str, bool]]:
    """(name, value, whether the value is taken as it is), up to what Compose would not read."""
    at = 0
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        named = _NAME.match(text, at)
        if named is None or at == len(text) or any(char.isspace() for char in named["name"].rstrip()):
            return
        at = named.end()
        if named["end"] in ("\n", ""):  # the name of a variable that is set outside
            continue
        name = named["name"].rstrip()
        quoted = _QUOTED.match(text, at)
        if quoted is not None:
            at = quoted.end()
            if quoted["single"] is not None:
                yield name, quoted["single"].replace("\\'", "'"), True
            else:
                yield (
                    name,
                    _ESCAPE.sub(lambda found: _MEANING.get(found[1], found[1]), quoted["double"]),
                    False,
                )
        elif text.startswith(("'", '"'), at):
            return
        else:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            yield name, text[at:end].partition(" #")[0].rstrip(), False
            at = end


def _meant(escape: re.Match[str]) -> str:
    return _MEANING.get(escape[1], escape[1])
