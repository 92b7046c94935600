"""Dependency groups with what they include (uv `uv-workspace/src/dependency_groups.rs`)."""

from __future__ import annotations

from depcheck.load import groups
from depcheck.load.uv.project import Project
from depcheck.manifest.pyproject import Requirement
from depcheck.manifest.uv import DEV
from depcheck.model import Fault
from depcheck.record import NamedTuple


class Groups(NamedTuple):
    """Every group by normalised name, and what is wrong with them: one fault spoils them all."""

    table: dict[str, tuple[Requirement, ...]]
    faults: tuple[Fault, ...]


def flatten(project: Project) -> Groups:
    """The groups of a project, the legacy `dev-dependencies` among them."""
    manifest = project.manifest
    flat = groups.flatten(manifest.groups, manifest.groups)
    table = flat.table
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
