"""A project as Poetry reads it: its name, its Python, and what each of its groups wants.

Sources: poetry-core `factory.py` (configure_package), `packages/dependency_group.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, All, Condition
from depcheck.load.poetry import requirement, schema
from depcheck.load.poetry.requirement import Wanted
from depcheck.manifest import poetry as dialect
from depcheck.manifest import pyproject, strict
from depcheck.manifest.poetry import Poetry
from depcheck.manifest.pyproject import IncludeGroup, PyProject
from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

MAIN = "main"


class Group(NamedTuple):
    """A group: what `[project]` or `[dependency-groups]` lists, and what `[tool.poetry]` does.

    mixed: `project.dynamic` allows the second list to add to the first.
    """

    name: str
    optional: bool = False
    mixed: bool = False
    listed: tuple[Wanted, ...] = ()
    poetry: tuple[Wanted, ...] = ()
    included: tuple[str, ...] = ()


class Package(NamedTuple):
    """A project read by Poetry.

    directory: real, where its relative paths start.
    python:    the Python versions it supports; `python_site` the key that says so.
    groups:    normalised name to group, `main` first.
    extras:    normalised name to the main dependencies it asks for.
    refused:   faults of the shape (of another project Poetry then asks the build backend).
    faults:    what stops Poetry whoever reads the project.
    """

    manifest: PyProject
    directory: str
    name: str
    version: str
    package_mode: bool
    python: Condition
    python_site: Site
    groups: Mapping[str, Group]
    extras: Mapping[str, tuple[Wanted, ...]]
    refused: tuple[Fault, ...]
    faults: tuple[Fault, ...]


def read(sources: Sources, path: str) -> Package | None:
    """The pyproject.toml at `path` as a package; None where it can't be read."""
    manifest = sources.get(pyproject.read, path)
    table = sources.get(dialect.read, path)
    if not isinstance(manifest, PyProject) or table is None:
        return None
    return _Configuration(sources, manifest, table).package()


def is_poetry_project(manifest: PyProject) -> bool:
    """Whether Poetry reads a dependency's metadata itself (poetry-core `pyproject/toml.py`)."""
    if manifest.tool("poetry") is not None:
        return True
    project = manifest.project
    return bool(project and project.name and project.version and not project.table.get("dynamic"))


def dependencies(package: Package, group: Group) -> tuple[Wanted, ...]:
    """What a group wants where the package is somebody's dependency (`DependencyGroup.dependencies`)."""
    return (*_own(group), *_included(package, group, locking=False))


def for_locking(package: Package) -> Iterator[Wanted]:
    """All that the project itself locks, `[project]` enriched from `[tool.poetry]`."""
    for group in package.groups.values():
        yield from _locked(group)
        yield from _included(package, group, locking=True)


def _included(package: Package, group: Group, *, locking: bool) -> Iterator[Wanted]:
    seen = {group.name}
    waiting = list(group.included)
    while waiting:
        name = waiting.pop(0)
        inner = package.groups.get(name)
        if inner is not None and name not in seen:
            seen.add(name)
            yield from _locked(inner) if locking else _own(inner)
            waiting += inner.included


def _own(group: Group) -> Sequence[Wanted]:
    if not group.listed:
        return group.poetry
    if group.mixed and group.poetry:
        if all(wanted.optional for wanted in group.listed):
            return (*group.listed, *(wanted for wanted in group.poetry if not wanted.optional))
        if not any(wanted.optional for wanted in group.listed):
            return (*group.listed, *(wanted for wanted in group.poetry if wanted.optional))
    return group.listed


def _locked(group: Group) -> Iterator[Wanted]:
    if not group.poetry or not group.listed:
        yield from group.poetry or group.listed
        return
    by_name: dict[str, list[Wanted]] = {}
    for wanted in group.poetry:
        by_name.setdefault(wanted.name, []).append(wanted)
    for wanted in _own(group):
        enriched = False
        for other in by_name.get(wanted.name, ()):
            if other is wanted or conditions.together(wanted.when, other.when) is False:
                continue
            enriched = True
            if wanted.origin is not None:
                yield wanted._replace(when=All((wanted.when, other.when)))
            else:
                yield other._replace(
                    when=All((wanted.when, other.when)),
                    extras=wanted.extras,  # those of `[project]` replace them
                    optional=wanted.optional,
                    in_extras=wanted.in_extras,
                )
        if not enriched:
            yield wanted


