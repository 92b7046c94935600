"""What uv reads of a pyproject.toml: `[tool.uv]`, and the types that it insists on elsewhere.

Source: uv `uv-workspace/src/pyproject.rs`. A value of the wrong type makes uv refuse the whole file
(`faults`); the settings in `[tool.uv]` that stand in no struct of that file are only warned about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from depcheck.manifest import pep440, pyproject, toml
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, wrong_type
from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

DEV = "dev"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(
    r"\s*v?(?:\d+!)?\d+(?:\.\d+)*[-_.]?(?:(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?\s*",
    re.IGNORECASE,
)
_HEADS = ("git", "url", "path", "index", "workspace")
_TEXTS = {"git", "subdirectory", "rev", "tag", "branch", "url", "path", "index", "marker", "extra", "group"}
_FLAGS = {"lfs", "editable", "package"}
# What a source of each kind refuses beside it.
_APART = {
    "git": {"index", "workspace", "url", "editable", "package"},
    "url": {"index", "workspace", "path", "git", "rev", "tag", "branch", "editable", "package"},
    "path": {"index", "workspace", "git", "url", "rev", "tag", "branch"},
    "index": {"workspace", "git", "url", "path", "rev", "tag", "branch", "editable", "package"},
    "workspace": {"index", "git", "url", "path", "rev", "tag", "branch", "package"},
}
_LINES = (
    "dev-dependencies",
    "override-dependencies",
    "constraint-dependencies",
    "build-constraint-dependencies",
)


class Source(NamedTuple):
    """One entry of `[tool.uv.sources]`; `site` is that of its value (`tool.uv.sources.b.path`).

    inside: the path of an archive in a git repository.
    """

    site: Site
    kind: Literal["git", "url", "path", "index", "workspace"]
    value: str | bool
    editable: bool | None
    package: bool | None
    marker: str
    extra: str
    group: str
    inside: str = ""


class Named(NamedTuple):
    """A text and where it stands."""

    site: Site
    text: str


class Exclusive(NamedTuple):
    """One entry of a set in `conflicts`; names are normalised. package: empty for the project itself."""

    site: Site
    package: str
    kind: Literal["extra", "group"]
    name: str


class Uv(NamedTuple):
    """What a pyproject.toml tells uv.

    members:   of `[tool.uv.workspace]`; None where it is no workspace root.
    groups:    `default-groups`; None where it is not given or is `"all"`.
    dev:       the legacy `dev-dependencies`; None where there are none.
    settings:  the groups that `[tool.uv.dependency-groups]` speaks of.
    pythons:   the Pythons that it gives for them.
    conflicts: sets of extras and groups that are declared to exclude each other.
    faults:    why uv refuses the file.
    """

    sources: Mapping[str, tuple[Source, ...]]
    members: tuple[Named, ...] | None
    exclude: tuple[Named, ...]
    managed: bool
    package: bool | None
    has_build_system: bool
    groups: tuple[Named, ...] | None
    dev: tuple[Requirement, ...] | None
    settings: tuple[Named, ...]
    pythons: Mapping[str, str]
    indexes: frozenset[str]
    constraints: tuple[Requirement, ...]
    overrides: tuple[Requirement, ...]
    build_constraints: tuple[Requirement, ...]
    excluded: frozenset[str]
    conflicts: tuple[tuple[Exclusive, ...], ...]
    faults: tuple[Fault, ...]

    def is_package(self, *, require_build_system: bool) -> bool:
        """Whether the project is built and installed (uv: `PyProjectToml::is_package`)."""
        if self.package is not None:
            return self.package
        return self.has_build_system or not require_build_system


def read(sources: Sources, path: str) -> Uv | None:
    """What the pyproject.toml at `path` tells uv; None where it cannot be read at all."""
    manifest = sources.get(pyproject.read, path)
    if not isinstance(manifest, PyProject):
        return None
    return of_tables(path, manifest.data)


def of_tables(path: str, data: toml.Table) -> Uv:
    """The same of parsed TOML: also of the metadata in a script."""
    faults = [*_project(path, data), *_groups(path, data)]
    if "tool" in data and not isinstance(data["tool"], dict):
        faults.append(wrong_type(path, ("tool",), "a table"))
    raw = (pyproject.table_at(data, "tool") or {}).get("uv", {})
    if not isinstance(raw, dict):
        faults.append(wrong_type(path, ("tool", "uv"), "a table"))
    table = raw if isinstance(raw, dict) else {}
    reader = _Reader(path, table, faults)
    lines = {key: reader.requirements(key) for key in _LINES}
    members, exclude = reader.workspace()
    groups = None if table.get("default-groups") == "all" else reader.texts("default-groups")
    return Uv(
        reader.sources(),
        members,
        exclude,
        reader.flag("managed") is not False,
        reader.flag("package"),
        "build-system" in data,
        groups,
        lines["dev-dependencies"],
        reader.settings(),
        reader.pythons(),
        reader.indexes(),
        lines["constraint-dependencies"] or (),
        lines["override-dependencies"] or (),
        lines["build-constraint-dependencies"] or (),
        frozenset(map(normalise, pyproject.strings(table.get("exclude-dependencies")))),
        tuple(_conflicts(path, table.get("conflicts"))),
        tuple(faults),
    )


def _conflicts(path: str, listed: object) -> Iterator[tuple[Exclusive, ...]]:
    for index, entries in enumerate(listed if isinstance(listed, list) else ()):
        found = []
        for at, entry in enumerate(entries if isinstance(entries, list) else ()):
            kind: Literal["extra", "group"] = (
                "extra" if isinstance(entry, dict) and "extra" in entry else "group"
            )
            name = entry.get(kind) if isinstance(entry, dict) else None
            if isinstance(name, str):
                site = Site(path, ("tool", "uv", "conflicts", index, at, kind))
                package = normalise(str(entry.get("package", "")))
                found.append(Exclusive(site, package, kind, normalise(name)))
        yield tuple(found)


def _project(path: str, data: toml.Table) -> Iterator[Fault]:
    table = data.get("project")
    if not isinstance(table, dict):
        if table is not None:
            yield wrong_type(path, ("project",), "a table")
        return
    name, version, dynamic = table.get("name"), table.get("version"), table.get("dynamic")
    if name is None:
        yield Fault("invalid-manifest", Site(path, ("project",)), "`project.name` is missing")
    elif not isinstance(name, str) or not _NAME.fullmatch(name):
        yield wrong_type(path, ("project", "name"), "a name of letters, digits, `-`, `_` and `.`")
    if version is None:
        if "version" not in pyproject.strings(dynamic):
            message = "`project.version` is neither given nor listed in `project.dynamic`"
            yield Fault("invalid-manifest", Site(path, ("project",)), message)
    elif not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield wrong_type(path, ("project", "version"), "a version")
    pythons = table.get("requires-python", "")
    if not isinstance(pythons, str) or not pep440.is_readable(pythons):
        yield wrong_type(path, ("project", "requires-python"), "versions of Python, as in `>=3.11`")
    for key in ("dynamic", "dependencies"):
        if not is_texts(table.get(key, [])):
            yield wrong_type(path, ("project", key), "an array of strings")
    optional = table.get("optional-dependencies", {})
    if not isinstance(optional, dict):
        yield wrong_type(path, ("project", "optional-dependencies"), "a table")
        return
    yield from _names(path, ("project", "optional-dependencies"), optional)
    for extra, listed in optional.items():
        if not is_texts(listed):
            yield wrong_type(path, ("project", "optional-dependencies", extra), "an array of strings")


def _names(path: str, route: tuple[str, ...], table: toml.Table) -> Iterator[Fault]:
    """Extras and groups have names as packages do, each once in normal form."""
    seen: dict[str, str] = {}
    for name in table:
        site = Site(path, (*route, name))
        if not _NAME.fullmatch(name):
            message = f"`{name}` is no name of letters, digits, `-`, `_` and `.`"
            yield Fault("invalid-manifest", site, message)
        elif (other := seen.setdefault(normalise(name), name)) != name:
            yield Fault("invalid-manifest", site, f"`{name}` and `{other}` are one name")


def _groups(path: str, data: toml.Table) -> Iterator[Fault]:
    table = data.get("dependency-groups", {})
    if not isinstance(table, dict):
        yield wrong_type(path, ("dependency-groups",), "a table")
        return
    yield from _names(path, ("dependency-groups",), table)
    for group, listed in table.items():
        if not isinstance(listed, list):
            yield wrong_type(path, ("dependency-groups", group), "an array")
            continue
        for index, item in enumerate(listed):
            if not isinstance(item, str | dict):
                route = ("dependency-groups", group, index)
                yield wrong_type(path, route, "a requirement or `{include-group = ...}`")


def _is_relative(url: str) -> bool:
    scheme = _URL.match(url)
    if scheme is not None and scheme[0].lower() != "file:":
        return False
    path = url[5:].removeprefix("//localhost").removeprefix("//") if scheme is not None else url
    return bool(url) and not path.startswith(("/", "${"))


def is_texts(value: object) -> bool:
    """Whether `value` is an array of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


