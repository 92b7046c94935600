"""A few dozen random builds against the real engine, where there is one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.differential import image, image_cargo


def _engine(image_name: str = "") -> bool:
    """Whether there is an engine that knows what is tested, with the image."""
    words = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode or int(done.stdout.partition(".")[0] or 0) < 27:
            return False
        words = ["docker", "image", "inspect", image_name]
        return (
            not image_name
            or subprocess.run(words, capture_output=True, check=False, timeout=20).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.mark.skipif(not _engine(), reason="no engine of version 27 or later")
@pytest.mark.parametrize("first", range(0, 32, 8))
def test_random_builds_hold_what_the_engine_puts_there(first: int, tmp_path: Path) -> None:
    compare({seed: image.judge(seed, str(tmp_path)) for seed in range(first, first + 8)})


@pytest.mark.skipif(not _engine("debian:bookworm-slim"), reason="no engine with debian:bookworm-slim")
@pytest.mark.parametrize("first", range(0, 32, 8))
def test_random_runs_do_to_files_what_the_shell_does(first: int, tmp_path: Path) -> None:
    compare({seed: image.judge(seed, str(tmp_path), runs=True) for seed in range(first, first + 8)})


@pytest.mark.skipif(not _engine(image_cargo.IMAGE), reason=f"no engine with {image_cargo.IMAGE}")
@pytest.mark.parametrize("first", range(0, 8, 4))
def test_random_images_are_judged_as_cargo_answers_in_them(first: int, tmp_path: Path) -> None:
    outcomes = {seed: image_cargo.judge(seed, str(tmp_path)) for seed in range(first, first + 4)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.compared for outcome in outcomes.values()) > 0


def compare(outcomes: Mapping[int, image.Outcome]) -> None:
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.paths for outcome in outcomes.values()) > 0
