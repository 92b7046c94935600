"""Repairs: goldens of each as a diff (tests/fixtures/repairs), and what cargo and uv say before and after.

A golden holds a tree, then `safe.diff` with what `--fix` makes of it, `unsafe.diff` with what
`--fix --unsafe-fixes` makes of it, and `choices` with all repairs of each finding that has several;
`--update` writes them anew. `$ cargo ...` and `$ uv ...` in its first
lines are commands that fail before and pass after the second.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import cli, pipeline
from depcheck.fix.mend import Repairs
from depcheck.fix.splice import contents
from depcheck.fix.trial import Proposal
from depcheck.fix.write import write
from depcheck.render import diff
from depcheck.render.screen import Screen
from depcheck.repair import repair
from depcheck.rules.example import crate
from tests import archive, engine, example_tree

GOLDENS = Path(__file__).parent / "fixtures" / "repairs"
MADE = ("safe.diff", "unsafe.diff", "choices")


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_diff_is_as_recorded(golden: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name and name not in MADE}
    root = example_tree.write(tree, tmp_path / "tree")
    made = {"safe.diff": repaired(root), "unsafe.diff": repaired(root, unsafe=True), "choices": choices(root)}
    if request.config.getoption("--update"):
        archive.write(
            golden, {"": sections[""], **tree, **{name: text for name, text in made.items() if text}}
        )
    assert made == {name: sections.get(name, "") for name in MADE}


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.txt")), ids=lambda path: path.stem)
def test_what_fails_passes_once_it_is_repaired(golden: Path, tmp_path: Path) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name and name not in MADE}
    commands = [shlex.split(line[2:]) for line in sections[""].splitlines() if line.startswith("$ ")]
    root = example_tree.write(tree, tmp_path / "tree")
    for words in commands:
        assert not passes(words, root), words
    report = pipeline.scan(pipeline.Request(str(root)))
    done = repair(pipeline.Request(str(root)), report, unsafe=True)
    assert done.made
    write(str(root), list(done.changes))
    left = pipeline.scan(pipeline.Request(str(root)))
    assert left.diagnostics == done.report.diagnostics
    assert not left.chosen(unsafe=True)
    for words in commands:
        assert passes(words, root), words


def repaired(root: Path, *, unsafe: bool = False) -> str:
    """The diff of what is made of a tree."""
    request = pipeline.Request(str(root))
    changes = repair(request, pipeline.scan(request), unsafe=unsafe).changes
    return diff.render(changes, Screen(), is_terminal=False).replace(str(root), "@ROOT@")


def choices(root: Path) -> str:
    """The repairs of each finding that has several."""
    report = pipeline.scan(pipeline.Request(str(root), all_fixes=True))
    lines = []
    for one in report.diagnostics:
        if len(one.fixes) > 1:
            lines.append(f"{one.site.file}: {one.message}")
            lines += [f"  {fix.applicability}: {fix.title}" for fix in one.fixes]
    return "".join(f"{line}\n" for line in lines)


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


@pytest.mark.skipif(not engine.has("rust:1.95-slim-bookworm"), reason="no engine with the image of Rust")
@pytest.mark.parametrize(
    "name", ["incident", "image-members-not-copied", "image-manifests-first", "image-ignored"]
)
def test_the_repaired_image_is_really_built(name: str, tmp_path: Path) -> None:
    sections = archive.read(GOLDENS / f"{name}.txt")
    tree = {path: text for path, text in sections.items() if path and path not in MADE}
    root = example_tree.write(tree, tmp_path / "tree")
    assert engine.build(root).returncode != 0
    request = pipeline.Request(str(root))
    write(str(root), list(repair(request, pipeline.scan(request), unsafe=name == "image-ignored").changes))
    built = engine.build(root)
    assert built.returncode == 0, built.stderr


def test_a_file_that_changes_meanwhile_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = {
        **crate("app", '\n[dependencies]\nb = { path = "../b" }\n'),
        **crate("libs/b"),
        "Dockerfile": "FROM rust\n",
    }
    root = example_tree.write(tree, tmp_path / "tree")
    manifest, chosen = root / "app/Cargo.toml", Repairs.chosen

    def changed(repairs: Repairs, *, unsafe: bool = False) -> list[Proposal]:
        manifest.write_text(manifest.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
        return chosen(repairs, unsafe=unsafe)

    monkeypatch.setattr(Repairs, "chosen", changed)
    report = pipeline.scan(pipeline.Request(str(root)))
    assert [one.name for one in report.diagnostics] == ["missing-path"]
    monkeypatch.undo()
    assert cli.main(["scan", "--format", "json", str(root)]) == 1