class _Configuration:
    """The reading of one project, with the faults found on the way."""

    def __init__(self, sources: Sources, manifest: PyProject, table: Poetry) -> None:
        self.sources = sources
        self.manifest = manifest
        self.table = table
        self.directory = sources.tree.resolve(manifest.directory)
        self.faults: list[Fault] = []

    def package(self) -> Package:
        manifest, table, project = self.manifest, self.table, self.manifest.project
        unread = self.sources.get(strict.read, manifest.path)
        refused = [] if unread is not None else list(schema.core_faults(manifest, table))
        self._licence()
        python, site = self._python()
        extras: dict[str, tuple[Wanted, ...]] = {}
        main = self._main(extras)
        groups = {MAIN: main} if self._has_main() else {}
        self._add_groups(groups)
        if not (project and (project.dependencies or project.optional)):
            groups, extras = self._legacy_extras(groups)
        self._different_sources(groups)
        self._urls()
        if table.version and not schema.is_version(table.version) and not (project and project.version):
            self._fail(("tool", "poetry", "version"), f"`{table.version}` is no version")
        version = (project.version if project else None) or table.version or "0"
        return Package(
            manifest,
            self.directory,
            (project.name if project else None) or table.name or "non-package-mode",
            version,
            table.package_mode,
            python,
            site,
            groups,
            extras,
            tuple(refused),
            tuple(self.faults) if unread is None else (unread._replace(tool="poetry"),),
        )

    def _has_main(self) -> bool:
        project = self.manifest.project
        listed = project is not None and ("dependencies" in project.table or bool(project.optional))
        return listed or self.table.dependencies is not None

    def _wanted(self, listed: Sequence[pyproject.Requirement], extra: str = "") -> Iterator[Wanted]:
        for item in listed:
            found = requirement.from_pep508(self.sources, self.directory, item, extra)
            if isinstance(found, Fault):
                self.faults.append(found)
            else:
                yield found

    def _constraints(self, constraints: Sequence[dialect.Constraint] | None) -> tuple[Wanted, ...]:
        return tuple(
            requirement.from_constraint(self.sources, self.directory, constraint)
            for constraint in constraints or ()
        )

    def _main(self, extras: dict[str, tuple[Wanted, ...]]) -> Group:
        project = self.manifest.project
        listed: list[Wanted] = []
        mixed = False
        if project is not None:
            listed += self._wanted(project.dependencies)
            for extra, wanted in project.optional.items():
                extras[extra] = tuple(self._wanted(wanted, extra))
                listed += extras[extra]
            mixed = bool(project.dynamic & {"dependencies", "optional-dependencies"})
        return Group(MAIN, False, mixed, tuple(listed), self._constraints(self.table.dependencies))

    def _add_groups(self, groups: dict[str, Group]) -> None:
        wishes = {pyproject.normalise(group.name): group.optional for group in self.table.groups}
        includes: list[tuple[str, str, Site]] = []
        for name, entries in self.manifest.groups.items():
            listed = [entry for entry in entries if not isinstance(entry, IncludeGroup)]
            groups[name] = Group(name, wishes.get(name, False), False, tuple(self._wanted(listed)))
            includes += [
                (name, entry.name, entry.site._replace(route=(*entry.site.route, "include-group")))
                for entry in entries
                if isinstance(entry, IncludeGroup)
            ]
        for group in self.table.groups:
            name = pyproject.normalise(group.name)
            known = groups.get(name, Group(name, group.optional))
            groups[name] = known._replace(poetry=(*known.poetry, *self._constraints(group.dependencies)))
            includes += [(name, pyproject.normalise(included), site) for site, included in group.includes]
        for name, included, site in includes:
            if included not in groups:
                self.faults.append(_missing_group(site, name, included))
            elif included in groups[name].included:
                message = f"the group `{name}` includes `{included}` twice"
                self.faults.append(Fault("invalid-manifest", site, message, tool="poetry"))
            else:
                groups[name] = groups[name]._replace(included=(*groups[name].included, included))
        if self.table.dev is not None:  # after the includes: none can name it
            known = groups.get("dev", Group("dev"))
            groups["dev"] = known._replace(poetry=(*known.poetry, *self._constraints(self.table.dev)))

    def _legacy_extras(
        self, groups: dict[str, Group]
    ) -> tuple[dict[str, Group], dict[str, tuple[Wanted, ...]]]:
        """`[tool.poetry.extras]`, which mark the main dependencies that they name."""
        main = groups.get(MAIN)
        if main is None:
            return groups, dict.fromkeys(self.table.extras, ())
        marked = tuple(
            wanted._replace(
                in_extras=wanted.in_extras
                | {extra for extra, names in self.table.extras.items() if wanted.name in names}
            )
            for wanted in main.poetry
        )
        extras = {
            extra: tuple(wanted for wanted in marked if wanted.name in names)
            for extra, names in self.table.extras.items()
        }
        return {**groups, MAIN: main._replace(poetry=marked)}, extras

    def _different_sources(self, groups: Mapping[str, Group]) -> None:
        for group in groups.values():
            for wanted in group.listed:
                for other in group.poetry:
                    if (
                        wanted.name == other.name
                        and wanted.origin
                        and other.origin
                        and wanted.origin.identity != other.origin.identity
                        and conditions.together(wanted.when, other.when)
                    ):
                        message = f"`{wanted.name}` has another source here than in `{_key(wanted.site)}`"
                        self.faults.append(
                            Fault("invalid-manifest", other.site, message, other.reference, tool="poetry")
                        )

    def _urls(self) -> None:
        listed = [*(self.table.dependencies or ()), *(self.table.dev or ())]
        for group in self.table.groups:
            listed += group.dependencies
        for constraint in listed:
            if constraint.url and not requirement.is_url(constraint.url):
                route = (*constraint.site.route, "url")
                self._fail(route, f"`{constraint.url}` is no URL: it names no host")

    def _python(self) -> tuple[Condition, Site]:
        project = self.manifest.project
        demanded = project.table.get("requires-python") if project else None
        site = Site(self.manifest.path, ("project", "requires-python"))
        text = demanded if isinstance(demanded, str) else "*"
        outer = conditions.python_range(conditions.ANY_PYTHON if text == "*" else text)
        if self.table.python is None:
            return outer or ALWAYS, site
        inner_site, inner_text = self.table.python
        inner = conditions.python_range(conditions.ANY_PYTHON if inner_text == "*" else inner_text)
        if inner is None:
            message = f"`{inner_text}` is no version constraint"
            self.faults.append(Fault("invalid-manifest", inner_site, message, tool="poetry"))
        elif (
            text != "*"
            and outer is not None
            and (inner_text == "*" or conditions.covers(outer, inner) is False)
        ):
            message = f"`{inner_text}` is no part of `project.requires-python`, `{text}`"
            self.faults.append(Fault("invalid-manifest", inner_site, message, tool="poetry"))
        return inner or ALWAYS, inner_site

    def _licence(self) -> None:
        """A licence file is read with the manifest, whatever the command."""
        project = self.manifest.project
        licence = project.table.get("license") if project else None
        if project is None:
            return
        files = project.table.get("license-files")
        if isinstance(licence, dict):
            route: Route = ("project", "license")
            if files is not None:
                self._fail(route, "`project.license` is no string beside `project.license-files`")
            elif not licence.get("text") and isinstance(raw := licence.get("file"), str) and raw:
                self._licence_file(raw, (*route, "file"))
        for index, pattern in enumerate(pyproject.strings(files)):
            if "\\" in pattern or ".." in pattern.split("/"):
                self._fail(("project", "license-files", index), f"`{pattern}` leaves the project")

    def _licence_file(self, raw: str, route: Route) -> None:
        tree = self.sources.tree
        target = paths.unresolved(self.directory, raw)
        kind = tree.kind(target)
        if kind in (Kind.FILE, Kind.UNKNOWN):
            return
        found = tree.at(self.directory, raw)
        reference = pyproject.path_reference(found, self._site(route), raw, kind="file")
        trouble = "which does not exist" if kind is Kind.MISSING else "which is no file"
        note = "Poetry reads the licence file with the manifest, in every command"
        message = f"`{raw}` leads to `{found}`, {trouble}"
        self.faults.append(
            Fault("missing-metadata-file", reference.site, message, reference, (note,), "poetry")
        )

    def _site(self, route: Route) -> Site:
        return Site(self.manifest.path, route)

    def _fail(self, route: Route, message: str) -> None:
        self.faults.append(Fault("invalid-manifest", self._site(route), message, tool="poetry"))


def _missing_group(site: Site, name: str, included: str) -> Fault:
    message = f"the group `{name}` includes `{included}`, which is not defined"
    reference = pyproject.path_reference("", site, included, kind="path")
    return Fault("invalid-manifest", site, message, reference, tool="poetry")


def _key(site: Site) -> str:
    return pyproject.route_text(site.route)
