"""The project at a path, as a resolution of PDM reads it.

Source: pdm `models/candidates.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from depcheck import paths
from depcheck.load import backend, conditions
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.pdm import requirement
from depcheck.load.pdm.requirement import Backend, Wanted
from depcheck.load.poetry import requirement as poetry_requirement
from depcheck.manifest import pdm as dialect
from depcheck.manifest import poetry as poetry_dialect
from depcheck.manifest import pyproject, strict, toml
from depcheck.manifest.pdm import DEFAULT, Line, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Found(NamedTuple):
    """The project at a path: its name, what it and its extras want, the Python it supports."""

    name: str = ""
    requires: tuple[Wanted, ...] = ()
    extras: tuple[tuple[str, tuple[Wanted, ...]], ...] = ()
    python: Condition = ALWAYS
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


def locked_for(sources: Sources, directory: str, root: PyProject) -> Found:
    """What stands in `directory`: the same for every project that is locked, but for fields left open."""
    filler = (root.directory, requirement.backend_of(root))
    return sources.get(read_at, directory, filler if sources.get(leaves_open, directory) else None)


def leaves_open(sources: Sources, directory: str) -> bool:
    """Whether a requirement has a field that the project's own backend does not fill in."""
    path = paths.join(directory, "pyproject.toml")
    manifest, read = sources.get(pyproject.read, path), sources.get(dialect.read, path)
    if not isinstance(manifest, PyProject) or read is None:
        return False
    kind = requirement.backend_of(manifest)
    lines = (line for group in read.groups.values() for line in group if isinstance(line, Line))
    return not all(requirement.fills_in(kind, line) for line in lines)


def read_at(sources: Sources, directory: str, filler: tuple[str, Backend] | None) -> Found:
    """The project in `directory`; filler: (directory, backend) of the one that fills in what is left open."""
    path = paths.join(directory, "pyproject.toml")
    if not sources.tree.exists(path):
        return Found(
            unknowns=(f"`{paths.join(directory, 'setup.py')}` would have to run to tell what it needs",)
        )
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, toml.Unknown):
        return Found(unknowns=(manifest.because,))
    unread = manifest if isinstance(manifest, Fault) else sources.get(strict.read, path)
    if unread is not None or isinstance(manifest, Fault):
        return Found(faults=(unread._replace(tool="pdm"),) if unread is not None else ())
    read = sources.get(dialect.read, path)
    own = manifest.project
    if read is None or own is None or not read.name or own.dynamic & _DYNAMIC:
        return _built(sources, manifest, directory)
    kind = requirement.backend_of(manifest)

    def parsed(group: str) -> tuple[Wanted, ...]:
        lines = (line for line in read.groups.get(group, ()) if isinstance(line, Line))
        return tuple(_nested(parse(line), line) for line in lines)

    def parse(line: Line) -> Wanted:
        # What its own backend leaves as it is, the one of the project that is locked fills in.
        at, filled_by = filler if filler and not requirement.fills_in(kind, line) else (directory, kind)
        return requirement.parse(sources.tree, at, filled_by, line)

    extras = tuple((extra, parsed(extra)) for extra in read.extras)
    return Found(read.name, parsed(DEFAULT), extras, python_of(read))


def python_of(read: Pdm) -> Condition:
    """The Python that a project supports."""
    return (conditions.python_range(read.python) if read.python else None) or ALWAYS


_DYNAMIC = frozenset(("name", "version", "dependencies", "optional-dependencies", "requires-python"))


def _nested(wanted: Wanted, line: Line) -> Wanted:
    if not wanted.editable:
        return wanted
    message = f"`{line.text}` is no requirement of a package"
    return wanted._replace(
        fault=Fault("invalid-manifest", wanted.site, message, wanted.reference, tool="pdm")
    )


def _built(sources: Sources, manifest: PyProject, directory: str) -> Found:
    """A project whose metadata the build backend makes; PDM goes on where that fails."""
    table = sources.get(poetry_dialect.read, manifest.path)
    if manifest.tool("poetry") is not None and manifest.project is None and table is not None:
        listed = [one for one in table.dependencies or () if not one.optional]
        return Found(table.name or "", tuple(_converted(sources, directory, one) for one in listed))
    metadata = backend.metadata(sources, manifest)
    unknowns = metadata.unknowns

    def parsed(requires: Sequence[pyproject.Requirement]) -> tuple[Wanted, ...]:
        return tuple(
            requirement.parse(sources.tree, directory, "pdm", Line(one.site, one.text)) for one in requires
        )

    extras = tuple((extra, parsed(requires)) for extra, requires in metadata.extras)
    return Found(metadata.name or "", parsed(metadata.requires), extras, unknowns=unknowns)


def _converted(sources: Sources, directory: str, constraint: poetry_dialect.Constraint) -> Wanted:
    """A dependency of a project of Poetry, which PDM converts (pdm `formats/poetry.py`)."""
    wanted = poetry_requirement.from_constraint(sources, directory, constraint)
    raw = constraint.path
    target = None if not raw else paths.unresolved(directory, raw)
    return Wanted(wanted.site, wanted.name, target, wanted.reference, wanted.extras, wanted.when)
