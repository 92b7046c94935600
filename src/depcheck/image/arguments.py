"""The words of one instruction, as BuildKit's `parser/line_parsers.go` and `split_command.go` part them.

Every function takes the text of an instruction, where to begin in it, and the escape character;
the words remember where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from depcheck.image.lexer import SPACES, SubstitutionError, unquoted, words
from depcheck.record import NamedTuple

_BLANKS = re.compile(r"[\t\v\f\r ]+")
_SOLID = re.compile(f"[^{SPACES}]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SURROGATES = re.compile("[\ud800-\udfff]")
_HEREDOC = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)")


class DockerfileError(Exception):
    """What stands there is not accepted; the argument is the sentence for it."""


class Word(NamedTuple):
    """A word as written, and the offset in the text of its instruction."""

    text: str
    at: int


class Delimiter(NamedTuple):
    """A here-document as it is announced: `<<-"EOF"`.

    expand: variables in the body are put in (for COPY and ADD). chomp: tabs that lead are taken off.
    """

    name: str
    expand: bool
    chomp: bool


class Parts(NamedTuple):
    """An instruction's text in parts. `json`: the arguments are a JSON array of texts."""

    flags: tuple[Word, ...]
    words: tuple[Word, ...]
    json: bool


def split(text: str, at: int, escape: str) -> tuple[str, Parts]:
    """The instruction's name as written, and its parts."""
    start, end = _trim(text, at)
    blank = _BLANKS.search(text, start, end)
    if blank is None:
        name, start = text[start:end], end
        flags: tuple[Word, ...] = ()
    else:
        name = text[start : blank.start()]
        found, rest = _flags(text[blank.end() : end], escape)
        flags = tuple(Word(word.text, word.at + blank.end()) for word in found)
        start, end = _trim(text, blank.end() + rest, end)
    parse = _PARSERS.get(name.lower().upper(), _ignored)
    return name.lower().upper(), parse(Parts(flags, (), json=False), text[:end], start, escape)


def _trim(text: str, start: int, end: int | None = None) -> tuple[int, int]:
    end = len(text) if end is None else end
    while start < end and text[start] in SPACES:
        start += 1
    while end > start and text[end - 1] in SPACES:
        end -= 1
    return start, end


def _flags(rest: str, escape: str) -> tuple[tuple[Word, ...], int]:
    """The `--flags` that lead, quotes and escapes taken off, and where what follows them begins.

    BuildKit goes by bytes here, and takes each for a character: a flag that is not ASCII is mangled.
    """
    if not rest.startswith("--"):
        return (), 0
    if not rest.isascii():
        data = rest.encode("utf-8", "surrogateescape")
        flags, end = _flags_of(data.decode("latin-1"), escape)
        return flags, len(data[:end].decode("utf-8", "surrogateescape"))
    return _flags_of(rest, escape)


def _flags_of(rest: str, escape: str) -> tuple[tuple[Word, ...], int]:
    found: list[Word] = []
    at, size = 0, len(rest)
    while True:
        while at < size and rest[at] in SPACES:
            at += 1
        if at == size or not rest.startswith("--", at):
            return tuple(found), at
        start = at
        text, at, quoted = _flag(rest, at, escape)
        if text == "--":
            return tuple(found), at
        if text or quoted:
            found.append(Word(text, start))


def _flag(rest: str, at: int, escape: str) -> tuple[str, int, bool]:
    """The flag that begins at `at`, where it ends, and whether any of it is quoted."""
    parts: list[str] = []
    quote, quoted = "", False
    size = len(rest)
    while at < size:
        char = rest[at]
        at += 1
        if char == quote:
            quote = ""
        elif not quote and char in SPACES:
            return "".join(parts), at - 1, quoted
        elif not quote and char in "'\"":
            quote, quoted = char, True
        elif char != escape:
            parts.append(char)
        elif at < size:
            parts.append(rest[at])
            at += 1
        else:
            quote = ""
    return "".join(parts), at, quoted


def _shell_words(text: str, at: int, escape: str) -> list[Word]:
    """Words parted by spaces, quotes and escapes kept: `A=1 B="x y"`."""
    found: list[Word] = []
    size = len(text)
    while True:
        while at < size and text[at] in SPACES:
            at += 1
        if at >= size:
            return found
        start, quote, last = at, "", size
        while at < size and (quote or text[at] not in SPACES):
            char = text[at]
            at += 1
            if char == quote:
                quote = ""
                continue
            if not quote and char in "'\"":
                quote = char
            if char == escape and quote != "'":
                last = at - 1 if at == size else size  # an escape at the very end is left out
                at = min(at + 1, size)
        if word := text[start : min(at, last)]:
            found.append(Word(word, start))


def _ignored(parts: Parts, _text: str, at: int, _escape: str) -> Parts:
    return parts._replace(words=(Word("", at),))


