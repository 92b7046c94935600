"""Loading a workspace: what every cargo command reads first.

Source: cargo's `workspace.rs` (`Workspace::new`). Cargo stops at the first broken manifest; this
goes on, so that one run names all of them.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.load.cargo import lacking
from depcheck.load.cargo.members import Members
from depcheck.load.cargo.package import Package, read
from depcheck.load.cargo.session import Session, excludes
from depcheck.load.cargo.toolchain import Toolchain
from depcheck.manifest.cargo import Manifest
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Loaded(NamedTuple):
    """What reading a workspace (or a package without one) found.

    root:     path of the root manifest, None for a package that stands alone.
    members:  manifest path -> package, in the order in which cargo reads them.
    packages: those of them that are no virtual manifest.
    defaults: faults of `default-members`, which count only where the root is the current manifest.
    recorded: faults that stop every build of the workspace, whatever is built.
    registries: (where, name) of each registry that has to be configured.
    session:  what has been read, for the resolution to go on with.
    shared:   every member that is the current manifest finds the same.
    """

    root: str | None
    members: dict[str, Package]
    packages: dict[str, Package]
    faults: tuple[Fault, ...]
    unknowns: tuple[str, ...]
    session: Session
    defaults: tuple[Fault, ...] = ()
    recorded: tuple[Fault, ...] = ()
    registries: tuple[tuple[Site, str], ...] = ()
    shared: bool = False


def load(sources: Sources, current: str, toolchain: Toolchain) -> Loaded:
    """What any cargo command reads first when `current` is the current manifest."""
    above = _plainly_above(sources, current)
    if above is not None:
        loaded = sources.get(load_root, above, toolchain)
        if current in loaded.members:
            return loaded
    session = Session(sources, toolchain)
    package = session.package(current)
    root = session.find_root(current)
    if root is None and (stopped := session.stopped(current)):
        session.note(stopped)
    if package is None or root is None or not session.is_root(root):
        return _loaded(session, None, {current: package} if package else {})
    if len(session.roots) > 1 or paths.parent(root) not in session.roots:
        loaded = _load(session, root)  # what was read on the way decides, see Session
    else:
        loaded = sources.get(load_root, root, toolchain)
    faults = loaded.faults
    if session.faults:
        faults = lacking.together({**loaded.session.faults, **session.faults})
    if current not in loaded.members and not any(_explains(fault, package) for fault in faults):
        faults = (*faults, _unlisted(package, root))
    if current == root and loaded.defaults:
        faults = (*faults, *loaded.defaults)
    recorded = loaded.recorded
    for path, met in session.packages.items():  # a manifest that was walked past on the way up
        if met and met.recorded and path not in loaded.session.packages:
            recorded = (*recorded, *met.recorded)
    return (
        loaded
        if faults is loaded.faults and recorded is loaded.recorded
        else loaded._replace(faults=faults, recorded=recorded)
    )


def _plainly_above(sources: Sources, current: str) -> str | None:
    """The root of the workspace around `current`, where nothing else would be read to find it."""
    manifest = read(sources, current)
    if not isinstance(manifest, Manifest) or manifest.workspace is not None:
        return None
    if manifest.package is None or manifest.package.workspace is not None or "target/package" in current:
        return None
    candidate = sources.get(_nearest, paths.parent(manifest.directory)) if manifest.directory else None
    root = read(sources, candidate) if candidate is not None else None
    if (
        not isinstance(root, Manifest)
        or root.workspace is None
        or excludes(sources, root.directory, root.workspace, current)
    ):
        return None
    return candidate


def _nearest(sources: Sources, directory: str) -> str | None:
    """The manifest in `directory` or the nearest above."""
    path = paths.join(directory, "Cargo.toml")
    if sources.tree.exists(path):
        return path
    return sources.get(_nearest, paths.parent(directory)) if directory not in ("", "/") else None


def load_root(sources: Sources, root: str, toolchain: Toolchain) -> Loaded:
    """What is read of the workspace of `root` where nothing was read before it."""
    session = Session(sources, toolchain)
    session.package(root)
    return _load(session, root)._replace(shared=True)


def _load(session: Session, root: str) -> Loaded:
    session.package(root)
    found = Members(session, root)
    found.find()
    return _loaded(session, root, found.members)._replace(defaults=tuple(found.defaults))


def _loaded(session: Session, root: str | None, members: dict[str, Package]) -> Loaded:
    met = [package for package in session.packages.values() if package]
    recorded = tuple(fault for package in met for fault in package.recorded)
    registries = tuple(item for package in met for item in package.registries)
    return Loaded(
        root,
        members,
        {path: package for path, package in members.items() if not package.is_virtual},
        lacking.together(session.faults),
        tuple(session.unknowns),
        session,
        recorded=recorded,
        registries=registries,
    )


def _explains(fault: Fault, package: Package) -> bool:
    """Whether a package is no member because of `fault`: its own, or that of the path meant for it."""
    wanted = fault.reference.wanted if fault.reference else ""
    if fault.site.file == package.manifest.path:
        return True
    return fault.rule in ("missing-path", "not-a-package") and wanted == package.name != ""


def _unlisted(package: Package, root: str) -> Fault:
    path = package.manifest.path
    site = Site(path, ("package", "name") if package.name else ("workspace",))
    reference = Reference(site, "(upward search)", root, root, "workspace")
    message = f"the package lies below the workspace `{root}`, which does not list it as a member"
    where = paths.relative(package.directory, paths.parent(root))
    if package.manifest.package and (raw := package.manifest.package.workspace) is not None:
        site = Site(path, ("package", "workspace"))
        reference = Reference(site, "package.workspace", raw, root, "workspace")
        message = f"`{raw}` leads to the workspace `{root}`, which does not list the package as a member"
    note = (
        f"cargo refuses it as the current package; list `{where}` under `members` or `exclude` "
        "there, or give it an empty `[workspace]`"
    )
    return Fault("unlisted-member", site, message, reference, (note,), "cargo")
