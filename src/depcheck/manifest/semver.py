"""Versions and version requirements as cargo compares them (the `semver` crate)."""

from __future__ import annotations

import re
from functools import lru_cache

from depcheck.record import NamedTuple

_NUMBER = r"0|[1-9]\d{0,19}"  # as long as a u64 gets
_PRE = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD = r"\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_PRE}(?:\.{_PRE})*))?(?:{_BUILD})?"
_COMPARATOR = (
    rf"(?P<op>\^|~|=|>=|<=|>|<)? *(?P<major>{_NUMBER}|[*xX])(?:\.(?P<minor>{_NUMBER}|[*xX])"
    rf"(?:\.(?P<patch>{_NUMBER}|[*xX])(?:-(?P<pre>{_PRE}(?:\.{_PRE})*))?(?:{_BUILD})?)?)?"
)
_LONGEST = 20  # digits
_ALL = 3
_Numbers = tuple[int, int, int]


class Version(NamedTuple):
    """`pre` is empty for a release."""

    numbers: _Numbers
    pre: tuple[str, ...] = ()


class Comparator(NamedTuple):
    """One comparison: `given` says how many of the three numbers are written."""

    op: str
    numbers: _Numbers
    given: int
    pre: tuple[str, ...] = ()


def _plain(text: str) -> tuple[int, ...]:
    """The numbers of `1`, `1.2` or `1.2.3`, as nearly all are: compiling the patterns takes a while."""
    parts = text.split(".")
    if len(parts) <= _ALL and all(
        part.isdecimal() and part.isascii() and len(part) <= _LONGEST and (part == "0" or part[0] != "0")
        for part in parts
    ):
        return tuple(map(int, parts))
    return ()


@lru_cache(4096)
def parse_version(text: str) -> Version | None:
    """A full version `1.2.3-pre+build`, or None."""
    plain = _plain(text)
    if len(plain) == _ALL:
        return Version((plain[0], plain[1], plain[2]))
    match = re.fullmatch(_VERSION, text.strip(), re.ASCII)
    if match is None:
        return None
    return Version(
        (int(match[1]), int(match[2]), int(match[3])), tuple(match[4].split(".")) if match[4] else ()
    )


@lru_cache(4096)
def parse_requirement(text: str) -> tuple[Comparator, ...] | None:
    """`^1.2, <1.5` and the like, or None where cargo would refuse it; `*` has no comparator."""
    if plain := _plain(text):
        filled = (*plain, 0, 0)[:3]
        return (Comparator("^", (filled[0], filled[1], filled[2]), len(plain)),)
    return () if text.strip() in ("*", "x", "X") else _comparators(text)


def _comparators(text: str) -> tuple[Comparator, ...] | None:
    found = []
    for part in text.split(","):
        match = re.fullmatch(_COMPARATOR, part.strip(), re.ASCII)
        if match is None:
            return None
        numbers, wild = [], False
        for group in ("major", "minor", "patch"):
            number = match[group]
            if number is None:
                break
            if number in "*xX":
                wild = True
                continue
            if wild:
                return None
            numbers.append(int(number))
        if match["patch"] in ("*", "x", "X") and ("-" in part or "+" in part):
            return None
        given = len(numbers)
        if given == 0:
            return None
        op = match["op"] or ("=" if wild else "^")
        filled = (*numbers, 0, 0)[:3]
        found.append(
            Comparator(
                op,
                (filled[0], filled[1], filled[2]),
                given,
                tuple((match["pre"] or "").split(".")) if match["pre"] else (),
            )
        )
    return tuple(found)


def matches(requirement: tuple[Comparator, ...], version: Version) -> bool:
    """Whether `version` satisfies all of it; a pre-release only where one of its numbers is named."""
    if not all(_holds(comparator, version) for comparator in requirement):
        return False
    return not version.pre or any(
        comparator.pre and comparator.numbers == version.numbers for comparator in requirement
    )


def _order(pre: tuple[str, ...]) -> tuple[object, ...]:
    """Sort key of a pre-release: a release is above all, numbers are below words."""
    return (
        (1,) if not pre else (0, *((0, len(part), part) if part.isdigit() else (1, 0, part) for part in pre))
    )


def _holds(comparator: Comparator, version: Version) -> bool:  # noqa: PLR0911  # one case an operator
    low = (comparator.numbers, _order(comparator.pre))
    here = (version.numbers, _order(version.pre))
    major, minor, patch = comparator.numbers
    given = comparator.given
    prefix = version.numbers[:given] == comparator.numbers[:given]
    match comparator.op:
        case "=":
            return prefix and (given < _ALL or here[1] == low[1])
        case ">":
            return here > low if given == _ALL else version.numbers[:given] > comparator.numbers[:given]
        case ">=":
            return here >= low
        case "<":
            return here < low if given == _ALL else version.numbers[:given] < comparator.numbers[:given]
        case "<=":
            return here <= low if given == _ALL else version.numbers[:given] <= comparator.numbers[:given]
        case "~":
            return here >= low and version.numbers[: min(given, 2)] == comparator.numbers[: min(given, 2)]
        case _:
            if here < low:
                return False
            if major or given == 1:
                return version.numbers[0] == major
            if minor or given == _ALL - 1:
                return version.numbers[:2] == (0, minor)
            return version.numbers == (0, 0, patch)


def order(version: Version) -> tuple[object, ...]:
    """Sort key of a version."""
    return (version.numbers, _order(version.pre))
