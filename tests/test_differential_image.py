"""A few hundred random builds against the real engine, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import engine
from tests.differential import image, image_cargo


@pytest.mark.skipif(not engine.has(), reason="no engine of version 27 or later")
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_random_builds_hold_what_the_engine_puts_there(first: int, tmp_path: Path) -> None:
    compare({seed: image.judge(seed, str(tmp_path)) for seed in range(first, first + 20)})


@pytest.mark.skipif(not engine.has("debian:bookworm-slim"), reason="no engine with debian:bookworm-slim")
@pytest.mark.parametrize("first", range(0, 100, 20))
def test_random_runs_do_to_files_what_the_shell_does(first: int, tmp_path: Path) -> None:
    compare({seed: image.judge(seed, str(tmp_path), runs=True) for seed in range(first, first + 20)})


@pytest.mark.skipif(not engine.has(image_cargo.IMAGE), reason=f"no engine with {image_cargo.IMAGE}")
@pytest.mark.parametrize("first", range(0, 24, 4))
def test_random_images_are_judged_as_cargo_answers_in_them(first: int, tmp_path: Path) -> None:
    outcomes = {seed: image_cargo.judge(seed, str(tmp_path)) for seed in range(first, first + 4)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.compared for outcome in outcomes.values()) > 0


def compare(outcomes: Mapping[int, image.Outcome]) -> None:
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.paths for outcome in outcomes.values()) > 0
