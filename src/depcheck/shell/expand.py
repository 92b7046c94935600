"""Words to fields: variables, substitutions, splitting, globs against the tree, tilde.

POSIX, Shell Command Language, 2.6. A value that is not known stays in a field as it was written and
makes the field unknown.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.shell.state import Field, State
from depcheck.shell.syntax import Lit, Opaque, Param, Part, Process, Sequence, Sub, Word
from depcheck.tree.base import Kind

Capture = Callable[[State, Sequence], str | None]  # what a substitution writes; None: not known
_BRACES = re.compile(r"\{([^{}\s]*,[^{}\s]*)\}")
_RANGE = re.compile(r"\{(\d{1,3})\.\.(\d{1,3})\}")
_GLOB = re.compile(r"[*?[]")
_PATTERN = re.compile(r"[*?]|\[.+\]")  # a lone `[` is the name of a command
_LONGEST = 100_000  # characters of a value: a longer one is not worked with
_MOST = 10_000  # characters, fields of one word: more is not worked out


class _Piece(NamedTuple):
    """Text on its way into a field; where `split`, it is cut at blanks."""

    text: str
    quoted: bool = True
    known: bool = True
    split: bool = False


def fields(state: State, words: tuple[Word, ...], capture: Capture) -> list[Field]:
    """The fields that the words of a command make."""
    found: list[Field] = []
    for word in words:
        for one in _braces(word) if state.bash else (word,):
            if one.parts == (Param("@", "", None, True, one.text),) or one.text in ('"$@"', "$@", "$*"):
                found += state.arguments
                continue
            for pieces in _split(_pieces(state, one.parts, capture)):
                found += _matched(state, pieces)
    return found


def single(state: State, word: Word, capture: Capture) -> Field:
    """The word as one field, neither split nor matched: a value, the target of a redirection."""
    pieces = list(_pieces(state, word.parts, capture))
    return Field("".join(piece.text for piece in pieces), all(piece.known for piece in pieces))


def pattern(state: State, word: Word, capture: Capture) -> str | None:
    """The word as a regular expression for `case`; None where it is not known."""
    pieces = list(_pieces(state, word.parts, capture))
    return _translate(pieces) if all(piece.known for piece in pieces) else None


def matches(expression: str, text: str) -> bool:
    """Whether a pattern fits the whole text."""
    return re.compile(expression).match(text) is not None


def _translate(pieces: list[_Piece]) -> str:
    text = "".join(_GLOB.sub(r"[\g<0>]", piece.text) if piece.quoted else piece.text for piece in pieces)
    return fnmatch.translate(text.replace("[^", "[!"))


def _braces(word: Word) -> Iterator[Word]:
    """bash: `{a,b}` makes two words, where no quote and no expansion stands in it."""
    waiting = [word]
    made = 0
    while waiting:
        one = waiting.pop()
        for index, part in enumerate(one.parts):
            if not isinstance(part, Lit) or part.quoted:
                continue
            match = _BRACES.search(part.text)
            numbers = _RANGE.search(part.text)
            if match:
                choices, found = match[1].split(","), match
            elif numbers and int(numbers[1]) <= int(numbers[2]):
                choices, found = [str(n) for n in range(int(numbers[1]), int(numbers[2]) + 1)], numbers
            else:
                continue
            if made > _MOST:
                return
            made += len(choices)
            before, after = part.text[: found.start()], part.text[found.end() :]
            for choice in reversed(choices):
                middle = Lit(before + choice + after, quoted=False)
                waiting.append(Word((*one.parts[:index], middle, *one.parts[index + 1 :]), one.text))
            break
        else:
            yield one


def _pieces(state: State, parts: tuple[Part, ...], capture: Capture) -> Iterator[_Piece]:
    for index, part in enumerate(parts):
        match part:
            case Lit(text, quoted):
                if index == 0 and not quoted and text.startswith("~"):
                    yield from _tilde(state, text)
                else:
                    yield _Piece(text, quoted)
            case Param():
                yield from _param(state, part, capture)
            case Sub(body, quoted, text):
                value = capture(state, body)
                yield (
                    _Piece(text, quoted, known=False)
                    if value is None
                    else _Piece(value.rstrip("\n"), quoted, split=not quoted)
                )
            case Opaque(text, quoted):
                yield _Piece(text, quoted, known=False)
            case Process(body, text):
                capture(state, body)
                yield _Piece(text, known=False)


def _tilde(state: State, text: str) -> Iterator[_Piece]:
    name, slash, rest = text.partition("/")
    home = value(state, "HOME")
    if name != "~":
        yield _Piece(text, known=False)
    else:
        yield _Piece(home if home is not None else "~", known=home is not None)
        yield _Piece(slash + rest, quoted=False)


def value(state: State, name: str) -> str | None:
    """The value of a variable, an unset one is empty; None: it is not known."""
    if name == "?":
        return None if state.status is None else str(state.status)
    if name == "#":
        return str(len(state.arguments))
    if name in ("@", "*"):
        known = all(field.known for field in state.arguments)
        return " ".join(field.text for field in state.arguments) if known else None
    if name.isdigit() and name != "0":
        index = int(name[:4]) - 1
        field = state.arguments[index] if index < len(state.arguments) else Field("")
        return field.text if field.known else None
    if name == "PWD":
        root = state.world.tree.root.rstrip("/")
        place = state.shown if state.shown.startswith("/") else f"{root}/{state.shown}".rstrip("/") or "/"
        return None if state.lost else place
    if name in state.env:
        found = state.env[name]
        return None if found is not None and len(found) > _LONGEST else found
    return "" if state.sealed and (name[0].isalpha() or name[0] == "_") and name not in _OWN else None


_OWN = frozenset(("RANDOM", "SECONDS", "LINENO", "HOSTNAME", "UID", "EUID", "PPID", "OSTYPE", "IFS"))


def _param(state: State, part: Param, capture: Capture) -> Iterator[_Piece]:
    found = value(state, part.name) if part.op != "bad" else None
    unset = found == "" and part.name not in state.env
    split = not part.quoted
    word = part.word or Word((), "")
    op = part.op.removeprefix(":")
    if op in ("-", "=", "+", "?"):
        if found is None:
            yield _Piece(part.text, part.quoted, known=False)
            return
        empty = found == "" if part.op.startswith(":") else unset
        if op == "+":
            if not empty:
                yield from _given(state, word, capture, split=split)
        elif not empty:
            yield _Piece(found, part.quoted, split=split)
        elif op == "?":
            yield _Piece(part.text, part.quoted, known=False)
        else:
            given = single(state, word, capture)
            if op == "=":
                state.env[part.name] = given.text if given.known else None
            yield from _given(state, word, capture, split=split)
        return
    if found is not None and part.op:
        found = str(len(found)) if part.op == "len" else _cut(state, found, part, capture)
    if found is None:
        yield _Piece(part.text, part.quoted, known=False)
    else:
        yield _Piece(found, part.quoted, split=split)


def _given(state: State, word: Word, capture: Capture, *, split: bool) -> Iterator[_Piece]:
    for piece in _pieces(state, word.parts, capture):
        yield piece._replace(split=split and not piece.quoted, quoted=piece.quoted or not split)


def _cut(state: State, text: str, part: Param, capture: Capture) -> str | None:
    """`${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`, `${x/p/r}`, `${x//p/r}`."""
    if part.word is None or len(text) > _MOST:
        return None
    if part.op in ("/", "//"):
        given = single(state, part.word, capture)
        old, _, new = given.text.partition("/")
        if not given.known or _GLOB.search(old) or "\\" in given.text or not old or old[0] in "#%":
            return None
        return text.replace(old, new, -1 if part.op == "//" else 1)
    expression = pattern(state, part.word, capture)
    if expression is None:
        return None
    fits = re.compile(expression).match
    sizes = range(len(text) + 1)
    if part.op in ("#", "##"):
        order = sizes if part.op == "#" else reversed(sizes)
        return next((text[size:] for size in order if fits(text[:size])), text)
    order = reversed(sizes) if part.op == "%" else sizes
    return next((text[:size] for size in order if fits(text[size:])), text)


def _split(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces of each field; none for an unquoted empty value."""
    current: list[_Piece] = []
    for piece in pieces:
        if not piece.split:
            if piece.text or piece.quoted or not piece.known:
                current.append(piece)
            continue
        words = piece.text.split()
        if piece.text[:1].isspace() and current:
            yield current
            current = []
        for index, word in enumerate(words[:_MOST]):
            if index:
                yield current
                current = []
            current.append(_Piece(word, quoted=False))
        if words and piece.text[-1].isspace():
            yield current
            current = []
    if current:
        yield current


