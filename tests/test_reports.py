"""What a report says of small trees, and what it must not say: `fixtures/reports.json`.

A case holds a tree, lines that the full report has and texts that are nowhere in it; `tool` is what
the real tool answers there, for the reader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from depcheck import pipeline
from depcheck.render import full
from depcheck.render.screen import Screen
from tests.recorded import plant

CASES = json.loads((Path(__file__).parent / "fixtures" / "reports.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_said(case: dict[str, Any], tmp_path: Path) -> None:
    plant(tmp_path, case["tree"])
    text = full.render(pipeline.scan(pipeline.Request(str(tmp_path))), 0.0, ".", Screen())
    lines = [line.strip(" =") for line in text.split("\n")]
    for wanted in case["says"]:
        assert wanted in lines, text
    for unwanted in case.get("never", ()):
        assert unwanted not in text
