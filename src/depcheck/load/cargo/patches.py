"""`[patch]` and `paths`: local packages that stand in for those of a registry.

Source: cargo's `PackageRegistry` (`patch`, `query`), `Workspace::root_patch`, `RecursivePathSource`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from depcheck import paths
from depcheck.load.cargo.package import Package, PathDependency
from depcheck.load.cargo.session import Session, missing, virtual
from depcheck.manifest import semver
from depcheck.manifest.cargo import Dependency
from depcheck.model import Fault
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree

_MOST_DIRECTORIES = 10_000
CRATES_IO = "crates-io"


class Patch(NamedTuple):
    """An entry of `[patch.SOURCE]` with a path."""

    source: str
    dependency: PathDependency


def source_of(dependency: Dependency) -> str:
    """The name under which `[patch]` speaks of the source of a dependency."""
    if dependency.git:
        return dependency.git.partition("#")[0].removesuffix("/").removesuffix(".git").lower()
    return dependency.registry or CRATES_IO


def combined(manifest: tuple[Patch, ...], config: tuple[Patch, ...]) -> tuple[Patch, ...]:
    """What counts of both: an entry of the configuration replaces its namesake (cargo: `root_patch`)."""
    taken = {(patch.source, patch.dependency.dependency.key) for patch in config}
    return (
        *config,
        *(patch for patch in manifest if (patch.source, patch.dependency.dependency.key) not in taken),
    )


class Patches:
    """The patches of a resolution, each read whether or not it is used.

    Index: source and package name to the patches. Faults are noted by the caller.
    """

    def __init__(self, session: Session, patches: tuple[Patch, ...]) -> None:
        self.session = session
        self.faults: list[Fault] = []
        self.known: dict[tuple[str, str], list[tuple[PathDependency, Package]]] = {}
        seen: dict[tuple[str, str, str], PathDependency] = {}
        for patch in patches:
            package = self._read(patch.dependency)
            if package is None:
                continue
            identity = (patch.source, package.name, package.version)
            if seen.setdefault(identity, patch.dependency) is not patch.dependency:
                message = f"two patches lead to the same package, `{package.name}` {package.version}"
                self._broken(patch.dependency, message)
            self.known.setdefault((patch.source, package.name), []).append((patch.dependency, package))

    def _broken(self, dependency: PathDependency, message: str) -> None:
        reference = dependency.reference
        self.faults.append(Fault("broken-patch", reference.site, message, reference, tool="cargo"))

    def _read(self, dependency: PathDependency) -> Package | None:
        session, reference = self.session, dependency.reference
        fault = missing(session, dependency)
        if fault is not None:
            self.faults.append(fault._replace(rule="broken-patch"))
            return None
        if paths.is_outside(dependency.manifest):
            session.note_unknown(f"`{dependency.manifest}` lies outside the repository")
            return None
        package = session.package(dependency.manifest)
        if package is None or package.is_virtual:
            if package is not None:
                self.faults.append(virtual(reference, dependency.manifest)._replace(rule="broken-patch"))
            return None
        entry = dependency.dependency
        if package.name != entry.package:
            message = (
                f"the patch `{reference.raw}` leads to the package `{package.name}`, not to `{entry.package}`"
            )
            self._broken(dependency, message)
            return None
        if entry.version and not fits(entry.version, package.version):
            message = (
                f"the patch `{reference.raw}` leads to version {package.version} of "
                f"`{package.name}`, not to `{entry.version}`"
            )
            self._broken(dependency, message)
            return None
        return package

    def answer(self, dependency: Dependency) -> PathDependency | None:
        """The patch that is taken for a dependency on a registry or git: the newest that fits."""
        fitting = [
            (version, patch)
            for patch, package in self.known.get((source_of(dependency), dependency.package), ())
            if (version := semver.parse_version(package.version)) is not None
            and fits(dependency.version, package.version)
        ]
        return max(fitting, key=lambda item: semver.order(item[0]))[1] if fitting else None

    def misfits(self, dependency: Dependency) -> Iterator[Fault]:
        """Patches of that name none of which fits the version asked for."""
        for patch, package in self.known.get((source_of(dependency), dependency.package), ()):
            if not package.version:
                continue
            reference = patch.reference
            message = (
                f"the patch `{reference.raw}` leads to version {package.version} of "
                f"`{package.name}`, but `{dependency.version}` is asked for"
            )
            note = "cargo leaves the patch unused and asks the registry"
            yield Fault("broken-patch", reference.site, message, reference, (note,), "cargo")


@lru_cache(4096)
def fits(requirement: str, version: str) -> bool:
    """Whether the version satisfies the requirement; what is neither counts as fitting."""
    comparators = semver.parse_requirement(requirement) if requirement else None
    found = semver.parse_version(version)
    return comparators is None or found is None or semver.matches(comparators, found)


def overrides(session: Session, directory: str) -> tuple[list[str], list[Fault]]:
    """(manifests, faults) of the packages in and below a directory of `paths` (cargo: `read_packages`).

    Broken packages are passed over; what a good one names by path has to be there, whether it is used
    or not.
    """
    found: dict[str, None] = {}
    faults: list[Fault] = []
    ahead = list(_manifests(session.tree, directory))[::-1]
    seen = set[str]()
    while ahead:
        path = ahead.pop()
        package = session.package(path) if path not in seen else None
        seen.add(path)
        if package is None or package.is_virtual or package.faults:
            continue
        found[path] = None
        for dependency in package.dependencies:
            fault = missing(session, dependency)
            if fault is not None:
                faults.append(fault)
            elif not paths.is_outside(dependency.manifest):
                ahead.append(dependency.manifest)
    return list(found), faults


def _manifests(tree: Tree, directory: str) -> Iterator[str]:
    ahead, steps = [directory], 0
    while ahead and steps < _MOST_DIRECTORIES:
        at = ahead.pop()
        steps += 1
        path = paths.join(at, "Cargo.toml")
        here = tree.exists(path)
        if here:
            yield path
        below = []
        for name in tree.names(at):
            child = paths.join(at, name)
            if name.startswith(".") or (name == "target" and here) or tree.entry(child).kind is not Kind.DIR:
                continue
            if not tree.exists(paths.join(child, ".git")):
                below.append(child)
        ahead.extend(reversed(below))
