"""What a finding says besides its message, and where it stands, for every format."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.model import Diagnostic, Position, Range

_START = Range(Position(1, 1), Position(1, 1))


def meant(diagnostic: Diagnostic) -> Iterator[str]:
    """What was meant, and what would mend it: once where both are the same."""
    fix, candidate = next(iter(diagnostic.fixes), None), diagnostic.candidate
    how = "" if fix is None else "`--fix`" if fix.applicability == "safe" else "`--unsafe-fixes`"
    writes = (
        fix is not None and any(edit.replacement == candidate.replacement for edit in fix.edits)
        if candidate
        else False
    )
    if candidate is not None:
        end = f"; {how} writes it" if writes else ""
        yield f"did you mean `{candidate.replacement}`? {candidate.reason}{end}"
    if fix is not None and not writes:
        yield f"{fix.title} ({how})"


def paragraphs(diagnostic: Diagnostic) -> Iterator[str]:
    """All that it says, the message first."""
    yield diagnostic.message
    for note in diagnostic.notes:
        yield f"note: {note}"
    if diagnostic.services:
        yield f"blocks the services {', '.join(f'`{service}`' for service in diagnostic.services)}"
    for help_ in meant(diagnostic):
        yield f"help: {help_}"


def place(diagnostic: Diagnostic) -> Range:
    """Where it stands; the start of the file where it means all of it."""
    return diagnostic.range or _START
