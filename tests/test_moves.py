"""`depcheck mv`: goldens of moves (tests/fixtures/moves), with real cargo and uv before and after.

The first lines of a golden are `mv OLD NEW`, commands `$ cargo ...` that pass before and after, and `one way`
where the way back cannot give the same bytes. Then comes a tree, and in `out` what the dry run prints;
`--update` writes that anew.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from depcheck import cli
from depcheck.fix import journal
from depcheck.fix.journal import CannotWriteError
from depcheck.move import carry
from depcheck.rules.rule import Example, Link, Submodule
from tests import archive, example_tree
from tests.differential import moves

GOLDENS = sorted((Path(__file__).parent / "fixtures" / "moves").glob("*.txt"))


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_a_move_is_as_recorded(
    golden: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name not in ("", "out")}
    root = example_tree.write(tree, tmp_path / "tree")
    before = contents(root)
    monkeypatch.chdir(root)
    code = cli.main(["mv", "--dry-run", *words(sections[""])])
    printed = capsys.readouterr()
    out = f"{printed.out}{printed.err}exit code {code}\n"
    if request.config.getoption("--update"):
        archive.write(golden, {"": sections[""], **tree, "out": out})
    assert out == sections.get("out", "")
    assert contents(root) == before


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_tools_say_the_same_after_a_move_and_it_can_be_undone(
    golden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sections = archive.read(golden)
    tree = {name: text for name, text in sections.items() if name not in ("", "out")}
    root = example_tree.write(tree, tmp_path / "tree")
    commands = [shlex.split(line[2:]) for line in sections[""].splitlines() if line.startswith("$ ")]
    check(commands, root)
    before = contents(root)
    monkeypatch.chdir(root)
    old, new = words(sections[""])
    patched = shutil.copytree(root, tmp_path / "patched", symlinks=True)
    cli.main(["mv", "--dry-run", old, new])
    patch = capsys.readouterr().out
    code = cli.main(["mv", old, new])
    if code:
        assert contents(root) == before
        return
    git(patched, "apply", given=patch)
    assert contents(patched) == contents(root)
    check(commands, root)
    listed = {
        path.replace(f"{old}/", f"{new}/", 1) if path.startswith(f"{old}/") else path for path in before
    }
    assert set(contents(root)) == listed
    assert set(git(root, "ls-files").split()) == listed
    assert cli.main(["mv", new, old]) == 0
    if "one way" not in sections[""]:
        assert contents(root) == before
        assert git(root, "status", "--porcelain") == git(root, "status", "--porcelain", "--ignored")


def words(header: str) -> list[str]:
    """The two directories of a golden."""
    return next(line.split()[1:] for line in header.splitlines() if line.startswith("mv "))


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a tree."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def git(root: Path, *words: str, given: str = "") -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=True, text=True, input=given)
    return done.stdout


def check(commands: list[list[str]], root: Path) -> None:
    """Run commands that pass, and take away what they leave."""
    for command in commands:
        assert passes(command, root) == "", command
    git(root, "clean", "-qfdx")


def passes(command: list[str], root: Path) -> str:
    """What the real tool complains of; nothing where it passes; skips where it is not there."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    environment = {**os.environ, "UV_OFFLINE": "1"}
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, env=environment, text=True)
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize(
    "case",
    [
        ("gone", "b", "no such directory: gone"),
        ("a/file", "b", "a/file is no directory"),
        (".", "b", ". is the top of the tree, which cannot be moved within itself"),
        ("a", "b", "b is there already"),
        ("a", "a", "a is there already"),
        ("a", "a/in/it", "a/in/it lies inside of a"),
        ("a", "../out", "../out lies outside of"),
        ("a", ".git/a", "what is git's own is not moved"),
        ("s", "c", "`s/module` is a submodule, whose place stands in `.gitmodules` and in `.git`"),
        ("link", "c", "link is a symbolic link"),
    ],
)
def test_what_cannot_be_moved_is_said_in_a_line(
    case: tuple[str, str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new, said = case
    tree: Example = {"a/file": "", "b/file": "", "s/x": "", "s/module": Submodule(), "link": Link("a")}
    root = example_tree.write(tree, tmp_path / "tree")
    monkeypatch.chdir(root)
    assert cli.main(["mv", old, new]) == 2
    assert capsys.readouterr().err.startswith(f"depcheck: {said}")
    assert git(root, "diff", "--name-only", "--cached", "--diff-filter=R") == ""


def test_a_merge_conflict_stops_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = example_tree.write({"a/file": "", "b": ""}, tmp_path / "tree")
    blob = git(root, "hash-object", "b").strip()
    entries = f"0 {'0' * 40}\tb\n100644 {blob} 1\tb\n100644 {blob} 2\tb\n"
    git(root, "update-index", "--index-info", given=entries)
    monkeypatch.chdir(root)
    assert cli.main(["mv", "a", "c"]) == 2
    assert "`b` has a merge conflict" in capsys.readouterr().err
    assert (root / "a/file").exists()


def test_an_index_that_is_locked_undoes_the_move(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = example_tree.write({"a/file": ""}, tmp_path / "tree")
    (root / ".git/index.lock").touch()
    monkeypatch.chdir(root)
    assert cli.main(["mv", "a", "x/y/c"]) == 2
    assert "index.lock" in capsys.readouterr().err
    assert (root / "a/file").exists()
    assert not (root / "x").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CannotWriteError("the disk is full")])
def test_what_stops_the_writing_undoes_the_move(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = example_tree.write({"a/file": "", "b/link": Link("../a/file")}, tmp_path / "tree")
    before, index = contents(root), git(root, "ls-files", "-s")
    monkeypatch.chdir(root)

    def stop(_root: str, _contents: object, _tell: object, first: Callable[[], None]) -> None:
        first()
        assert (root / "x/y/c/file").exists()
        raise error

    monkeypatch.setattr(carry, "write", stop)
    assert cli.main(["mv", "a", "x/y/c"]) in (2, 130)
    assert contents(root) == before
    assert git(root, "ls-files", "-s") == index
    assert (root / "b/link").readlink() == Path("../a/file")
    assert not (root / "x").exists()


KILLED = """
import os, signal, sys
from depcheck import cli
left = int(sys.argv[1])
def hooked(call):
    def counted(*words, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*words, **options)
    return counted
for name in ("mkdir", "rename", "symlink", "write", "fsync", "ftruncate", "unlink", "rmdir"):
    setattr(os, name, hooked(getattr(os, name)))
sys.exit(cli.main(["mv", "old", "a/new"]))
"""


def test_killed_at_any_call_each_file_is_whole_and_the_way_back_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = '[package]\nname = "%s"\nversion = "0.1.0"\n[dependencies]\n'
    tree: Example = {
        "old/Cargo.toml": manifest % "old" + 'b = { path = "../b" }\n',
        "old/src/lib.rs": "",
        "old/LICENSE": Link("../LICENSE"),
        "LICENSE": "",
        "b/Cargo.toml": manifest % "b",
        "b/src/lib.rs": "",
        "c/Cargo.toml": manifest % "c" + 'old = { path = "../old" }\n',
        "c/src/lib.rs": "",
    }
    after = {"a/new/Cargo.toml": b'"../../b"', "c/Cargo.toml": b'"../a/new"'}
    for number in range(1, 60):
        root = example_tree.write(tree, tmp_path / str(number))
        before = contents(root)
        monkeypatch.chdir(root)
        done = subprocess.run([sys.executable, "-c", KILLED, str(number)], capture_output=True, check=False)
        found = {path: text for path, text in contents(root).items() if not path.endswith(".tmp")}
        for path, text in found.items():
            old = path.replace("a/new", "old")
            assert text == before[old] or after[path] in text, (number, path)
        assert {path.replace("a/new", "old") for path in found} | {"old/LICENSE"} == set(before)
        if (root / "a/new").exists():
            assert cli.main(["mv", "a/new", "old"]) == 0
            assert {p: t for p, t in contents(root).items() if not p.endswith(".tmp")} == before
            assert (root / "old/LICENSE").readlink() == Path("../LICENSE")
        if done.returncode == 0:
            assert number > 10
            return
    raise AssertionError("it never came to an end")


def test_another_run_that_writes_is_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = example_tree.write({"a/file": ""}, tmp_path / "tree")
    monkeypatch.chdir(root)
    monkeypatch.setattr(journal, "PATIENCE", 0.1)
    with journal.taken(str(root)):
        assert cli.main(["mv", "a", "b"]) == 2
    assert "another run of depcheck" in capsys.readouterr().err
    assert (root / "a/file").exists()
    assert cli.main(["mv", "a", "b"]) == 0


def test_links_lead_where_they_led(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: Example = {
        "old/x": "",
        "LICENSE": "",
        "old/LICENSE": Link("../LICENSE"),
        "old/own": Link("LICENSE"),
        "old/gone": Link("../nothing"),
        "other/in": Link("../old/own"),
        "other/dir": Link("../old/"),
    }
    root = example_tree.write(tree, tmp_path / "tree")
    monkeypatch.chdir(root)
    patched = shutil.copytree(root, tmp_path / "patched", symlinks=True)
    assert cli.main(["mv", "--dry-run", "old", "a/b/new"]) == 0
    git(patched, "apply", given=capsys.readouterr().out)
    assert cli.main(["mv", "old", "a/b/new"]) == 0
    texts = {
        "a/b/new/LICENSE": "../../../LICENSE",
        "a/b/new/own": "LICENSE",
        "a/b/new/gone": "../nothing",
        "other/in": "../a/b/new/own",
        "other/dir": "../a/b/new/",
    }
    for top in (root, patched):
        assert {path: os.readlink(top / path) for path in texts} == texts
    assert cli.main(["mv", "a/b/new", "old"]) == 0
    assert git(root, "diff", "--name-only") == ""


def test_it_moves_without_git_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = '[package]\nname = "%s"\nversion = "0.1.0"\n[dependencies]\n'
    tree = {
        "a/Cargo.toml": manifest % "a" + 'b = { path = "../b" }\n',
        "a/src/lib.rs": "",
        "b/Cargo.toml": manifest % "b",
        "b/src/lib.rs": "",
    }
    root = example_tree.write(tree, tmp_path / "tree")
    shutil.rmtree(root / ".git")
    monkeypatch.chdir(root)
    assert cli.main(["mv", "--root", ".", "b", "libs/b"]) == 0
    assert b'"../libs/b"' in contents(root)["a/Cargo.toml"]


def test_no_hook_and_no_filter_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = example_tree.write({"a/file": "", ".gitattributes": "* filter=f\n"}, tmp_path / "tree")
    ran = root / "ran"
    hook = root / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    for key in ("filter.f.clean", "filter.f.smudge", "filter.f.process", "core.fsmonitor"):
        git(root, "config", key, f"touch {ran}; cat")
    monkeypatch.chdir(root)
    assert cli.main(["mv", "a", "b"]) == 0
    assert not ran.exists()


@pytest.mark.skipif(shutil.which("cargo") is None or shutil.which("uv") is None, reason="no cargo or no uv")
@pytest.mark.parametrize("kind", ["cargo", "uv"])
def test_random_trees_are_as_before_and_a_move_is_undone_by_its_reverse(kind: str, *, long: bool) -> None:
    came = {seed: moves.in_random_tree(kind, seed) for seed in range(60 if long else 12)}
    assert {seed: result for seed, result in came.items() if result.came == "bad"} == {}
    assert {seed for seed, result in came.items() if result.came == "one way"} <= ONE_WAY[kind]
    assert sum(result.came == "good" for result in came.values()) > len(came) // 2


# A pattern that hit nothing but what moved does not come back; a tree that was broken, and is not at the new
# place, is not broken again.
ONE_WAY = {"cargo": {0}, "uv": {43}}
