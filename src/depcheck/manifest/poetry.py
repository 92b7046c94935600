"""The `[tool.poetry]` table of a pyproject.toml (poetry-core `factory.py`, `json/schemas`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Constraint(NamedTuple):
    """One constraint on a dependency: a version, or a table.

    site:      of the constraint; a table's keys stand below it.
    name:      of the package, as written.
    path, file, subdirectory, python, platform, markers: as written, empty for none.
    elsewhere: it comes from git or a URL.
    source:    the index that it names.
    """

    site: Site
    name: str
    path: str = ""
    file: str = ""
    subdirectory: str = ""
    version: str = "*"
    python: str = ""
    platform: str = ""
    markers: str = ""
    extras: tuple[str, ...] = ()
    optional: bool = False
    develop: bool = False
    elsewhere: bool = False
    source: str = ""
    url: str = ""


class Group(NamedTuple):
    """`[tool.poetry.group.NAME]`; `name` and `includes` as written."""

    site: Site
    name: str
    optional: bool
    dependencies: tuple[Constraint, ...]
    includes: tuple[tuple[Site, str], ...]


class Poetry(NamedTuple):
    """A `[tool.poetry]` table, or what Poetry takes for it where there is none.

    dependencies: of the main group; None where the table is absent.
    python:       the main group's `python` with its site, None for none.
    dev:          `dev-dependencies`, the old form of the group `dev`.
    extras:       extra, normalised, to names of main dependencies, normalised.
    table:        all of it.
    """

    name: str | None
    version: str | None
    package_mode: bool
    dependencies: tuple[Constraint, ...] | None
    python: tuple[Site, str] | None
    groups: tuple[Group, ...]
    dev: tuple[Constraint, ...] | None
    extras: Mapping[str, tuple[str, ...]]
    table: toml.Table


def read(sources: Sources, path: str) -> Poetry | None:
    """The table of the pyproject.toml at `path`; None where that can't be read."""
    manifest = sources.get(pyproject.read, path)
    return _table(manifest) if isinstance(manifest, PyProject) else None


def _table(manifest: PyProject) -> Poetry:
    table = manifest.tool("poetry") or {}
    here: Route = ("tool", "poetry")
    main, dev = table.get("dependencies"), table.get("dev-dependencies")
    python = main.get("python") if isinstance(main, dict) else None
    groups = table.get("group")
    extras = table.get("extras")
    return Poetry(
        _text(table.get("name")) or None,
        _text(table.get("version")) or None,
        table.get("package-mode") is not False,
        tuple(_constraints(manifest.path, (*here, "dependencies"), main)) if isinstance(main, dict) else None,
        (Site(manifest.path, (*here, "dependencies", "python")), python) if isinstance(python, str) else None,
        tuple(_groups(manifest.path, (*here, "group"), groups)) if isinstance(groups, dict) else (),
        tuple(_constraints(manifest.path, (*here, "dev-dependencies"), dev))
        if isinstance(dev, dict)
        else None,
        {
            pyproject.normalise(extra): tuple(map(pyproject.normalise, pyproject.strings(names)))
            for extra, names in (extras.items() if isinstance(extras, dict) else ())
        },
        table,
    )


def _groups(path: str, here: Route, groups: Mapping[str, Any]) -> Iterator[Group]:
    for name, group in groups.items():
        if not isinstance(group, dict):
            continue
        included = group.get("include-groups")
        dependencies = group.get("dependencies")
        yield Group(
            Site(path, (*here, name)),
            name,
            group.get("optional") is True,
            tuple(_constraints(path, (*here, name, "dependencies"), dependencies)),
            tuple(
                (Site(path, (*here, name, "include-groups", index)), item)
                for index, item in enumerate(included if isinstance(included, list) else ())
                if isinstance(item, str)
            ),
        )


def _constraints(path: str, here: Route, table: object) -> Iterator[Constraint]:
    for name, value in table.items() if isinstance(table, dict) else ():
        if name.lower() == "python":
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _constraint(Site(path, (*here, name, index)), name, item)
        else:
            yield from _constraint(Site(path, (*here, name)), name, value)


def _constraint(site: Site, name: str, value: object) -> Iterator[Constraint]:
    if isinstance(value, str):
        yield Constraint(site, name, version=value)
    elif isinstance(value, dict):
        elsewhere = "git" in value or ("url" in value and "file" not in value and "path" not in value)
        yield Constraint(
            site,
            name,
            ""
            if elsewhere or "file" in value
            else _text(value.get("path")) or ("." if "path" in value else ""),
            "" if elsewhere else _text(value.get("file")),
            _text(value.get("subdirectory")),
            _text(value.get("version")) or "*",
            _text(value.get("python")),
            _text(value.get("platform")),
            _text(value.get("markers")),
            tuple(map(pyproject.normalise, pyproject.strings(value.get("extras")))),
            value.get("optional") is True,
            value.get("develop") is True,
            elsewhere,
            _text(value.get("source")),
            _text(value.get("url")) if elsewhere and "git" not in value else "",
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
