"""Paths in scripts that bring metadata of their own (PEP 723)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.discover import is_script
from depcheck.load.uv import script
from depcheck.load.uv.script import Script
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course
from depcheck.move.manifests import new_text, texts
from depcheck.sources import Sources


def edits(sources: Sources, course: Course, manifests: Iterable[str]) -> Iterator[Edit]:
    """What is a path in the metadata written anew."""
    for path in filter(is_script, manifests):
        found, lines = sources.get(script.read, path), sources.get(spots.lines, path)
        if not isinstance(found, Script) or lines is None:
            continue
        count = found.body.count("\n") + 1
        for raw in dict.fromkeys(raw for _, raw in texts(found.data)):
            new = new_text(sources, course, paths.parent(path), raw)
            for line in range(found.line, found.line + count) if new is not None else ():
                for quote in "\"'":
                    edit = lines.edit(line, 1, f"{quote}{raw}{quote}", f"{quote}{new}{quote}")
                    if edit is not None:
                        yield edit
