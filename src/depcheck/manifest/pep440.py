"""Versions of Python packages and what is asked of them (PEP 440)."""

from __future__ import annotations

import re
from typing import TypeAlias

Key: TypeAlias = tuple[tuple[int, ...], tuple[float, ...]]

_VERSION = re.compile(
    r"\s*v?(?:(?P<epoch>\d{1,9})!)?(?P<release>\d{1,18}(?:\.\d{1,18}){0,30})"
    r"(?:[-_.]?(?P<kind>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>\d{0,18}))?"
    r"(?P<post>-(?P<bare>\d{1,18})|[-_.]?(?:post|rev|r)[-_.]?(?P<number>\d{0,18}))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<built>\d{0,18}))?(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,]+)\s*")
_KINDS = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_NEVER, _ALWAYS = float("-inf"), float("inf")


def key(text: str) -> Key | None:
    """What orders versions, a local part apart; None where `text` is no version."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    release = [int(match["epoch"] or 0), *map(int, match["release"].split("."))]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    post = float(match["bare"] or match["number"] or 0) if match["post"] else _NEVER
    dev = float(match["built"] or 0) if match["dev"] else _ALWAYS
    if match["kind"]:
        pre = (float(_KINDS[match["kind"].lower()]), float(match["pre"] or 0))
    else:  # a development release comes before the first alpha, anything else after the last candidate
        pre = (_NEVER, 0.0) if match["dev"] and not match["post"] else (_ALWAYS, 0.0)
    return tuple(release), (*pre, post, dev)


def clauses(specifiers: str) -> list[tuple[str, str]]:
    """The operators and versions of `specifiers`, what cannot be read left out."""
    found = (_CLAUSE.fullmatch(clause) for clause in specifiers.strip().strip("()").split(","))
    return [(match[1], match[2]) for match in found if match is not None]


def is_readable(specifiers: str) -> bool:
    """Whether `specifiers` ask for versions at all, in every clause."""
    listed = [clause for clause in specifiers.split(",") if clause.strip()]
    found = [match for clause in listed if (match := _CLAUSE.fullmatch(clause)) is not None]
    return len(found) == len(listed) and all(
        match[1] == "===" or key(match[2].removesuffix(".*")) is not None for match in found
    )


def satisfies(version: str, specifiers: str) -> bool | None:
    """Whether `version` is one that `specifiers` (`>=1,<2`) ask for; None where one cannot be read."""
    found = key(version)
    if found is None:
        return None
    answers = []
    for clause in specifiers.strip().strip("()").split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            if clause.strip():
                return None
            continue
        answer = _clause(version, found, match[1], match[2])
        if answer is None:
            return None
        answers.append(answer)
    return all(answers)


def _clause(version: str, found: Key, op: str, wanted: str) -> bool | None:  # noqa: PLR0911 (one an operator)
    if op == "===":
        return version.strip().lower() == wanted.lower()
    if wanted.endswith(".*"):
        prefix = _release(wanted[:-2])
        same = prefix is not None and _begins(found, prefix)
        return same == (op == "==") if op in ("==", "!=") and prefix is not None else None
    other = key(wanted)
    if other is None:
        return None
    match op:
        case "==":
            return found == other
        case "!=":
            return found != other
        case "<=":
            return found <= other
        case ">=":
            return found >= other
        case "<":  # `<1` leaves out the candidates of 1
            is_final = not _is_pre(other) and not _is_post(other)
            return found < other and not (_is_pre(found) and is_final and found[0] == other[0])
        case ">":  # `>1` leaves out the post-releases of 1
            return found > other and not (
                _is_post(found) and not _is_post(other) and _final(found) == _final(other)
            )
    release = _release(wanted)  # `~=1.4.2`: at least that, and of 1.4
    return found >= other and release is not None and _begins(found, release[:-1])


def _release(text: str) -> tuple[int, ...] | None:
    match = _VERSION.fullmatch(text)
    return (int(match["epoch"] or 0), *map(int, match["release"].split("."))) if match is not None else None


def _begins(found: Key, prefix: tuple[int, ...]) -> bool:
    return (*found[0], *(0,) * len(prefix))[: len(prefix)] == prefix


def _final(found: Key) -> tuple[object, ...]:
    return found[0], found[1][:2]


def _is_pre(found: Key) -> bool:
    pre, _, _, dev = found[1]
    return pre != _ALWAYS or dev != _ALWAYS


def _is_post(found: Key) -> bool:
    return found[1][2] != _NEVER
