"""Lock files that do not fit any more once a path is mended: told with the command that renews them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from depcheck.rules.example import crate
from depcheck.rules.rule import Example
from tests import example_tree

_CARGO = {
    **crate("app", '\n[dependencies]\nclient = { path = "../client" }\n'),
    **crate("lib/client"),
}
_CARGO_LOCK = 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n'
_FITTING = (
    _CARGO_LOCK + 'dependencies = [\n "client",\n]\n\n[[package]]\nname = "client"\nversion = "0.1.0"\n'
)
_LIBRARY = '[project]\nname = "client"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
_APP = '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = ["client"]\n\n'
_UV = '[tool.uv.sources]\nclient = { path = "../client" }\n'
_UV_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
"""
_POETRY = '[tool.poetry.dependencies]\nclient = { path = "../client" }\n'
_POETRY_LOCK = (
    'package = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "0"\n'
)
_PDM = _APP.replace('"client"', '"client @ file:///${PROJECT_ROOT}/../client"')
_PDM_LOCK = (
    '[metadata]\ngroups = ["default"]\nstrategy = []\nlock_version = "4.5.0"\ncontent_hash = "sha256:0"\n'
)
_PYTHON = {"lib/client/pyproject.toml": _LIBRARY}
_CASES: dict[str, tuple[Example, str, str]] = {  # a tree, what renews its lock file, what refuses it
    "Cargo.lock": (
        {**_CARGO, "app/Cargo.lock": _CARGO_LOCK},
        "cargo update --workspace",
        "cargo metadata --locked --offline",
    ),
    "uv.lock": (
        {**_PYTHON, "app/pyproject.toml": _APP + _UV, "app/uv.lock": _UV_LOCK},
        "uv lock",
        "uv lock --check --offline",
    ),
    "poetry.lock": (
        {**_PYTHON, "app/pyproject.toml": _APP + _POETRY, "app/poetry.lock": _POETRY_LOCK},
        "poetry lock",
        "poetry check --lock",
    ),
    "pdm.lock": (
        {**_PYTHON, "app/pyproject.toml": _PDM, "app/pdm.lock": _PDM_LOCK},
        "pdm lock --update-reuse",
        "pdm lock --check",
    ),
}


@pytest.mark.parametrize("lock", _CASES)
def test_a_lock_file_that_does_not_fit_is_told(lock: str, tmp_path: Path) -> None:
    tree, renews, refuses = _CASES[lock]
    root = example_tree.write(tree, tmp_path / "tree")
    before = (root / "app" / lock).read_text()
    said = _fixed(root)
    assert f"depcheck: `app/{lock}` does not fit any more: `{renews}` in `app` renews it\n" in said
    assert (root / "app" / lock).read_text() == before
    if shutil.which(renews.partition(" ")[0]) is None:
        pytest.skip("the tool is not here")
    assert _code(root / "app", refuses) != 0
    assert _code(root / "app", renews) == 0
    assert _code(root / "app", refuses) == 0


def test_of_one_that_fits_or_is_of_no_edited_manifest_nothing_is_said(tmp_path: Path) -> None:
    tree = {**_CARGO, "app/Cargo.lock": _FITTING, "lib/Cargo.lock": _CARGO_LOCK}
    assert _fixed(example_tree.write(tree, tmp_path / "tree")) == "depcheck: 1 repair made\n"


def _fixed(root: Path) -> str:
    words = [sys.executable, "-m", "depcheck", "scan", "--fix", "--format", "concise"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert '../lib/client"' in next(root.glob("app/*.toml")).read_text()
    return done.stderr


def _code(directory: Path, command: str) -> int:
    variables = {"CARGO_NET_OFFLINE": "true", "UV_OFFLINE": "1"}
    return subprocess.run(
        shlex.split(command), cwd=directory, capture_output=True, check=False, env={**os.environ, **variables}
    ).returncode
