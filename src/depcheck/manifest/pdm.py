"""What PDM reads of a pyproject.toml: requirement lines as written, groups, `[tool.pdm]`.

Source: pdm `project/project_file.py`, `project/core.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

DEFAULT = "default"


class Line(NamedTuple):
    """A requirement as written. `text` is None where no string stands."""

    site: Site
    text: str | None


class Include(NamedTuple):
    """`{include-group = "name"}`; `name` is normalised."""

    site: Site
    name: str


class Pdm(NamedTuple):
    """A project of PDM.

    initialised:  there is a `[project]` table with something in it.
    groups:       `default`, extras and development groups, normalised, to what they list.
    extras, dev:  which of them are extras, which development groups.
    overrides:    `[tool.pdm.resolution.overrides]`, normalised name to its line.
    members:      `[tool.pdm.workspace]`; None where the project is no workspace root.
    distribution: the project itself is installed.
    """

    initialised: bool
    name: str | None
    python: str | None
    groups: Mapping[str, tuple[Line | Include, ...]]
    extras: frozenset[str]
    dev: frozenset[str]
    overrides: Mapping[str, Line]
    members: tuple[Line, ...] | None
    distribution: bool


def read(sources: Sources, path: str) -> Pdm | None:
    """The project in the pyproject.toml at `path`; None where that can't be read."""
    manifest = sources.get(pyproject.read, path)
    return _project(manifest) if isinstance(manifest, PyProject) else None


def _project(manifest: PyProject) -> Pdm:
    path, data = manifest.path, manifest.data
    project = pyproject.table_at(data, "project") or {}
    settings = manifest.tool("pdm") or {}
    groups: dict[str, tuple[Line | Include, ...]] = {
        DEFAULT: tuple(_lines(path, ("project", "dependencies"), project.get("dependencies")))
    }
    extras = _groups(path, ("project", "optional-dependencies"), project.get("optional-dependencies"))
    dev = _groups(path, ("dependency-groups",), data.get("dependency-groups"))
    old = _groups(path, ("tool", "pdm", "dev-dependencies"), settings.get("dev-dependencies"))
    for group, lines in old.items():
        dev[group] = (*dev.get(group, ()), *lines)
    groups.update(dev)
    groups.update(extras)
    workspace = settings.get("workspace")
    members = workspace.get("members") if isinstance(workspace, dict) else None
    name, python = project.get("name"), project.get("requires-python")
    return Pdm(
        bool(project),
        name if isinstance(name, str) else None,
        python if isinstance(python, str) else None,
        groups,
        frozenset(extras),
        frozenset(dev),
        dict(_overrides(path, settings)),
        tuple(
            line
            for line in _lines(path, ("tool", "pdm", "workspace", "members"), members)
            if isinstance(line, Line)
        )
        if workspace
        else None,
        settings["package-type"] == "library"
        if "package-type" in settings
        else settings.get("distribution", True) is not False,
    )


def _groups(path: str, here: Route, table: object) -> dict[str, tuple[Line | Include, ...]]:
    found: dict[str, tuple[Line | Include, ...]] = {}
    for name, listed in table.items() if isinstance(table, dict) else ():
        found[pyproject.normalise(name)] = tuple(_lines(path, (*here, name), listed))
    return found


def _lines(path: str, here: Route, listed: object) -> Iterator[Line | Include]:
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        site = Site(path, (*here, index))
        if isinstance(item, dict) and isinstance(name := item.get("include-group"), str) and len(item) == 1:
            yield Include(site._replace(route=(*site.route, "include-group")), pyproject.normalise(name))
        else:
            yield Line(site, item if isinstance(item, str) else None)


def _overrides(path: str, settings: toml.Table) -> Iterator[tuple[str, Line]]:
    overrides = pyproject.table_at(settings, "resolution", "overrides") or {}
    for name, value in overrides.items():
        if isinstance(value, str):
            site = Site(path, ("tool", "pdm", "resolution", "overrides", name))
            text = f"{name} @ {value}" if "://" in value or value.startswith("{root:uri}") else name
            yield pyproject.normalise(name), Line(site, text)
