"""What a directory with Python sources asks for, as uv finds out while it locks.

Source: uv `uv-distribution/src/source/mod.rs` (source_tree_metadata, StaticMetadata),
`uv-pypi-types/src/metadata/metadata_resolver.rs` (parse_pyproject_toml), `metadata/requires_dist.rs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.load import backend
from depcheck.load.conditions import ALWAYS
from depcheck.load.uv import groups, location, lowering, project
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.lowering import Context, Wanted
from depcheck.load.uv.project import MANIFEST, Project, Refused
from depcheck.load.uv.workspace import Unreadable
from depcheck.manifest import pyproject, setup_cfg, setup_py, toml
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, route_text
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_DYNAMIC = {"dependencies", "optional-dependencies", "requires-python", "version"}


class Package(NamedTuple):
    """A directory that uv can, or cannot, make metadata of.

    name:     normalised; empty where it cannot be known.
    version:  where it is static.
    requires: dependencies, those of extras with their extra.
    extras:   every extra.
    groups:   dependency groups.
    refused:  what stands there is no project; a sentence's end.
    faults:   what goes wrong inside it.
    """

    directory: str
    manifest: PyProject | None = None
    name: str = ""
    version: str = ""
    requires: tuple[Wanted, ...] = ()
    extras: frozenset[str] = frozenset()
    groups: Mapping[str, tuple[Wanted, ...]] = {}
    virtual: bool = False
    static: bool = True
    refused: str = ""
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


class _Raw(NamedTuple):
    """Metadata before the sources are looked up."""

    name: str
    version: str
    requires: tuple[Requirement, ...]
    extras: Mapping[str, tuple[Requirement, ...]]
    static: bool = True
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


def read(sources: Sources, directory: str, no_sources: frozenset[str] | None) -> Package:
    """The package in `directory`, which exists.

    no_sources: names whose sources are not looked up; None: all.
    """
    if paths.is_outside(directory):
        return Package(directory, unknowns=(f"`{directory}` lies outside the repository",))
    found = sources.get(project.read, directory)
    match found:
        case None:
            return _bare(sources, directory)
        case toml.Unknown(_, because):
            return Package(directory, unknowns=(because,))
        case Refused(faults):
            return Package(directory, refused="holds a pyproject.toml that uv cannot read", faults=faults)
    raw = _raw(sources, found)
    if found.manifest.project is None or not found.uv.managed:
        made = _unsourced(found.manifest, raw)
        if not raw.name and not raw.unknowns and not raw.faults:
            made = made._replace(refused="holds a pyproject.toml that gives no name")
        return made
    return _sourced(sources, found, raw, no_sources)


def _bare(sources: Sources, directory: str) -> Package:
    if not sources.tree.is_file(paths.join(directory, "setup.py")):
        return Package(directory, refused="holds neither pyproject.toml nor setup.py")
    manifest = backend.bare(directory)
    return _unsourced(manifest, _legacy(sources, manifest))


def _raw(sources: Sources, found: Project) -> _Raw:
    manifest = found.manifest
    declared = manifest.project
    if declared is not None and _is_static(manifest):
        return _Raw(found.name, declared.version or "", declared.dependencies, declared.optional)
    if declared is None and manifest.tool("poetry") is None:
        return _legacy(sources, manifest)
    built = backend.build(sources, manifest, "metadata")
    made = backend.metadata(sources, manifest)
    return _Raw(
        normalise(made.name) if made.name else "",
        (declared.version or "") if declared is not None else "",
        made.requires,
        dict(made.extras),
        static=False,
        faults=built.faults,
        unknowns=(*built.unknowns, *made.unknowns),
    )


def _is_static(manifest: PyProject) -> bool:
    """Whether uv takes the metadata from the pyproject.toml, without asking the backend."""
    declared = manifest.project
    if declared is None or declared.version is None or _DYNAMIC & declared.dynamic:
        return False
    if "dependencies" not in declared.table and manifest.tool("poetry") is not None:
        return False
    if any(fault.site.route[:1] == ("project",) for fault in manifest.faults):
        return False
    listed = (*declared.dependencies, *(item for items in declared.optional.values() for item in items))
    return not any(is_relative(item) for item in listed)


def is_relative(item: Requirement) -> bool:
    """Whether a requirement's URL is a relative path, which uv takes nowhere but in requirements files."""
    url = item.url
    return bool(url) and location.is_relative(url)


