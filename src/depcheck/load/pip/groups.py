"""Dependency groups (PEP 735) as pip and the packaging library expand them."""

from __future__ import annotations

from depcheck.manifest.pyproject import IncludeGroup, PyProject, Requirement, normalise, route_text
from depcheck.model import Fault, Reference, Route, Site


def expand(
    manifest: PyProject, name: str, within: tuple[str, ...] = ()
) -> tuple[list[Requirement], list[Fault]]:
    """The requirements of the group `name` (normalised), and what is wrong on the way."""
    found: list[Requirement] = []
    faults: list[Fault] = []
    for item in manifest.groups.get(name, ()):
        if isinstance(item, Requirement):
            found.append(item)
        elif item.name in (*within, name):
            faults.append(_fault("dependency-cycle", item, f"the group `{item.name}` includes itself"))
        elif item.name not in manifest.groups:
            faults.append(_fault("invalid-manifest", item, f"the group `{item.name}` is not defined"))
        else:
            inner, wrong = expand(manifest, item.name, (*within, name))
            found += inner
            faults += wrong
    route: Route = ("dependency-groups",)
    faults += [
        fault for fault in manifest.faults if fault.site.route[:1] == route and _is_in(fault.site, name)
    ]
    return found, faults


def _is_in(site: Site, name: str) -> bool:
    return len(site.route) < 2 or normalise(str(site.route[1])) == name  # dependency-groups.<name>


def _fault(rule: str, item: IncludeGroup, message: str) -> Fault:
    site = item.site._replace(route=(*item.site.route, "include-group"))
    reference = Reference(site, route_text(site.route), item.name, "", "path")
    return Fault(rule, site, message, reference, (), "pip")
