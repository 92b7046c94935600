"""Did you mean: what is suggested for a path that leads nowhere, and that it is right once it is written."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from depcheck import pipeline
from depcheck.model import Diagnostic
from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Example
from tests import example_tree


class Case(NamedTuple):
    """A tree with one broken path, what should stand there instead, and a part of the reason.

    written: the broken path as it stands there, where the report shows what a tool makes of it.
    """

    tree: Example
    meant: str | None
    reason: str = ""
    written: str = ""


def depends(path: str, name: str = "client", more: str = "") -> str:
    return f'\n[dependencies]\n{name} = {{ path = "{path}"{more} }}\n'


def python(directory: str, *dependencies: str, more: str = "") -> Example:
    name = directory.rpartition("/")[2]
    listed = ", ".join(f'"{dependency}"' for dependency in dependencies)
    text = f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = [{listed}]\n{more}'
    return {f"{directory}/pyproject.toml": text, f"{directory}/{name}/__init__.py": ""}


HATCH = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.metadata]
allow-direct-references = true
"""
PDM = """
[build-system]
requires = ["pdm-backend"]
build-backend = "pdm.backend"
[tool.pdm]
"""
POETRY = """
[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
python = "*"
"""

CASES = {
    "a ../ too few": Case(
        {**crate("a/b/hub", depends("../client")), **crate("a/client")}, "../../client", "named `client`"
    ),
    "the name decides, not the directory": Case(
        {**crate("hub", depends("../clients")), **crate("clients2"), **crate("far/away/client")},
        "../far/away/client",
    ),
    "cargo tells - from _": Case(
        {**crate("hub", depends("../x", "my_client")), **crate("far/my-client")}, None
    ),
    "of two the one that fits": Case(
        {
            **crate("hub", depends("../x", more=', version = "2"')),
            **crate("near/client"),
            **crate("far/off/client", version='version = "2.1.0"'),
        },
        "../far/off/client",
        "the nearest of 2",
    ),
    "a fixture last": Case(
        {**crate("hub", depends("../x")), **crate("tests/fixtures/client"), **crate("a/b/c/d/client")},
        "../a/b/c/d/client",
    ),
    "another package at the path": Case(
        {**crate("hub", depends("../server")), **crate("server"), **crate("lib/client")}, "../lib/client"
    ),
    "a trailing slash and a dot stay": Case(
        {**crate("hub", depends("./x/")), **crate("hub/lib/client")}, "./lib/client/"
    ),
    "a member, misspelt": Case(
        {**workspace('["hub", "clienst"]'), **crate("hub"), **crate("client")},
        "client",
        "spelt nearly the same",
    ),
    "a member that is listed is not meant": Case(
        {**workspace('["client-a", "client-b"]'), **crate("client-a")}, None
    ),
    "a member that was moved": Case(
        {**workspace('["libs/client"]'), **crate("packages/client")},
        "packages/client",
        "is named `client`",
    ),
    "a member by the name of its directory": Case(
        {
            **workspace('["hub", "crates/client"]'),
            **crate("hub"),
            "crates/readme": "",
            **crate("crates/x/client"),
        },
        "crates/x/client",
    ),
    "a member by the package that nobody lists": Case(
        {**workspace('["crates/hub", "crates/my-client"]'), **crate("crates/hub"), **crate("crates/client")},
        "crates/client",
        "not listed",
    ),
    "a step too deep": Case(
        {
            **workspace('["hub", "client/src/rust/"]'),
            **crate("hub"),
            **crate("client"),
            "client/src/x.rs": "",
        },
        None,
    ),
    "a name too many": Case(
        {**workspace('["hub", "client/rust/"]'), **crate("hub"), **crate("client")}, "client/", "on the way"
    ),
    "a package below the directory": Case(
        {**workspace('["client"]'), **crate("client/rust"), "client/readme.md": ""},
        "client/rust",
        "only package below",
    ),
    "a patch": Case(
        {
            **crate(
                "hub", '\n[dependencies]\nclient = "1"\n[patch.crates-io]\nclient = { path = "client" }\n'
            ),
            **crate("lib/client", version='version = "1.0.0"'),
        },
        "../lib/client",
    ),
    "a licence file": Case(
        {**crate("hub", version='version = "0.1.0"\nlicense-file = "LICENSE"'), "LICENSE": ""},
        "../LICENSE",
        "with one `../` more",
    ),
    "a target": Case(
        {
            **crate("hub", '\n[[bin]]\nname = "x"\npath = "src/Main.rs"\n'),
            "hub/src/main.rs": "fn main() {}\n",
        },
        "src/main.rs",
        "spelt nearly the same",
    ),
    "what a tool infers is not mended by a text": Case({"hub/Cargo.toml": '[package]\nname = "hub"\n'}, None),
    "the root of the workspace": Case(
        {
            **workspace('["a/b/hub"]'),
            **crate("a/b/hub", version='version = "0.1.0"\nworkspace = "../.."'),
        },
        "../../..",
        "nearest workspace root",
    ),
    "hatch keeps its field": Case(
        {**python("app", "lib @ {root:uri}/../lib", more=HATCH), **python("libs/lib")},
        "{root:uri}/../libs/lib",
        "named `lib`",
        "{root:uri}/../lib",
    ),
    "pdm keeps its field": Case(
        {**python("app", "my.lib @ file:///${PROJECT_ROOT}/../lib", more=PDM), **python("libs/my-lib")},
        "file:///${PROJECT_ROOT}/../libs/my-lib",
    ),
    "poetry": Case(
        {"app/pyproject.toml": POETRY + 'lib = { path = "../lib" }\n', **python("libs/lib")}, "../libs/lib"
    ),
    "a line of a requirements file": Case(
        {"app/requirements.txt": "# dev\n-e ./lib\n", **python("libs/lib")}, "../libs/lib"
    ),
    "another requirements file": Case(
        {"app/requirements.txt": "-r Base.txt\n", "app/base.txt": ""}, "base.txt", "spelt nearly"
    ),
    "backslashes": Case(
        {**crate("hub", depends(r"..\\lib\\client")), **crate("lib/client")}, "../lib/client"
    ),
    "a backend refuses what lies outside": Case(
        {**python("app", more='readme = "README.md"\n'), "README.md": ""}, None
    ),
}


