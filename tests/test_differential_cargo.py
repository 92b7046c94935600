"""A few dozen random trees against the real cargo, where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.differential import cargo


@pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo on PATH")
@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_trees_are_judged_as_cargo_judges_them(first: int, tmp_path: Path) -> None:
    compared, found = 0, []
    for seed in range(first, first + 10):
        top = tmp_path / str(seed) / "tree"
        top.mkdir(parents=True)
        count, bad = cargo.judge(seed, str(top), str(tmp_path / "target"), 0.2)
        compared += count
        found += bad
    assert found == []
    assert compared > 20  # a harness that compares nothing agrees as well
