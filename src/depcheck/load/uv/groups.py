"""Dependency groups with what they include (uv `uv-workspace/src/dependency_groups.rs`)."""

from __future__ import annotations

from depcheck.load import groups
from depcheck.load.uv.project import Project
from depcheck.manifest import pep440
from depcheck.manifest.pyproject import Requirement
from depcheck.manifest.uv import DEV
from depcheck.model import Fault
from depcheck.record import NamedTuple


class Groups(NamedTuple):
    """Every group by normalised name, and what is wrong with them: one fault spoils them all."""

    table: dict[str, tuple[Requirement, ...]]
    faults: tuple[Fault, ...]


def _limited(item: Requirement, python: str) -> Requirement:
    """A requirement of a group that is there for some Pythons alone."""
    parts = [f"python_full_version {op} '{version}'" for op, version in pep440.clauses(python)]
    return item._replace(marker=" and ".join([*([f"({item.marker})"] if item.marker else []), *parts]))


def flatten(project: Project) -> Groups:
    """The groups of a project, the legacy `dev-dependencies` among them."""
    manifest = project.manifest
    pythons = project.uv.pythons
    limited = {
        name: tuple(
            _limited(item, pythons[name]) if isinstance(item, Requirement) else item for item in items
        )
        for name, items in manifest.groups.items()
        if name in pythons
    }
    flat = groups.flatten({**manifest.groups, **limited}, manifest.groups)
    table = flat.table
    for name in limited.keys() & table.keys():  # what it includes, too
        table[name] = tuple(_limited(item, pythons[name]) for item in table[name])
    faults = {groups.fault(wrong, "uv"): None for wrong in flat.wrong}
    for fault in manifest.faults:
        if fault.site.route[:1] == ("dependency-groups",):
            faults[fault._replace(tool="uv")] = None
    for named in project.uv.settings:
        if named.text not in manifest.groups:
            message = f"`tool.uv.dependency-groups` speaks of the group `{named.text}`, which is not defined"
            faults[Fault("invalid-manifest", named.site, message, tool="uv")] = None
    if project.uv.dev is not None:
        table[DEV] = (*table.get(DEV, ()), *project.uv.dev)
    return Groups(table, tuple(faults))
