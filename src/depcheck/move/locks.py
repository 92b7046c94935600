"""Lock files that name directories: uv.lock, poetry.lock, pdm.lock, pylock.toml. Cargo.lock names none.

Tools write them, each path from the directory of the lock file and in one form: the text is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course
from depcheck.sources import Sources

_NAMES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_PATH = re.compile(r'(?<![\w-])(?:editable|virtual|directory|path|url) = "(?P<path>[^"\\\n:]*)"')


def edits(sources: Sources, course: Course, directories: set[str]) -> Iterator[Edit]:
    """The paths in the lock files of the directories written anew."""
    for directory in sorted(directories):
        for name in sources.tree.names(directory):
            is_pylock = name.startswith("pylock.") and name.endswith(".toml")
            if name in _NAMES or is_pylock or name.endswith(".py.lock"):
                yield from _edits(sources, course, paths.join(directory, name))


def _edits(sources: Sources, course: Course, path: str) -> Iterator[Edit]:
    found = sources.get(spots.lines, path)
    for match in _PATH.finditer(found.text) if found is not None else ():
        new = course.written(paths.parent(path), match["path"])
        if new is not None:
            yield Edit(path, match.start("path"), match.end("path"), new)
