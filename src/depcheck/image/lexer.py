r"""Variables and quotes in the words of a Dockerfile, as BuildKit's own shell lexer reads them.

The rules are those of BuildKit's `frontend/dockerfile/shell`: it is no shell, and differs from one
in many corners (`"\t"` keeps its backslash, a pattern knows `*` and `?` only). A value may be
unknown, or hold a part that is: `UNKNOWN` marks it, and what is made of it carries the mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
UNKNOWN = "\0"  # stands in a value for a part that is not known; no Dockerfile word holds a NUL
LONGEST = 1 << 16  # characters of a value; what grows beyond is unknown
DEEPEST = 100  # `${a:-${b:-...}}` nested

_SPECIAL = frozenset("@*#?-$!0")
_NAME = re.compile(r"[^\W\d]\w*|_\w*")
_PLAIN = re.compile(rf"[^$'\"\\`<}}/{SPACES}]+")
_Nothing: Mapping[str, str] = {}


class SubstitutionError(Exception):
    """The word is not one that BuildKit accepts; the argument says why."""


def expand(word: str, env: Mapping[str, str], escape: str = "\\") -> str:
    """The word with variables put in and quotes taken off. Raises SubstitutionError."""
    if not any(mark in word for mark in ("$", "'", '"', escape)):
        return word
    return _known(_Lexer(word, env, escape))


def expand_text(text: str, env: Mapping[str, str]) -> str:
    """The body of a here-document with variables put in; quotes stand for themselves."""
    lexer = _Lexer(text, env, "\\")
    lexer.quotes = False
    return _known(lexer)


def words(text: str, *, raw: bool) -> list[str]:
    """The words of a line, variables left as they are; `raw` keeps quotes and escapes too."""
    lexer = _Lexer(text, _Nothing, "\\")
    lexer.keep_unset = True
    lexer.raw_quotes = lexer.raw_escapes = raw
    return lexer.until("")[1]


def unquoted(text: str, *, raw_quotes: bool) -> list[str]:
    """The words of a here-document's delimiter, escapes taken off, quotes kept or taken off."""
    lexer = _Lexer(text, _Nothing, "\\")
    lexer.keep_unset = True
    lexer.raw_quotes = raw_quotes
    return lexer.until("")[1]


class _BeyondError(Exception):
    """Larger or deeper than is looked at."""


def _known(lexer: _Lexer) -> str:
    try:
        return lexer.until("")[0]
    except _BeyondError:
        return UNKNOWN


