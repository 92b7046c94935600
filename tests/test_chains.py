"""Packages that ask for each other by path, in a chain longer than the stack is deep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from depcheck import pipeline

_LENGTH = 1_200
_BACKEND = '[build-system]\nrequires = ["{0}"]\nbuild-backend = "{1}"\n'


def _uv(number: int, marker: str) -> str:
    text = f'[project]\nname = "p{number}"\nversion = "1"\nrequires-python = ">=3.11"\n'
    asked = f'"p{number + 1}; {marker}", "p{number + 1}; sys_platform == \'linux\'"'
    source = f'p{number + 1} = {{ path = "../p{number + 1}" }}'
    return f"{text}dependencies = [{asked}]\n[tool.uv.sources]\n{source}\n"


def _pdm(number: int, marker: str) -> str:
    text = f'[project]\nname = "p{number}"\nversion = "1"\nrequires-python = ">=3.11"\n'
    asked = f'"p{number + 1} @ file:///${{PROJECT_ROOT}}/../p{number + 1} ; {marker}"'
    return f"{text}dependencies = [{asked}]\n[tool.pdm]\n" + _BACKEND.format("pdm-backend", "pdm.backend")


def _poetry(number: int, marker: str) -> str:
    text = f'[tool.poetry]\nname = "p{number}"\nversion = "1"\ndescription = ""\nauthors = []\n'
    asked = f'p{number + 1} = {{ path = "../p{number + 1}", markers = "{marker}" }}'
    return f'{text}[tool.poetry.dependencies]\npython = "^3.11"\n{asked}\n'


@pytest.mark.parametrize("marker", ["os_name == 'posix'", "platform_release != '{}'"], ids=["same", "other"])
@pytest.mark.parametrize("manifest", [_uv, _pdm, _poetry], ids=["uv", "pdm", "poetry"])
def test_the_end_of_a_long_chain_is_reached(
    tmp_path: Path, manifest: Callable[[int, str], str], marker: str
) -> None:
    """The last package is not there."""
    for number in range(_LENGTH):
        module = tmp_path / f"p{number}" / f"p{number}"
        module.mkdir(parents=True)
        (module / "__init__.py").touch()
        (module.parent / "pyproject.toml").write_text(manifest(number, marker.format(number)))
    report = pipeline.scan(pipeline.Request(str(tmp_path), ("p0",)))
    found = {(one.name, one.site.file) for one in report.diagnostics}
    assert ("missing-path", f"p{_LENGTH - 1}/pyproject.toml") in found
