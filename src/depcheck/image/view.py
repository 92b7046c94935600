"""What a stage holds at one of its lines: `depcheck image`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from depcheck import paths
from depcheck.image import dockerfile
from depcheck.image.build import Build, Inputs, Stage
from depcheck.image.builds import Planned, guessed, inputs_of
from depcheck.image.running import execute
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.layers import Dir, Graft, Leaf, Vague
from depcheck.tree.overlay import Link, Unknown, Unread
from depcheck.tree.stage import StageTree

MOST = 200_000  # entries of a stage that are listed


class ViewError(Exception):
    """There is no such stage, or no such line; the argument says so."""


class View(NamedTuple):
    """A stage at a line.

    instruction: the last one that counts; None for a stage without any.
    before:      the tree is as the instruction finds it (a RUN), not as it leaves it.
    workdir:     absolute. tree: what the stage holds.
    """

    stage: str
    instruction: dockerfile.Instruction | None
    before: bool
    workdir: str
    tree: StageTree


class Item(NamedTuple):
    """Something that instructions have put into the image.

    path:    absolute, in the image. link: the text of a symbolic link.
    source:  where it comes from in the repository; None where it does not.
    line:    of the instruction that put it there; 0 for what an own stage was built on.
    because: why its content, or what else may stand in the directory, is not known; empty: it is.
    whole:   a directory that is a copy of one in the repository, with nothing put over it.
    """

    path: str
    kind: Literal["file", "directory", "link", "unknown"]
    link: str | None = None
    source: str | None = None
    line: int = 0
    because: str = ""
    whole: bool = False


def view(tree: Tree, plan: Planned, stage: str = "", at: int = 0) -> View:
    """The stage named `stage` (the one that is built) at the line `at` (its end). Raises ViewError."""
    inputs = _inputs(tree, plan)
    wanted = _stage(Build(inputs, execute), stage, at)
    read = inputs.dockerfile
    kept = tuple(one for one in read.instructions if not at or one.line <= at)
    build = Build(inputs._replace(dockerfile=read._replace(instructions=kept)), execute)
    made = build.made(build.stages[wanted.number])
    last = build.stages[wanted.number].instructions[-1:]
    if at and last and last[0].name == "RUN" and made.runs and made.runs[-1].run.instruction is last[0]:
        run = made.runs[-1].run
        return View(wanted.label, last[0], before=True, workdir=f"/{run.cwd}", tree=run.tree)
    return View(wanted.label, last[0] if last else None, before=False, workdir=made.workdir, tree=made.tree)


def likeliest(tree: Tree, path: str) -> Planned:
    """The build that is meant by a Dockerfile alone: in the first context that has what it copies."""
    plans = list(guessed(path))
    for plan in plans:
        build = Build(_inputs(tree, plan), execute)
        if not any(finding.rule == "copy-source-missing" for _, finding in build.findings()):
            return plan
    return plans[0]


def _inputs(tree: Tree, plan: Planned) -> Inputs:
    found = inputs_of(Sources(tree), plan)
    if found is None:
        raise ViewError(f"`{plan.dockerfile}` cannot be read")
    return found[0]


def _stage(build: Build, name: str, at: int) -> Stage:
    if name:
        number = build.number(name)
        if number is None:
            known = ", ".join(f"`{one.label}`" for one in build.stages)
            raise ViewError(f"there is no stage `{name}`; there is {known or 'none'}")
        found = build.stages[number]
        if at and at < found.opening.line:
            raise ViewError(f"line {at} stands before the stage `{found.label}`")
        return found
    if at:
        before = [one for one in build.stages if one.opening.line <= at]
        if not before:
            raise ViewError(f"no stage has begun at line {at}")
        return before[-1]
    target = build.target()
    if target is None:
        raise ViewError(
            f"there is no stage `{build.inputs.arguments.target}`" if build.stages else "there is no stage"
        )
    return target


def items(tree: StageTree) -> Iterator[Item]:
    """Everything that instructions have put there, each directory before what is in it."""
    ahead = [""]
    for _ in range(MOST):
        if not ahead:
            return
        path = ahead.pop()
        node = tree.node(path)
        below = (
            [paths.join(path, name) for name in sorted(tree.names_at(path))] if isinstance(node, Dir) else []
        )
        ahead.extend(below[::-1])
        if path and node is not None and (item := _item(tree, path, node)) is not None:
            yield item


def _item(tree: StageTree, path: str, node: Leaf | Dir) -> Item | None:
    """What is known of an entry; None for what the base image brings along."""
    origin = tree.origin(path)
    place = (f"/{path}", None, origin.path, origin.line)
    if isinstance(node, Dir):
        whole = len(node.layers) == 1 and isinstance(node.layers[0], Graft) and origin.path is not None
        brought = not origin.line and origin.path is None
        return None if brought else Item(place[0], "directory", *place[1:], node.why, whole)
    match node.what:
        case Link(target):
            return Item(place[0], "link", target, *place[2:])
        case Unknown(why):
            return Item(place[0], "unknown", None, None, origin.line, why) if origin.line else None
        case Vague():
            return None
        case what:
            return Item(place[0], "file", *place[1:], what.why if isinstance(what, Unread) else "")