class _Lexer:
    """A word and how far it has been read."""

    def __init__(self, text: str, env: Mapping[str, str], escape: str) -> None:
        self.text = text
        self.env = env
        self.escape = escape
        self.quotes = True
        self.raw_quotes = False
        self.raw_escapes = False
        self.keep_unset = False
        self._at = 0
        self._depth = 0
        self._size = 0
        self._word: list[str] = []  # one for all levels, as in BuildKit: an inner level empties it

    def _peek(self) -> str:
        return self.text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self.text[self._at : self._at + 1]
        self._at += 1
        return char

    def until(self, stop: str, *, raw_escapes: bool | None = None) -> tuple[str, list[str]]:
        """What comes before the character `stop` (or the end), as one text and as words."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _BeyondError
        before = self.raw_escapes
        if raw_escapes is not None:
            self.raw_escapes = raw_escapes
        try:
            return self._until(stop)
        finally:
            self.raw_escapes = before
            self._depth -= 1

    def _until(self, stop: str) -> tuple[str, list[str]]:
        result: list[str] = []
        found: list[str] = []
        self._word.clear()
        while char := self._peek():
            if char == stop:
                self._at += 1
                return "".join(result), self._finished(found)
            if plain := _PLAIN.match(self.text, self._at) if char != self.escape else None:
                self._at = plain.end()
                result.append(plain[0])
                self._word.append(plain[0])
            elif char == "$":
                value = self._dollar()
                result.append(value)
                self._add(value, found)
            elif special := self._quoted(char):
                result.append(special[0])
                self._word.append(special[0])
            else:
                self._plain(result, found)
        if stop:
            raise SubstitutionError(f"`{stop}` is missing")
        return "".join(result), self._finished(found)

    def _finished(self, found: list[str]) -> list[str]:
        if word := "".join(self._word):
            found.append(word)
        self._word.clear()
        return found

    def _add(self, text: str, found: list[str]) -> None:
        """Text whose spaces part words."""
        for char in text:
            if char not in SPACES:
                self._word.append(char)
            else:
                self._finished(found)

    def _plain(self, result: list[str], found: list[str]) -> None:
        char = self._next()
        if char != self.escape:
            self._add(char, found)
            result.append(char)
            return
        if self.raw_escapes:
            self._word.append(char)
            result.append(char)
        if escaped := self._next():
            self._word.append(escaped)
            result.append(escaped)

    def _quoted(self, char: str) -> tuple[str] | None:
        """What a quote or `<` stands for; None where the character means itself."""
        if char == "<":
            return (self._heredoc(),)
        if not self.quotes:
            return None
        if char == "'":
            return (self._single(),)
        return (self._double(),) if char == '"' else None

    def _heredoc(self) -> str:
        self._at += 1
        if self._peek() != "<":
            return "<"
        start = self._at - 1
        self._at += 1
        while self._peek() and self._peek() in "\t\r ":
            self._at += 1
        return self.text[start : self._at]

    def _single(self) -> str:
        end = self.text.find("'", self._at + 1)
        if end < 0:
            raise SubstitutionError("a `'` is not closed")
        inner = self.text[self._at + 1 : end]
        self._at = end + 1
        return f"'{inner}'" if self.raw_quotes else inner

    def _double(self) -> str:
        self._at += 1
        result: list[str] = ['"'] if self.raw_quotes else []
        while char := self._peek():
            if char == "$":
                result.append(self._dollar())
                continue
            self._at += 1
            if char == '"':
                if self.raw_quotes:
                    result.append(char)
                return "".join(result)
            if char == self.escape:
                if self.raw_escapes:
                    result.append(char)
                following = self._peek()
                if not following:
                    continue
                if following in ('"', "$", self.escape):
                    char = self._next()
            result.append(char)
        raise SubstitutionError('a `"` is not closed')

    def _dollar(self) -> str:
        value = self._reference()
        self._size += len(value)
        if self._size > LONGEST:
            raise _BeyondError
        return value

    def _reference(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            return f"${name}" if self.keep_unset and name not in self.env else self.env.get(name, "")
        self._at += 1
        if self._peek() in ("", "{", "}", ":"):
            raise SubstitutionError("bad substitution")
        name = self._name()
        mark = self._next()
        unset = self.keep_unset and name not in self.env
        if mark == "}":
            return f"${{{name}}}" if unset else self.env.get(name, "")
        if mark == "/":
            return self._replaced(name, unset=unset)
        empty_is_unset = mark == ":"
        if empty_is_unset:
            mark = self._next()
        if mark not in ("+", "-", "?") and (empty_is_unset or mark not in ("#", "%")):
            raise SubstitutionError("bad substitution")
        word, _ = self.until("}", raw_escapes=mark in ("#", "%"))
        if unset:
            return f"${{{name}{':' if empty_is_unset else ''}{mark}{word}}}"
        return self._modified(name, mark, word, empty_is_unset=empty_is_unset)

    def _name(self) -> str:
        char = self._peek()
        if char.isdecimal():
            start = self._at
            while self._peek().isdecimal():
                self._at += 1
            return self.text[start : self._at]
        if char in _SPECIAL:
            self._at += 1
            return char
        name = _NAME.match(self.text, self._at)
        if name is None:
            return ""
        self._at = name.end()
        return name[0]

    def _modified(self, name: str, mark: str, word: str, *, empty_is_unset: bool) -> str:
        value = self.env.get(name)
        if mark in ("#", "%"):
            greedy = word.startswith(mark)
            return _trimmed(value or "", word[1:] if greedy else word, greedy=greedy, end=mark == "%")
        if value is not None and UNKNOWN in value and not value.strip(UNKNOWN):
            return UNKNOWN
        missing = value is None or (empty_is_unset and not value)
        if mark == "+":
            return "" if missing else word
        if not missing:
            return value or ""
        if mark == "-":
            return word
        raise SubstitutionError(f"`{name}`: {word or 'is not allowed to be unset'}")

    def _replaced(self, name: str, *, unset: bool) -> str:
        every = self._peek() == "/"
        if every:
            self._at += 1
        pattern, _ = self.until("/", raw_escapes=True)
        new, _ = self.until("}", raw_escapes=True)
        if unset:
            return f"${{{name}/{pattern}/{new}}}"
        value = self.env.get(name, "")
        matcher = _pattern(pattern, value, greedy=True)
        if matcher is None or (every and "$" in new):  # Go would take `$1` for a group
            return UNKNOWN
        return _substituted(value, matcher, new, most=len(value) + 1 if every else 1)


def _substituted(value: str, matcher: re.Pattern[str], new: str, most: int) -> str:
    """The matches replaced as Go does it: no empty match right after another match."""
    parts: list[str] = []
    at = size = 0
    for match in matcher.finditer(value):
        if most == 0:
            break
        if match.start() == match.end() == at and parts:
            continue
        parts += (value[at : match.start()], new)
        at = match.end()
        most -= 1
        size += len(new)
        if size > LONGEST:
            return UNKNOWN
    return "".join((*parts, value[at:]))


def _trimmed(value: str, pattern: str, *, greedy: bool, end: bool) -> str:
    """`value` without the prefix (or suffix) that the pattern matches."""
    if end:
        return _trimmed(value[::-1], _reversed(pattern), greedy=greedy, end=False)[::-1]
    matcher = _pattern(pattern, value, greedy=greedy)
    if matcher is None:
        return UNKNOWN
    match = matcher.match(value)
    return value if match is None else value[match.end() :]


def _reversed(pattern: str) -> str:
    """The pattern from its end, each escape still before the character that it escapes."""
    return "".join(re.findall(r"\\.|.", pattern, re.DOTALL)[::-1])


def _pattern(pattern: str, value: str, *, greedy: bool) -> re.Pattern[str] | None:
    """The regular expression of a pattern; None where the result is not known or too dear to have."""
    if UNKNOWN in value or UNKNOWN in pattern or (len(value) + 1) ** pattern.count("*") > LONGEST << 6:
        return None
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append(".*" if greedy else ".*?")
        elif char == "?":
            out.append(".")
        elif char == "\\":
            following = pattern[at : at + 1]
            if following in ("}", "/") and following:
                continue
            if following not in ("*", "?", "\\") or not following:
                raise SubstitutionError(f"`{pattern}` is no pattern: `\\{following}` escapes nothing")
            out.append("\\" + following)
            at += 1
        else:
            out.append(re.escape(char))
    return re.compile("".join(out))
