"""What `scan --fix`, `scan --diff` and `fix` do with repairs, and the words for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out, say
from depcheck.fix.journal import CannotWriteError
from depcheck.fix.splice import Content, contents
from depcheck.fix.write import write
from depcheck.model import Fix
from depcheck.pipeline import Report
from depcheck.render.text import count, sentence
from depcheck.tree.base import UnknownContentError


def edited(report: Report, fixes: Sequence[Fix]) -> list[Content]:
    """The files that repairs change. Raises CannotRunError."""
    try:
        return list(contents(report.sources.tree, fixes))
    except (OSError, UnknownContentError) as error:
        raise CannotRunError(f"a file cannot be edited: {error}", "no file was changed") from error


def apply(report: Report, fixes: Sequence[Fix]) -> None:
    """Write them, and say what an earlier run has left. Raises CannotRunError; then no file is changed."""
    changes = edited(report, fixes)
    try:
        write(report.root, changes, lambda note: say(f"depcheck: {sentence(note)}\n"))
    except CannotWriteError as error:
        kept = ", ".join(f"`{path}`" for path in error.changed)
        hint = f"what was done to {kept} could not be taken back" if kept else "no file was changed"
        raise CannotRunError(str(error), hint) from error


def show(report: Report, fixes: Sequence[Fix], *, unsafe: bool) -> int:
    """Print them as a diff, and to stderr what stays; the exit code of the scan."""
    from depcheck.render import concise, diff

    screen = terminal.screen(sys.stdout)
    out(diff.render(edited(report, fixes), screen, is_terminal=sys.stdout.isatty()))
    mended = set(fixes)
    left = [one for one in report.diagnostics if not mended.intersection(one.fixes)]
    for diagnostic in left:
        say(f"{concise.line(diagnostic, '.', terminal.screen(sys.stderr))}\n")
    done = len(report.diagnostics) - len(left)
    more = _more(report, fixes, unsafe=unsafe)
    say(f"{count(done, 'finding')} would be mended, {len(left):,} would stay{more}\n")
    return 1 if report.count("error") else 0


def closing(report: Report, applied: Sequence[Fix]) -> str:
    """How much was done, and what could be done yet. report: of what is left."""
    said = []
    if applied:
        said.append(f"{count(len(applied), 'repair')} made")
    safe = sum(any(fix.applicability == "safe" for fix in one.fixes) for one in report.diagnostics)
    unsafe = sum(bool(one.fixes) for one in report.diagnostics) - safe
    if safe:
        said.append(f"{count(safe, 'finding')} can be mended with --fix")
    if unsafe:
        who = f"{unsafe:,} more" if safe else f"{count(unsafe, 'finding')} can be mended"
        said.append(f"{who} with --fix --unsafe-fixes")
    return f"{', '.join(said)}\n" if said else ""


def _more(report: Report, fixes: Sequence[Fix], *, unsafe: bool) -> str:
    mended = set(fixes)
    more = sum(bool(one.fixes) and not mended.intersection(one.fixes) for one in report.diagnostics)
    return f" ({more:,} more with --unsafe-fixes)" if more and not unsafe else ""
