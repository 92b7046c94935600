"""The configuration: `depcheck.toml`, or `[tool.depcheck]` of a pyproject.toml, and what is said over it.

Flags count before `DEPCHECK_*` of the environment, and that before the file. The file is the nearest one
from the scanned directory up to the root of the tree; it is read from the tree that is judged, and nothing
in it leads outside of that. `place` finds it, and is all that a repository without one pays for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from depcheck import paths
from depcheck.model import Position, Route
from depcheck.record import NamedTuple
from depcheck.settings import Settings
from depcheck.tree.base import Tree, UnknownContentError

if TYPE_CHECKING:
    from depcheck.sources import Sources

_FILE, _PROJECT, _TABLE = "depcheck.toml", "pyproject.toml", ("tool", "depcheck")


class Word(NamedTuple):
    """A value that a flag or a variable gives. origin: its name, as a person writes it."""

    origin: str
    key: str
    value: Any


class Told(NamedTuple):
    """What the command line says of the configuration.

    file: the one to read, as it was named; empty: the one that is found. content: what is in it. base: the
    directory that it speaks of, canonical. isolated: no file counts. words: what counts over the file,
    the last first of all.
    """

    file: str = ""
    content: bytes = b""
    base: str = ""
    isolated: bool = False
    words: tuple[Word, ...] = ()


class Complaint(NamedTuple):
    """What is wrong with a configuration. file: relative to the root; empty: no file is to blame."""

    file: str
    at: Position | None
    message: str
    hint: str = ""


class ConfigurationError(Exception):
    """A configuration says what depcheck cannot follow."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(complaints[0].message)
        self.complaints = tuple(complaints)


class Said(NamedTuple):
    """The value of a key, and who says so."""

    value: Any
    origin: str


class Configuration(NamedTuple):
    """What counts. values: what is said of each key, as it is written. file: empty where there is none."""

    settings: Settings = Settings()
    values: Mapping[str, Said] = {}
    file: str = ""


def settings(sources: Sources, scope: Sequence[str], told: Told) -> Configuration:
    """What counts for a scan of these paths. Raises ConfigurationError."""
    found = None if told.isolated or told.file else place(sources.tree, scope)
    if found is None and not told.file and not told.words:
        return Configuration()
    from depcheck.config import reading

    return reading.read(sources, found, told)


def place(tree: Tree, scope: Sequence[str]) -> tuple[str, Route] | None:
    """The file that the directory of the scope or the nearest above it has, and the table in it."""
    directory = scope[0] if scope else ""
    for path in scope[1:]:
        directory = paths.common(directory, path)
    if directory and not tree.is_dir(directory):
        directory = paths.parent(directory)
    for above in paths.ancestors(directory):
        path = paths.join(above, _FILE)
        if tree.exists(path):
            return path, ()
        path = paths.join(above, _PROJECT)
        if tree.is_file(path) and _speaks(tree, path):
            return path, _TABLE
    return None


def _speaks(tree: Tree, path: str) -> bool:
    """Whether a pyproject.toml has a table of depcheck."""
    try:
        if b"depcheck" not in tree.read(path):
            return False
    except (OSError, UnknownContentError):
        return False
    from depcheck.manifest import toml
    from depcheck.sources import Sources

    return toml.value_at(Sources(tree), path, _TABLE) is not None
