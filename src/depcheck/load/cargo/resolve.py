"""The path side of cargo's resolution: every path dependency that a full resolution reads.

Source: cargo's resolver and `PathSource`; all features of members are on, as in `cargo metadata` and
`cargo generate-lockfile`.
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load.cargo import graph, lacking, targets
from depcheck.load.cargo.activate import Activation, activate, implicit
from depcheck.load.cargo.graph import Edge
from depcheck.load.cargo.package import Package, PathDependency
from depcheck.load.cargo.patches import Patch, Patches, fits, overrides
from depcheck.load.cargo.session import Session, missing, virtual
from depcheck.load.cargo.workspace import Loaded
from depcheck.manifest.cargo import Dependency
from depcheck.model import Fault, Reference, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Scope(NamedTuple):
    """What is resolved: all members with all features, or one package as `cargo install` builds it.

    package: its manifest; empty for all members. features: of the package; None for all.
    overriding: the `paths` of the configuration count, as they do for no `cargo install`.
    """

    package: str = ""
    features: tuple[str, ...] | None = None
    overriding: bool = True


ALL = Scope()


class Resolved(NamedTuple):
    """The packages that a resolution reads, by manifest path, and what is wrong with them.

    locking: those of the faults that writing a lock file meets. misnamed: (manifest, fault) that only
    compiling the package of the manifest meets, and `cargo metadata`.
    latent: faults that a Cargo.lock may hide. unbuildable: manifest path -> the targets of the package
    that cannot be compiled. registries: (where, name) of each that has to be configured, of packages
    that are no members. unused: (name, version) of the patches that answer nothing.
    asked: features that are asked of packages that are no members.
    """

    packages: dict[str, Package]
    edges: dict[str, list[Edge]]
    faults: tuple[Fault, ...]
    locking: tuple[Fault, ...]
    misnamed: tuple[tuple[str, Fault], ...]
    unknowns: tuple[str, ...]
    latent: tuple[Fault, ...]
    unbuildable: dict[str, tuple[tuple[targets.Source, Fault], ...]]
    registries: tuple[tuple[Site, str], ...]
    unused: frozenset[tuple[str, str]]
    asked: dict[str, set[str]]


def resolve(
    sources: Sources, loaded: Loaded, given: tuple[tuple[Patch, ...], tuple[Reference, ...]], scope: Scope
) -> Resolved:
    """Resolve the members of `loaded`. given: the patches, and the `paths` of the configuration."""
    patched, replaced = given
    session = loaded.session.continued()
    patches = Patches(session, patched)
    first = _Resolution(session, loaded, patches, scope)
    first.run()
    first.note_all(patches.faults)
    locking = (*lacking.together(session.faults), *first.faults)
    root = loaded.root or next(iter(loaded.members), None)
    if not first.packages and not loaded.faults and root is not None:
        site = Site(root, ("workspace",))
        message = "the manifest is virtual, and the workspace has no members"
        first.note_all([Fault("missing-member", site, message, tool="cargo")])
    # Cargo resolves again, this time with the features of the command and the overrides.
    misnamed: tuple[tuple[str, Fault], ...] = ()
    if not first.faults and (replaced or any(graph.names(first.packages, first.edges))):
        again = scope if scope.package else Scope(features=("default",))
        second = _Resolution(session, loaded, patches, again, _overrides(session, first, replaced))
        second.run()
        first.note_all(second.faults)
        misnamed = tuple(graph.names(second.packages, second.edges))
        first.note_all([fault for _, fault in misnamed])
    absent = {
        path: found
        for path, package in first.packages.items()
        if (found := tuple(targets.absent(sources.tree, package.sources, path)))
    }
    registries = tuple(
        item
        for package in session.packages.values()
        if package and package.registries
        for item in package.registries
    )
    faults = (*lacking.together(session.faults), *first.faults)
    known = set(loaded.faults)
    return Resolved(
        first.packages,
        first.edges,
        tuple(fault for fault in dict.fromkeys(faults) if fault not in known) if faults else (),
        tuple(fault for fault in dict.fromkeys(locking) if fault not in known) if locking else (),
        misnamed,
        tuple(session.unknowns),
        tuple(first.latent),
        absent,
        registries,
        frozenset(
            (package.name, package.version)
            for entries in patches.known.values()
            for patch, package in entries
            if patch.manifest not in first.packages
        ),
        first.asked,
    )


def _overrides(session: Session, first: _Resolution, replaced: tuple[Reference, ...]) -> dict[str, str]:
    """Package name -> manifest of what `paths` names; what holds none is noted (cargo: `add_overrides`)."""
    found: dict[str, str] = {}
    asked = {edge.dependency.package for edges in first.edges.values() for edge in edges}
    for reference in replaced:
        packages, faults = overrides(session.continued(), reference.target)
        first.note_all(faults)
        if paths.join(reference.target, "Cargo.toml") in first.packages:
            continue  # it is a source of packages already, and cargo takes no more from there
        for path in packages:
            package = session.package(path)
            if package is None:
                continue
            found.setdefault(package.name, path)
            if path in first.members and package.name in asked:
                first.note_all([_twice(reference, package)])
        if not packages:
            message = (
                f"the path override `{reference.raw}` leads to `{reference.target}`, which holds no package"
            )
            first.note_all([Fault("not-a-package", reference.site, message, reference, tool="cargo")])
    return found


def _twice(reference: Reference, package: Package) -> Fault:
    """To cargo what an override holds, or leads to, comes from the directory of the override."""
    message = f"the path override `{reference.raw}` leads to `{package.name}`, which is a member, too"
    note = "cargo takes them for two packages of one name and version, and fails to select one"
    return Fault("duplicate-package", reference.site, message, reference, (note,), "cargo")


class _Resolution:
    """One resolution: the packages read so far, and the features asked of each.

    overrides: package name -> manifest that is taken wherever the name is asked for.
    """

    def __init__(
        self,
        session: Session,
        loaded: Loaded,
        patches: Patches,
        scope: Scope,
        overrides: dict[str, str] | None = None,
    ) -> None:
        self.session = session
        self.members = {path: one for path, one in loaded.members.items() if scope.package in ("", path)}
        self.patches = patches
        self.features = scope.features
        self.dev = not scope.package
        self.overrides = overrides or {}
        self.packages = {path: one for path, one in loaded.packages.items() if path in self.members}
        self.asked: dict[str, set[str]] = {}  # features of packages that are no members
        self.faults: dict[Fault, None] = {}
        self.latent: dict[Fault, None] = {}
        self.edges: dict[str, list[Edge]] = {}
        self._checked: dict[tuple[str, Route], str | None] = {}

    def note_all(self, faults: Iterator[Fault] | list[Fault] | dict[Fault, None]) -> None:
        """Remember faults, each once."""
        for fault in faults:
            self.faults.setdefault(fault)

    def run(self) -> None:
        """Follow all that is active, then look at the graph as a whole."""
        ahead = list(self.packages)
        while ahead:
            path = ahead.pop()
            ahead.extend(self._expand(path))
        self.note_all(graph.check(self.packages, self.edges))

    def _activation(self, path: str, package: Package) -> Activation | None:
        """The features that are on; None for all of a package that has none."""
        if path not in self.members:
            return activate(package, self.asked.get(path, ()))
        if not package.manifest.features and not package.manifest.optional:
            return None
        return activate(package, self.features)

    def _expand(self, path: str) -> Iterator[str]:
        """Follow the active dependencies of a package; gives the packages to look at (again)."""
        package = self.packages[path]
        is_member = path in self.members
        activation = self._activation(path, package)
        for dependency, entry in self._dependencies(package):
            if activation and entry.optional and entry.key not in activation.optional:
                continue
            if entry.kind == "dev" and not (is_member and self.dev):
                continue
            target = self._target(path, dependency, entry)
            if target is None:
                continue
            wanted = self._wanted(path, (dependency, entry, target), activation)
            if target not in self.members:
                asked = self.asked.get(target)
                if asked is None or not wanted <= asked:
                    self.asked[target] = wanted | (asked or set())
                    yield target
        for feature in sorted(activation.cyclic) if activation else ():
            message = f"feature `{feature}` depends on itself"
            self.faults.setdefault(
                Fault("invalid-manifest", Site(path, ("features", feature)), message, tool="cargo")
            )

    def _wanted(
        self,
        path: str,
        followed: tuple[PathDependency | None, Dependency, str],
        activation: Activation | None,
    ) -> set[str]:
        """The features that a package asks of a dependency; those that are not there are noted."""
        dependency, entry, target = followed
        wanted = set(entry.features)
        if activation:
            wanted |= activation.requests.get(entry.key, set())
        if wanted:
            declared = dependency is not None and dependency.dependency is entry
            site = Site(dependency.reference.site.file if dependency and declared else path, entry.route)
            self._check_features(site, entry, self.packages[target], wanted)
        if entry.default_features is not False:
            wanted.add("default")
        return wanted

    def _dependencies(self, package: Package) -> Iterator[tuple[PathDependency | None, Dependency]]:
        """The path dependencies, those that a patch makes local, and None for any other."""
        for dependency in package.dependencies:
            yield dependency, dependency.dependency
        if self.patches.known:
            for entry in package.external:
                patch = self.patches.answer(entry)
                if patch is not None:
                    yield patch, entry
                else:
                    for fault in self.patches.misfits(entry):
                        self.latent.setdefault(fault)
        if self.overrides:
            for entry in package.external:
                if entry.package in self.overrides:
                    yield None, entry

    def _target(self, path: str, dependency: PathDependency | None, entry: Dependency) -> str | None:
        """Read what a dependency leads to; None, with the fault noted, where it is no good."""
        if path in self.members:  # looked at once
            return self._followed(path, dependency, entry)
        key = (path, entry.route)
        if key in self._checked:
            return self._checked[key]
        self._checked[key] = target = self._followed(path, dependency, entry)
        return target

    def _followed(self, path: str, dependency: PathDependency | None, entry: Dependency) -> str | None:
        override = self.overrides.get(entry.package)
        if override is not None:
            package, target = self.session.packages[override], override
            reference = (
                dependency.reference if dependency else Reference(Site(path, entry.route), "", "", override)
            )
        elif dependency is None:
            return None
        else:
            package, target, reference = self._read(dependency), dependency.manifest, dependency.reference
        if package is None or (override is None and not self._fits(entry, reference, package)):
            return None
        self.packages.setdefault(target, package)
        self.edges.setdefault(path, []).append(Edge(target, entry, reference))
        return target

    def _read(self, dependency: PathDependency) -> Package | None:
        target = dependency.manifest
        if target in self.packages:
            return self.packages[target]
        fault = missing(self.session, dependency)
        if fault is not None:
            self.faults.setdefault(fault)
            return None
        if paths.is_outside(target):
            self.session.note_unknown(f"`{target}` lies outside the repository")
            return None
        package = self.session.package(target)
        if fault := self.session.refused(target, dependency.reference):
            self.faults.setdefault(fault)
        if package is not None and package.is_virtual:
            self.faults.setdefault(virtual(dependency.reference, target))
            return None
        return package

    def _fits(self, entry: Dependency, reference: Reference, package: Package) -> bool:
        """Name and version; exact names, as cargo compares them."""
        if not package.name:
            return False
        if package.name != entry.package:
            message = (
                f"`{reference.raw}` leads to the package `{package.name}`, but `{entry.package}` is asked for"
            )
            self.faults.setdefault(Fault("name-mismatch", reference.site, message, reference, tool="cargo"))
            return False
        if entry.version and not fits(entry.version, package.version):
            message = (
                f"`{reference.raw}` leads to version {package.version} of `{package.name}`, but "
                f"`{entry.version}` is asked for"
            )
            site = Site(reference.site.file, (*entry.route, "version"))
            self.faults.setdefault(Fault("version-mismatch", site, message, reference, tool="cargo"))
            return False
        return True

    def _check_features(self, site: Site, entry: Dependency, package: Package, wanted: set[str]) -> None:
        manifest = package.manifest
        for feature in sorted(wanted - manifest.features.keys() - implicit(manifest)):
            at = Site(site.file, (*entry.route, "features"), feature) if feature in entry.features else site
            message = f"`{package.name}` has no feature `{feature}`"
            self.faults.setdefault(Fault("invalid-manifest", at, message, tool="cargo"))