def _matched(state: State, pieces: list[_Piece]) -> list[Field]:
    """One field, or what it matches in the tree."""
    text = "".join(piece.text for piece in pieces)
    if not all(piece.known for piece in pieces):
        return [Field(text, known=False)]
    if not any(not piece.quoted and _PATTERN.search(piece.text) for piece in pieces):
        return [Field(text)]
    if state.lost and not text.startswith("/"):
        return [Field(text, known=False)]
    found = ["/" if text.startswith("/") else ""]
    sure = True
    for component in _components(pieces):
        literal = "".join(piece.text for piece in component)
        if not any(not piece.quoted and _PATTERN.search(piece.text) for piece in component):
            found = [one + literal + "/" for one in found]
            continue
        sure = sure and all(_listed(state, one) for one in found)
        expression = re.compile(_translate(component))
        found = [
            f"{one}{name}/"
            for one in found
            for name in _names(state, one)
            if expression.match(name) and (literal.startswith(".") or not name.startswith("."))
        ][:_MOST]
    found = [one.rstrip("/") + ("/" if text.endswith("/") else "") for one in found]
    found = [one for one in found if _stands(state, one)]
    return [Field(one) for one in sorted(found)] or [Field(text, known=sure)]


def _stands(state: State, path: str) -> bool:
    """Whether a match stays: a link to nothing does, unless a directory is asked for."""
    kind = state.kind(path)
    if path.endswith("/"):
        return kind in (Kind.DIR, Kind.UNKNOWN)
    return kind is not Kind.MISSING or state.world.tree.is_link(state.entry(path))


def _components(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    current: list[_Piece] = []
    for piece in pieces:
        for index, text in enumerate(piece.text.split("/")):
            if index:
                if current:
                    yield current
                current = []
            if text:
                current.append(piece._replace(text=text))
    if current:
        yield current


def _names(state: State, directory: str) -> list[str]:
    place = state.real(directory) if directory else state.cwd
    return [] if paths.is_outside(place) else state.world.tree.names(place)


def _listed(state: State, directory: str) -> bool:
    """Whether the tree knows all that stands in the directory."""
    place = state.real(directory) if directory else state.cwd
    unknown = state.world.tree.kind(place) is Kind.UNKNOWN or paths.is_outside(place)
    return not unknown and not (state.world.murk and state.world.murky(place))
