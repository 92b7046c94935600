"""Compose projects: what makes Compose refuse them, and their services against `docker compose config`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from depcheck.image import compose
from depcheck.manifest.dotenv import environment
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree
from tests.differential import compose as differential
from tests.test_images import plant

CASES = json.loads((Path(__file__).parent / "fixtures" / "compose.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_projects(case: Mapping[str, Any], tmp_path: Path) -> None:
    plant(tmp_path, case["files"])
    project = differential.project(str(tmp_path))
    assert [fault.message for fault in project.faults] == case.get("faults", [])
    found = differential.fields(WorkTree(str(tmp_path)), project)
    for key, value in case.get("fields", {}).items():
        assert found.get(key) == (str(tmp_path / value[1:]) if str(value).startswith("@") else value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1\nB = ${A}2 # c\n", {"A": "1", "B": "12"}),
        ("export A='$B'\nB=\"x\\ny\\$A\"\n", {"A": "$B", "B": "x\ny$A"}),
        ('A="two\nlines"\nB: yaml\n', {"A": "two\nlines", "B": "yaml"}),
        ("A=x${N}y\nB=${N:-z}\n", {"A": "xy", "B": "z"}),
        ("A\nB=b=c\n# D=d\n", {"B": "b=c"}),
        ("A=1\nB C=2\nD=3\n", {"A": "1"}),
        ("A=1\nB='open\n", {"A": "1"}),
        ("", {}),
    ],
)
def test_variables_of_a_file(text: str, found: Mapping[str, str]) -> None:
    assert environment(text) == found


def test_a_file_that_two_projects_extend_is_read_with_the_variables_of_each(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "base.yml": "services: {b: {build: {context: ., target: '${T:-none}'}}}",
            "compose.yaml": "include: [sub/c.yml]\nservices: {a: {extends: {file: base.yml, service: b}}}",
            "sub/c.yml": "services: {c: {extends: {file: ../base.yml, service: b}}}",
            "sub/.env": "T=sub\n",
        },
    )
    (project,) = compose.projects(Sources(WorkTree(str(tmp_path))), ["compose.yaml"])
    targets = {
        name: one.build.target.value
        for name, one in project.services.items()
        if one.build and one.build.target
    }
    assert targets == {"a": "none", "c": "sub"}


def _has_compose() -> bool:
    try:
        words = ["docker", "compose", "version", "--short"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and not done.stdout.startswith("1.")


@pytest.mark.skipif(not _has_compose(), reason="no docker compose")
def test_random_projects_are_read_as_compose_reads_them() -> None:
    outcomes = {seed: differential.judge(seed) for seed in range(24)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert sum(outcome.fields for outcome in outcomes.values()) > 100