def suggested(root: Path) -> list[Diagnostic]:
    found = pipeline.scan(pipeline.Request(str(root))).diagnostics
    assert found
    return [one for one in found if one.candidate is not None]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_candidate(case: Case, tmp_path: Path) -> None:
    root = example_tree.write(case.tree, tmp_path / "repository")
    found = suggested(root)
    if case.meant is None:
        assert not found
        return
    [one] = found
    assert one.candidate is not None
    assert one.candidate.replacement == case.meant
    assert case.reason in one.candidate.reason
    assert one.range is not None
    assert one.reference is not None
    manifest, index = root / one.site.file, one.range.start.line - 1
    lines = manifest.read_text(encoding="utf-8").replace("\\\\", "\\").split("\n")
    before, raw, after = lines[index].rpartition(case.written or one.reference.raw)
    assert raw
    lines[index] = before + case.meant + after
    manifest.write_text("\n".join(lines), encoding="utf-8")
    assert not pipeline.scan(pipeline.Request(str(root))).diagnostics


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false")
    subprocess.run(["git", *identity, "-C", str(root), *words], check=True, capture_output=True)


def renamed(tmp_path: Path, *configuration: str) -> Path:
    """A workspace whose member `old` was renamed to `new/place` by the last commit."""
    tree = {**workspace('["hub", "old"]'), **crate("hub"), **crate("old")}
    root = example_tree.write(tree, tmp_path / "repository")
    git(root, "commit", "-qm", "first")
    (root / "new").mkdir()
    git(root, "mv", "old", "new/place")
    git(root, "commit", "-qm", "second")
    for setting in configuration:
        git(root, "config", *setting.split("=", 1))
    return root


def test_git_says_what_was_renamed(tmp_path: Path) -> None:
    [one] = suggested(renamed(tmp_path))
    assert one.candidate is not None
    assert one.candidate.replacement == "new/place"
    assert "renamed `old` to `new/place`" in one.candidate.reason


def moved_now(tmp_path: Path) -> Path:
    """A workspace with `graph`, of which one file went to `old` long ago; `old` is a member too."""
    tree = {**workspace('["old", "graph"]'), **crate("old"), **crate("graph")}
    root = example_tree.write({**tree, "graph/x/Cargo.toml": "# x\n" * 20}, tmp_path / "repository")
    git(root, "commit", "-qm", "first")
    (root / "old/x").mkdir()
    git(root, "mv", "graph/x/Cargo.toml", "old/x/Cargo.toml")
    git(root, "commit", "-qm", "second")
    return root


@pytest.mark.parametrize("words", [("git", "mv"), ("mv",)])
def test_what_was_renamed_just_now_comes_first(words: tuple[str, ...], tmp_path: Path) -> None:
    root = moved_now(tmp_path)
    subprocess.run([*words, "graph", "graph-lib"], cwd=root, check=True)
    [one] = suggested(root)
    assert one.candidate is not None
    assert one.candidate.replacement == "graph-lib"
    assert "since the last commit" in one.candidate.reason


def test_a_rename_of_the_past_that_is_not_the_end_of_it_is_no_hint(tmp_path: Path) -> None:
    root = moved_now(tmp_path)
    git(root, "rm", "-rq", "graph")
    assert not suggested(root)
    git(root, "commit", "-qm", "third")
    assert not suggested(root)


def test_a_member_is_the_package_that_others_ask_for_at_its_place(tmp_path: Path) -> None:
    tree = {
        **workspace('["hub", "lib/x"]'),
        **crate("hub", depends("../lib/x", "my-client")),
        **crate("far/off/my-client"),
        **crate("far/x"),
    }
    found = suggested(example_tree.write(tree, tmp_path / "repository"))
    meant = {one.name: one.candidate.target for one in found if one.candidate is not None}
    assert meant == {"missing-member": "far/off/my-client", "missing-path": "far/off/my-client"}


def test_git_runs_nothing_that_the_repository_names(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    names = ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand", "pager.log")
    root = renamed(tmp_path, *(f"{name}={trap}" for name in names), "log.showSignature=true")
    assert suggested(root)
    assert not (tmp_path / "sprung").exists()
