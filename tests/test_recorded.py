"""What the tools of Python answered, as recorded: the verdict of each command on each small tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import predict
from tests.recorded import Recorded, cases, plant

TOOLS = ("hatch", "pdm", "poetry", "uv", "uv_pip")
CASES = [
    pytest.param(case, id=f"{tool}: {case.name}: {case.command}") for tool in TOOLS for case in cases(tool)
]


@pytest.mark.parametrize("case", CASES)
def test_verdict_is_the_tools_own(case: Recorded, tmp_path: Path) -> None:
    plant(tmp_path, case.tree)
    prediction = predict.predict(str(tmp_path), case.cwd, [case.command], {})
    assert prediction.verdict == case.verdict, prediction.because


@pytest.mark.parametrize(
    "command",
    [
        "hatch frobnicate",
        "hatch build --no-such-option",
        "pdm frobnicate",
        "pdm build --no-such-option",
        "poetry frobnicate",
        "poetry build --no-such-option",
        "uv frobnicate",
        "uv sync --no-such-option",
        "uv pip frobnicate",
        "uv pip install",
        "uv pip install --frobnicate .",
        "uv pip install --extra x .",
    ],
)
def test_unknown_command_is_a_usage_error(command: str, tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\n"})
    with pytest.raises(predict.UsageError):
        predict.predict(str(tmp_path), ".", [command], {})
