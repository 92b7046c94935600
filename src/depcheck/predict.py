"""What a command would do in a tree, without running it: `depcheck predict`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from functools import partial

from depcheck import clone, paths, submodules
from depcheck.load.tool import UsageError
from depcheck.model import Fault, Outcome, Verdict
from depcheck.record import NamedTuple
from depcheck.shell import run as shell
from depcheck.shell.state import Broken, Result, Run, State, World
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.overlay import Overlay
from depcheck.tree.worktree import WorkTree

__all__ = ["Prediction", "UsageError", "predict"]


class Prediction(NamedTuple):
    """The answer for one command line. `because` is one sentence; `sources` holds what was read."""

    command: str
    cwd: str
    verdict: Verdict
    because: str
    faults: tuple[Fault, ...]
    sources: Sources


def predict(root: str, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Prediction:
    """Answer for `words` (several, or one shell line) run in `cwd`, relative to `root`.

    Raises UsageError where the line holds no command that depcheck knows.
    """
    below = WorkTree(root)
    line = words[0] if len(words) == 1 else shlex.join(words)
    world = World(Overlay(below), Sources(below))
    world.settle = partial(_settled, world.tree)
    result = shell.run(State(world, below.resolve(paths.at(below.root, "", cwd)), env), line)
    runs = [event for event in world.events if isinstance(event, Run)]
    refused = next((run.refused for run in runs if run.refused), "")
    if refused:
        raise UsageError(refused)
    decided = _failing(result, world) if result.ok is False else _standing(runs)
    if decided is None:
        raise UsageError(next(iter(world.gaps), f"`{line}` runs no build tool that depcheck knows"))
    verdict, because, outcome, sources = decided
    return Prediction(line, cwd or ".", verdict, because, outcome.faults, sources)


_Decision = tuple[Verdict, str, Outcome, Sources]


def _failing(result: Result, world: World) -> _Decision | None:
    """The command that decides where the line fails: the first that alone stops it."""
    first = next((world.events[index] for index in sorted(result.culprits)), None)
    match first:
        case Run():
            return "fails", _because(first.outcome), first.outcome, first.sources
        case Broken():
            return "fails", f"`{first.text}` fails: {first.why}", Outcome(), world.sources()
    return (
        ("fails", "an earlier part of the line fails", Outcome(), world.sources()) if world.events else None
    )


def _standing(runs: Sequence[Run]) -> _Decision | None:
    """The command that decides where the line is not known to fail; None where there is none."""
    for run in runs:
        verdict = run.outcome.verdict
        if verdict == "unknown" or (verdict == "fails" and run.doubt and not run.masked):
            return "unknown", (*run.outcome.unknowns, run.doubt)[0], run.outcome, run.sources
    for run in runs[-1:]:
        because = _because(run.outcome)
        if run.masked:
            return "loads", f"{because}, and the line goes on", Outcome(), run.sources
        return "loads", because, run.outcome, run.sources
    return None


def _settled(tree: Tree, outcome: Outcome) -> Outcome:
    """The outcome, with what lies in a submodule that is not checked out unknown."""
    lost = submodules.lost(tree, outcome.faults) if tree.exists(".git") else {}
    if not lost:
        return outcome
    repository = clone.of_index(tree.root, lost.values())
    return submodules.unsettle_outcome(
        outcome, {place: at for place, at in lost.items() if repository.is_submodule(at)}
    )


def _because(outcome: Outcome) -> str:
    if outcome.faults:
        first = outcome.faults[0]
        place = f"`{first.site.file}`: " if first.site.file not in ("", ".") else ""
        return f"{place}{first.message}"
    return "every path that it reads is good"
