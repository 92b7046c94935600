"""Globs against those whose globs they are: cargo, recorded and where it is at hand, and Python."""

from __future__ import annotations

import fnmatch
import glob
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depcheck.load import globs
from depcheck.load.backend import globs as python_globs
from depcheck.manifest import gitignore
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Overlay, Text
from depcheck.tree.worktree import WorkTree

# Directories and files; `l` is a link to the directory above it.
_DIRECTORIES = ("a", "b/a", "b/ab", "b/.h", "c/b/a", "[x]", "c/l")
_FILES = ("a/f", "b/f", "b/ab/f", "c/b/a/f", ".g")
_PARTS = st.sampled_from(
    ["*", "**", "?", "a", "b", "c", "ab", "*b", "a*", "?b", "[ab]", "[!a]", "[b-a]", "[!b-a]", "[]x]",
     ".*", ".", "..", "*a*b*", "f", "{a,b}", "!a", "[", "a**", "***", "x"]
)  # fmt: skip
_PATTERNS = st.lists(_PARTS, min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree").resolve()
    for name in _DIRECTORIES[:-1]:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (root / name).touch()
    (root / "c/l").symlink_to("..")
    return root


# (members, what cargo 1.95 hits, None: it refuses the pattern)
_RECORDED: tuple[tuple[str, list[str] | None], ...] = (
    ("b/*", ["b/.h", "b/a", "b/ab", "b/f"]),
    ("**/a", ["a", "b/a", "c/b/a"]),
    ("c/**/a", ["c/b/a"]),
    ("b/**/a", ["b/a"]),
    ("b/**", ["b/.h", "b/a", "b/ab"]),
    ("b/[!a]*", ["b/.h", "b/f"]),
    ("b/[]a]", ["b/a"]),
    ("b/[z-a]", []),
    ("b/[!z-a]", ["b/a", "b/f"]),
    ("b/.*", ["", "b", "b/.h"]),
    ("b/a/../*b", ["b/ab"]),
    ("{a,b}", []),
    ("b/[a", None),
    ("b/a**", None),
    ("b/***", None),
)


@pytest.mark.parametrize(("pattern", "hits"), _RECORDED)
def test_the_glob_crate(pattern: str, hits: list[str] | None, tmp_path: Path) -> None:
    for name in _DIRECTORIES[:-1]:
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (tmp_path / name).touch()
    if hits is None:
        with pytest.raises(globs.PatternError):
            globs.expand(WorkTree(str(tmp_path)), "", pattern)
    else:
        assert sorted(globs.expand(WorkTree(str(tmp_path)), "", pattern)) == hits


@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(pattern=_PATTERNS)
def test_cargo_takes_the_same_members(pattern: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("no cargo on PATH")
    root = tmp_path_factory.mktemp("workspace").resolve()
    for name in _DIRECTORIES[:-1]:
        (root / name / "src").mkdir(parents=True)
        (root / name / "src/lib.rs").touch()
        package = "".join(char if char.isalnum() else "_" for char in f"p{name}")
        manifest = f'[package]\nname = "{package}"\nversion = "0.1.0"\n'
        (root / name / "Cargo.toml").write_text(manifest, encoding="utf-8")
    (root / "Cargo.toml").write_text(f"[workspace]\nmembers = [{json.dumps(pattern)}]\n", encoding="utf-8")
    words = [cargo, "metadata", "--no-deps", "--offline", "--format-version", "1"]
    done = subprocess.run(words, cwd=root, capture_output=True, check=False, text=True)
    from depcheck import predict

    answer = predict.predict(str(root), ".", ["cargo metadata --no-deps"], {})
    assert (answer.verdict == "loads") is (done.returncode == 0), (pattern, answer.because, done.stderr)
    if done.returncode == 0:
        taken = {
            os.path.relpath(os.path.dirname(one["manifest_path"]), root)
            for one in json.loads(done.stdout)["packages"]
        }
        tree = WorkTree(str(root))
        hit = {path for path in globs.expand(tree, "", pattern) if tree.is_file(f"{path}/Cargo.toml")}
        assert taken == hit, pattern


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(pattern=_PATTERNS)
def test_pathlib_and_glob_expand_to_the_same(pattern: str, top: Path) -> None:
    tree = WorkTree(str(top))
    if ".." in pattern or "." in pattern.split("/"):
        return
    if "**" not in pattern.replace("/**/", "/").removeprefix("**/").removesuffix("/**") or pattern == "**":
        theirs = {str(path.relative_to(top)) for path in top.glob(pattern)}
        ours = {path or "." for path in python_globs.expand(tree, "", pattern, "pathlib")}
        assert ours == theirs, pattern
    found = glob.glob(pattern, root_dir=top, recursive=True)
    theirs = {os.path.normpath(path) for path in found if (top / path).exists()}  # `gone/**` gives `gone/`
    ours = {path or "." for path in python_globs.expand(tree, "", pattern, "glob")}
    if "l" not in "".join(theirs):  # through the link in a circle `glob` goes on to the system's limit
        assert ours == theirs, pattern


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.text("ab*?[]!-x.\n", max_size=12), st.text("abx-].\n", max_size=8))
def test_one_component_is_as_fnmatch_has_it_where_they_agree(part: str, name: str) -> None:
    """The two differ in what is refused (`**`, a `[` without an end) and in nothing else but `.` and `..`."""
    try:
        ours = globs.matches_part(part, name)
    except globs.PatternError:
        return
    if part == "**" or name in (".", ".."):
        return
    assert ours == fnmatch.fnmatchcase(name, part)


@pytest.mark.parametrize(
    "pattern",
    ["**/" * 2000 + "x", "**/a/" * 500 + "x", "*" * 5000, "*a" * 120 + "*b", "../" * 10_000, "a/" * 10_000,
     "?" * 10_000, "[a-z]" * 5000, "[" * 10_000, "[!" * 5000 + "]", "**/*/" * 300 + "*", ".*/" * 200 + "x",
     "c/l/" * 1000 + "a", "/" * 10_000,
     "c/l/**/c/l/**/a", "*a" * 11 + "b", "**/*a*a/" * 300 + "b"],
)  # fmt: skip
def test_no_pattern_explodes(pattern: str, top: Path) -> None:
    deep = top / "/".join(["a"] * 60)
    deep.mkdir(parents=True, exist_ok=True)
    (top / ("a" * 200)).mkdir(exist_ok=True)
    tree = WorkTree(str(top))
    ignoring = Overlay(tree)
    ignoring.put(".git", Kind.DIR)
    ignoring.put(".gitignore", Text(pattern.encode()))
    ignoring.put("pkgs/" + "a" * 80, Text(b""))
    started = time.perf_counter()
    with suppress(globs.PatternError, globs.EndlessError):
        globs.expand(tree, "", pattern)
    for dialect in ("pathlib", "glob"):
        list(python_globs.expand(tree, "", pattern, dialect))
    with suppress(globs.PatternError):
        list(globs.matches(pattern.split("/"), ["a"] * 60))
        globs.compile_crossing(pattern).fullmatch("a/" * 60)
    gitignore.holds_only_ignored(Sources(ignoring), "pkgs")
    assert time.perf_counter() - started < 5