def _whole(parts: Parts, text: str, at: int, _escape: str) -> Parts:
    return parts._replace(words=(Word(text[at:], at),) if text[at:] else ())


def _blank_parted(parts: Parts, text: str, at: int, _escape: str) -> Parts:
    found: list[Word] = []
    if text[at:]:
        for blank in _BLANKS.finditer(text, at):
            found.append(Word(text[at : blank.start()], at))
            at = blank.end()
        found.append(Word(text[at:], at))
    return parts._replace(words=tuple(found))


def _json_or(otherwise: Callable[[Parts, str, int, str], Parts]) -> Callable[[Parts, str, int, str], Parts]:
    def parse(parts: Parts, text: str, at: int, escape: str) -> Parts:
        found = _json(text, at) if text.startswith("[", at) else None
        return otherwise(parts, text, at, escape) if found is None else parts._replace(words=found, json=True)

    return parse


def _json(text: str, at: int) -> tuple[Word, ...] | None:
    """The texts of a JSON array; None where it is no JSON."""
    from json import loads  # 8 ms that most Dockerfiles do without

    def refused(constant: str) -> object:
        raise ValueError(constant)

    try:
        values = loads(text[at:], parse_constant=refused, parse_int=len, parse_float=len)
    except ValueError:
        return None
    except RecursionError:
        values = [[]]
    if any(not isinstance(value, str) for value in values):
        raise DockerfileError("when using JSON array syntax, arrays must be comprised of strings only")
    places = [match.start() + 1 for match in _STRING.finditer(text, at)]
    return tuple(
        Word(_SURROGATES.sub("\ufffd", value) if "\\u" in text else value, place)
        for value, place in zip(values, places, strict=True)
    )


def _pairs(parts: Parts, text: str, at: int, escape: str) -> Parts:
    """`K=V K2=V2`, or `K V` with all that follows as the value: name, value, name, value."""
    found = _shell_words(text, at, escape)
    if not found:
        return parts
    if "=" not in found[0].text:
        blank = _BLANKS.search(text, at)
        if blank is None:
            raise DockerfileError("it must have two arguments")
        name = Word(text[at : blank.start()], at)
        return parts._replace(words=(name, Word(text[blank.end() :], blank.end())))
    pairs: list[Word] = []
    for word in found:
        name_text, equals, value = word.text.partition("=")
        if not equals:
            raise DockerfileError(f"there is no `=` in `{word.text}`: it must be of the form `name=value`")
        pairs += (Word(name_text, word.at), Word(value, word.at + len(name_text) + 1))
    return parts._replace(words=tuple(pairs))


def _names(parts: Parts, text: str, at: int, escape: str) -> Parts:
    return parts._replace(words=tuple(_shell_words(text, at, escape)))


def _health(parts: Parts, text: str, at: int, escape: str) -> Parts:
    kind = _SOLID.match(text, at)
    if kind is None:
        return parts
    blank = _BLANKS.match(text, kind.end())
    start = blank.end() if blank else kind.end()
    command = _json_or(_whole)(parts, text, start, escape)
    return command._replace(words=(Word(kind[0], at), *command.words))


_PARSERS: dict[str, Callable[[Parts, str, int, str], Parts]] = {
    "ADD": _json_or(_blank_parted),
    "ARG": _names,
    "CMD": _json_or(_whole),
    "COPY": _json_or(_blank_parted),
    "ENTRYPOINT": _json_or(_whole),
    "ENV": _pairs,
    "EXPOSE": _blank_parted,
    "FROM": _blank_parted,
    "HEALTHCHECK": _health,
    "LABEL": _pairs,
    "MAINTAINER": _whole,
    "ONBUILD": _whole,
    "RUN": _json_or(_whole),
    "SHELL": _json_or(_whole),
    "STOPSIGNAL": _whole,
    "USER": _whole,
    "VOLUME": _json_or(_blank_parted),
    "WORKDIR": _whole,
}
NAMES = frozenset(_PARSERS)


def delimiters(text: str) -> list[Delimiter]:
    """The here-documents that a line announces."""
    try:
        found = words(text, raw=True)
    except SubstitutionError:
        return []
    return [doc for word in found if (doc := delimiter(word)) is not None]


def delimiter(word: str) -> Delimiter | None:
    """The here-document that a word announces; None for any other word."""
    match = _HEREDOC.fullmatch(word)
    if match is None or not match[3]:
        return None
    try:
        names = unquoted(match[3], raw_quotes=False)
        raw = unquoted(match[3], raw_quotes=True)
    except SubstitutionError as error:
        raise DockerfileError(str(error)) from error
    if len(names) != 1:
        return None
    expand = _quotes(names[0]) == _quotes(raw[0])
    return Delimiter(names[0], expand, chomp=match[2] == "-")


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')
