"""Dependency groups with what they include (uv `uv-workspace/src/dependency_groups.rs`)."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.load.uv.project import Project
from depcheck.manifest.pyproject import IncludeGroup, Requirement, route_text
from depcheck.manifest.uv import DEV
from depcheck.model import Fault, Reference
from depcheck.record import NamedTuple


class Groups(NamedTuple):
    """Every group by normalised name, and what is wrong with them: one fault spoils them all."""

    table: dict[str, tuple[Requirement, ...]]
    faults: tuple[Fault, ...]


def flatten(project: Project) -> Groups:
    """The groups of a project, the legacy `dev-dependencies` among them."""
    manifest = project.manifest
    faults: dict[Fault, None] = {}
    table = {name: tuple(_expand(project, name, (), faults)) for name in manifest.groups}
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


def _expand(
    project: Project, name: str, within: tuple[str, ...], faults: dict[Fault, None]
) -> Iterator[Requirement]:
    for item in project.manifest.groups[name]:
        if isinstance(item, Requirement):
            yield item
        elif item.name in (*within, name):
            faults[_fault("dependency-cycle", item, f"the group `{item.name}` includes itself")] = None
        elif item.name not in project.manifest.groups:
            faults[_fault("invalid-manifest", item, f"the group `{item.name}` is not defined")] = None
        else:
            yield from _expand(project, item.name, (*within, name), faults)


def _fault(rule: str, item: IncludeGroup, message: str) -> Fault:
    site = item.site._replace(route=(*item.site.route, "include-group"))
    reference = Reference(site, route_text(site.route), item.name, "", "path")
    return Fault(rule, site, message, reference, (), "uv")
