"""A small image for each thing that is modelled: its verdicts, and whether the engine builds it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import engine
from tests.recorded import plant
from tests.test_images import TREE, scan

CASES = json.loads((Path(__file__).parent / "fixtures" / "images.json").read_text(encoding="utf-8"))
PARAMS = [pytest.param(case, id=case["name"]) for case in CASES]
Case = Mapping[str, Any]


def write(case: Case, top: Path) -> Path:
    plant(top, {**TREE, **case["files"], "Dockerfile": case["dockerfile"]})
    return top


@pytest.mark.parametrize("case", PARAMS)
def test_verdicts(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = scan(write(case, tmp_path), capsys)
    assert [[one["line"], one["verdict"]] for one in document["builds"]] == case["builds"]
    found = [[one["name"], one["range"]["start"]["line"]] for one in document["diagnostics"]]
    assert found == case["found"]


@pytest.mark.skipif(not engine.has("rust:1.95-slim-bookworm"), reason="no engine with its images")
def test_the_engine_builds_what_loads(tmp_path: Path, *, long: bool) -> None:
    wrong = []
    for number, case in enumerate(CASES if long else CASES[::8]):
        top = write(case, tmp_path / str(number))
        verdicts = {verdict for _, verdict in case["builds"]}
        masked = any(name == "masked-failure" for name, _ in case["found"])
        if "unknown" in verdicts or ".invalid" in case["dockerfile"]:
            continue
        done = subprocess.run(
            ["docker", "build", "-q", str(top)], capture_output=True, text=True, check=False
        )
        if (done.returncode == 0) is not (masked or verdicts == {"loads"}):
            wrong.append(f"{case['name']}: {done.stderr[-300:]}")
    assert wrong == []
