"""When a dependency applies: Python version ranges and PEP 508 markers, decided by trying values.

A condition is a tree of tests. Whether two can hold together is found by evaluating them at every
place where an answer can change: each Python version that is named and its neighbours, each text
that is named and one that is not. Poetry decides the same with an algebra of markers
(poetry-core `version/markers.py`, `constraints/version/parser.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Literal, TypeAlias

from depcheck.record import NamedTuple

Release = tuple[int, int, int]


class Test(NamedTuple):
    """`variable op value`, as in a marker; `flipped` where the marker had the value first."""

    variable: str
    op: str
    value: str
    flipped: bool = False


class All(NamedTuple):
    """Every part holds; with none it always does."""

    parts: tuple[Condition, ...] = ()


class Some(NamedTuple):
    """One of the parts holds; with none it never does. `is_some`: or it would be equal to an `All`."""

    parts: tuple[Condition, ...] = ()
    is_some: bool = True


Condition: TypeAlias = Test | All | Some
ALWAYS = All()

_PYTHON = ("python_version", "python_full_version")
# What Poetry takes for a project that names no Python (poetry-core `project_package.py`).
ANY_PYTHON = "~2.7 || >=3.4"
# Where depcheck's verdicts hold: the conformance suite was recorded on CPython 3.11 on Linux.
HERE: Mapping[str, str] = {
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "extra": "",
}
_ALL_PYTHONS: tuple[Release, ...] = ((2, 7, 0), *((3, minor, 0) for minor in range(4, 16)), (4, 0, 0))
_MOST_TRIED = 20_000  # places; beyond it a question stays open
_MOST_ASKED = 100_000  # tests at all of them; likewise
_DEEPEST = 50
_LONGEST_RELEASE = 60
_LONGEST = 1_000  # characters of a constraint that is taken apart

_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<text>'[^']*'|\"[^\"]*\")|(?P<op>~=|===|==|!=|<=|>=|<|>)|(?P<word>[\w.]+))"
)
_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)")
_AND = re.compile(r"(?<!^)(?<![\^~=>< ,]) *(?<!-)[, ](?!-) *(?!,|$)")
_SINGLE = re.compile(
    r"(?P<op>\^|~=|~|<>|!=|>=?|<=?|===?|=)?\s*v?(?P<version>\d+(?:\.\d+)*)(?P<rest>.*)$", re.DOTALL
)


def python_range(text: str) -> Condition | None:
    """A Python constraint as Poetry writes them (`^3.9`, `~3.8 || >=3.10,<4`); None where it is none."""
    if text.strip() == "*":
        return ALWAYS
    if len(text) > _LONGEST:
        return None
    alternatives: list[Condition] = []
    for alternative in re.split(r"\|\|?", text):
        parts: list[Condition] = []
        for single in _AND.split(alternative.strip().rstrip(",").rstrip()):
            parsed = _single_range(single.strip())
            if parsed is None:
                return None
            parts.append(parsed)
        alternatives.append(All(tuple(parts)))
    return Some(tuple(alternatives))


def _single_range(text: str) -> Condition | None:
    if re.fullmatch(r"v?[xX*](\.[xX*])*", text):
        return ALWAYS
    match = _SINGLE.match(text)
    if match is None:
        return None
    op, rest = match["op"] or "==", match["rest"]
    if re.fullmatch(r"(?:\.\*)+", rest):
        return Test(_PYTHON[1], "!=" if op in ("!=", "<>") else "==", match["version"] + ".*")
    if rest and not re.fullmatch(r"[-_.+]?[A-Za-z][\w.+-]*", rest):
        return None
    numbers = [int(part) for part in match["version"].split(".")]
    low = Test(_PYTHON[1], ">=", match["version"])
    match op:
        case "^":
            first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
            high = [*numbers[:first], numbers[first] + 1]
        case "~":
            high = [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]
        case "~=":
            high = [numbers[0] + 1] if len(numbers) == 1 else [*numbers[:-2], numbers[-2] + 1]
        case _:
            return Test(_PYTHON[1], {"=": "==", "<>": "!=", "===": "=="}.get(op, op), match["version"])
    return All((low, Test(_PYTHON[1], "<", ".".join(map(str, high)))))


def platform(text: str) -> Condition:
    """The value of a dependency's `platform` key: `linux`, `!=win32`, `linux || darwin`."""
    alternatives: list[Condition] = []
    for alternative in re.split(r"\|\|?", text):
        tests: list[Condition] = []
        for single in re.split(r"[\s,]+", alternative.strip()):
            match = re.match(r"(!=|<>|==?|)(.*)", single)
            if match and match[2] and match[2] != "*":
                tests.append(Test("sys_platform", "!=" if match[1] in ("!=", "<>") else "==", match[2]))
        alternatives.append(All(tuple(tests)))
    return Some(tuple(alternatives))


