"""A few hundred random scripts against the real sh and bash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.differential import shell

# Seeds whose scripts meet what is knowingly left out.
LEFT_OUT: frozenset[int] = frozenset()


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("dash") is None, reason="no dash and bash")
@pytest.mark.parametrize("start", range(0, 300, 75))
def test_random_scripts_leave_the_tree_that_the_real_shell_leaves(start: int, tmp_path: Path) -> None:
    seeds = (seed for seed in range(start, start + 75) if seed not in LEFT_OUT)
    assert list(shell.disagreements(seeds, tmp_path)) == []
