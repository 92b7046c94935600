"""Trees of git's objects: `--rev` is a clean clone, `--staged` the next commit, `--since` what is new."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from depcheck import cli, rules
from depcheck.rules.example import crate, workspace
from tests import example_tree

GIT = ("git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "protocol.file.allow=always")


# Of a commit nothing is known outside of the root; an absolute path names the root, and not its clone.
OUTSIDE = {
    ("broken-patch", "bad"),
    ("absolute-path", "bad"),
    ("escapes-repository", "bad"),
    ("symlink-escape", "bad"),
}


def git(root: Path, *words: str) -> None:
    subprocess.run([*GIT, "-C", str(root), *words], check=True, capture_output=True)


def scan(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The JSON, without what says which tree it is."""
    capsys.readouterr()
    assert cli.main(["scan", "--root", str(root), "--format", "json", *words, str(root)]) in {0, 1}
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {key: value for key, value in found.items() if key not in {"root", "tree"}}


@pytest.mark.parametrize("name", sorted(rules.NAMES))
@pytest.mark.parametrize("which", ["bad", "good"])
def test_a_commit_is_judged_as_a_clone_of_it(
    name: str, which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = example_tree.write(getattr(rules.load(name), which), tmp_path / "tree")
    git(root, "commit", "-qm", "x", "--allow-empty")
    subprocess.run([*GIT, "clone", "-q", str(root), str(tmp_path / "clone")], check=True, capture_output=True)
    clone = scan(tmp_path / "clone", capsys)
    there = json.loads(
        json.dumps(scan(root, capsys, "--rev", "HEAD")).replace(str(root), str(tmp_path / "clone"))
    )
    if (name, which) in OUTSIDE:
        return
    assert there == clone
    assert scan(root, capsys, "--staged") == scan(root, capsys, "--rev", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = {
        **workspace('["a", "b"]'),
        **crate("a", '\n[dependencies]\nb = { path = "../b" }\n'),
        **crate("b"),
    }
    root = example_tree.write(tree, tmp_path / "tree")
    git(root, "commit", "-qm", "x")
    return root


def names(report: dict[str, Any]) -> list[str]:
    return [one["name"] for one in report["diagnostics"]]


def test_what_is_not_staged_neither_breaks_nor_mends(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = root / "a/Cargo.toml"
    good = manifest.read_text(encoding="utf-8")
    manifest.write_text(good.replace("../b", "../c"), encoding="utf-8")
    assert names(scan(root, capsys)) == ["missing-path"]
    assert names(scan(root, capsys, "--staged")) == []
    git(root, "add", "-A")
    manifest.write_text(good, encoding="utf-8")
    assert names(scan(root, capsys)) == []
    assert names(scan(root, capsys, "--staged")) == ["missing-path"]


def test_a_deletion_breaks_others(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "rm", "-rq", "b")
    assert names(scan(root, capsys, "--staged")) == ["missing-member", "missing-path"]
    assert names(scan(root, capsys, "--staged", "--since", "HEAD")) == ["missing-member", "missing-path"]


def test_what_is_only_intended_to_be_added_is_not_there(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(root, "mv", "b", "c")
    git(root, "rm", "-rq", "--cached", "c")
    git(root, "add", "--intent-to-add", "c")
    (root / "c").rename(root / "b")
    git(root, "add", "--intent-to-add", "b")
    assert "missing-path" in names(scan(root, capsys, "--staged"))


def test_the_index_that_the_environment_names(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = root.parent / "index"
    other.write_bytes((root / ".git/index").read_bytes())
    git(root, "rm", "-rq", "b")
    assert names(scan(root, capsys, "--staged")) != []
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert names(scan(root, capsys, "--staged")) == []


def test_only_what_is_new_since_a_commit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = root / "a/Cargo.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("../b", "../c"), encoding="utf-8")
    git(root, "commit", "-qam", "broken")
    assert names(scan(root, capsys, "--since", "HEAD~1")) == ["missing-path"]
    manifest.write_text(f"# lines move\n\n{text.replace('../b', '../c')}", encoding="utf-8")
    assert names(scan(root, capsys, "--since", "HEAD")) == []
    assert names(scan(root, capsys, "--rev", "HEAD~1")) == []


def test_repairs_of_what_is_staged(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = root / "a/Cargo.toml"
    good = manifest.read_text(encoding="utf-8")
    manifest.write_text(good.replace("../b", "../c"), encoding="utf-8")
    git(root, "add", "-A")
    assert cli.main(["scan", "--fix", "--staged", str(root)]) == 0
    assert manifest.read_text(encoding="utf-8") == good
    assert names(scan(root, capsys, "--staged")) == []
    manifest.write_text(good.replace("../b", "../c"), encoding="utf-8")
    git(root, "add", "-A")
    manifest.write_text(f"# not staged\n{good}", encoding="utf-8")
    assert cli.main(["scan", "--fix", "--staged", str(root)]) == 2
    assert manifest.read_text(encoding="utf-8") == f"# not staged\n{good}"


@pytest.mark.parametrize(
    "words",
    [("--rev", "nope"), ("--since", "nope"), ("--rev", "HEAD", "--staged"), ("--rev", "HEAD", "--fix")],
)
def test_what_cannot_run_says_so(
    root: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["scan", str(root), *words]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_empty_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = example_tree.write({}, tmp_path / "tree")
    assert scan(root, capsys, "--staged")["packages"] == []
    assert cli.main(["scan", "--rev", "HEAD", str(root)]) == 2
