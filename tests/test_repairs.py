"""Repairs: goldens of each as a diff (tests/fixtures/repairs), and what cargo and uv say before and after.

A golden holds a tree, then `safe.diff` with what `--fix` makes of it and `unsafe.diff` with what
`--fix --unsafe-fixes` makes of it; `--update` writes both anew. `$ cargo ...` and `$ uv ...` in its first
lines are commands that fail before and pass after the second.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import pipeline
from depcheck.fix.splice import contents
from depcheck.fix.write import write
from depcheck.render import diff
from depcheck.render.screen import Screen
from depcheck.rules.example import crate
from tests import archive, example_tree

GOLDENS = Path(__file__).parent / "fixtures" / "repairs"
DIFFS = ("safe.diff", "unsafe.diff")


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_diff_is_as_recorded(golden: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name and name not in DIFFS}
    root = example_tree.write(tree, tmp_path / "tree")
    made = {name: repaired(root, unsafe=name == "unsafe.diff") for name in DIFFS}
    if request.config.getoption("--update"):
        archive.write(
            golden, {"": sections[""], **tree, **{name: text for name, text in made.items() if text}}
        )
    assert made == {name: sections.get(name, "") for name in DIFFS}


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.txt")), ids=lambda path: path.stem)
def test_what_fails_passes_once_it_is_repaired(golden: Path, tmp_path: Path) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name and name not in DIFFS}
    commands = [shlex.split(line[2:]) for line in sections[""].splitlines() if line.startswith("$ ")]
    root = example_tree.write(tree, tmp_path / "tree")
    for words in commands:
        assert not passes(words, root), words
    report = pipeline.scan(pipeline.Request(str(root)))
    fixes = report.chosen(unsafe=True)
    mended = {fix for fix in fixes if any(fix in one.fixes for one in report.diagnostics)}
    assert mended
    write(str(root), list(contents(report.sources.tree, fixes)))
    left = pipeline.scan(pipeline.Request(str(root)))
    assert not mended.intersection(left.chosen(unsafe=True))
    for words in commands:
        assert passes(words, root), words


def repaired(root: Path, *, unsafe: bool) -> str:
    """The diff of what is chosen."""
    report = pipeline.scan(pipeline.Request(str(root)))
    return diff.render(
        contents(report.sources.tree, report.chosen(unsafe=unsafe)), Screen(), is_terminal=False
    )


def passes(words: list[str], root: Path) -> bool:
    """Whether a command of the real tool passes; skips where it is not there."""
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not here")
    done = subprocess.run(
        words, cwd=root, capture_output=True, check=False, env={**os.environ, "UV_OFFLINE": "1"}
    )
    return done.returncode == 0


def test_no_other_byte_is_changed(tmp_path: Path) -> None:
    """Ends of lines, a byte order mark and a last line without an end stay."""
    manifest = (
        "\ufeff[package]\r\nname = 'app'\r\nversion = '1.0.0'\r\n\r\n[dependencies]#\r\nb = { path = '../b' }"
    )
    tree = {"app/Cargo.toml": manifest, "app/src/lib.rs": "", "libs/b/src/lib.rs": ""}
    root = example_tree.write({**tree, **crate("libs/b")}, tmp_path / "tree")
    before = (root / "app/Cargo.toml").read_bytes()
    report = pipeline.scan(pipeline.Request(str(root)))
    write(str(root), list(contents(report.sources.tree, report.chosen())))
    assert (root / "app/Cargo.toml").read_bytes() == before.replace(b"../b", b"../libs/b")
