"""What `.dockerignore` keeps out of a build context, as moby/patternmatcher and fsutil decide it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from posixpath import normpath

from depcheck.image import globs
from depcheck.image.globs import PatternError
from depcheck.image.lexer import SPACES
from depcheck.record import NamedTuple

_FEW = 2  # stars that a regular expression may have: with more it can take very long
_WILD = frozenset("*[]?^\\")

Matched = tuple[bool, ...]  # for a directory: which patterns have matched it, or a directory above it


class Pattern(NamedTuple):
    """One pattern. `exception`: it was written with a `!`."""

    text: str
    exception: bool
    matches: Callable[[str], bool]


class Patterns:
    """A list of patterns, the last that matches decides."""

    def __init__(self, texts: Iterable[str], *, sent: bool = False) -> None:
        """Take patterns as written, without comments; `sent`: they say what a client sends.

        Raises PatternError.
        """
        self.patterns = [_pattern(text) for line in texts if (text := line.strip(SPACES))]
        self.nothing: Matched = (False,) * len(self.patterns)
        exceptions = [pattern.text for pattern in self.patterns if pattern.exception]
        self._sent = sent
        self._heads = [_head(text) for text in exceptions]
        self._plain = not any(_WILD & set(head) for head in self._heads)

    def match(self, path: str, above: Matched) -> tuple[bool, Matched]:
        """Whether `path` is matched, and by which patterns; `above`: the same of its directory.

        As fsutil's walk asks it (`MatchesUsingParentResults`): a pattern that cannot change the answer
        is not looked at, and then counts as not matching for what lies below, too.
        """
        answer = False
        found: list[bool] = []
        for pattern, inherited in zip(self.patterns, above, strict=True):
            matched = inherited or (pattern.exception == answer and pattern.matches(path))
            found.append(matched)
            if matched:
                answer = not pattern.exception
        return answer, tuple(found)

    def blanks(self, path: str) -> bool:
        """Whether a file that is let in arrives empty: its name is sent, its content is not.

        The content is asked for by other rules (`MatchesOrParentMatches`), which look at every pattern.
        """
        if not self._heads or not self._sent:
            return False
        parts = path.split("/")
        way = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        answer = False
        for pattern in self.patterns:
            if pattern.exception == answer and any(map(pattern.matches, way)):
                answer = not pattern.exception
        return answer

    def can_return(self, directory: str) -> bool:
        """Whether an exception may let in something below the directory, which is itself matched."""
        if not self._plain:
            return True
        return any(f"{head}/".startswith(f"{directory}/") for head in self._heads)


def lines(data: bytes) -> list[str]:
    """The patterns of an ignore file (moby/patternmatcher `ignorefile.ReadAll`)."""
    found: list[str] = []
    for line in data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n"):
        text = "" if line.startswith("#") else line.strip(SPACES)
        if not text:
            continue
        exception = text.startswith("!")
        text = text[exception:].strip(SPACES)
        if text:
            text = _clean(text)
            text = text[1:] if len(text) > 1 and text.startswith("/") else text
        found.append("!" + text if exception else text)
    return found


def _clean(path: str) -> str:
    """Go's `filepath.Clean`."""
    path = normpath(path)
    return path[1:] if path.startswith("//") else path


def _head(text: str) -> str:
    """The pattern without a last `/**` and `/*`: nothing above it is let in by it."""
    return text.removesuffix("/**").removesuffix("/*")


def _pattern(text: str) -> Pattern:
    text = _clean(text)
    exception = text.startswith("!")
    if text == "!":
        raise PatternError("`!` alone is no pattern")
    text = text[exception:]
    globs.compiled(text)
    return Pattern(text, exception, _matcher(text))


def _matcher(text: str) -> Callable[[str], bool]:
    """How a pattern matches a path: by text alone where that can be done, as moby does it."""
    tokens, stars = _tokens(text)
    if not stars:
        return text.__eq__
    if stars == ["**"]:
        if text.endswith("**") and text != "**":
            return _prefix(text[:-2])
        if text.startswith("**"):
            return _suffix(text[2:])
    return _expression(tokens) if len([star for star in stars if star]) <= _FEW else _steps(tokens)


def _prefix(head: str) -> Callable[[str], bool]:
    return lambda path: path.startswith(head)


def _suffix(tail: str) -> Callable[[str], bool]:
    bare = tail.removeprefix("/") if tail.startswith("/") else None
    return lambda path: path.endswith(tail) or path == bare


def _tokens(text: str) -> tuple[list[str], list[str]]:
    """The parts of the expression that moby makes of a pattern; and its stars, "" for what else is wild."""
    tokens: list[str] = []
    stars: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*":
            if not text.startswith("*", at):
                tokens.append("[^/]*")
                stars.append("*")
                continue
            at += 2 if text.startswith("/", at + 1) else 1
            tokens.append(".*" if at >= len(text) else "(.*/)?")
            stars.append("**")
        elif char == "?":
            tokens.append("[^/]")
            stars.append("")
        elif char == "\\" and at < len(text):
            tokens.append("\\" + text[at])
            stars.append("")
            at += 1
        elif char == "[":
            end = _class_end(text, at)
            tokens.append(text[at - 1 : end].replace("*", "[^/]*").replace("?", "[^/]"))  # as moby does it
            stars.append("")
            at = end
        else:
            tokens.append(re.escape(char))
    return tokens, stars


def _class_end(text: str, at: int) -> int:
    at += text.startswith("^", at)
    while not text.startswith("]", at):
        at += 2 if text.startswith("\\", at) else 1
    return at + 1


def _expression(tokens: list[str]) -> Callable[[str], bool]:
    expression = _compile("".join(tokens))
    return lambda path: expression.fullmatch(path) is not None


def _compile(expression: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[` in a class, which means itself here
            return re.compile(expression, re.ASCII)
    except re.error as error:
        raise PatternError(f"`{expression}` is no expression: {error}") from error


def _steps(tokens: list[str]) -> Callable[[str], bool]:
    """Matching in time that does not depend on the stars: the set of all places reached, as bits."""
    singles = {token: _compile(token) for token in tokens if token not in ("[^/]*", ".*", "(.*/)?")}

    def matches(path: str) -> bool:
        size = len(path)
        slashes = sum(1 << index for index, char in enumerate(path) if char == "/")
        others = (1 << size) - 1 & ~slashes
        reached = 1
        for token in tokens:
            lowest = reached & -reached
            match token:
                case ".*":
                    reached = (2 << size) - lowest
                case "(.*/)?":
                    reached |= slashes << 1 & -lowest << 1
                case "[^/]*":
                    while (more := reached | (reached & others) << 1) != reached:
                        reached = more
                case _:
                    fits = singles[token].fullmatch
                    places = [index for index in range(size) if reached >> index & 1 and fits(path[index])]
                    reached = sum(2 << index for index in places)
            if not reached:
                return False
        return bool(reached >> size & 1)

    return matches
