"""Places against a parser: what stands at the span of a value is that value."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from depcheck.manifest.spans import spans, unquote
from depcheck.model import Route

_MORE = os.environ.get("DEPCHECK_TOML_FILES")  # a folder: every TOML file below it is tried, by hand
_TEXTS = st.text(max_size=12)
_BLANKS = st.sampled_from(["", " ", "\t", "  "])
_BREAKS = st.sampled_from(["", "\n", " # é \" ' [ ] { } , =\n", "\r\n", " \t\n\n"])


def _basic(text: str) -> str:
    """A TOML string in double quotes."""
    return '"' + "".join(char if char.isalnum() else f"\\U{ord(char):08x}" for char in text) + '"'


_LITERALS = st.text(st.characters(exclude_characters="'\n\r", exclude_categories=("Cc", "Cs")), max_size=8)
_SCALARS = st.one_of(
    _TEXTS.map(_basic),
    _LITERALS.map("'{}'".format),
    _LITERALS.map("'''\n{}\n'''".format),
    _TEXTS.map(lambda text: f'"""{_basic(text)[1:-1]} \\\n  ""x\n"""'),
    st.sampled_from(['"""a"""', '"""a""""', '"""a"""""',
     "'''a''''", "''''a'''", '""', "''", '"\\\\"', '"\\""', '"]},#="']),
    st.integers(-(2**40), 2**40).map(str),
    st.sampled_from(["0x1F", "0b1", "0o7", "1_000", "+1", "1e3", "1.5", "inf", "-nan", "true", "false"]),
    st.sampled_from(["2026-01-01", "2026-01-01 10:00:00", "2026-01-01T10:00:00.5Z", "10:00:00",
     "2026-01-01 10:00:00+01:00"]),
)  # fmt: skip
_KEYS = st.one_of(
    st.text("abcXYZ012_-", min_size=1, max_size=6), _TEXTS.map(_basic), _LITERALS.map("'{}'".format)
)


@st.composite
def _values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.integers(0, 5 if depth else 3))
    if kind < 4:
        scalar: str = draw(_SCALARS)
        return scalar
    gap, after = draw(_BREAKS), draw(_BREAKS)
    inner = draw(st.lists(_values(depth - 1), max_size=3))
    if kind == 4:
        comma = draw(st.sampled_from(["", ","])) if inner else ""
        return f"[{gap}" + f"{after},{gap}".join(inner) + f"{after}{comma}{gap}]"
    space = draw(_BLANKS)
    pairs = (f"k{index}{space}={space}{value}" for index, value in enumerate(inner))
    return f"{{{', '.join(pairs)}}}"


@st.composite
def _documents(draw: st.DrawFn) -> str:
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        keys = [draw(_KEYS) for _ in range(draw(st.integers(1, 3)))]
        blank = draw(_BLANKS)
        dotted = f"{blank}.{blank}".join(keys)
        match draw(st.integers(0, 5)):
            case 0:
                lines.append(f"{blank}[{blank}{dotted}{blank}]")
            case 1:
                lines.append(f"[[{blank}{dotted}{blank}]]")
            case _:
                lines.append(f"{blank}{dotted}{blank}={blank}{draw(_values())}")
        lines.append(draw(st.sampled_from(["", "# comment = 1", " "])))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


def _leaves(value: Any, above: Route = ()) -> Iterator[tuple[Route, Any]]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield above, value
        return
    for key, inner in items:
        yield from _leaves(inner, (*above, key))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and bool(one == other)


def check(text: str) -> int:
    """Each value of a document stands where it is said to; how many there are."""
    count = 0
    found = spans(text)
    for route, value in _leaves(tomli.loads(text)):
        start, end = found[route].value
        assert _same(tomli.loads(f"x = {text[start:end]}\n")["x"], value), (route, text[start:end])
        if isinstance(value, str):
            assert unquote(text[start:end]).replace("\r\n", "\n") == value
        first, last = found[route].key
        if isinstance(route[-1], str):
            assert text[first:last]
        count += 1
    return count


@settings(max_examples=100, derandomize=True, deadline=None)
@given(_documents())
def test_each_value_stands_at_its_span(text: str) -> None:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        spans(text)  # of what is no TOML it only has to come to an end
        return
    check(text)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text("ab=[]{}.,\"'\\#\n\r\t 0-é", max_size=30))
def test_it_ends_for_any_text(text: str) -> None:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        spans(text)
    else:
        check(text)


def test_the_parser_and_the_strings_agree() -> None:
    values = (dt.date(2026, 1, 1), "a\tb\x1b", [1, {"b": "c"}])
    text = 'd = 2026-01-01\ns = "a\\tb\\e"\nl = [1, {b = "c"}]\n'
    assert tuple(tomli.loads(text).values()) == values
    assert check(text) == 4


@pytest.mark.skipif(_MORE is None, reason="DEPCHECK_TOML_FILES names no folder")
def test_real_files() -> None:
    count = 0
    for path in Path(_MORE or ".").rglob("*.toml"):
        try:
            text = path.read_text("utf-8-sig")
            tomli.loads(text)
        except (OSError, ValueError):
            continue
        count += check(text)
    assert count
