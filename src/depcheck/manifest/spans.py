"""Where each value of a TOML document stands: routes to offsets, in one pass over valid text.

No maintained parser that is fast enough gives the spans of values. This one reads only what a
parser has accepted already, and only files that have a finding.
"""

from __future__ import annotations

import re

from depcheck.model import Route
from depcheck.record import NamedTuple

_BLANK = re.compile(r"(?:[ \t\r\n]++|\#[^\n]*+)*+")
_INLINE_BLANK = re.compile(r"[ \t]*")
# Possessive: a string of ten million characters is one step, and one without an end is no search.
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*'""")
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*'"
    r"|\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}#]*"
    r"|[^\s,\]}#]+",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


class Span(NamedTuple):
    """Offsets in characters: of the key (a header, for a table) and of the value."""

    key: tuple[int, int]
    value: tuple[int, int]


class _Open(NamedTuple):
    """An array or inline table that is being read."""

    route: Route
    start: int
    is_array: bool


def spans(text: str) -> dict[Route, Span]:
    """The place of every key, table and array item; stops where the text is no TOML."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Route, Span] = {}
        self.counts: dict[Route, int] = {}

    def scan(self) -> dict[Route, Span]:
        prefix: Route = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return self.found
            start = self.at
            if self.text[start] == "[":
                double = self.text.startswith("[[", start)
                self.at += 2 if double else 1
                keys = self._keys()
                self._skip(_INLINE_BLANK)
                self.at += 2 if double else 1
                if not keys:
                    return self.found
                prefix = self._table(keys, double=double)
                self.found.setdefault(prefix, Span((start, self.at), (start, self.at)))
            elif not self._pair(prefix):
                return self.found

    def _table(self, keys: Route, *, double: bool) -> Route:
        """The route of a header: names of arrays of tables stand for their last item."""
        route: Route = ()
        for index, key in enumerate(keys):
            route = (*route, key)
            if double and index == len(keys) - 1:
                count = self.counts.get(route, -1) + 1
                self.counts[route] = count
                return (*route, count)
            if route in self.counts:
                route = (*route, self.counts[route])
        return route

    def _pair(self, prefix: Route) -> bool:
        """`key = value`; False where none stands."""
        start = self.at
        keys = self._keys()
        end = self.at
        self._skip(_INLINE_BLANK)
        if not keys or not self.text.startswith("=", self.at):
            return False
        self.at += 1
        self._skip(_INLINE_BLANK)
        return self._value((*prefix, *keys), (start, end))

    def _value(self, route: Route, key: tuple[int, int]) -> bool:
        """A value, with everything in it; a stack instead of recursion, however deep it nests."""
        open_: list[_Open] = []
        starts: dict[Route, tuple[int, int]] = {route: key}
        pending: Route | None = route
        while True:
            if pending is not None:
                char = self.text[self.at : self.at + 1]
                if char in ("[", "{") and char:
                    open_.append(_Open(pending, self.at, char == "["))
                    self.at += 1
                else:
                    match = _SCALAR.match(self.text, self.at)
                    if match is None:
                        return False
                    self._note(pending, starts, match.start(), match.end())
                    self.at = match.end()
                pending = None
            if not open_:
                return True
            top = open_[-1]
            self._skip(_BLANK)
            char = self.text[self.at : self.at + 1]
            if char == ("]" if top.is_array else "}"):
                self.at += 1
                open_.pop()
                self._note(top.route, starts, top.start, self.at)
            elif char == ",":
                self.at += 1
            elif not char:
                return False
            else:
                pending = self._item(top, starts)
                if pending is None:
                    return False

    def _item(self, top: _Open, starts: dict[Route, tuple[int, int]]) -> Route | None:
        """The route of the next item of an array or inline table, the place at its value."""
        if top.is_array:
            index = self.counts.get(top.route, -1) + 1
            self.counts[top.route] = index
            route: Route = (*top.route, index)
            starts[route] = (self.at, self.at)
            return route
        start = self.at
        keys = self._keys()
        key = (start, self.at)
        self._skip(_BLANK)
        if not keys or not self.text.startswith("=", self.at):
            return None
        self.at += 1
        self._skip(_BLANK)
        route = (*top.route, *keys)
        starts[route] = key
        return route

    def _note(self, route: Route, starts: dict[Route, tuple[int, int]], start: int, end: int) -> None:
        self.found[route] = Span(starts.get(route, (start, end)), (start, end))

    def _keys(self) -> Route:
        """A dotted key."""
        keys: list[str] = []
        while True:
            self._skip(_INLINE_BLANK)
            match = _KEY.match(self.text, self.at)
            if match is None:
                return tuple(keys)
            self.at = match.end()
            keys.append(unquote(match[0]))
            after = _INLINE_BLANK.match(self.text, self.at)
            if after is None or not self.text.startswith(".", after.end()):
                return tuple(keys)
            self.at = after.end() + 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()


def unquote(source: str) -> str:
    """The text that a TOML string or key stands for."""
    if source.startswith(('"""', "'''")):
        body = source[3:-3].removeprefix("\r").removeprefix("\n")
    elif source[:1] in ('"', "'"):
        body = source[1:-1]
    else:
        return source
    if source[0] == "'":
        return body
    return _ESCAPE.sub(_unescape, re.sub(r"\\[ \t\r]*\n[ \t\r\n]*", "", body))


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _ESCAPED.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if number < 0x110000 else match[0]
