"""What images share: trees that hold the same, and the contexts that are not looked at for it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from depcheck.image import dockerfile
from depcheck.image.alike import Alike
from depcheck.image.build import Build, Inputs
from depcheck.image.builds import Planned
from depcheck.image.context import open_context
from depcheck.image.guess import chosen
from depcheck.image.running import execute
from depcheck.image.verdict import Found, Judged
from depcheck.manifest import cargo
from depcheck.manifest.cargo import Manifest
from depcheck.model import Fault, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.likeness import Likeness
from depcheck.tree.overlay import Edit, Link, Text, Unknown, Unread
from depcheck.tree.stage import StageTree
from depcheck.tree.worktree import WorkTree

PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n'


def stage(repository: Sources, text: str) -> StageTree:
    inputs = Inputs(dockerfile.read("Dockerfile", text.encode()), open_context(repository, "").tree)
    build = Build(inputs, execute)
    return build.made(build.stages[-1]).tree


@pytest.fixture
def repository(tmp_path: Path) -> Sources:
    for path, text in {"a/Cargo.toml": PACKAGE, "a/src/lib.rs": "", "b.txt": "b"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return Sources(WorkTree(str(tmp_path)))


FIRST = "FROM rust\nWORKDIR /src\nCOPY a a\nRUN mkdir x && echo 1 > x/y\n"


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (FIRST, True),
        ("# later\n\n" + FIRST, True),
        (FIRST.replace("mkdir x &&", "mkdir -p x;"), True),
        (FIRST.replace("rust", "debian AS b") + "FROM b\n", True),
        (FIRST.replace("echo 1", "echo 2"), False),
        (FIRST.replace("COPY a a", "COPY a c"), False),
        (FIRST + "COPY b.txt .\n", False),
        (FIRST.replace("rust", "example.com/anything"), False),
    ],
)
def test_stages_that_hold_the_same_are_alike(repository: Sources, other: str, alike: bool) -> None:
    likeness = Likeness(lines=False)
    assert (likeness.of(stage(repository, FIRST)) == likeness.of(stage(repository, other))) is alike


def test_the_lines_of_a_dockerfile_may_count(repository: Sources) -> None:
    likeness = Likeness(lines=True)
    first, later = stage(repository, FIRST), stage(repository, "# later\n" + FIRST)
    assert likeness.of(first) == likeness.of(stage(repository, FIRST)) != likeness.of(later)


def test_records_of_one_text_are_not_alike() -> None:
    edits: list[Edit] = [Link("a"), Unread("a"), Unknown("a"), Text(b"a"), Kind.DIR]
    trees = [StageTree() for _ in edits]
    for tree, edit in zip(trees, edits, strict=True):
        tree.put("x", edit)
    likeness = Likeness(lines=False)
    assert len({likeness.of(tree) for tree in trees}) == len(edits)


def test_an_edit_is_undone_by_another() -> None:
    likeness = Likeness(lines=False)
    tree = StageTree()
    tree.put("a", Text(b"1"))
    before = likeness.of(tree)
    tree.put("a", Text(b"2"))
    assert likeness.of(tree) != before
    tree.put("a", Text(b"1"))
    assert likeness.of(tree) == before


def test_a_deep_tree_has_a_number() -> None:
    tree = StageTree()
    tree.put("/".join("d" * 2000), Kind.DIR)
    likeness = Likeness(lines=False)
    assert likeness.of(tree) == likeness.of(tree.snapshot())


def test_a_manifest_is_read_once_wherever_it_lies(repository: Sources) -> None:
    alike = Alike(repository)
    own = repository.get(cargo.read, "a/Cargo.toml")
    assert isinstance(own, Manifest)
    for place in ("a", "c"):
        found = alike.sources(stage(repository, FIRST.replace("COPY a a", f"COPY a {place}"))).get(
            cargo.read, f"src/{place}/Cargo.toml"
        )
        assert isinstance(found, Manifest)
        assert found.path == f"src/{place}/Cargo.toml"
        assert found.directory == f"src/{place}"
        assert found.package is own.package
    changed = FIRST + "RUN sed -i s/0.1.0/0.2.0/ a/Cargo.toml\n"
    found = alike.sources(stage(repository, changed)).get(cargo.read, "src/a/Cargo.toml")
    assert isinstance(found, Manifest)
    assert found.package
    assert found.package.version == "0.2.0"


def test_what_is_wrong_with_a_manifest_is_said_where_it_lies(repository: Sources, tmp_path: Path) -> None:
    (tmp_path / "a/Cargo.toml").write_text(PACKAGE + "[features]\na = 1\n", encoding="utf-8")
    found = Alike(repository).sources(stage(repository, FIRST)).get(cargo.read, "src/a/Cargo.toml")
    assert isinstance(found, Manifest)
    assert {fault.site.file for fault in found.faults} == {"src/a/Cargo.toml"}


@pytest.mark.parametrize("seed", range(200))
def test_only_contexts_that_cannot_count_are_not_judged(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # no secret is made of it
    plans = [Planned("Dockerfile", str(number), guesses=9) for number in range(dice.randrange(1, 7))]
    stops = {plan.context: dice.randrange(3) for plan in plans}
    bounds = {context: dice.randrange(count + 1) for context, count in stops.items()}
    judged: list[str] = []

    def judge(plan: Planned) -> Judged:
        judged.append(plan.context)
        fault = Fault("copy-source-missing", Site(plan.context), "")
        return Judged(plan, (), (Found(fault, "error"),) * stops[plan.context])

    least = min(stops.values())
    best = [plan for plan in plans[:2] if stops[plan.context] == least] or [
        plan for plan in plans if stops[plan.context] == least
    ]
    (one,) = chosen(plans, judge, lambda plan: bounds[plan.context])
    assert one.plan == best[0]
    assert {plan.context for plan in best} <= set(judged)
    assert len(judged) == len(set(judged))
