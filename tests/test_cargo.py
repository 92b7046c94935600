"""cargo 1.95.0 as recorded: the verdict of each command on each small tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import pipeline, predict
from depcheck.load import cargo
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree
from tests.recorded import Recorded, cases, plant


@pytest.mark.parametrize("case", list(cases("cargo")), ids=lambda case: f"{case.name}: {case.command}")
def test_verdict_is_the_tools_own(case: Recorded, tmp_path: Path) -> None:
    plant(tmp_path, case.tree)
    prediction = predict.predict(str(tmp_path), case.cwd, [case.command], {"HOME": "/nonexistent"})
    assert prediction.verdict == case.verdict, prediction.because


def test_every_broken_path_of_a_workspace_is_named_in_one_run(tmp_path: Path) -> None:
    package = '[package]\nname = "{0}"\n[dependencies]\nx = {{ path = "../gone-{0}" }}\n'
    tree = {"Cargo.toml": '[workspace]\nmembers = ["a", "b", "c/*"]\n'}
    for name in "ab":
        tree |= {f"{name}/Cargo.toml": package.format(name), f"{name}/src/lib.rs": ""}
    plant(tmp_path, tree)
    faults = cargo.judge(Sources(WorkTree(str(tmp_path))), "Cargo.toml").resolves.faults
    assert {fault.reference.raw for fault in faults if fault.reference} == {"../gone-a", "../gone-b", "c/*"}


def test_a_registry_may_be_configured_where_depcheck_does_not_look(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("", encoding="utf-8")
    manifest = '[package]\nname = "a"\n[dependencies]\nb = { path = "b", registry = "corp" }\n'
    tree = {"Cargo.toml": manifest, "src/lib.rs": "", "b/Cargo.toml": '[package]\nname = "b"\n'}
    plant(tmp_path / "tree", tree | {"b/src/lib.rs": ""})
    prediction = predict.predict(str(tmp_path / "tree"), ".", ["cargo metadata"], {"CARGO_HOME": str(home)})
    assert prediction.verdict == "unknown"


def test_a_patch_that_fits_nothing_is_a_warning_beside_a_lock_file(tmp_path: Path) -> None:
    manifest = '[package]\nname = "a"\n[dependencies]\nb = "0.2"\n[patch.crates-io]\nb = { path = "b" }\n'
    tree = {
        "Cargo.toml": manifest,
        "src/lib.rs": "",
        "b/Cargo.toml": '[package]\nname = "b"\nversion = "0.1.0"\n',
    }
    plant(tmp_path, tree | {"b/src/lib.rs": "", "Cargo.lock": "version = 4\n"})
    judged = cargo.judge(Sources(WorkTree(str(tmp_path))), "Cargo.toml")
    assert judged.resolves.verdict == "loads"
    assert [fault.rule for fault in judged.builds.latent] == ["broken-patch"]


def test_what_is_broken_above_a_package_is_named_on_it(tmp_path: Path) -> None:
    package = '[package]\nname = "{0}"\nversion = "0.1.0"\n'
    tree = {f"x/{name}/Cargo.toml": package.format(name) for name in "ab"}
    plant(tmp_path, tree | {"x/a/src/lib.rs": "", "x/b/src/lib.rs": "", "Cargo.toml": "[package\n"})
    plant(
        tmp_path,
        {"y/Cargo.toml": "[workspace\n", "y/c/Cargo.toml": package.format("c"), "y/c/src/lib.rs": ""},
    )
    report = pipeline.scan(pipeline.Request(str(tmp_path)))
    named = [(one.site.file, one.reference.key if one.reference else "") for one in report.diagnostics]
    above = [(f"x/{name}/Cargo.toml", "(upward search)") for name in "ab"]
    assert named == [("Cargo.toml", ""), *above, ("y/Cargo.toml", "")]  # a broken root speaks for its members
