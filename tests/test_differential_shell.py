"""A few hundred random scripts against the real sh and bash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.differential import shell


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("dash") is None, reason="no dash and bash")
@pytest.mark.parametrize("start", range(0, 300, 75))
def test_random_scripts_leave_the_tree_that_the_real_shell_leaves(start: int, tmp_path: Path) -> None:
    tools = shell.toolbox(tmp_path / "tools")
    compared, found = 0, []
    for seed in range(start, start + 75):
        decided, wrong = shell.compare(seed, tools, "bash" if seed % 2 else "sh")
        compared += decided
        found += [wrong] * (wrong is not None)
    assert found == []
    assert compared > 30  # a harness that compares nothing agrees as well
