"""Versions and what is asked of them, held against the library that pip uses."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from packaging.specifiers import SpecifierSet

from depcheck.manifest import pep440

ORDERED = (
    "0", "0.0.1.dev3", "0.0.1a1", "0.0.1a1.post1", "0.0.1b2.dev1", "0.0.1b2", "0.0.1rc1", "0.0.1",
    "0.0.1.post1.dev0", "0.0.1.post2", "0.1", "0.9", "1", "1.0.1", "1.4.2", "1.10", "2", "1!0",
)  # fmt: skip
OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "~=")


def test_versions_are_in_order() -> None:
    keys = [pep440.key(version) for version in ORDERED]
    assert None not in keys
    assert all(first < second for first, second in pairwise(keys))  # type: ignore[operator]


@pytest.mark.parametrize("operator", OPERATORS)
def test_satisfies_as_the_library_does(operator: str) -> None:
    for version, wanted in product(ORDERED, ORDERED):
        if operator == "~=" and "." not in wanted:
            continue
        specifier = f"{operator}{wanted}"
        expected = SpecifierSet(specifier).contains(version, prereleases=True)
        assert pep440.satisfies(version, specifier) == expected, f"{version} {specifier}"


@pytest.mark.parametrize(
    ("version", "specifiers", "expected"),
    [
        ("1.2.3", ">=1, <2", True),
        ("1.2.3", "(>=1.2.4)", False),
        ("1.2.3", "==1.2.*", True),
        ("1.2.3", "!=1.2.*", False),
        ("1.2", "==1.2.0.*", True),
        ("v1.0", "===V1.0", True),
        ("1.0", "", True),
        ("1.0", ">=x", None),
        ("one", ">=1", None),
        ("1.0", "1.0", None),
    ],
)
def test_satisfies(version: str, specifiers: str, expected: bool | None) -> None:
    assert pep440.satisfies(version, specifiers) is expected


@pytest.mark.parametrize(
    ("specifiers", "expected"),
    [("", True), (">=3.9", True), (">=3.9, <4", True), ("==3.9.*", True), ("=>3.9", False), ("3.9", False)],
)
def test_is_readable(specifiers: str, expected: bool) -> None:
    assert pep440.is_readable(specifiers) is expected
