"""Chains and cycles longer than Python's stack is deep: an answer, and no RecursionError."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from depcheck import pipeline, predict
from tests.recorded import plant

_LENGTH = 1500
_PACKAGE = '[package]\nname = "c{0}"\nversion = "0.1.0"\nedition = "2021"\n'


def _crate(number: int, more: str) -> dict[str, str]:
    return {f"c{number}/Cargo.toml": _PACKAGE.format(number) + more, f"c{number}/src/lib.rs": ""}


def _members() -> dict[str, str]:
    """A workspace with one listed member, which leads to all others by path."""
    tree = {"Cargo.toml": '[workspace]\nmembers = ["c0"]\nresolver = "2"\n'}
    for number in range(_LENGTH):
        tree |= _crate(number, f'[dependencies]\nc{number + 1} = {{ path = "../c{number + 1}" }}\n')
    return tree | _crate(_LENGTH, "")


def _features() -> dict[str, str]:
    names = [f'f{number} = ["f{(number + 1) % _LENGTH}"]' for number in range(_LENGTH)]
    return _crate(0, "[features]\n" + "\n".join(names) + "\n")


def _pointers() -> dict[str, str]:
    tree: dict[str, str] = {}
    for number in range(_LENGTH // 5):
        tree |= _crate(number, f'workspace = "../c{(number + 1) % (_LENGTH // 5)}"\n')
    return tree


def _includes() -> dict[str, str]:
    tree = {f".cargo/{number}.toml": f'include = ["{number + 1}.toml"]\n' for number in range(1, _LENGTH)}
    return tree | _crate(0, "") | {".cargo/config.toml": 'include = ["1.toml"]\n'}


def _requirements() -> dict[str, str]:
    tree = {f"r{number}.txt": f"-r r{number + 1}.txt\n" for number in range(1, 550)}
    return tree | {"requirements.txt": "-r r1.txt\n-r r1.txt\n", "r550.txt": ""}


def _groups(*last: str) -> dict[str, str]:
    """Each group includes the next one twice: as many ways through them as two to the power of all."""
    names = [
        f'g{number} = [{{include-group = "g{number + 1}"}}, {{include-group = "g{number + 1}"}}]'
        for number in range(_LENGTH)
    ]
    head = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\n[dependency-groups]\n'
    return {"pyproject.toml": "\n".join((head, *names, *last)) + "\n[tool.uv]\n"}


def _environments() -> dict[str, str]:
    names = [f'[tool.hatch.envs.e{number}]\ntemplate = "e{number + 1}"\n' for number in range(_LENGTH)]
    text = '[project]\nname = "a"\nversion = "1"\n' + "".join(names)
    return {"pyproject.toml": text + f"[tool.hatch.envs.e{_LENGTH}]\n", "a/__init__.py": ""}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (_members(), 0),
        (_features(), 0),
        (_pointers(), _LENGTH // 5),
        (_includes(), 1),
        (_requirements(), 0),
        (_groups(f"g{_LENGTH} = []"), 0),
        (_groups(), 2),
        (_groups(f'g{_LENGTH} = [{{include-group = "g0"}}]'), 1),
        (_environments(), 0),
    ],
    ids=[
        "members",
        "features",
        "pointers",
        "includes",
        "requirements",
        "groups",
        "undefined",
        "circle",
        "envs",
    ],
)
def test_what_is_deep_is_judged_to_its_end(tree: Mapping[str, str], found: int, tmp_path: Path) -> None:
    plant(tmp_path, tree)
    assert len(pipeline.scan(pipeline.Request(str(tmp_path))).diagnostics) == found


def _projects(root: Path, count: int) -> dict[str, str]:
    """Each project asks for the next one by its URL; the last one for what is not there."""
    text = """[project]
name = "p{0}"
version = "1"
requires-python = ">=3.11"
dependencies = ["p{1} @ file://{2}/p{1}"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.metadata]
allow-direct-references = true
[tool.hatch.envs.default]
"""
    tree: dict[str, str] = {}
    for number in range(count):
        tree[f"p{number}/pyproject.toml"] = text.format(number, number + 1, root)
        tree[f"p{number}/p{number}/__init__.py"] = ""
    return tree


@pytest.mark.parametrize("command", ["pip install ./p0", "uv pip install ./p0", "cd p0 && hatch env create"])
def test_a_chain_of_projects_is_followed_to_its_end(command: str, tmp_path: Path) -> None:
    plant(tmp_path, _projects(tmp_path, 300))
    prediction = predict.predict(str(tmp_path), ".", [command], {})
    assert prediction.verdict == "fails"
    assert any("p300" in fault.message for fault in prediction.faults)


@pytest.mark.parametrize("command", ["pip install -r requirements.txt", "uv pip install -r requirements.txt"])
def test_files_included_too_deep_are_unknown(command: str, tmp_path: Path) -> None:
    plant(tmp_path, _requirements())
    assert predict.predict(str(tmp_path), ".", [command], {}).verdict == "unknown"
