"""Variables in the words of a Dockerfile."""

from __future__ import annotations

import time

import pytest

from depcheck.image.lexer import UNKNOWN, SubstitutionError, expand, expand_text

ENV = {"HOME": "/home", "EMPTY": "", "P": "a/b/a.tar.gz", "U": UNKNOWN, "PART": f"x/{UNKNOWN}"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("plain", "plain"),
        ("x$HOME.", "x/home."),
        ("${HOME}x$NONE$", "/homex$"),
        ("$1x$@y$.", "xy$."),
        (r"\$HOME \a", "$HOME a"),
        ("'$HOME'\"$HOME\"", "$HOME/home"),
        (r'"a\tb\"\\"', r"a\tb" + '"\\'),
        ("end\\", "end"),
        ("${NONE:-d}${NONE-d}${EMPTY:-d}${EMPTY-d}", "ddd"),
        ("${HOME:+a}${NONE:+a}${EMPTY+a}${EMPTY:+a}", "aa"),
        ("${NONE:-${ALSO:-$HOME}}", "/home"),
        ("${HOME?no}", "/home"),
        ("${P#*/}|${P##*/}|${P%.*}|${P%%.*}", "b/a.tar.gz|a.tar.gz|a/b/a.tar|a/b/a"),
        ("${P#a?}|${P#x}", "b/a.tar.gz|a/b/a.tar.gz"),
        ("${P/a/X}|${P//a/X}|${P//\\//-}", "X/b/a.tar.gz|X/b/X.tXr.gz|a-b-a.tar.gz"),
        ("${P//*/x}", "x"),
        ("${U}/a", f"{UNKNOWN}/a"),
        ("${U:-d}", UNKNOWN),
        ("${U:+d}", UNKNOWN),
        ("${PART:+d}${PART%%x}", f"d{UNKNOWN}"),
    ],
)
def test_substitution(word: str, value: str) -> None:
    assert expand(word, ENV) == value


@pytest.mark.parametrize(
    "word",
    [
        "'open", '"open', "${", "${}", "${:-x}", "${HOME", "${HOME:=x}", "${HOME:#x}", "${HOME:x}",
        "${NONE?}", "${EMPTY:?}", "${P/a}", "${P#\\a}",
    ],
)  # fmt: skip
def test_what_is_refused(word: str) -> None:
    with pytest.raises(SubstitutionError):
        expand(word, ENV)


def test_another_escape_character() -> None:
    assert expand("`$HOME\\a", ENV, "`") == "$HOME\\a"


def test_quotes_stand_for_themselves_in_a_text() -> None:
    assert expand_text("'$HOME' \"${EMPTY:-x}\" \\$HOME", ENV) == "'/home' \"x\" $HOME"


@pytest.mark.parametrize(
    "word",
    [
        "$B" * 20_000,
        "${B//x/$B}",
        "${B/*x*x*x*x*y/}",
        "${B%%*x*x*x*x*y}",
        "${A:-" * 5_000 + "}" * 5_000,
        "$A" * 500_000,
    ],
)
def test_bombs_are_unknown_or_short(word: str) -> None:
    started = time.process_time()
    value = expand(word, {"B": "x" * 60_000})
    assert value == UNKNOWN or len(value) < 70_000
    assert time.process_time() - started < 20
