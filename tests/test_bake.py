"""Bake files: the builds that they declare, as `scan` judges them, and against buildx where it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from depcheck.manifest import hcl
from tests.differential import bake
from tests.test_images import TREE, errors, plant, scan

LINES = """\
ARG DIR=lib
FROM rust:1.83
ARG DIR
WORKDIR /w
COPY Cargo.toml ./
COPY app app
COPY $DIR lib
RUN cargo build
"""
CASES = json.loads((Path(__file__).parent / "fixtures" / "bake.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_builds_of_bake_files(
    case: Mapping[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path, {**TREE, "deploy/image": LINES, "other/x": "", **case["files"]})
    document = scan(root, capsys)
    assert [[one["dockerfile"], one["context"], one["verdict"]] for one in document["builds"]] == case[
        "builds"
    ]
    assert [list(error) for error in errors(document)] == case.get("errors", [])


@pytest.mark.parametrize(
    "text",
    [
        "target",
        'target "a" {',
        'target "a" { x = ',
        'target "a" { x = <<E\n',
        'x = "${',
        "x = " + '"${' * 5000,
        "x = " + "[" * 5000,
        "x = " + "{a=" * 5000,
        'a "' * 5000,
        "a {" * 5000,
        'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }',
        'variable "A" { default = B }\nvariable "B" { default = A }\ntarget "a" { context = A }',
        "\0",
        'x = "\\Uffffffff"',
    ],
)
def test_no_bake_file_stops_a_scan(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = scan(plant(tmp_path, {**TREE, "docker-bake.hcl": text}), capsys)
    assert document["diagnostics"] == []


def test_what_is_not_understood_ends_the_reading_and_nothing_else() -> None:
    read = hcl.parse('a = f(1)\nb = "x"\n= =\nc = 1\n', "docker-bake.hcl")
    assert (read.attributes["a"].tag, read.attributes["b"].text) == (hcl.OPAQUE, "x")
    assert (read.whole, "c" in read.attributes) == (False, False)


def _has_buildx() -> bool:
    try:
        words = ["docker", "buildx", "version"]
        return subprocess.run(words, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.mark.skipif(not _has_buildx(), reason="no docker buildx")
def test_random_bake_files_are_read_as_buildx_reads_them() -> None:
    outcomes = {seed: bake.judge(seed) for seed in range(24)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.fields for outcome in outcomes.values()) > 100
