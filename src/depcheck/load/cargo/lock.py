"""Cargo.lock under `--locked`: would cargo have to change it?

Source: cargo `ops/resolve.rs` (resolve_with_previous). Only what can be
told without a registry is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.load.cargo import selection
from depcheck.load.cargo.activate import activate
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.resolve import Resolved
from depcheck.load.cargo.workspace import Loaded
from depcheck.manifest import cargo, semver, toml
from depcheck.manifest.pyproject import strings
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Locked(NamedTuple):
    """One `[[package]]`; `source` is empty for a local one, `needs` holds names."""

    name: str
    version: str
    source: str
    needs: tuple[str, ...]


class Lock(NamedTuple):
    """A Cargo.lock. unused: (name, version) of the patches that nothing used."""

    packages: tuple[Locked, ...]
    unused: frozenset[tuple[str, str]]


def read(sources: Sources, path: str) -> Lock | Fault | toml.Unknown:
    """The packages of the Cargo.lock at `path`."""
    document = sources.get(toml.read, path)
    if not isinstance(document, toml.Document):
        return document
    listed = document.data.get("package")
    found = []
    for table in listed if isinstance(listed, list) else ():
        if isinstance(table, dict):
            name, version, source = (str(table.get(key, "")) for key in ("name", "version", "source"))
            found.append(Locked(name, version, source, strings(table.get("dependencies"))))
    patch = document.data.get("patch")
    unused = patch.get("unused") if isinstance(patch, dict) else None
    names = (table for table in (unused if isinstance(unused, list) else ()) if isinstance(table, dict))
    pairs = frozenset((str(table.get("name", "")), str(table.get("version", ""))) for table in names)
    return Lock(tuple(found), pairs)


def holds(sources: Sources, path: str, text: str, members: Iterable[Package]) -> bool | None:
    """Whether `text`, as on a command line, means exactly one package of the lock file.

    None where that is not known: the file was made by an earlier command, and `text` means no member.
    """
    lock, spec = read(sources, path), selection.parse(sources.tree, text)
    if spec is None or spec.is_pattern or isinstance(lock, Fault):
        return False
    if isinstance(lock, toml.Unknown):
        return any(spec.matches(member) for member in members) or None
    return sum(_means(sources, spec, one) for one in lock.packages) == 1


def _means(sources: Sources, spec: selection.Spec, locked: Locked) -> bool:
    if not spec.means(locked.name, locked.version):
        return False
    if spec.place is None:
        return True
    if spec.is_remote or locked.source:
        return _location(spec.place) == _location(locked.source)
    manifest = sources.get(cargo.read, paths.join(spec.place, "Cargo.toml"))
    return isinstance(manifest, cargo.Manifest) and bool(
        manifest.package and manifest.package.name == spec.name
    )


def _location(source: str) -> str:
    """A source without its kind and what it asks of the place: `registry+https://x/index` and the like."""
    return re.split("[?#]", source.partition("+")[2] or source)[0]


def faults(
    sources: Sources, loaded: Loaded, resolved: Resolved, current: str, option: str
) -> Iterator[Fault]:
    """Why `--locked` or `--frozen` (`option`) would fail, if it would."""
    path = paths.join(paths.parent(loaded.root or current), "Cargo.lock")
    site = Site(path)
    reference = Reference(site, "(lock file)", "Cargo.lock", path, "file")
    if not sources.tree.is_file(path):
        message = f"`{path}` does not exist, and `{option}` forbids to make it"
        yield Fault("missing-metadata-file", Site(loaded.root or current), message, reference, tool="cargo")
        return
    lock = read(sources, path)
    if isinstance(lock, Fault):
        yield lock._replace(tool="cargo")
    if isinstance(lock, Fault | toml.Unknown):
        return
    why = _stale(lock.packages, loaded, resolved)
    known = resolved.unused | {(one.name, one.version) for one in resolved.packages.values()}
    if not why and lock.unused & known != resolved.unused:
        why = "other patches are unused than it says"
    if why:
        yield Fault("missing-metadata-file", site, f"`{path}` is out of date: {why}", reference, tool="cargo")


def _stale(packages: tuple[Locked, ...], loaded: Loaded, resolved: Resolved) -> str:
    local = {(locked.name, locked.version): locked for locked in packages if not locked.source}
    by_name: dict[str, list[Locked]] = {}
    for locked in packages:
        by_name.setdefault(locked.name, []).append(locked)
    known = {(one.name, one.version) for one in resolved.packages.values()}
    used: list[Locked] = []
    for path, package in resolved.packages.items():
        if package.is_virtual:
            continue
        entry = local.get((package.name, package.version))
        if entry is None:
            return f"it does not hold `{package.name}` {package.version}"
        wanted = dict(_needs(package, None if path in loaded.members else resolved.asked.get(path, set())))
        listed = {need.partition(" ")[0] for need in entry.needs}
        for name, version in wanted.items():
            if name not in listed:
                return f"`{package.name}` needs `{name}`, which it does not hold"
            requirement = semver.parse_requirement(version) if version else None
            versions = [semver.parse_version(locked.version) for locked in by_name.get(name, ())]
            if requirement and not any(found and semver.matches(requirement, found) for found in versions):
                return f"`{package.name}` needs `{name}` {version}"
        used.append(entry)
        # Each list is exact, but for local packages that are gone.
        for name in sorted(listed - set(wanted)):
            if any(locked.source or (name, locked.version) in known for locked in by_name.get(name, ())):
                return f"`{package.name}` no longer needs `{name}`"
    return _unused(packages, used, by_name)


def _unused(packages: tuple[Locked, ...], used: list[Locked], by_name: dict[str, list[Locked]]) -> str:
    """A registry package that nothing needs any more; an absent local one does not count."""
    reached = set(used)
    ahead = list(used)
    while ahead:
        for need in ahead.pop().needs:
            name, _, version = need.partition(" ")
            for locked in by_name.get(name, ()):
                if locked not in reached and (not version or locked.version == version.partition(" ")[0]):
                    reached.add(locked)
                    ahead.append(locked)
    for locked in packages:
        if locked.source and locked not in reached:
            return f"nothing needs `{locked.name}` any more"
    return ""


def _needs(package: Package, asked: set[str] | None) -> Iterator[tuple[str, str]]:
    """(package name, version requirement) of every dependency that the lock lists for a package.

    asked: the features asked of it; None for a member, all of whose dependencies are listed.
    """
    active = activate(package, asked).optional
    for dependency in (*(one.dependency for one in package.dependencies), *package.external):
        off = dependency.kind == "dev" or (dependency.optional and dependency.key not in active)
        if asked is None or not off:
            yield dependency.package, dependency.version
