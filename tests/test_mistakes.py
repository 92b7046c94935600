"""What is said of a text that is no TOML, and where."""

from __future__ import annotations

import time

import pytest

from depcheck.manifest import toml
from depcheck.model import Fault

SAID = {
    '[workspace]\nmembers = [\n "a", # ]\n "]",\n\n': ("unclosed array", 2, 11),
    "x = [1,\r\n '[',\r\n": ("unclosed array", 1, 5),
    "a = 1\nb = { c = [1], d = 2": ("unclosed table", 2, 5),
    "a = [1,\n2\nb = 3\n": ("unclosed array", 3, 1),
    "[a]\nworkspace = treu\n": ("invalid value `treu`", 2, 13),
    "x = [1, treu]": ("invalid value `treu`", 1, 9),
    "a =\n": ("invalid value", 1, 4),
    "[package\n": ("expected ']' at the end of a table declaration", 1, 9),
    'a = ["""x\n': ("unterminated string", 1, 10),
}


@pytest.mark.parametrize("text", SAID)
def test_a_mistake_is_told_where_it_is(text: str) -> None:
    fault = toml.parse("Cargo.toml", text)
    assert isinstance(fault, Fault)
    message = fault.message.removeprefix("not valid TOML: ")
    assert (message, fault.site.line, fault.site.column) == SAID[text]


@pytest.mark.parametrize(
    "text", ["a = [" * 50, 'a = [1, """' + '"""' * 100_000 + "\\", "a = [\n" + "'\n" * 100_000]
)
def test_a_hostile_text_keeps_nothing_busy(text: str) -> None:
    began = time.monotonic()
    assert isinstance(toml.parse("Cargo.toml", text), Fault)
    assert time.monotonic() - began < 10  # what is not linear takes minutes
