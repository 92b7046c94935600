"""What `scan --fix`, `scan --diff` and `fix` do with repairs, and the words for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from depcheck import git
from depcheck.cli import CannotRunError, locks, terminal
from depcheck.cli.progress import Progress
from depcheck.cli.streams import out, say
from depcheck.fix.journal import CannotWriteError
from depcheck.fix.splice import Content, contents
from depcheck.fix.write import write
from depcheck.model import Fix
from depcheck.pipeline import Report, Request
from depcheck.render.text import count, sentence
from depcheck.repair import Repaired, repair
from depcheck.tree.base import UnknownContentError


def repaired(request: Request, report: Report, progress: Progress | None = None, *, unsafe: bool) -> Repaired:
    """What repairs come to. Raises CannotRunError."""
    try:
        return repair(request, report, progress, unsafe=unsafe)
    except (OSError, UnknownContentError) as error:
        raise CannotRunError(f"a file cannot be edited: {error}", "no file was changed") from error


def edited(report: Report, fixes: Sequence[Fix]) -> list[Content]:
    """The files that repairs change. Raises CannotRunError."""
    try:
        return list(contents(report.sources.tree, fixes))
    except (OSError, UnknownContentError) as error:
        raise CannotRunError(f"a file cannot be edited: {error}", "no file was changed") from error


def apply(root: str, changes: Sequence[Content], *, staged: bool = False) -> None:
    """Write them, and say what an earlier run has left and which lock files are to be renewed.

    Raises CannotRunError; then no file is changed, but where git does not stage what is written.
    staged: into the index as well, which has to hold the same contents as the work tree.
    """
    if staged:
        differing = [one.path for one in changes if _read(root, one.path) != one.before]
        if differing:
            named = ", ".join(f"`{path}`" for path in differing)
            raise CannotRunError(
                f"what is staged is not what the work tree has: {named}", "stage the rest of it, or stash it"
            )
    try:
        write(root, changes, lambda note: say(f"depcheck: {sentence(note)}\n"))
    except CannotWriteError as error:
        kept = ", ".join(f"`{path}`" for path in error.changed)
        hint = f"what was done to {kept} could not be taken back" if kept else "no file was changed"
        raise CannotRunError(str(error), hint) from error
    if staged and changes:
        given = "".join(f"{one.path}\0" for one in changes)
        refused = git.change(root, "update-index", "-z", "--stdin", given=given, staged=True)
        if refused is not None:
            raise CannotRunError(f"the repairs are made, and git did not stage them, {refused.reason}")
    for note in locks.stale(root, [change.path for change in changes]):
        say(f"depcheck: {sentence(note)}\n")


def _read(root: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(root, path), "rb") as stream:
            return stream.read()
    except OSError:
        return None


def show(repaired: Repaired, *, unsafe: bool) -> int:
    """Print them as a diff, and to stderr what stays; 1 where there is anything to mend or an error stays."""
    from depcheck.render import concise, diff

    report = repaired.report
    out(diff.render(repaired.changes, terminal.screen(sys.stdout), is_terminal=sys.stdout.isatty()))
    for diagnostic in report.diagnostics:
        say(f"{concise.line(diagnostic, '.', terminal.screen(sys.stderr))}\n")
    left = len(report.diagnostics)
    more = "" if unsafe else _more(report)
    say(f"{count(repaired.made, 'repair')} would be made, {count(left, 'finding')} would stay{more}\n")
    return 1 if repaired.made or report.fails else 0


def closing(report: Report, made: int) -> str:
    """How much was done, and what could be done yet. report: of what is left."""
    said = []
    if made:
        said.append(f"{count(made, 'repair')} made")
    safe = sum(any(fix.applicability == "safe" for fix in one.fixes) for one in report.diagnostics)
    unsafe = sum(bool(one.fixes) for one in report.diagnostics) - safe
    if safe:
        said.append(f"{count(safe, 'finding')} can be mended with --fix")
    if unsafe:
        who = f"{unsafe:,} more" if safe else f"{count(unsafe, 'finding')} can be mended"
        said.append(f"{who} with --fix --unsafe-fixes")
    return f"{', '.join(said)}\n" if said else ""


def _more(report: Report) -> str:
    more = sum(bool(one.fixes) for one in report.diagnostics)
    return f" ({more:,} can be mended with --unsafe-fixes)" if more else ""
