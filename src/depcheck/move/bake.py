"""Paths in files of `docker buildx bake`: contexts, Dockerfiles, and arguments that are paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.discover import is_bake
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course
from depcheck.move.manifests import new_text
from depcheck.sources import Sources

_TEXT = re.compile(r'(?<!\\)"(?P<path>[^"\\\n$]+)"(?!\s*[:={])')  # no key, no name of a block


def edits(sources: Sources, course: Course, images: Iterable[str]) -> Iterator[Edit]:
    """The texts that are paths from the file written anew."""
    for path in filter(is_bake, images):
        found = sources.get(spots.lines, path)
        for match in _TEXT.finditer(found.text) if found is not None else ():
            new = new_text(sources, course, paths.parent(path), match["path"])
            if new is not None:
                yield Edit(path, match.start("path"), match.end("path"), new)
