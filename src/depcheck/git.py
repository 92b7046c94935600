"""Asking git, of a repository that nobody has vouched for: no program that it names is run.

`answer` asks, `change` alone has it change its index.

Hooks, fsmonitor, filters, pagers, external diffs and signature checks are turned off, nothing is
fetched, and no variable of the environment points git at another repository or index. `git` itself is
one of the system: neither a relative entry of PATH nor one inside the repository is looked into.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from depcheck import paths, process
from depcheck.record import NamedTuple

# Seconds without a sign of life, and in all: a cold tree of a million files takes minutes to list, and a
# FIFO named `.gitignore` is waited for by git without an end.
PATIENCE = 10.0
LIMIT = 600.0
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


def change(root: str, *words: str, given: str, staged: bool = False) -> Refusal | None:
    """Have git change its index; None where it has.

    When it writes the index git compares files that have just changed, and puts them through the filters
    that the configuration of the repository names: they are turned off by name.
    """
    done = Question(root, *words, unset=filters(root), staged=staged).answer(given)
    return done if isinstance(done, Refusal) else None


def filters(root: str) -> tuple[str, ...]:
    """The keys of the configuration that name programs which git would put contents through."""
    named = ask(root, "config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$")
    return tuple((named or "").split("\0")[:-1])


def answer(
    root: str, *words: str, given: str = "", globs: bool = False, seconds: float | None = None
) -> str | Refusal:
    """What git prints for `words` in `root`.

    given: what it reads from its standard input. globs: pathspecs are patterns, not names.
    seconds: that it may take; None: as long as it is at work.
    """
    printed = Question(root, *words, globs=globs).answer(given, seconds)
    return printed if isinstance(printed, Refusal) else os.fsdecode(printed)


class Question:
    """What git has been asked, in `root`; it works on it while other things are done.

    unset: keys of the configuration that are to be empty.
    staged: the index that `GIT_INDEX_FILE` names counts, as it does in a hook.
    """

    def __init__(
        self,
        root: str,
        *words: str,
        globs: bool = False,
        unset: tuple[str, ...] = (),
        staged: bool = False,
    ) -> None:
        environment = {"GIT_CONFIG_COUNT": str(len(unset))}
        if staged and (index := os.environ.get("GIT_INDEX_FILE")):
            environment["GIT_INDEX_FILE"] = os.path.abspath(index)
        for number, key in enumerate(unset):
            environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": ""}
        self._asked = _start(root, words, environment, globs=globs)

    def answer(
        self, given: str = "", seconds: float | None = None, watched: Callable[[], None] | None = None
    ) -> bytes | Refusal:
        """What git prints. watched: called now and then while there is no answer yet."""
        if isinstance(self._asked, Refusal):
            return self._asked
        limit = process.Limit(LIMIT if seconds is None else seconds, PATIENCE, watched)
        try:
            done = self._asked.end(os.fsencode(given), limit)
        except TimeoutError:
            return Refusal("which does not answer")
        except OSError as error:
            return Refusal(f"which cannot be asked ({error})")
        if done.code:
            said = os.fsdecode(done.complained).partition("\n")[0] or f"exit code {done.code}"
            return Refusal(f"which says `{said}`")
        return done.printed


def _start(
    root: str, words: tuple[str, ...], more: dict[str, str], *, globs: bool
) -> process.Program | Refusal:
    program = _program(root)
    if program is None:
        return Refusal("which is not on PATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= _ENVIRONMENT | more
    environment["GIT_WORK_TREE"] = root  # whatever `core.worktree` says
    environment["GIT_CEILING_DIRECTORIES"] = os.path.dirname(root)  # a broken `.git` is no reason to go up
    options = [word for word in _GIT if not globs or word != "--literal-pathspecs"]
    try:
        return process.Program((program, *options, "-C", root, *words), environment)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        return Refusal(f"which cannot be asked ({error})")


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
