"""Asking git, of a repository that nobody has vouched for: no program that it names is run.

Hooks, fsmonitor, filters, pagers, external diffs and signature checks are turned off, nothing is
fetched, and no variable of the environment points git at another repository or index. `git` itself is
one of the system: neither a relative entry of PATH nor one inside the repository is looked into.
"""

from __future__ import annotations

import os
from functools import cache

from depcheck import paths, process
from depcheck.record import NamedTuple

PATIENCE = 10.0  # seconds: a FIFO named `.gitignore` is waited for by git without an end
_GIT = (
    "--no-pager", "--no-optional-locks", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
    "-c", "log.showSignature=false", "-c", "log.follow=false",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone fetches what is not there, by a command of its own
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class Refusal(NamedTuple):
    """git answers nothing; `reason` is a clause that says why, in its own words where it has any."""

    reason: str


def ask(
    root: str, *words: str, given: str = "", globs: bool = False, seconds: float | None = None
) -> str | None:
    """What `answer` gives, None for a refusal."""
    answered = answer(root, *words, given=given, globs=globs, seconds=seconds)
    return answered if isinstance(answered, str) else None


def answer(
    root: str, *words: str, given: str = "", globs: bool = False, seconds: float | None = None
) -> str | Refusal:
    """What git prints for `words` in `root`.

    given: what it reads from its standard input. globs: pathspecs are patterns, not names.
    """
    program = _program(root)
    if program is None:
        return Refusal("which is not on PATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= _ENVIRONMENT
    environment["GIT_WORK_TREE"] = root  # whatever `core.worktree` says
    environment["GIT_CEILING_DIRECTORIES"] = os.path.dirname(root)  # a broken `.git` is no reason to go up
    options = [word for word in _GIT if not globs or word != "--literal-pathspecs"]
    limit = PATIENCE if seconds is None else seconds
    try:
        done = process.run((program, *options, "-C", root, *words), environment, os.fsencode(given), limit)
    except TimeoutError:
        return Refusal(f"which has not answered for {limit:.0f} seconds")
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        return Refusal(f"which cannot be asked ({error})")
    if done.code:
        said = os.fsdecode(done.complained).partition("\n")[0] or f"exit code {done.code}"
        return Refusal(f"which says `{said}`")
    return os.fsdecode(done.printed)


@cache
def _program(root: str) -> str | None:
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if not os.path.isabs(directory):
            continue
        program = os.path.realpath(os.path.join(directory, "git"))
        inside = root != "/" and paths.is_below(program, root)
        if not inside and os.path.isfile(program) and os.access(program, os.X_OK):
            return os.path.join(directory, "git")
    return None
