"""`--baseline FILE` and `--write-baseline`: findings that are known, read and written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from depcheck import paths
from depcheck.cli import CannotRunError, configuring
from depcheck.cli.streams import say
from depcheck.config import ConfigurationError

if TYPE_CHECKING:
    from depcheck.baseline import Baseline
    from depcheck.pipeline import Report, Request


def read(root: str, file: str, *, writes: bool) -> Baseline:
    """The one that is named; an empty one where it is to be written yet. Raises CannotRunError."""
    from depcheck import baseline

    real = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(file))), os.path.basename(file))
    place = paths.inside(root, real)
    try:
        with open(file, encoding="utf-8-sig") as stream:
            return baseline.read(place, stream.read())
    except FileNotFoundError as error:
        if writes:
            return baseline.Baseline(place)
        raise CannotRunError(f"there is no baseline {file}", "--write-baseline makes it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{file} cannot be read: {error}") from error
    except ConfigurationError as error:
        raise configuring.refused(error, root) from error


def write(request: Request, report: Report) -> Report:
    """Write what there is to know of now, and what is left to report: nothing. Raises CannotRunError."""
    from depcheck import baseline
    from depcheck.render.text import count

    before = request.baseline
    if before is None:
        if not report.settings.baseline:
            raise CannotRunError(
                "--write-baseline needs to know the file",
                "name it with --baseline, or the key `baseline`",
            )
        before = baseline.find(report.sources, report.settings.baseline)
        if paths.is_outside(report.sources.tree.resolve(paths.parent(before.file))):
            raise CannotRunError(f"{before.file} leads out of the repository")
    found = [one for one in (*report.known, *report.diagnostics) if one.name != baseline.RULE]
    entries = baseline.renewed(before, found, request.scope, report.settings)
    path = os.path.join(report.root, before.file)
    _replace(path, baseline.text(entries))
    gone = {entry.fingerprint for entry in before.entries} - {entry.fingerprint for entry in entries}
    pruned = f", {count(len(gone), 'stale one')} taken out" if gone else ""
    say(f"depcheck: {count(len(entries), 'finding')} written to {os.path.relpath(path)}{pruned}\n")
    return report._replace(diagnostics=(), repairs=(), known=tuple(found))


def _replace(path: str, text: str) -> None:
    """Put a file with this text at `path`, whole or not at all, in the place of a link that is there."""
    beside = f"{path}.{os.getpid()}.new"
    try:
        with open(beside, "x", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(beside, path)
    except OSError as error:
        raise CannotRunError(f"{os.path.relpath(path)} cannot be written: {error.strerror}") from error
