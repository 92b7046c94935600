"""A repair as it is proposed."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.model import Edit, Fix


def offer(title: str, *edits: Edit | None, safe: bool = False) -> Iterator[Fix]:
    """A repair, where each of its edits could be made out."""
    made = tuple(edit for edit in edits if edit is not None)
    if made and len(made) == len(edits):
        yield Fix(title, "safe" if safe else "unsafe", made)