class _Reader:
    """Reads the keys of `[tool.uv]`, and puts on record what is wrong with them."""

    def __init__(self, path: str, table: toml.Table, faults: list[Fault]) -> None:
        self.path = path
        self.table = table
        self.faults = faults

    def _site(self, *route: str | int) -> Site:
        return Site(self.path, ("tool", "uv", *route))

    def _wrong(self, route: Route, expected: str) -> None:
        self.faults.append(wrong_type(self.path, ("tool", "uv", *route), expected))

    def _refuse(self, site: Site, message: str) -> None:
        self.faults.append(Fault("invalid-manifest", site, message))

    def flag(self, key: str) -> bool | None:
        value = self.table.get(key)
        if value is not None and not isinstance(value, bool):
            self._wrong((key,), "true or false")
            return None
        return value

    def texts(self, *route: str, inside: toml.Table | None = None) -> tuple[Named, ...] | None:
        table = self.table if inside is None else inside
        value = table.get(route[-1])
        if value is None:
            return None
        if not is_texts(value):
            self._wrong(route, "an array of strings")
            return ()
        return tuple(Named(self._site(*route, index), text) for index, text in enumerate(value))

    def requirements(self, key: str) -> tuple[Requirement, ...] | None:
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self._wrong((key,), "an array of requirements")
            return ()
        found = []
        for index, item in enumerate(value):
            site = self._site(key, index)
            parsed = pyproject.requirement(site, item) if isinstance(item, str) else None
            if parsed is not None and _is_relative(parsed.url):
                message = f"`{parsed.url}` is a relative path, and uv refuses the file for it"
                self._refuse(site._replace(within=parsed.url), message)
            elif parsed is not None:
                found.append(parsed)
            elif not (isinstance(item, dict) and key == "override-dependencies"):
                self._wrong((key, index), "a PEP 508 requirement")
        return tuple(found)

    def workspace(self) -> tuple[tuple[Named, ...] | None, tuple[Named, ...]]:
        value = self.table.get("workspace")
        if value is None:
            return None, ()
        if not isinstance(value, dict):
            self._wrong(("workspace",), "a table")
            return None, ()
        for key in value:
            if key not in {"members", "exclude"}:
                message = f"`{key}` is no key of `tool.uv.workspace`, and uv refuses the file for it"
                self._refuse(self._site("workspace", key), message)
        members = self.texts("workspace", "members", inside=value) or ()
        return members, self.texts("workspace", "exclude", inside=value) or ()

    def settings(self) -> tuple[Named, ...]:
        value = self.table.get("dependency-groups", {})
        if not isinstance(value, dict):
            self._wrong(("dependency-groups",), "a table")
            return ()
        return tuple(Named(self._site("dependency-groups", name), normalise(name)) for name in value)

    def pythons(self) -> dict[str, str]:
        value = self.table.get("dependency-groups", {})
        tables = value.items() if isinstance(value, dict) else ()
        asked = ((name, table.get("requires-python")) for name, table in tables if isinstance(table, dict))
        return {normalise(name): python for name, python in asked if isinstance(python, str)}

    def indexes(self) -> frozenset[str]:
        value = self.table.get("index", [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(("index",), "an array of tables")
            return frozenset()
        names = [item["name"] for item in value if isinstance(item.get("name"), str)]
        if len(set(names)) < len(names):
            self._refuse(self._site("index"), "two indexes have the same name")
        return frozenset(names)

    def sources(self) -> dict[str, tuple[Source, ...]]:
        value = self.table.get("sources", {})
        if not isinstance(value, dict):
            self._wrong(("sources",), "a table")
            return {}
        found: dict[str, tuple[Source, ...]] = {}
        for name, entry in value.items():
            route = ("sources", name)
            if normalise(name) in found:
                self._refuse(self._site(*route), f"`{name}` has two entries, which uv takes for one name")
                continue
            listed: list[Any] = entry if isinstance(entry, list) else [entry]
            places: list[Route] = [route]
            if isinstance(entry, list):
                places = [(*route, index) for index in range(len(entry))]
                if not entry:
                    self._refuse(self._site(*route), f"`{name}` has an empty list of sources")
            read = [self._source(place, item) for place, item in zip(places, listed, strict=True)]
            found[normalise(name)] = tuple(source for source in read if source is not None)
        return found

    def _source(self, route: Route, entry: object) -> Source | None:
        if not isinstance(entry, dict):
            self._wrong(route, "a table with `path`, `workspace`, `git`, `url` or `index`")
            return None
        before = len(self.faults)
        for key, value in entry.items():
            self._source_key((*route, key), key, value)
        kind = next((head for head in _HEADS if head in entry), None)
        if kind is None and len(self.faults) == before:
            self._wrong(route, "a table with `path`, `workspace`, `git`, `url` or `index`")
        if kind is not None:
            others = _APART[kind] & set(entry)
            if others:
                message = f"`{kind}` and `{min(others)}` exclude each other"
                self._refuse(self._site(*route, min(others)), message)
        if "extra" in entry and "group" in entry:
            self._refuse(self._site(*route, "group"), "`extra` and `group` exclude each other")
        if kind == "path" and entry.get("editable") is True and entry.get("package") is False:
            self._refuse(
                self._site(*route, "editable"), "`editable = true` and `package = false` exclude each other"
            )
        if kind is None or len(self.faults) > before:
            return None
        return Source(
            self._site(*route, kind),
            kind,  # type: ignore[arg-type]
            entry[kind],
            entry.get("editable"),
            entry.get("package"),
            entry.get("marker", ""),
            normalise(entry.get("extra", "")),
            normalise(entry.get("group", "")),
            entry.get("path", "") if kind == "git" else "",
        )

    def _source_key(self, route: Route, key: str, value: object) -> None:
        if key in _TEXTS:
            if not isinstance(value, str):
                self._wrong(route, "a string")
            elif key in ("git", "url") and not _URL.match(value):
                self._refuse(self._site(*route), f"`{value}` is no URL, and uv refuses the file for it")
        elif key in _FLAGS:
            if not isinstance(value, bool):
                self._wrong(route, "true or false")
        elif key == "workspace":
            if not isinstance(value, bool | str):
                self._wrong(route, "true, or the path of a workspace")
        else:
            self._refuse(self._site(*route), f"`{key}` is no key of a source, and uv refuses the file for it")


def requirements_of(path: str, data: toml.Table) -> tuple[Requirement, ...]:
    """The `dependencies` of a script's metadata."""
    listed = data.get("dependencies")
    found = []
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        parsed = (
            pyproject.requirement(Site(path, ("dependencies", index)), item)
            if isinstance(item, str)
            else None
        )
        if parsed is not None:
            found.append(parsed)
    return tuple(found)
