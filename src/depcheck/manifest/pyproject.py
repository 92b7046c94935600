"""pyproject.toml: the tables that every Python tool shares (PEP 517, 518, 621, 735).

Tables under `[tool]` belong to their dialects, which read them from `PyProject.tool`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from depcheck import paths
from depcheck.manifest import toml
from depcheck.model import Fault, Reference, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

# https://packaging.python.org/en/latest/specifications/name-normalization/
_SEPARATORS = re.compile(r"[-_.]+")
# PEP 508: name, extras, then a URL after `@` or a version specifier, then a marker. Possessive: what
# an author of ten million characters wrote is read once.
_REQUIREMENT = re.compile(
    r"\s*+(?P<name>[A-Za-z0-9]++(?:[._-]++[A-Za-z0-9]++)*+)\s*+(?:\[(?P<extras>[^\]]*+)\])?+\s*+"
    r"(?:@\s*+(?P<url>\S++)(?:\s++;\s*+(?P<url_marker>.*+))?+|(?P<spec>(?:\(?\s*+[<>=!~][^;@]*+)?+)(?:;\s*+(?P<marker>.*+))?+)\s*+\Z",
    re.DOTALL,
)

_WORKSPACE = r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*uv[ \t]*\.[ \t]*workspace\b"


class Requirement(NamedTuple):
    """One PEP 508 requirement. `name` is normalised; `url` empty for a named requirement."""

    site: Site
    text: str
    name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    url: str = ""
    marker: str = ""


class IncludeGroup(NamedTuple):
    """`{include-group = "name"}` in a dependency group; `name` is normalised."""

    site: Site
    name: str


class Project(NamedTuple):
    """The `[project]` table. `name` as written; requirement lists hold only well-formed ones."""

    name: str | None
    version: str | None
    dynamic: frozenset[str]
    dependencies: tuple[Requirement, ...]
    optional: Mapping[str, tuple[Requirement, ...]]
    table: toml.Table


class BuildSystem(NamedTuple):
    """The `[build-system]` table. `backend` is `setuptools.build_meta` and the like, or None."""

    requires: tuple[Requirement, ...]
    backend: str | None
    backend_path: tuple[str, ...]


class PyProject(NamedTuple):
    """A pyproject.toml. `data` is the whole document, for the dialects under `[tool]`."""

    path: str
    directory: str
    data: toml.Table
    project: Project | None
    groups: Mapping[str, tuple[Requirement | IncludeGroup, ...]]
    build: BuildSystem | None
    faults: tuple[Fault, ...]  # wrong types where a path, a table or a requirement belongs

    def tool(self, *names: str) -> toml.Table | None:
        """The table `[tool.<names...>]`, or None where there is none."""
        return table_at(self.data, "tool", *names)


def normalise(name: str) -> str:
    """A distribution name as PEP 503 compares it."""
    return _SEPARATORS.sub("-", name).lower()


def table_at(data: Any, *route: str) -> toml.Table | None:
    """The table at `route`, or None where nothing or something else stands there."""
    for key in route:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data if isinstance(data, dict) else None


def strings(value: object) -> tuple[str, ...]:
    """The strings of a TOML array, or none."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def route_text(route: Route) -> str:
    """A route as a person writes it: `dependencies.b.path`, `tool.uv.sources.b[0].path`."""
    text = ""
    for key in route:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text


def requirement(site: Site, text: str) -> Requirement | None:
    """Parse one PEP 508 line; None where it is none."""
    parts = _parted(text)
    return None if parts is None else Requirement(site, text, *parts)


@cache
def _parted(text: str) -> tuple[str, tuple[str, ...], str, str, str] | None:
    """Name, extras, specifier, URL and marker: many manifests ask for the same."""
    match = _REQUIREMENT.match(text)
    if match is None:
        return None
    extras = tuple(normalise(extra) for extra in re.split(r"[\s,]+", match["extras"] or "") if extra)
    marker = (match["marker"] or match["url_marker"] or "").strip()
    return normalise(match["name"]), extras, (match["spec"] or "").strip(), match["url"] or "", marker


def path_reference(
    tree_target: str, site: Site, raw: str, wanted: str = "", kind: str = "package"
) -> Reference:
    """A reference whose key is the route of its site."""
    return Reference(site, route_text(site.route), raw, tree_target, kind, wanted)  # type: ignore[arg-type]


def read(sources: Sources, path: str) -> PyProject | Fault | toml.Unknown:
    """Read `path` as a pyproject.toml."""
    document = sources.get(toml.read, path)
    if not isinstance(document, toml.Document):
        return document
    data = document.data
    faults: list[Fault] = []

    def requirements(value: object, *route: str) -> tuple[Requirement, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            faults.append(wrong_type(path, route, "an array of strings"))
            return ()
        found = []
        for index, item in enumerate(value):
            site = Site(path, (*route, index))
            parsed = requirement(site, item) if isinstance(item, str) else None
            if parsed is None:
                faults.append(wrong_type(path, site.route, "a PEP 508 requirement"))
            else:
                found.append(parsed)
        return tuple(found)

    project = None
    raw = data.get("project")
    if raw is not None and not isinstance(raw, dict):
        faults.append(wrong_type(path, ("project",), "a table"))
    elif raw is not None:
        optional = raw.get("optional-dependencies")
        project = Project(
            raw["name"] if isinstance(raw.get("name"), str) else None,
            raw["version"] if isinstance(raw.get("version"), str) else None,
            frozenset(strings(raw.get("dynamic"))),
            requirements(raw.get("dependencies"), "project", "dependencies"),
            {
                normalise(extra): requirements(listed, "project", "optional-dependencies", extra)
                for extra, listed in (optional.items() if isinstance(optional, dict) else ())
            },
            raw,
        )
    groups: dict[str, tuple[Requirement | IncludeGroup, ...]] = {}
    listed_groups = data.get("dependency-groups")
    for group, listed in listed_groups.items() if isinstance(listed_groups, dict) else ():
        entries: list[Requirement | IncludeGroup] = []
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            site = Site(path, ("dependency-groups", group, index))
            if isinstance(item, str) and (parsed := requirement(site, item)):
                entries.append(parsed)
            elif isinstance(item, dict) and isinstance(included := item.get("include-group"), str):
                entries.append(IncludeGroup(site, normalise(included)))
            else:
                faults.append(wrong_type(path, site.route, "a requirement or `{include-group = ...}`"))
        groups[normalise(group)] = tuple(entries)
    build = None
    raw_build = data.get("build-system")
    if isinstance(raw_build, dict):
        backend = raw_build.get("build-backend")
        build = BuildSystem(
            requirements(raw_build.get("requires"), "build-system", "requires"),
            backend if isinstance(backend, str) else None,
            strings(raw_build.get("backend-path")),
        )
    return PyProject(path, paths.parent(path), data, project, groups, build, tuple(faults))


def is_meant_as_root(sources: Sources, path: str) -> bool:
    """Whether a file that is refused has the table of a uv workspace, as far as its text tells."""
    text = sources.get(toml.read_text, path)
    return isinstance(text, str) and re.search(_WORKSPACE, text, re.MULTILINE) is not None


def wrong_type(path: str, route: Route, expected: str) -> Fault:
    """The fault of a value that is not what belongs at `route`."""
    return Fault("invalid-manifest", Site(path, tuple(route)), f"`{route_text(route)}` should be {expected}")
