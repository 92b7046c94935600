"""Projects without a pyproject.toml: setup.py is one of pip and setuptools, setup.cfg alone is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import pipeline
from tests.recorded import plant

SETUP = "from setuptools import setup\nsetup(name='a', version='1', {0})\n"


@pytest.mark.parametrize(
    ("tree", "loads", "messages"),
    [
        pytest.param(
            {"setup.py": SETUP.format("packages=['p']"), "p/__init__.py": ""}, "loads", [], id="good"
        ),
        pytest.param(
            {"setup.py": SETUP.format("packages=['p']")},
            "fails",
            ["`p` does not exist"],
            id="missing package",
        ),
        pytest.param(
            {
                "setup.py": SETUP.format(
                    "py_modules=[], install_requires=['b @ file:///nonexistent-depcheck/b']"
                )
            },
            "fails",
            ["leads to `/nonexistent-depcheck/b`"],
            id="missing dependency",
        ),
        pytest.param(
            {"setup.py": SETUP.format("packages=[p for p in 'ab']")}, "unknown", [], id="dynamic is unknown"
        ),
        pytest.param(
            {"setup.py": SETUP.format("packages=['p']"), "pyproject.toml": "[tool.black]\n"},
            "fails",
            ["`p` does not exist"],
            id="beside a pyproject.toml that only configures",
        ),
        pytest.param({"setup.py": "async def setup(bus):\n    pass\n"}, None, [], id="a module of that name"),
        pytest.param(
            {"setup.cfg": "[metadata]\nname = a\n[options]\npackages = p\n"}, None, [], id="cfg alone"
        ),
    ],
)
def test_legacy_project(tree: dict[str, str], loads: str | None, messages: list[str], tmp_path: Path) -> None:
    plant(tmp_path, tree)
    report = pipeline.scan(pipeline.Request(str(tmp_path)))
    assert [one.resolves.verdict for one in report.judgements] == ([] if loads is None else [loads])
    assert len(report.diagnostics) == len(messages)
    for diagnostic, message in zip(report.diagnostics, messages, strict=True):
        assert diagnostic.severity == "error"
        assert diagnostic.site.file == "setup.py"
        assert message in diagnostic.message


def test_a_requirement_with_a_name_is_known_by_it(tmp_path: Path) -> None:
    project = "[project]\nname = 'b'\nversion = '1'\n"
    plant(tmp_path, {"requirements.txt": "c @ file:libs/b\n", "libs/b/pyproject.toml": project})
    report = pipeline.scan(pipeline.Request(str(tmp_path)))
    (diagnostic,) = report.diagnostics
    assert diagnostic.name == "name-mismatch"
    assert diagnostic.reference is not None
    assert diagnostic.reference.key == "c"
    assert report.references == 1
