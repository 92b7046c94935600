"""Whether a project that stands alone, and all that it reaches by path, are plain to uv.

Then `uv lock` and `uv sync` find nothing, and need no walk of their own (see `closure`). Where anything
could make a difference, markers, extras, Pythons, workspaces or settings, a project is not plain.
"""

from __future__ import annotations

from collections.abc import Iterable

from depcheck import paths
from depcheck.load import closure
from depcheck.load.closure import Edge
from depcheck.load.conditions import ALWAYS
from depcheck.load.uv import conflicts, install, lockfile, package, project, settings, versions
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import NO_NAMES
from depcheck.load.uv.workspace import Workspace
from depcheck.model import Fault
from depcheck.sources import Sources
from depcheck.tree.base import Kind


def is_plain(sources: Sources, around: Workspace) -> bool:
    """Whether the only member of a workspace of one is plain."""
    uv, directory = around.root.uv, around.directory
    ruled = uv.constraints or uv.overrides or uv.build_constraints or uv.excluded or uv.conflicts
    if around.explicit or around.faults or around.unknowns or ruled:
        return False
    if any(spaces.default_groups(around)) or not _is_unset(sources, directory):
        return False
    if isinstance(sources.get(lockfile.read, paths.join(directory, lockfile.NAME)), Fault):
        return False
    edges = sources.get(_look, directory)
    return edges is not None and closure.is_plain(sources, _look, directory, edges)


def _is_unset(sources: Sources, directory: str) -> bool:
    found = settings.find(sources, directory)
    return found.settings == settings.NONE.settings and not found.faults and not found.unknowns


def _look(sources: Sources, directory: str) -> tuple[Edge, ...] | None:
    """What the package asks for, with all of its extras and groups, as if it were the one that is locked.

    So a way back to that one is a circle, even where only one of its groups leads there.
    """
    around = sources.get(spaces.around, directory)
    if not isinstance(around, Workspace) or around.explicit or around.directory != directory:
        return None
    root = around.root
    found = sources.get(package.read, directory, NO_NAMES)
    if found.faults or found.unknowns or found.refused or not found.static or found.name != root.name:
        return None
    if not root.uv.managed or root.uv.conflicts or not _is_built(sources, root):
        return None
    listed = (*found.requires, *(one for items in found.groups.values() for one in items))
    return _edges(sources, root, listed)


def _is_built(sources: Sources, found: Project) -> bool:
    """Whether its wheel is built without anything to say, be it editable or not."""
    build = found.manifest.build
    if build is not None and not build.requires:
        return False
    made = (sources.get(install.built, found.directory, target, NO_NAMES) for target in ("wheel", "editable"))
    return not any(one.faults or one.unknowns for one in made)


def _edges(sources: Sources, found: Project, listed: Iterable[Wanted]) -> tuple[Edge, ...] | None:
    """What is asked for; None where a walk could stumble over it."""
    edges = []
    for wanted in listed:
        if wanted.place is None and not wanted.url:
            if conflicts.beside(sources, found.directory, wanted) is not None:
                return None
            edges.append(Edge(wanted.name, "", None))
        elif (edge := _edge(sources, found, wanted)) is not None:
            edges.append(edge)
        else:
            return None
    return tuple(edges)


def _edge(sources: Sources, found: Project, wanted: Wanted) -> Edge | None:
    place = wanted.place
    if place is None or place.kind != "directory" or wanted.extras or wanted.when != ALWAYS:
        return None
    directory, tree = place.path, sources.tree
    other = sources.get(project.read, directory) if tree.kind(directory) is Kind.DIR else None
    if not isinstance(other, Project) or other.name != wanted.name or tree.resolve(directory) != directory:
        return None
    if versions.wanted(other.manifest) != versions.wanted(found.manifest):
        return None
    return Edge(wanted.name, f"{directory} {wanted.editable}", directory)
