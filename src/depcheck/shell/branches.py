"""Commands that may not run: tried on an overlay, and what they would change is not known afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from depcheck import paths
from depcheck.shell.commands import LeaveError, Run
from depcheck.shell.state import Result, State
from depcheck.shell.syntax import Node
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Moved, Overlay, Text, Unknown, Unread


def apart(go: Run, state: State, why: str, bodies: Sequence[Node]) -> list[Result]:
    """Run each body on the tree as it is, and leave the tree as it is."""
    return [result for result, _ in _tries(go, state, why, bodies)]


def _tries(go: Run, state: State, why: str, bodies: Sequence[Node]) -> list[tuple[Result, State]]:
    found = []
    for body in bodies:
        inner = state.sub(state.world.fork(why))
        try:
            result = go(inner, body, None)
        except LeaveError as leave:
            result = Result(None if leave.result.ok else leave.result.ok, None, leave.result.culprits)
            result = result._replace(left=leave.kind == "exit")
            inner.cwd, inner.shown, inner.env = (
                state.cwd,
                state.shown,
                dict(state.env),
            )  # this way does not come back
        if inner.dead:
            result = inner.ended(result)._replace(left=True)
        state.world.steps = inner.world.steps
        found.append((result, inner))
    return found


def maybe(go: Run, state: State, why: str, bodies: Sequence[Node], *, whole: bool) -> list[Result]:
    """Run each body apart; what they leave behind is not known, unless all leave the same.

    whole: one of them happens; otherwise it may be that none does.
    """
    tries = _tries(go, state, why, bodies)
    edits = [world.tree.edits() for _, inner in tries if isinstance((world := inner.world).tree, Overlay)]
    done: list[str] = []
    for path in sorted({path for one in edits for path in one}):
        if any(paths.is_below(path, above) for above in done):
            continue
        choices = [one.get(path) for one in edits]
        same = whole and all(choice == choices[0] for choice in choices)
        if same and choices[0] is not None and not isinstance(choices[0], Moved):
            state.world.put(path, choices[0])
            continue
        kind = state.world.tree.entry(path).kind
        if kind is Kind.MISSING and all(choice in (None, Kind.MISSING) for choice in choices):
            continue
        if kind is Kind.FILE and all(
            choice is None or isinstance(choice, (Text, Unread)) for choice in choices
        ):
            state.world.put(path, Unread(why))
            continue
        state.world.put(path, Unknown(why))
        done.append(path)
    for _, inner in tries:
        _come_back(state, inner, why)
    return [result for result, _ in tries]


def _come_back(state: State, inner: State, why: str) -> None:
    """Take over from a shell that may have been this one what it would have changed."""
    for murk in inner.world.murk:
        state.world.blur(murk.directory, murk.why)
    if inner.cwd != state.cwd:
        state.lost = state.lost or f"the working directory is not known: {why}"
    for name in state.env.keys() | inner.env.keys():
        if state.env.get(name, "") != inner.env.get(name, ""):
            state.env[name] = None
    state.functions |= inner.functions
