"""`uv pip` as recorded: the verdict of each command on each small tree (uv 0.13.9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import predict
from tests.recorded import Recorded, cases, plant


@pytest.mark.parametrize("case", list(cases("uv_pip")), ids=lambda case: f"{case.name}: {case.command}")
def test_verdict_is_the_tools_own(case: Recorded, tmp_path: Path) -> None:
    plant(tmp_path, case.tree)
    prediction = predict.predict(str(tmp_path), case.cwd, [case.command], {})
    assert prediction.verdict == case.verdict, prediction.because


def test_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\n"})
    for command in (
        "uv pip frobnicate",
        "uv pip install",
        "uv pip install --frobnicate .",
        "uv pip install --extra x .",
    ):
        with pytest.raises(predict.UsageError):
            predict.predict(str(tmp_path), ".", [command], {})
