"""One pyproject.toml as uv reads it: what makes uv refuse the file as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from depcheck import paths
from depcheck.load import conditions, globs
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.manifest import pyproject, toml
from depcheck.manifest import uv as dialect
from depcheck.manifest.pyproject import PyProject, normalise
from depcheck.manifest.uv import Source, Uv
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

MANIFEST = "pyproject.toml"


class Project(NamedTuple):
    """A pyproject.toml that uv reads. `name` is normalised, empty where there is no `[project]`."""

    directory: str
    manifest: PyProject
    uv: Uv
    name: str


class Refused(NamedTuple):
    """A pyproject.toml that uv cannot read, and why."""

    faults: tuple[Fault, ...]


def read(sources: Sources, directory: str) -> Project | Refused | toml.Unknown | None:
    """The project in `directory`; None where it holds no pyproject.toml."""
    path = paths.join(directory, MANIFEST)
    if not sources.tree.is_file(path):
        return None
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, Fault):
        return Refused((manifest._replace(tool="uv"),))
    if not isinstance(manifest, PyProject):
        return manifest
    uv = sources.get(dialect.read, path)
    if uv is None:
        return None
    faults = [*uv.faults, *_patterns(uv), *_overlaps(uv)]
    if faults:
        return Refused(tuple(fault._replace(tool="uv") for fault in faults))
    name = normalise(manifest.project.name or "") if manifest.project is not None else ""
    return Project(directory, manifest, uv, name)


def unmanaged(found: Project) -> tuple[Fault, ...]:
    """What keeps uv from managing a project that it can read."""
    if not found.name or found.uv.managed:
        return ()
    site = Site(found.manifest.path, ("tool", "uv", "managed"))
    return (Fault("invalid-manifest", site, "the project says that uv does not manage it", tool="uv"),)


def marker(text: str) -> Condition | None:
    """A marker as a condition; None where it is none."""
    return conditions.marker(text) if text else ALWAYS


def _patterns(uv: Uv) -> Iterator[Fault]:
    for pattern in (*(uv.members or ()), *uv.exclude):
        try:
            for part in pattern.text.split("/"):
                globs.compile_part(part)
        except globs.PatternError as error:
            key = pyproject.route_text(pattern.site.route)
            reference = Reference(pattern.site, key, pattern.text, "", "glob")
            message = f"`{pattern.text}` is no pattern: {error}"
            yield Fault("invalid-manifest", pattern.site, message, reference)


def _overlaps(uv: Uv) -> Iterator[Fault]:
    """Several sources of one package have to exclude each other (uv: `TryFrom<SourcesWire>`)."""
    for listed in uv.sources.values():
        for source in listed:
            if marker(source.marker) is None:
                site = _entry(source, "marker")
                yield Fault("invalid-manifest", site, f"`{source.marker}` is no valid marker")
        for one, other in pairwise(listed):
            if (one.extra, one.group) != (other.extra, other.group):
                continue
            first, second = marker(one.marker), marker(other.marker)
            if first is not None and second is not None and conditions.together(first, second):
                message = (
                    "two sources of one package can apply together: their markers do not exclude each other"
                )
                yield Fault("invalid-manifest", _entry(other, "marker"), message)


def _entry(source: Source, key: str) -> Site:
    """The place of another key beside the value of a source."""
    return source.site._replace(route=(*source.site.route[:-1], key))
