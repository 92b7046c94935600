"""Trees that are meant to be broken: which manifests are judged, and which are only counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from depcheck import cli, pipeline
from depcheck.record import NamedTuple
from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Example
from tests import example_tree


class Case(NamedTuple):
    """A tree and, of its manifests, those that are not judged. scope: what the user names."""

    tree: Example
    not_judged: tuple[str, ...]
    scope: tuple[str, ...] = ("",)


BROKEN = '\n[dependencies]\nx = { path = "../gone" }\n'
DEPENDS = '\n[dependencies]\nx = {{ path = "{}" }}\n'


def project(directory: str, more: str = "") -> Example:
    name = directory.rpartition("/")[2]
    text = f'[project]\nname = "{name}"\nversion = "1"\n{more}'
    return {f"{directory}/pyproject.toml": text, f"{directory}/{name}/__init__.py": ""}


CASES = {
    "folders of the list": Case(
        {
            **crate("a"),
            **crate("fixtures/b", BROKEN),
            **crate("a/TestData/c", BROKEN),
            **crate("x/snapshots/d/e", BROKEN),
            **crate("contests/f"),
        },
        ("a/TestData/c/Cargo.toml", "fixtures/b/Cargo.toml", "x/snapshots/d/e/Cargo.toml"),
    ),
    "what a command reads in an image": Case(
        {
            **crate("a"),
            **crate("fixtures/b"),
            **crate("fixtures/c"),
            "fixtures/requirements.txt": "",
            "fixtures/d/requirements.txt": "",
            "Dockerfile": (
                "FROM rust:1\nCOPY a /w/a\nCOPY fixtures /f\nWORKDIR /f/b\nRUN cargo build\n"
                "RUN pip install -r /f/requirements.txt\n"
            ),
        },
        ("fixtures/c/Cargo.toml", "fixtures/d/requirements.txt"),
    ),
    "placeholders": Case(
        {**crate("a"), "new/{{name}}/Cargo.toml": "[package]\nname = {{name}}\n"},
        ("new/{{name}}/Cargo.toml",),
    ),
    "tests that the workspace lists, and tests that it does not": Case(
        {
            **workspace('["a", "tests/*", "a/tests/c"]', 'exclude = ["tests/out"]\n'),
            **crate("a"),
            **crate("tests/b"),
            **crate("a/tests/c"),
            **crate("tests/out", BROKEN),
            **crate("tests/b/inner", BROKEN),
        },
        ("tests/b/inner/Cargo.toml", "tests/out/Cargo.toml"),
    ),
    "every depth of a pattern": Case(
        {
            **workspace('["**/kept*"]'),
            **crate("tests/a/b/kept1"),
            **crate("tests/kept2"),
            **crate("tests/d", BROKEN),
        },
        ("tests/d/Cargo.toml",),
    ),
    "a path reaches one, which reaches another": Case(
        {
            **crate(
                "a",
                DEPENDS.format("../fixtures/x").replace("x =", "b =", 1).replace("fixtures/x", "fixtures/b"),
            ),
            **crate("fixtures/b", DEPENDS.format("../x")),
            **crate("fixtures/x"),
            **crate("fixtures/c", BROKEN),
        },
        ("fixtures/c/Cargo.toml",),
    ),
    "fixtures that reach each other": Case(
        {**crate("a"), **crate("fixtures/b", DEPENDS.format("../x")), **crate("fixtures/x")},
        ("fixtures/b/Cargo.toml", "fixtures/x/Cargo.toml"),
    ),
    "vendored crates": Case(
        {
            **crate("a"),
            **crate("vendor/b", BROKEN),
            "vendor/b/.cargo-checksum.json": "{}",
            **crate("vendor/c"),
        },
        ("vendor/b/Cargo.toml",),
    ),
    "python": Case(
        {
            **project("a"),
            **project("tests/b", 'dependencies = ["x @ file:../gone"]\n'),
            "templates/setup.py": "import setuptools\n\nsetuptools.setup()\n",
        },
        ("templates/setup.py", "tests/b/pyproject.toml"),
    ),
    "requirements": Case(
        {
            "requirements.txt": "-r fixtures/kept/requirements.txt\n-e fixtures/c\n",
            "fixtures/kept/requirements.txt": "-c constraints.txt\n",
            "fixtures/kept/constraints.txt": "",
            "fixtures/requirements.txt": "-r gone.txt\n./gone\n",
            "tests/data/requirements-dev.txt": "-e ./gone\n",
            **project("fixtures/c"),
            **project("fixtures/d", "dependencies = 1\n"),
        },
        ("fixtures/d/pyproject.toml", "fixtures/requirements.txt", "tests/data/requirements-dev.txt"),
    ),
    "the folder is named": Case(
        {**crate("a"), **crate("tests/fixtures/b"), **crate("tests/fixtures/templates/c", BROKEN)},
        ("tests/fixtures/templates/c/Cargo.toml",),
        ("tests/fixtures",),
    ),
    "the manifest is named": Case({**crate("fixtures/b")}, (), ("fixtures/b/Cargo.toml",)),
    "the folder of vendored crates is named": Case(
        {**crate("vendor/b"), "vendor/b/.cargo-checksum.json": "{}"}, (), ("vendor",)
    ),
    "a workspace above what is named": Case(
        {**workspace('["a/tests/b"]'), **crate("a/tests/b"), **crate("a/tests/c", BROKEN)},
        ("a/tests/c/Cargo.toml",),
        ("a",),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_not_judged(case: Case, tmp_path: Path) -> None:
    root = example_tree.write(case.tree, tmp_path / "repository")
    report = pipeline.scan(pipeline.Request(str(root), case.scope))
    assert tuple(sorted(report.not_judged)) == case.not_judged
    assert report.diagnostics == ()
    every = pipeline.scan(pipeline.Request(str(root), case.scope, include_fixtures=True))
    assert not every.not_judged
    judged = {one.manifest for one in every.judgements} - {one.manifest for one in report.judgements}
    assert judged == set(case.not_judged)
    if any("gone" in str(case.tree[path]) for path in case.not_judged):
        assert every.diagnostics


def test_every_format_says_how_many_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = {**crate("a"), **crate("a/tests/b", BROKEN), **crate("fixtures/c", BROKEN), **crate("fixtures/d")}
    root = str(example_tree.write(tree, tmp_path / "repository"))
    said = (
        "not judged: 3 manifests that look like fixtures, in `fixtures`, `a/tests` "
        "(--include-fixtures judges them)\n"
    )
    assert cli.main(["scan", root]) == 0
    assert said in capsys.readouterr().out
    assert cli.main(["scan", "--format", "concise", root]) == 0
    assert capsys.readouterr().out == said
    assert cli.main(["scan", "--format", "json", root]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"]["not_judged"] == 3
    assert document["summary"]["manifests"] == 4
    assert [one["manifest"] for one in document["packages"]] == ["a/Cargo.toml"]
    assert cli.main(["scan", "--format", "json", "--include-fixtures", root]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["not_judged"] == 0
