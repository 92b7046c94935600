"""Asking git, of a repository that nobody has vouched for: no program that it names is run.

Hooks, fsmonitor, filters, pagers, external diffs and signature checks are turned off, nothing is
fetched, and no variable of the environment points git at another repository or index.
"""

from __future__ import annotations

import os
import subprocess

_GIT = (
    "git", "--no-pager", "--no-optional-locks", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
    "-c", "log.showSignature=false", "-c", "log.follow=false",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone fetches what is not there, by a command of its own
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def ask(
    root: str, *words: str, given: str = "", globs: bool = False, seconds: float | None = None
) -> str | None:
    """What git prints for `words` in `root`; None where it fails, is not there or takes too long.

    given: what it reads from its standard input. globs: pathspecs are patterns, not names.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [word for word in _GIT if not globs or word != "--literal-pathspecs"]
    try:
        done = subprocess.run(
            (*command, "-C", root, *words),
            env=environment | _ENVIRONMENT,
            input=os.fsencode(given),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(done.stdout) if done.returncode == 0 else None
