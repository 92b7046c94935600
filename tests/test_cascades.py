"""One fault, one finding: what follows from a fault that is reported is not reported too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from depcheck import pipeline
from tests.recorded import FIXTURES, plant

_CASES = json.loads((FIXTURES.parent / "cascades.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_only_the_cause_is_reported(case: dict[str, object], tmp_path: Path) -> None:
    tree, found = case["tree"], case["found"]
    assert isinstance(tree, dict)
    assert isinstance(found, list)
    plant(tmp_path, tree)
    report = pipeline.scan(pipeline.Request(str(tmp_path)))
    assert [f"{one.site.file}: {one.name}" for one in report.diagnostics] == found
    assert all(report.blocked.get(path) for path in case.get("blocked", ()))  # type: ignore[attr-defined]
