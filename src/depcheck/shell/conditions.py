"""test, [ and [[: whether a condition holds in the tree, in three values."""

from __future__ import annotations

import fnmatch
import re

from depcheck.shell.state import Field, Result, State
from depcheck.tree.base import Kind, UnknownContentError

_UNARY = frozenset((
    "-e", "-f", "-d", "-L", "-h", "-s", "-r", "-w", "-x", "-n", "-z", "-p", "-S", "-b", "-c", "-a", "-v",
    "-g", "-u", "-k", "-O", "-G", "-N", "-t",
))  # fmt: skip
_BINARY = frozenset((
    "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ef", "=~", "<", ">",
))  # fmt: skip
_NUMBERS = {"-eq": (0,), "-ne": (-1, 1), "-lt": (-1,), "-le": (-1, 0), "-gt": (1,), "-ge": (0, 1)}


class _UnclearError(Exception):
    """The condition is none that is understood."""


def test(state: State, words: list[Field], _: str | None) -> Result:
    """`test`, `[`."""
    if words and words[-1].text == "]" and words[-1].known:
        words = words[:-1]
    return Result(ok=_whole(state, words, double=False))


def double(state: State, words: list[Field], _: str | None) -> Result:
    """`[[`: `==` matches a pattern."""
    return Result(ok=_whole(state, words[:-1], double=True))


def _whole(state: State, words: list[Field], *, double: bool) -> bool | None:
    if not words:
        return False
    if len(words) == 1:
        return _filled(words[0])
    if len(words) > 200:
        return None
    reader = _Reader(state, words, double=double)
    try:
        found = reader.either()
    except _UnclearError:
        return None
    if reader.waiting and not double and _is_too_much(words):
        return False
    return found if not reader.waiting else None


def _is_too_much(words: list[Field]) -> bool:
    """Whether an operator has several operands, as `[ -e * ]` may: the status is 2."""
    plain = all(word.known and re.match(r"[\w./]", word.text) for word in words[1:])
    return words[0].known and words[0].text in _UNARY and plain


def _filled(field: Field) -> bool | None:
    return bool(field.text) if field.known else None


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


class _Reader:
    """The words of a condition from left to right."""

    def __init__(self, state: State, words: list[Field], *, double: bool) -> None:
        self.state = state
        self.waiting = words[::-1]
        self.double = double

    def _next(self, *texts: str) -> bool:
        if self.waiting and self.waiting[-1].known and self.waiting[-1].text in texts:
            self.waiting.pop()
            return True
        return False

    def either(self) -> bool | None:
        found = self.both()
        while self._next("-o", "||"):
            found = _not(_and(_not(found), _not(self.both())))
        return found

    def both(self) -> bool | None:
        found = self.one()
        while self._next("-a", "&&"):
            found = _and(found, self.one())
        return found

    def one(self) -> bool | None:
        if not self.waiting:
            raise _UnclearError
        if len(self.waiting) >= 3 and self.waiting[-2].text in _BINARY and self.waiting[-2].known:
            left, operator, right = self.waiting.pop(), self.waiting.pop(), self.waiting.pop()
            return self._compare(left, operator.text, right)
        if self._next("!"):
            return _not(self.one())
        if self._next("("):
            found = self.either()
            if not self._next(")"):
                raise _UnclearError
            return found
        field = self.waiting.pop()
        if field.known and field.text in _UNARY and self.waiting:
            return self._unary(field.text, self.waiting.pop())
        return _filled(field)

    def _unary(self, operator: str, operand: Field) -> bool | None:
        if operator in ("-n", "-z"):
            filled = _filled(operand)
            return filled if operator == "-n" else _not(filled)
        if not operand.known or operator in ("-t", "-v", "-O", "-G", "-N", "-g", "-u", "-k"):
            return None
        if operand.text == "":
            return False
        if operator in ("-L", "-h"):
            return self.state.world.tree.is_link(self.state.entry(operand.text))
        kind = self.state.kind(operand.text)
        if kind is Kind.UNKNOWN:
            return None
        match operator:
            case "-e" | "-a" | "-r" | "-w":
                return kind is not Kind.MISSING
            case "-f":
                return kind is Kind.FILE
            case "-d":
                return kind is Kind.DIR
            case "-s":
                return self._size(operand.text, kind)
            case "-x":
                return True if kind is Kind.DIR else False if kind is Kind.MISSING else None
        return False if kind in (Kind.MISSING, Kind.FILE, Kind.DIR) else None

    def _size(self, text: str, kind: Kind) -> bool | None:
        if kind is not Kind.FILE:
            return kind is not Kind.MISSING
        try:
            return bool(self.state.world.tree.read(self.state.place(text)))
        except (OSError, UnknownContentError):
            return None

    def _compare(self, left: Field, operator: str, right: Field) -> bool | None:
        if operator in ("-nt", "-ef", "=~", "<", ">") or not left.known or not right.known:
            return None
        if operator in _NUMBERS:
            if not (re.fullmatch(r"-?\d{1,18}", left.text) and re.fullmatch(r"-?\d{1,18}", right.text)):
                return None
            one, other = int(left.text), int(right.text)
            return (one > other) - (one < other) in _NUMBERS[operator]
        same = fnmatch.fnmatchcase(left.text, right.text) if self.double else left.text == right.text
        return same if operator != "!=" else not same
