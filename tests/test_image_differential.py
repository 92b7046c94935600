"""A few dozen random builds against the real engine, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.differential import image


def _engine() -> str:
    """The engine's version, empty where there is none; before 27 it does not know what is tested."""
    words = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = done.stdout.strip()
    return version if done.returncode == 0 and int(version.partition(".")[0] or 0) >= 27 else ""


@pytest.mark.skipif(not _engine(), reason="no engine of version 27 or later")
@pytest.mark.parametrize("first", range(0, 32, 8))
def test_random_builds_hold_what_the_engine_puts_there(first: int, tmp_path: Path) -> None:
    outcomes = {seed: image.judge(seed, str(tmp_path)) for seed in range(first, first + 8)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.paths for outcome in outcomes.values()) > 0
