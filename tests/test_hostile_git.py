"""Repositories that would run something, and such as git refuses: nothing runs, the scan goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import git, pipeline, rules
from tests import example_tree
from tests.hostile.running import SOURCE, environment, run

_BAD = rules.load("missing-path").bad


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one finding, whose missing path has a history: every git call there is is made."""
    root = example_tree.write(_BAD, tmp_path / "repository")
    _git(root, "commit", "-qm", "x")
    return root


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A program that leaves a file behind when it is run."""
    program = tmp_path / "canary.sh"
    program.write_text(f'#!/bin/sh\ntouch "{tmp_path}/sung"\nprintf "2\\0/\\0"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def _git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, "-C", str(root), *words], check=True, capture_output=True)


def _found(root: Path, **variables: str) -> tuple[list[str], str]:
    """The rules that fire, and what is said on stderr."""
    done = run("scan", "--format", "json", "--root", str(root), str(root), env=environment(**variables))
    return [one["name"] for one in json.loads(done.stdout)["diagnostics"]], done.stderr


SETTINGS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy",
    "diff.external", "diff.x.command", "diff.x.textconv", "filter.x.clean", "filter.x.smudge",
    "filter.x.process", "pager.ls-files", "pager.log", "pager.check-ignore", "gpg.program",
    "gpg.ssh.program", "merge.x.driver",
    "credential.helper", "sequence.editor", "uploadpack.packObjectsHook", "interactive.diffFilter",
    "trailer.x.command", "trailer.x.cmd",
)  # fmt: skip


def test_no_setting_of_the_repository_runs_a_program(repository: Path, canary: Path) -> None:
    hooks = repository / "hooks"
    hooks.mkdir()
    for hook in (
        "post-index-change",
        "pre-commit",
        "reference-transaction",
        "fsmonitor-watchman",
        "post-checkout",
    ):
        shutil.copy(canary, hooks / hook)
        shutil.copy(canary, repository / ".git/hooks" / hook)
    for setting in SETTINGS:
        _git(repository, "config", setting, str(canary))
    for name in ("ls-files", "log", "check-ignore", "rev-parse"):
        _git(repository, "config", f"alias.{name}", f"!{canary}")
    for setting, value in {
        "core.hooksPath": str(hooks),
        "log.showSignature": "true",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{canary}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(canary),
        "protocol.ext.allow": "always",
    }.items():
        _git(repository, "config", setting, value)
    (repository / ".gitattributes").write_text("* diff=x filter=x merge=x\n", encoding="utf-8")
    (repository / "Cargo.toml").touch()
    os.utime(repository / "Cargo.toml", (1, 1))  # the index is stale: git would look at the content again
    assert "missing-path" in _found(repository)[0]
    run("predict", "--", "cargo metadata", cwd=repository)
    assert not (canary.parent / "sung").exists()
    # The settings are such that git itself would run the program.
    subprocess.run(["git", "-C", str(repository), "status"], check=False, capture_output=True)
    assert (canary.parent / "sung").exists()


@pytest.mark.parametrize("entry", [".", "", "tools", "{root}/tools"])
def test_no_program_of_the_repository_is_taken_for_git(repository: Path, canary: Path, entry: str) -> None:
    tools = repository / "tools"
    tools.mkdir()
    for directory in (repository, tools):
        shutil.copy(canary, directory / "git")
    search = f"{entry.format(root=repository)}:{os.environ['PATH']}"
    done = run("scan", cwd=repository, env=environment(PATH=search))
    assert (done.returncode, done.stderr) == (1, "")
    assert not (canary.parent / "sung").exists()


def test_without_git_every_directory_is_looked_at(repository: Path) -> None:
    found, said = _found(repository, PATH="/nonexistent")
    assert "missing-path" in found
    assert said.startswith("depcheck: this work tree is not listed by git, which is not on PATH")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("gitdir: /nonexistent\n", "not a git repository"),
        ("gitdir: \x1b[31m\n", "not a git repository"),
        ("\x00" * 100, "invalid gitfile format"),
        ("", "invalid gitfile format"),
        (None, "not a git repository"),
    ],
)
def test_a_broken_git_file_is_said_and_the_scan_goes_on(
    tmp_path: Path, repository: Path, content: str | None, reason: str
) -> None:
    (tmp_path / ".git").mkdir()  # git does not go up to it
    shutil.rmtree(repository / ".git")
    if content is None:
        (repository / ".git").mkdir()
    else:
        (repository / ".git").write_text(content, encoding="utf-8")
    found, said = _found(repository)
    assert "missing-path" in found
    assert len(said.splitlines()) == 1
    assert reason in said


def test_a_repository_of_another_user_is_said_and_the_scan_goes_on(repository: Path) -> None:
    if os.geteuid():
        pytest.skip("needs root to give a file away")
    os.chown(repository, 65534, 65534)
    found, said = _found(repository, HOME="/nonexistent")
    assert "missing-path" in found
    assert "dubious ownership" in said


@pytest.mark.parametrize(
    "place", [".gitignore", ".git/info/exclude", ".git/HEAD", ".git/config", ".git/index"]
)
def test_git_is_not_waited_for_without_an_end(
    repository: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / place).unlink(missing_ok=True)
    os.mkfifo(repository / place)
    monkeypatch.setattr(git, "PATIENCE", 0.5)
    report = pipeline.scan(pipeline.Request(str(repository)))
    assert "missing-path" in {one.name for one in report.diagnostics}


def test_a_git_directory_that_is_no_file_at_all(repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    os.mkfifo(repository / ".git")
    found, said = _found(repository)
    assert "missing-path" in found
    assert "not listed by git" in said


def test_a_bare_repository_holds_no_manifest(tmp_path: Path, repository: Path) -> None:
    _git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    done = run("scan", cwd=tmp_path / "bare.git")
    assert (done.returncode, done.stderr) == (0, "depcheck: no manifest found\n")


def test_a_bare_repository_inside_a_tree_is_no_repository_of_it(repository: Path, canary: Path) -> None:
    """Where `.git` is broken, git would take the current directory for a bare repository."""
    shutil.rmtree(repository / ".git")
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    _git(repository, "config", "core.fsmonitor", str(canary))
    (repository / ".git").mkdir()
    found, said = _found(repository)
    assert "missing-path" in found
    assert "not listed by git" in said
    assert not (canary.parent / "sung").exists()


def test_a_worktree_and_a_submodule_are_work_trees(tmp_path: Path, repository: Path) -> None:
    _git(repository, "worktree", "add", "-q", str(tmp_path / "other"))
    assert "missing-path" in _found(tmp_path / "other")[0]
    assert _found(tmp_path / "other")[1] == ""
    outer = example_tree.write({"README": ""}, tmp_path / "outer")
    _git(outer, "submodule", "-q", "add", str(repository), "inner")
    assert "missing-path" in _found(outer / "inner")[0]
    assert _found(outer / "inner")[1] == ""


def test_a_sparse_checkout_is_judged_by_what_is_there(repository: Path) -> None:
    _git(repository, "sparse-checkout", "set", "--no-cone", "/Cargo.toml")
    found, said = _found(repository)
    assert said == ""
    assert "missing-path" not in found


def test_a_work_tree_set_elsewhere_is_not_followed(tmp_path: Path, repository: Path) -> None:
    elsewhere = example_tree.write(_BAD, tmp_path / "elsewhere")
    _git(repository, "config", "core.worktree", str(elsewhere))
    new = repository / "new/Cargo.toml"
    new.parent.mkdir()
    new.write_text("[package", encoding="utf-8")
    found, said = _found(repository)
    assert {"missing-path", "invalid-manifest"} <= set(found)
    assert said == ""


def test_git_gets_no_variable_that_leads_elsewhere(tmp_path: Path, repository: Path) -> None:
    other = example_tree.write({"README": ""}, tmp_path / "other")
    names = dict.fromkeys(
        ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"), str(other / ".git")
    )
    assert _found(repository, **names) == _found(repository)
    assert _found(repository, GIT_EXTERNAL_DIFF="x", GIT_PAGER="x", GIT_CONFIG_COUNT="x") == _found(
        repository
    )


def test_these_tests_run_this_code() -> None:
    assert git.__file__.startswith(SOURCE)
