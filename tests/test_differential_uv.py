"""Two dozen random trees against the real uv, where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.differential import uv


@pytest.mark.skipif(shutil.which("uv") is None, reason="no uv on PATH")
@pytest.mark.parametrize("first", range(0, 24, 6))
def test_random_trees_are_judged_as_uv_judges_them(first: int, tmp_path: Path) -> None:
    compared, found = 0, []
    for seed in range(first, first + 6):
        top = tmp_path / str(seed) / "tree"
        top.mkdir(parents=True)
        counts, bad = uv.judge(seed, str(top), str(tmp_path / "cache"), 0.2)
        compared += counts.compared
        found += bad
    assert found == []
    assert compared > 20  # a harness that compares nothing agrees as well
