"""What works here and would not in a clean clone: what is warned of, what is not, and what it costs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import git, pipeline, rules
from depcheck.predict import predict
from depcheck.record import NamedTuple
from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Example, Link, Untracked
from tests import example_tree


class Case(NamedTuple):
    """A tree, and (rule, file) of each warning that it deserves."""

    tree: Example
    warnings: tuple[tuple[str, str], ...] = ()


def depends(path: str, name: str = "client", table: str = "dependencies") -> str:
    return f'\n[{table}]\n{name} = {{ path = "{path}" }}\n'


def untracked(tree: Example) -> Example:
    return {path: Untracked(str(text)) for path, text in tree.items()}


def project(directory: str, *dependencies: str, more: str = "") -> Example:
    name = directory.rpartition("/")[2]
    listed = ", ".join(f'"{dependency}"' for dependency in dependencies)
    text = f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [{listed}]\n{more}'
    return {f"{directory}/pyproject.toml": text, f"{directory}/{name}/__init__.py": ""}


POETRY = """\
[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
lib = { path = "../lib" }
"""
HATCH = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.metadata]
allow-direct-references = true
"""

CASES = {
    "a member": Case(
        {**workspace('["a", "b"]'), **crate("a"), **untracked(crate("b"))},
        (("untracked-target", "Cargo.toml"),),
    ),
    "a pattern of members": Case(
        {**workspace('["crates/*"]'), **crate("crates/a"), **untracked(crate("crates/b"))}
    ),
    "a manifest that is not in git either": Case(
        {**crate("a"), **untracked(crate("b", depends("../client"))), **untracked(crate("client"))}
    ),
    "what nothing uses": Case(
        {
            **workspace('["a"]', '[workspace.dependencies]\nclient = { path = "client" }\n'),
            **crate("a"),
            **untracked(crate("client", "\n[workspace]\n")),
        }
    ),
    "what two use is one place": Case(
        {
            "w/Cargo.toml": '[workspace]\nmembers = ["a", "b"]\nresolver = "2"\n'
            '[workspace.dependencies]\nclient = { path = "../client" }\n',
            **crate("w/a", "\n[dependencies]\nclient.workspace = true\n"),
            **crate("w/b", "\n[dependencies]\nclient.workspace = true\n"),
            **untracked(crate("client")),
        },
        (("untracked-target", "w/Cargo.toml"),),
    ),
    "the file of a target": Case(
        {
            **crate("a", '\n[[bin]]\nname = "x"\npath = "gen/x.rs"\n'),
            "a/gen/x.rs": Untracked("fn main() {}\n"),
            ".gitignore": "gen/\n",
        },
        (("ignored-target", "a/Cargo.toml"),),
    ),
    "a readme that only packaging asks for": Case(
        {
            **crate("a", version='version = "0.1.0"\npublish = false\nreadme = "made.md"'),
            "a/made.md": Untracked(""),
        }
    ),
    "a package whose manifest is there and whose code is not": Case(
        {
            **crate("a", depends("../b", "b")),
            "b/Cargo.toml": crate("b")["b/Cargo.toml"],
            "b/src/lib.rs": Untracked(""),
        }
    ),
    "names that git could take for more than names": Case(
        {
            **crate("a", depends("../:(top)", "client")),
            **{f":(top){path[6:]}": Untracked(str(text)) for path, text in crate("client").items()},
            **crate("b", depends("../*")),
            **{f"*{path[6:]}": text for path, text in crate("client").items()},
        },
        (("untracked-target", "a/Cargo.toml"),),
    ),
    "a link inside": Case(
        {**crate("lib/client"), "link": Link("lib"), **crate("a", depends("../link/client"))}
    ),
    "a link that is not in git": Case(
        {**crate("a", depends("../far/client")), "far": Link("../elsewhere"), **crate("../elsewhere/client")},
        (("symlink-escape", "a/Cargo.toml"),),
    ),
    "a link to a link that is absolute": Case(
        {
            **crate("a", depends("../near/client")),
            "near": Link("middle"),
            "middle": Link("@ROOT@/lib"),
            **crate("lib/client"),
        },
        (("symlink-escape", "a/Cargo.toml"),),
    ),
    "absent outside is the tool's to say": Case(
        {**crate("a", depends("../../elsewhere/client"))}, (("missing-path", "a/Cargo.toml"),)
    ),
    "a pattern that is absolute": Case(
        {**workspace('["@ROOT@/crates/*"]'), **crate("crates/a")}, (("absolute-path", "Cargo.toml"),)
    ),
    "one warning of two": Case(
        {**crate("a", depends("@ROOT@/client")), **untracked(crate("client"))},
        (("absolute-path", "a/Cargo.toml"),),
    ),
    "a field is no absolute path": Case(
        {**project("a", "lib @ {root:uri}/../lib", more=HATCH), **project("lib")}
    ),
    "a URL is one": Case(
        {**project("a", "lib @ file://@ROOT@/lib"), **project("lib")},
        (("absolute-path", "a/pyproject.toml"),),
    ),
    "poetry": Case(
        {"app/pyproject.toml": POETRY, **untracked(project("lib"))},
        (("untracked-target", "app/pyproject.toml"),),
    ),
    "a member that a source of uv takes, by a pattern": Case(
        {
            "pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["b"]\n'
            '[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nb = { workspace = true }\n',
            **project("packages/a"),
            **untracked(project("packages/b")),
        },
        (("untracked-target", "pyproject.toml"),),
    ),
    "a line of a requirements file": Case(
        {"requirements.txt": "-e ./lib\n-r dev.txt\n", "dev.txt": Untracked(""), **untracked(project("lib"))},
        (("untracked-target", "requirements.txt"), ("untracked-target", "requirements.txt")),
    ),
}


def warned(root: Path) -> tuple[tuple[str, str], ...]:
    report = pipeline.scan(pipeline.Request(str(root)))
    return tuple((one.name, one.site.file) for one in report.diagnostics)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_warned_of(case: Case, tmp_path: Path) -> None:
    root = example_tree.write(case.tree, tmp_path / "repository")
    assert warned(root) == case.warnings
    shutil.rmtree(root / ".git")
    of_git = ("untracked-target", "ignored-target")
    assert warned(root) == tuple(one for one in case.warnings if one[0] not in of_git)


def run(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false")
    allowed = ("-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *allowed, "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def with_submodule(tmp_path: Path) -> Path:
    """A repository with a package that depends on one in its submodule, checked out."""
    inner = example_tree.write(crate("client"), tmp_path / "inner")
    run(inner, "commit", "-qm", "first")
    root = example_tree.write(crate("hub", depends("../vendored/client")), tmp_path / "outer")
    run(root, "submodule", "add", "-q", str(inner), "vendored")
    run(root, "commit", "-qm", "first")
    return root


def test_a_submodule_that_is_checked_out(with_submodule: Path) -> None:
    assert warned(with_submodule) == (("submodule-target", "hub/Cargo.toml"),)


@pytest.mark.parametrize("how", ["deinit", "gone"])
def test_a_submodule_that_is_not_checked_out_is_unknown(how: str, with_submodule: Path) -> None:
    if how == "deinit":
        run(with_submodule, "submodule", "deinit", "-f", "vendored")
    else:
        shutil.rmtree(with_submodule / "vendored")
    report = pipeline.scan(pipeline.Request(str(with_submodule)))
    assert [(one.name, one.severity) for one in report.diagnostics] == [("submodule-target", "warning")]
    [judged] = report.judgements
    assert judged.resolves.verdict == "unknown"
    assert "the submodule `vendored` is not checked out" in judged.resolves.unknowns
    answered = predict(str(with_submodule), "hub", ["cargo", "build"], {})
    assert (answered.verdict, answered.because) == ("unknown", "the submodule `vendored` is not checked out")


def test_a_repository_within_that_is_no_submodule(tmp_path: Path) -> None:
    root = example_tree.write(crate("hub", depends("../nested/client")), tmp_path / "outer")
    example_tree.write(crate("client"), root / "nested")
    assert warned(root) == (("untracked-target", "hub/Cargo.toml"),)


def test_a_sparse_checkout_and_another_work_tree(tmp_path: Path) -> None:
    tree = {**crate("lib/client"), **crate("hub", depends("../lib/client")), **crate("other")}
    root = example_tree.write(tree, tmp_path / "repository")
    run(root, "commit", "-qm", "first")
    run(root, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    assert warned(tmp_path / "second") == ()
    run(root, "sparse-checkout", "set", "hub", "lib")
    assert warned(root) == ()


def test_more_files_than_are_asked_for_by_name(tmp_path: Path) -> None:
    bins = "".join(f'\n[[bin]]\nname = "b{number}"\npath = "gen/b{number}.rs"\n' for number in range(50))
    files = {f"a/gen/b{number}.rs": "fn main() {}\n" for number in range(50)}
    tree = {**crate("a", bins), **files, "a/gen/b7.rs": Untracked("fn main() {}\n")}
    assert warned(example_tree.write(tree, tmp_path / "repository")) == (
        ("untracked-target", "a/Cargo.toml"),
    )


@pytest.mark.parametrize(
    ("tree", "calls"),
    [
        ({**crate("a")}, 1),
        ({**crate("a"), **crate("b", depends("../a", "a"))}, 1),
        (rules.load("ignored-target").bad, 3),
        (rules.load("submodule-target").bad, 2),
    ],
    ids=["no reference", "packages that the listing knows", "an ignored one", "a submodule"],
)
def test_how_often_git_is_asked(
    tree: Example, calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = example_tree.write(tree, tmp_path / "repository")
    asked: list[tuple[str, ...]] = []

    class Counted(git.Question):
        def __init__(self, where: str, *words: str, globs: bool = False) -> None:
            asked.append(words)
            super().__init__(where, *words, globs=globs)

    monkeypatch.setattr(git, "Question", Counted)
    pipeline.scan(pipeline.Request(str(root)))
    assert len(asked) == calls