def marker(text: str) -> Condition | None:
    """A PEP 508 marker; None where it is none."""
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) > _MOST_TRIED:
            return None
        tokens.append(match[match.lastgroup or 0])
        at = match.end()
    tokens.reverse()
    parsed = _either(tokens, 0)
    return None if tokens else parsed


def _either(tokens: list[str], depth: int) -> Condition | None:
    return _joined(tokens, depth, "or")


def _joined(tokens: list[str], depth: int, word: Literal["and", "or"]) -> Condition | None:
    parts: list[Condition] = []
    while True:
        part = _joined(tokens, depth, "and") if word == "or" else _primary(tokens, depth)
        if part is None:
            return None
        parts.append(part)
        if not tokens or tokens[-1] != word:
            break
        tokens.pop()
    if len(parts) == 1:
        return parts[0]
    return Some(tuple(parts)) if word == "or" else All(tuple(parts))


def _primary(tokens: list[str], depth: int) -> Condition | None:  # noqa: PLR0911
    if not tokens or depth > _DEEPEST:
        return None
    first = tokens.pop()
    if first == "(":
        inner = _either(tokens, depth + 1)
        return inner if inner is not None and tokens and tokens.pop() == ")" else None
    if not tokens:
        return None
    op = tokens.pop()
    if op == "not" and tokens and tokens[-1] == "in":
        op = f"not {tokens.pop()}"
    if not tokens or op not in ("in", "not in", "==", "!=", "<=", ">=", "<", ">", "~=", "==="):
        return None
    second = tokens.pop()
    quoted = first[:1] in "'\"", second[:1] in "'\""
    if quoted == (False, True):
        return Test(_variable(first), op, second[1:-1])
    if quoted == (True, False):
        return Test(_variable(second), op, first[1:-1], flipped=True)
    return None


def _variable(name: str) -> str:
    old = {"os.name": "os_name", "sys.platform": "sys_platform", "platform.machine": "platform_machine"}
    return old.get(name, "platform_python_implementation" if name == "python_implementation" else name)


def holds(condition: Condition, environment: Mapping[str, str]) -> bool:
    """Whether `condition` is true; a variable that the environment does not name is empty text."""
    match condition:
        case All(parts):
            return all(holds(part, environment) for part in parts)
        case Some(parts, _):
            return any(holds(part, environment) for part in parts)
    variable, op, value, flipped = condition
    if variable in _PYTHON:
        full = environment.get("python_full_version", "")
        actual = full if variable == _PYTHON[1] else ".".join(full.split(".")[:2])
        return _compare(actual, op, value)
    actual = environment.get(variable, "")
    if op in ("in", "not in"):
        inside = value in actual if flipped else actual in value
        return inside == (op == "in")
    if op in ("==", "===", "!="):
        return (actual == value) == (op != "!=")
    return _compare(actual, op, value) if not flipped else _compare(value, op, actual)