def _legacy(sources: Sources, manifest: PyProject) -> _Raw:
    """setup.py or setup.cfg, by way of setuptools."""
    built = backend.build(sources, manifest, "metadata")
    name, version, listed = "", "", []
    unknowns = list(built.unknowns)
    code = paths.join(manifest.directory, "setup.py")
    if sources.tree.is_file(code):
        read_code = sources.get(setup_py.read, code)
        if isinstance(read_code, setup_py.SetupPy):
            unknowns += [read_code.dynamic] if read_code.dynamic else []
            arguments = read_code.arguments
            name = str(arguments["name"].value) if "name" in arguments else ""
            version = str(arguments["version"].value) if "version" in arguments else ""
            wanted = arguments.get("install_requires")
            if wanted is not None and isinstance(wanted.value, list | tuple):
                listed = [
                    item for text in wanted.value if (item := pyproject.requirement(wanted.site, str(text)))
                ]
    config = paths.join(manifest.directory, "setup.cfg")
    if sources.tree.is_file(config) and not name:
        read_config = sources.get(setup_cfg.read, config)
        if isinstance(read_config, setup_cfg.SetupCfg):
            value = read_config.get("metadata", "name")
            name = value.text if value is not None else ""
            required = read_config.get("options", "install_requires")
            for text, site in required.items() if required is not None else ():
                if item := pyproject.requirement(site, text):
                    listed.append(item)
    return _Raw(
        normalise(name),
        version,
        tuple(listed),
        {},
        static=False,
        faults=built.faults,
        unknowns=tuple(dict.fromkeys(unknowns)),
    )


def _unsourced(manifest: PyProject, raw: _Raw) -> Package:
    requires = tuple(plain(item, extra) for extra, item in _listed(raw))
    faults = (*raw.faults, *(_relative(item) for _, item in _listed(raw) if is_relative(item)))
    return Package(
        manifest.directory,
        manifest,
        raw.name,
        raw.version,
        requires,
        frozenset(raw.extras),
        static=raw.static,
        faults=faults,
        unknowns=raw.unknowns,
    )


def plain(item: Requirement, extra: str = "") -> Wanted:
    """A requirement whose source nobody looks up."""
    when = project.marker(item.marker) or ALWAYS
    raw = item.url or item.text
    return Wanted(
        item.site,
        item.name,
        frozenset(item.extras),
        item.specifier,
        url=item.url,
        raw=raw,
        extra=extra,
        when=when,
    )


def _listed(raw: _Raw) -> Iterator[tuple[str, Requirement]]:
    yield from (("", item) for item in raw.requires)
    for extra, items in raw.extras.items():
        yield from ((extra, item) for item in items)


def _relative(item: Requirement) -> Fault:
    site = item.site._replace(within=item.url)
    message = f"`{item.url}` is relative, and uv takes no relative path after `@` here"
    note = f"name it under `[tool.uv.sources]`: `{item.name} = {{ path = ... }}`"
    reference = Reference(site, route_text(site.route), item.url, "", "package", item.name)
    return Fault("missing-path", site, message, reference, (note,), "uv")


def _sourced(sources: Sources, found: Project, raw: _Raw, no_sources: frozenset[str] | None) -> Package:
    around = sources.get(spaces.around, found.directory)
    if around is None or isinstance(around, Unreadable):
        unknowns = around.unknowns if around is not None else ()
        return Package(
            found.directory,
            found.manifest,
            raw.name,
            faults=around.faults if around else (),
            unknowns=unknowns,
        )
    flat = groups.flatten(found)
    if no_sources != frozenset():  # then uv looks for no members (`MemberDiscovery::None`)
        kept = {found.name, around.root.name}
        members = {name: member for name, member in around.members.items() if name in kept}
        around = around._replace(members=members, faults=())
    context = lowering.of_project(sources, found, around)
    collected = _Lowered(context, no_sources)
    collected.faults += raw.faults
    if around.directory != found.directory or around.explicit:
        collected.faults += around.faults
    collected.unknowns += (*raw.unknowns, *around.unknowns)
    collected.faults += flat.faults
    collected.faults += _misplaced(found, raw, flat.table)
    requires = tuple(one for extra, item in _listed(raw) for one in collected.lower(item, extra=extra))
    table = {
        name: tuple(one for item in items for one in collected.lower(item, group=name))
        for name, items in flat.table.items()
    }
    return Package(
        found.directory,
        found.manifest,
        raw.name,
        raw.version,
        requires,
        frozenset(raw.extras),
        table,
        spaces.virtual(found.uv),
        raw.static,
        "",
        tuple(dict.fromkeys(collected.faults)),
        tuple(dict.fromkeys(filter(None, collected.unknowns))),
    )


