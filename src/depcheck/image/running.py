"""A RUN carried out by the shell interpreter."""

from __future__ import annotations

import shlex
from functools import partial

from depcheck.image.alike import Alike
from depcheck.image.command import Ran, Run
from depcheck.shell import run as shell
from depcheck.shell.state import Read, Result, State, World
from depcheck.sources import Sources

_SHELLS = ("sh", "bash", "ash", "dash")


def execute(run: Run, alike: Alike | None = None) -> Ran:
    """Carry out `run`; what comes of it, and what is read, is shared with RUNs of other images.

    Where it fails, the build would stop; it is then carried out once more as if what fails had not, so
    that the first failure does not hide the next.
    """
    return _execute(run, Sources) if alike is None else alike.ran(run, partial(_execute, read=alike.sources))


def _execute(run: Run, read: Read) -> Ran:
    ran = _attempt(run, read, go_on=False)
    if ran.result.ok is not False:
        return ran
    return _attempt(run, read, go_on=True)._replace(result=ran.result)


def _attempt(run: Run, read: Read, *, go_on: bool) -> Ran:
    tree = run.tree.snapshot()
    world = World(tree, read=read)
    world.go_on = go_on
    state = State(world, run.cwd, run.env, sealed=run.sealed)
    if run.command.words:
        result = shell.run(state, shlex.join(run.command.words))
    elif _set_up(state, run.command.shell):
        result = shell.run(state, run.command.text)
    else:
        why = f"`{' '.join(run.command.shell)}` is no shell that depcheck knows"
        tree.blur("", why)
        return Ran(run, tree, Result(ok=None), (), (why,))
    for murk in world.murk:
        tree.blur(murk.directory, murk.why)
    return Ran(run, tree, result, tuple(world.events), tuple(world.gaps))


def _set_up(state: State, words: tuple[str, ...]) -> bool:
    """Take the options of `SHELL ["/bin/bash", "-eo", "pipefail", "-c"]`; False for no such shell."""
    if words[:1] == ("/usr/bin/env",):
        words = words[1:]
    program = words[0].rpartition("/")[2] if words else ""
    if program not in _SHELLS:
        return False
    state.bash = program == "bash"
    for index, word in enumerate(words[1:], 1):
        if not word.startswith("-"):
            continue
        letters = word[1:]
        state.errexit = state.errexit or "e" in letters
        if letters.endswith(("o", "oc")) or "o" in letters:
            option = words[index + 1] if index + 1 < len(words) else ""
            state.pipefail = state.pipefail or option == "pipefail"
            state.errexit = state.errexit or option == "errexit"
    return True
