"""Chains and cycles longer than Python's stack is deep: an answer, and no RecursionError."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from depcheck import pipeline
from tests.recorded import plant

_LENGTH = 1500
_PACKAGE = '[package]\nname = "c{0}"\nversion = "0.1.0"\nedition = "2021"\n'


def _crate(number: int, more: str) -> dict[str, str]:
    return {f"c{number}/Cargo.toml": _PACKAGE.format(number) + more, f"c{number}/src/lib.rs": ""}


def _members() -> dict[str, str]:
    """A workspace with one listed member, which leads to all others by path."""
    tree = {"Cargo.toml": '[workspace]\nmembers = ["c0"]\nresolver = "2"\n'}
    for number in range(_LENGTH):
        tree |= _crate(number, f'[dependencies]\nc{number + 1} = {{ path = "../c{number + 1}" }}\n')
    return tree | _crate(_LENGTH, "")


def _features() -> dict[str, str]:
    names = [f'f{number} = ["f{(number + 1) % _LENGTH}"]' for number in range(_LENGTH)]
    return _crate(0, "[features]\n" + "\n".join(names) + "\n")


def _pointers() -> dict[str, str]:
    tree: dict[str, str] = {}
    for number in range(_LENGTH // 5):
        tree |= _crate(number, f'workspace = "../c{(number + 1) % (_LENGTH // 5)}"\n')
    return tree


def _includes() -> dict[str, str]:
    tree = {f".cargo/{number}.toml": f'include = ["{number + 1}.toml"]\n' for number in range(1, _LENGTH)}
    return tree | _crate(0, "") | {".cargo/config.toml": 'include = ["1.toml"]\n'}


@pytest.mark.parametrize(
    ("tree", "found"),
    [(_members(), 0), (_features(), 0), (_pointers(), _LENGTH // 5), (_includes(), 1)],
    ids=["members", "features", "pointers", "includes"],
)
def test_what_is_deep_is_judged_to_its_end(tree: Mapping[str, str], found: int, tmp_path: Path) -> None:
    plant(tmp_path, tree)
    assert len(pipeline.scan(pipeline.Request(str(tmp_path))).diagnostics) == found