class _Lowered:
    """Requirements as they are lowered, and what goes wrong."""

    def __init__(self, context: Context, no_sources: frozenset[str] | None) -> None:
        self.context = context
        self.no_sources = no_sources
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []

    def lower(self, item: Requirement, *, extra: str = "", group: str = "") -> Iterator[Wanted]:
        if is_relative(item):
            self.faults.append(_relative(item))
        elif self.no_sources is None or item.name in self.no_sources:
            yield plain(item, extra)
        else:
            for made in lowering.lower(self.context, item, extra=extra, group=group):
                if isinstance(made, Fault):
                    self.faults.append(made)
                elif isinstance(made, str):
                    self.unknowns.append(made)
                else:
                    yield made


def lower_all(context: Context, items: tuple[Requirement, ...]) -> tuple[tuple[Wanted, ...], Outcome]:
    """Requirements that stand outside of any package: constraints, overrides, a script's."""
    collected = _Lowered(context, frozenset())
    wanted = tuple(made for item in items for made in collected.lower(item))
    return wanted, Outcome(tuple(collected.faults), tuple(filter(None, collected.unknowns)))


def _misplaced(found: Project, raw: _Raw, table: Mapping[str, tuple[Requirement, ...]]) -> Iterator[Fault]:
    """Sources for an extra or a group that does not hold the package (uv: validate_sources)."""
    for name, listed in found.uv.sources.items():
        for source in listed:
            kind = "extra" if source.extra else "group" if source.group else ""
            if not kind:
                continue
            where = source.extra or source.group
            holders = raw.extras if kind == "extra" else table
            site = source.site._replace(route=(*source.site.route[:-1], kind))
            reference = Reference(site, route_text(site.route), where, "", "path", name)
            if where not in holders:
                message = f"the source of `{name}` is for the {kind} `{where}`, which is not defined"
            elif not any(item.name == name for item in holders[where]):
                message = f"the source of `{name}` is for the {kind} `{where}`, which does not hold it"
            else:
                continue
            yield Fault("invalid-manifest", site, message, reference, (), "uv")


def site_of(found: Package) -> Site:
    """The manifest of a package."""
    return Site(found.manifest.path if found.manifest is not None else paths.join(found.directory, MANIFEST))


def of_virtual_root(sources: Sources, directory: str, no_sources: frozenset[str] | None) -> Package:
    """The dependency groups of a workspace root that is no project.

    uv lowers them as what a build requires, so that a source for one group counts in none
    (`lock_target.rs`).
    """
    return _of_groups(sources, directory, no_sources, virtual=True)


def of_groups(sources: Sources, directory: str, no_sources: frozenset[str] | None) -> Package:
    """The dependency groups alone, of a project or a virtual root (uv: SourcedDependencyGroups)."""
    return _of_groups(sources, directory, no_sources, virtual=False)


def _of_groups(
    sources: Sources, directory: str, no_sources: frozenset[str] | None, *, virtual: bool
) -> Package:
    found = sources.get(project.read, directory)
    around = sources.get(spaces.around, directory)
    if not isinstance(found, Project) or not isinstance(around, spaces.Workspace):
        return Package(directory)
    flat = groups.flatten(found)
    collected = _Lowered(lowering.of_project(sources, found, around), no_sources)
    collected.faults += flat.faults
    if not virtual:
        collected.faults += _misplaced_groups(found, flat.table)
    table = {
        name: tuple(one for item in items for one in collected.lower(item, group="" if virtual else name))
        for name, items in flat.table.items()
    }
    return Package(
        directory,
        found.manifest,
        groups=table,
        faults=tuple(dict.fromkeys(collected.faults)),
        unknowns=tuple(filter(None, collected.unknowns)),
    )


def _misplaced_groups(found: Project, table: Mapping[str, tuple[Requirement, ...]]) -> Iterator[Fault]:
    for fault in _misplaced(found, _Raw("", "", (), {}), table):
        if fault.site.route[-1] == "group":
            yield fault
