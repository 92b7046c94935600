"""Whether a project, and all that it asks for by local URLs, is installed without anything to say.

See `closure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from depcheck import paths
from depcheck.load import backend, closure
from depcheck.load.closure import Edge
from depcheck.manifest import pyproject
from depcheck.manifest.pyproject import PyProject, Requirement
from depcheck.sources import Sources


def is_plain(sources: Sources, directory: str) -> bool:
    """Whether the project in `directory` is, without its extras."""
    edges = sources.get(_look, directory)
    return edges is not None and closure.is_plain(sources, _look, directory, edges)


def _look(sources: Sources, directory: str) -> tuple[Edge, ...] | None:
    manifest = sources.get(pyproject.read, paths.join(directory, "pyproject.toml"))
    if not isinstance(manifest, PyProject):
        return None
    wheel, editable = (backend.build(sources, manifest, target) for target in ("wheel", "editable"))
    if wheel.faults or wheel.unknowns or editable.faults or editable.unknowns:
        return None
    metadata = backend.metadata(sources, manifest)
    edges = tuple(_edges(sources, metadata.requires))
    return None if metadata.unknowns or None in edges else tuple(filter(None, edges))


def _edges(sources: Sources, requires: tuple[Requirement, ...]) -> Iterator[Edge | None]:
    """None for what a walk could stumble over."""
    for item in requires:
        parts = urlsplit(item.url)
        if not item.url or parts.scheme not in ("file", ""):
            continue
        raw = unquote(parts.path)
        target = sources.tree.at("", raw)
        other = sources.get(pyproject.read, paths.join(target, "pyproject.toml"))
        if not raw.startswith("/") or item.marker or item.extras or not isinstance(other, PyProject):
            yield None
            return
        name = backend.metadata(sources, other).name
        yield Edge(item.name, target, target) if name and pyproject.normalise(name) == item.name else None