def _compare(actual: str, op: str, value: str) -> bool:  # noqa: PLR0911
    """Compare releases as PEP 440 does, as far as final releases go."""
    if op in ("in", "not in"):
        return (actual in re.split(r"[\s,|]+", value)) == (op == "in")
    left, right = _numbers(actual), _numbers(value)
    if value.endswith(".*"):
        return (left[: len(right)] == right) == (op != "!=")
    width = max(len(left), len(right))
    padded = (*left, *(0,) * (width - len(left))), (*right, *(0,) * (width - len(right)))
    match op:
        case "==" | "===":
            return padded[0] == padded[1]
        case "!=":
            return padded[0] != padded[1]
        case "<":
            return padded[0] < padded[1]
        case "<=":
            return padded[0] <= padded[1]
        case ">":
            return padded[0] > padded[1]
        case ">=":
            return padded[0] >= padded[1]
    return padded[0] >= padded[1] and left[: len(right) - 1] == right[:-1]  # ~=


@cache
def _numbers(text: str) -> tuple[int, ...]:
    match = _RELEASE.match(text.strip())
    return (
        tuple(int(part) for part in match[1].split(".")[:6])
        if match and len(match[1]) < _LONGEST_RELEASE
        else ()
    )


def both(first: Condition, second: Condition) -> Condition:
    """That both hold, flat and each part once: chains of packages say the same again and again."""
    if first in (ALWAYS, second):
        return second
    known = first.parts if isinstance(first, All) else (first,)
    further = second.parts if isinstance(second, All) else (second,)
    more = [part for part in further if part not in known]
    return All((*known, *dict.fromkeys(more))) if more else first


def tests(conditions: Sequence[Condition]) -> Iterator[Test]:
    """Every test of some conditions."""
    for condition in conditions:
        if isinstance(condition, Test):
            yield condition
        else:
            yield from tests(condition.parts)


def environments(conditions: Sequence[Condition]) -> Iterator[Mapping[str, str]] | None:
    """One environment for each place where the answers can differ; None where there are too many."""
    pythons = set(_ALL_PYTHONS)
    texts: dict[str, set[str]] = {}
    asked = list(tests(conditions))
    for test in asked:
        if test.variable in _PYTHON:
            for version in re.split(r"[\s,|]+", test.value):
                pythons.update(_around(_numbers(version)))
        else:
            values = texts.setdefault(test.variable, {"\0"})
            values.update(
                (test.value, *re.split(r"[\s,|]+", test.value)) if "in" in test.op else (test.value,)
            )
    count = len(pythons)
    for values in texts.values():
        count *= len(values)
    if count > _MOST_TRIED or count * len(asked) > _MOST_ASKED:
        return None
    names = list(texts)
    return (
        {"python_full_version": ".".join(map(str, python)), **dict(zip(names, values, strict=True))}
        for python in sorted(pythons)
        for values in product(*(sorted(texts[name]) for name in names))
    )


def _around(numbers: tuple[int, ...]) -> Iterator[Release]:
    if not numbers:
        return
    major, minor, patch = (*numbers, 0, 0)[:3]
    yield major, minor, patch
    yield major, minor, patch + 1
    yield major, minor + 1, 0
    yield major + 1, 0, 0
    if patch:
        yield major, minor, patch - 1
    elif minor:
        yield major, minor - 1, 99


@cache  # the packages of a repository ask the same few questions of each other
def together(*conditions: Condition) -> bool | None:
    """Whether all of them can hold at once; None where that is too much to find out."""
    found = environments(conditions)
    if found is None:
        return None
    return any(all(holds(condition, environment) for condition in conditions) for environment in found)


@cache
def covers(outer: Condition, *inner: Condition) -> bool | None:
    """Whether `outer` holds wherever all of `inner` do; None where that is too much to find out."""
    found = environments((outer, *inner))
    if found is None:
        return None
    return all(
        holds(outer, environment)
        for environment in found
        if all(holds(condition, environment) for condition in inner)
    )
