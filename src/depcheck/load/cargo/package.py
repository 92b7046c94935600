"""One package as cargo reads it: inheritance resolved, targets inferred, its path dependencies.

Source: cargo's `normalize_toml` and `to_real_manifest`.
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load.cargo import targets, toolchain
from depcheck.load.cargo.toolchain import Toolchain
from depcheck.manifest import cargo, toml
from depcheck.manifest.cargo import Dependency, Manifest
from depcheck.manifest.cargo.reading import Reading
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_README = ("README.md", "README.txt", "README")


class PathDependency(NamedTuple):
    """A dependency on a directory. `directory` is canonical, `..` taken lexically."""

    dependency: Dependency
    reference: Reference
    directory: str
    manifest: str  # the Cargo.toml that cargo will read


class Package(NamedTuple):
    """A manifest ready to be loaded; `name` is empty for a virtual manifest.

    version, edition: empty where they can't be inherited.
    external: dependencies from a registry or git. registries: (where, name) of each to be configured.
    faults: cargo refuses it where it is read. recorded: every build of its workspace fails.
    """

    manifest: Manifest
    name: str
    version: str
    edition: str
    dependencies: tuple[PathDependency, ...]
    external: tuple[Dependency, ...]
    sources: tuple[targets.Source, ...]
    registries: tuple[tuple[Site, str], ...]
    faults: tuple[Fault, ...]
    recorded: tuple[Fault, ...]
    unknowns: tuple[str, ...] = ()

    @property
    def is_virtual(self) -> bool:
        """A workspace root without a package of its own."""
        return self.manifest.package is None

    @property
    def keys(self) -> set[str]:
        """The keys of all dependencies."""
        return {one.dependency.key for one in self.dependencies} | {one.key for one in self.external}

    @property
    def firm_keys(self) -> set[str]:
        """The same without those of dev-dependencies."""
        entries = [*(one.dependency for one in self.dependencies), *self.external]
        return {entry.key for entry in entries if entry.kind != "dev"}

    @property
    def directory(self) -> str:
        """The directory of the manifest."""
        return self.manifest.directory


def needs_root(manifest: Manifest) -> bool:
    """Whether reading the manifest looks for its workspace root: it inherits something."""
    package = manifest.package
    if manifest.inherits_lints or (package is not None and package.inherits):
        return True
    return any(dependency.inherited for dependency in manifest.dependencies)


def prepare(
    sources: Sources, manifest: Manifest, root: str | None, blocked: bool, chosen: Toolchain
) -> Package:
    """Read a package that inherits from `root`; blocked: the search for the root met a broken manifest."""
    path = manifest.path
    above: Manifest | Fault | toml.Unknown | None = None if root is None else read(sources, root)
    if blocked or isinstance(above, toml.Unknown):
        above = Fault("missing-workspace-root", Site(path), "")
    refused, unknowns = toolchain.unstable(manifest, chosen)
    seen = manifest._replace(faults=(*manifest.faults, *refused)) if refused else manifest
    package = _prepare(sources, seen, above)
    based = [one for one in _based(manifest, above) if one[1].has_path]
    if not (based or unknowns or refused):
        return package
    found, faults = [], list(package.faults)
    for place, entry in based:
        match toolchain.base(place, entry, chosen, manifest.cargo_features):
            case str() as because:
                unknowns.append(because)
            case Fault() as fault if fault not in faults:
                faults.append(fault)
            case (directory,):
                start = paths.join(directory, "Cargo.toml")
                dependency = path_dependency(sources, start, entry)
                site = Site(place.path, dependency.reference.site.route)
                found.append(dependency._replace(reference=dependency.reference._replace(site=site)))
    return package._replace(
        manifest=manifest,
        dependencies=(*package.dependencies, *found),
        faults=tuple(faults),
        unknowns=tuple(unknowns),
    )


def _based(manifest: Manifest, root: Manifest | Fault | None) -> Iterator[tuple[Manifest, Dependency]]:
    """The dependencies whose path starts from a `base`, with the manifest that says so."""
    table = root.workspace.dependencies if isinstance(root, Manifest) and root.workspace else {}
    for entry in manifest.dependencies:
        if entry.base:
            yield manifest, entry
        elif entry.inherited and isinstance(root, Manifest) and entry.key in table and table[entry.key].base:
            merged = table[entry.key]._replace(
                kind=entry.kind, optional=entry.optional, platform=entry.platform
            )
            yield root, merged


def _prepare(sources: Sources, manifest: Manifest, root: Manifest | Fault | None) -> Package:
    """Read `manifest` with the keys that it inherits taken from `root`.

    root: the manifest of the workspace root; a Fault where reading it failed (said elsewhere, so
    what is inherited is left out); None where none was found.
    """
    package = manifest.package
    faults = list(manifest.faults)
    registries = [(Site(manifest.path, route), name) for route, name in manifest.registries]
    if package is None:
        return Package(manifest, "", "", "2015", (), (), (), tuple(registries), tuple(faults), ())
    given = dict(_inherited(sources, manifest, root, faults))
    version, edition = (
        given.get(key, "" if key in package.inherits else own)
        for key, own in (("version", package.version or "0.0.0"), ("edition", package.edition))
    )
    if "edition" in given or "rust-version" in given:
        reading = Reading(manifest.path)
        cargo.check_rust_version(reading, given.get("rust-version", package.rust_version), edition)
        faults.extend(reading.faults)
    dependencies, external = list[PathDependency](), list(manifest.external)
    for dependency in manifest.dependencies:
        if dependency.base:
            continue
        if dependency.has_path:
            dependencies.append(path_dependency(sources, manifest.path, dependency))
        else:
            _inherit(sources, manifest, root, (dependency, edition), (dependencies, external, faults))
    if manifest.repeated:
        faults.extend(_conflicts(manifest, dependencies, external))
    if external and isinstance(root, Manifest):
        registries.extend(_inherited_registries(root, external))
    layout = targets.layout(sources.tree, manifest, package, edition)
    if layout.recorded:  # of a target without its file no more is read
        lost = {(*fault.site.route[:2], "edition") for fault in layout.recorded}
        faults = [fault for fault in faults if fault.site.route not in lost]
    return Package(
        manifest,
        package.name,
        version.strip(),
        edition,
        tuple(dependencies),
        tuple(external),
        layout.sources,
        tuple(registries),
        (*_once(faults), *layout.faults),
        (*manifest.recorded, *layout.recorded) if manifest.recorded else layout.recorded,
    )


def _inherited(
    sources: Sources, manifest: Manifest, root: Manifest | Fault | None, faults: list[Fault]
) -> Iterator[tuple[str, str]]:
    """(key, text) of each key of `[package]` that is inherited; what is not there is noted."""
    package = manifest.package
    if isinstance(root, Fault) or package is None:
        return
    table = root.workspace.package if root and root.workspace else {}
    for key in package.inherits:
        if key in table:
            value = table[key]
            if key in ("version", "edition", "rust-version") and isinstance(value, str):
                yield key, value
                if key == "edition" and value not in cargo.EDITIONS:
                    faults.append(
                        _not_inherited(
                            manifest, ("package", key), f"`{value}` is no edition, as it stands", root
                        )
                    )
            if key != "readme" or value is not False:
                continue
        elif (
            key == "readme"
            and root
            and any(sources.tree.is_file(paths.join(root.directory, name)) for name in _README)
        ):
            continue
        faults.append(
            _not_inherited(
                manifest, ("package", key, "workspace"), f"`workspace.package.{key}` is not defined", root
            )
        )
    if manifest.inherits_lints and not (root and root.workspace and root.workspace.has_lints):
        faults.append(
            _not_inherited(manifest, ("lints", "workspace"), "`workspace.lints` is not defined", root)
        )


def _not_inherited(manifest: Manifest, route: Route, message: str, root: Manifest | None) -> Fault:
    site = Site(manifest.path, route)
    if root is None:
        text = (
            f"`{route_text(route)}` inherits from a workspace, and no workspace root is found at or "
            f"above `{manifest.directory or '.'}`"
        )
        reference = Reference(site, route_text(route), "workspace = true", manifest.directory, "workspace")
        return Fault("missing-workspace-root", site, text, reference, tool="cargo")
    reference = Reference(site, route_text(route), "workspace = true", root.path, "workspace")
    return Fault("missing-inherited-key", site, f"{message} in `{root.path}`", reference, tool="cargo")


def _once(faults: list[Fault]) -> Iterator[Fault]:
    """The faults, with what a lost workspace root does to every key that inherits said at the first."""
    lost = [fault for fault in faults if fault.rule == "missing-workspace-root"]
    for fault in faults:
        if fault.rule != "missing-workspace-root":
            yield fault
        elif fault is lost[0]:
            more = len(lost) - 1
            note = f"so {'does one more key' if more == 1 else f'do {more} more keys'} of this manifest"
            yield fault._replace(notes=(note,)) if more else fault


def _inherit(
    sources: Sources,
    manifest: Manifest,
    root: Manifest | Fault | None,
    asked: tuple[Dependency, str],
    into: tuple[list[PathDependency], list[Dependency], list[Fault]],
) -> None:
    """Add the dependency that `x.workspace = true` stands for.

    asked: the entry and the edition of its package. into: path dependencies, others, faults.
    """
    if isinstance(root, Fault):
        return
    found = None if root is None else sources.get(_stands_for, root.path, *asked)
    if found is None:
        _look_up(sources, manifest, root, asked, into)
    elif isinstance(found, PathDependency):
        into[0].append(found)
    else:
        into[1].append(found)


def _stands_for(
    sources: Sources, root: str, dependency: Dependency, edition: str
) -> PathDependency | Dependency | None:
    """The same for every member that writes the same; None where something is wrong with it."""
    manifest = read(sources, root)
    local, external, faults = list[PathDependency](), list[Dependency](), list[Fault]()
    if isinstance(manifest, Manifest):
        _look_up(sources, manifest, manifest, (dependency, edition), (local, external, faults))
    if faults:
        return None
    return local[0] if local else external[0] if external else None


def _look_up(
    sources: Sources,
    manifest: Manifest,
    root: Manifest | None,
    asked: tuple[Dependency, str],
    into: tuple[list[PathDependency], list[Dependency], list[Fault]],
) -> None:
    """Cargo: `inner_dependency_inherit_with`."""
    dependency, edition = asked
    local, external, faults = into
    route = (*dependency.route, "workspace")
    if root is None or root.workspace is None:
        faults.append(_not_inherited(manifest, route, "", None))
        return
    given = root.workspace.dependencies.get(dependency.key)
    if given is None:
        what = f"dependencies.{dependency.key}" if root.workspace.has_dependencies else "dependencies"
        faults.append(_not_inherited(manifest, route, f"`workspace.{what}` is not defined", root))
        return
    if given.base:
        return
    if given.problem:
        faults.append(Fault("invalid-manifest", Site(root.path, given.route), given.problem, tool="cargo"))
    default = given.default_features
    if dependency.default_features is True and default is False:
        default = True
    elif dependency.default_features is False and default is not False and edition == "2024":
        message = "`default-features = false` cannot override workspace's `default-features`"
        faults.append(Fault("invalid-manifest", Site(manifest.path, dependency.route), message, tool="cargo"))
    plain = dependency.kind == "normal" and not (
        dependency.optional or dependency.features or dependency.platform
    )
    if plain and given.has_path and default is given.default_features:
        local.append(sources.get(_shared, root.path, given.key))
        return
    merged = given._replace(
        kind=dependency.kind,
        optional=dependency.optional,
        features=(*given.features, *dependency.features) if dependency.features else given.features,
        default_features=default,
        platform=dependency.platform,
    )
    if not given.has_path:
        external.append(merged)
        return
    base = sources.get(_shared, root.path, dependency.key)
    local.append(base._replace(dependency=merged))


def _shared(sources: Sources, root: str, key: str) -> PathDependency:
    """An entry of `[workspace.dependencies]` that has a path."""
    manifest = read(sources, root)
    table = manifest.workspace.dependencies if isinstance(manifest, Manifest) and manifest.workspace else {}
    return path_dependency(sources, root, table[key])


def _inherited_registries(root: Manifest, external: list[Dependency]) -> Iterator[tuple[Site, str]]:
    for dependency in external:
        name = dependency.registry
        if dependency.route[0] == "workspace" and name and ":" not in name and name != "crates-io":
            yield Site(root.path, (*dependency.route, "registry")), name


def _conflicts(
    manifest: Manifest, local: list[PathDependency], external: list[Dependency]
) -> Iterator[Fault]:
    """Each key names one source, whatever the platform or kind (cargo: `names_sources`)."""
    seen: dict[str, tuple[str, str, str]] = {}
    entries = [(one.dependency, one.directory) for one in local] + [
        (dependency, "") for dependency in external
    ]
    for dependency, directory in entries:
        source = ("path", directory, "") if dependency.has_path else ("", dependency.git, dependency.registry)
        if seen.setdefault(dependency.key, source) != source:
            message = f"dependency `{dependency.key}` has different sources in different tables"
            site, reference = Site(manifest.path, dependency.route), None
            if dependency.has_path and dependency.route[0] != "workspace":
                site = Site(manifest.path, (*dependency.route, "path"))
                reference = Reference(site, route_text(site.route), dependency.path, directory)
            yield Fault("invalid-manifest", site, message, reference, tool="cargo")


def path_dependency(sources: Sources, manifest: str, dependency: Dependency) -> PathDependency:
    """The dependency with the directory that its path names, from the manifest that says it."""
    directory = sources.tree.at(paths.parent(manifest), dependency.path)
    route = (*dependency.route, "path")
    reference = Reference(
        Site(manifest, route), route_text(route), dependency.path, directory, "package", dependency.package
    )
    return PathDependency(dependency, reference, directory, paths.join(directory, "Cargo.toml"))


def read(sources: Sources, path: str) -> Manifest | Fault | toml.Unknown:
    """The manifest at `path`, once."""
    return sources.get(cargo.read, path)
