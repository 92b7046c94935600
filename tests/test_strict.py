"""What is called TOML 1.0 at first sight is what Python's own parser reads."""

from __future__ import annotations

import tomllib

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from depcheck.manifest import strict

_PIECES = [
    "a = ", "b.c = ", "1", "07:30", "07:30:00", "1979-05-27T07:32", "1979-05-27 07:32:00Z", '"x"', "'y'",
    '"{"', "'}'", '"\\e"', '"\\x41"', "'\\x41'", '"\\\\e"', '"""', "'''", "{", "}", "{ ", " }", "[", "]", ",",
    ", ", "\n", "# it's }\n", "#{", "[t]\n", "[[u]]\n", '"\\"{"', " = ", "k", "\\n",
]  # fmt: skip
_VALUES = [
    "1", '"x"', "'}'", '"{\\e}"', "07:30", "{ a = 1 }", "{ a = 1, }", "{ a = 1\n}", "{\na = '}' }", "{}",
]  # fmt: skip
_NEWER = [
    "a = { b = 1, }", "a = {\nb = 1 }", 'a = "\\e"', "a = 07:30", 'a = { b = "}", \n c = "{" }',
]  # fmt: skip


@given(
    st.one_of(
        st.lists(st.sampled_from(_PIECES), max_size=12).map("".join),
        st.lists(st.sampled_from(_VALUES), min_size=1, max_size=4).map(
            lambda values: "".join(f"k{n} = [{value}, {{ x = {value} }}]\n" for n, value in enumerate(values))
        ),
    )
)
@settings(max_examples=400, deadline=None)
def test_a_plain_text_is_read_by_the_strict_parser(text: str) -> None:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    if strict._is_plain(text):
        tomllib.loads(text)


def test_ordinary_manifests_are_plain() -> None:
    assert strict._is_plain('[project]\nname = "a"\nauthors = [{ name = "b", email = "c@d" }]\n')
    for newer in (
        "a = { b = 1, }",
        "a = {\nb = 1 }",
        'a = "\\e"',
        "a = 07:30",
        'a = { b = "}", \n c = "{" }',
    ):
        assert not strict._is_plain(newer)
