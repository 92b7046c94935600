"""One cargo process as far as reading goes: which roots it has seen, which packages it has read.

Source: cargo's `workspace.rs` (`find_root`, `find_workspace_root_with_loader`, `is_excluded`) and its
`ws_roots`.
"""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.load.cargo.package import Package, PathDependency, needs_root, prepare, read
from depcheck.load.cargo.toolchain import STABLE, Toolchain
from depcheck.manifest import toml
from depcheck.manifest.cargo import Manifest, Workspace
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_WORKSPACE = r"^[ \t]*\[[ \t]*workspace\b"
_OPTIONAL = (
    "`optional = true` does not help: cargo reads the manifest of every path dependency before it "
    "looks at features"
)


class Session:
    """What has been read so far.

    The roots matter: a root that was read already is found before a nearer one that was not, so
    where a session starts can decide which root a package has, and the answer for one package may
    change while the session goes on.
    """

    def __init__(self, sources: Sources, toolchain: Toolchain = STABLE) -> None:
        self.sources = sources
        self.toolchain = toolchain
        self.tree = sources.tree
        self.roots: dict[str, Workspace] = {}
        self.packages: dict[str, Package | None] = {}
        self.faults: dict[Fault, None] = {}  # in order
        self.unknowns: dict[str, None] = {}
        self._manifests: dict[str, Manifest | None] = {}
        self._pointers: dict[str, Reference] = {}  # root -> what points to it
        self._searching: set[str] = set()
        self._blocked: set[str] = set()  # the search met a manifest that is broken
        self._met: dict[str, str] = {}  # package -> the broken manifest that its search met first
        self._refused: set[str] = set()  # manifests that were said to be refused

    def continued(self) -> Session:
        """A session that goes on from here, with a clean record."""
        further = Session(self.sources, self.toolchain)
        further.roots.update(self.roots)
        further.packages.update(self.packages)
        further._met.update(self._met)
        further._refused.update(self._refused)
        return further

    def note(self, fault: Fault) -> None:
        """Remember a fault, once."""
        self.faults.setdefault(fault)

    def note_unknown(self, because: str) -> None:
        """Remember a reason that something is not known, once."""
        self.unknowns.setdefault(because)

    def manifest(self, path: str) -> Manifest | None:
        """The manifest at `path`; None, with what is wrong noted, where it can't be read."""
        if path in self._manifests:
            return self._manifests[path]
        found = read(self.sources, path)
        manifest = None
        if isinstance(found, Manifest):
            manifest = found
            if found.workspace is not None:
                self.roots.setdefault(found.directory, found.workspace)
        elif isinstance(found, toml.Unknown):
            self.note_unknown(found.because)
        else:
            self.note(found)
        self._manifests[path] = manifest
        return manifest

    def package(self, path: str) -> Package | None:
        """Read `path` as cargo does, its faults noted; None where nothing useful is left."""
        if path in self.packages:
            return self.packages[path]
        self.packages[path] = None
        manifest = self.manifest(path)
        if manifest is None:
            return None
        root = None
        if needs_root(manifest):
            root = path if manifest.workspace is not None else self._inherited_root(manifest)
            if root is not None and root != path and not self.is_root(root):
                self._blocked.add(path)
        package = self.sources.get(_prepared, path, root, path in self._blocked, self.toolchain)
        for because in package.unknowns if package else ():
            self.note_unknown(because)
        for fault in package.faults if package else ():
            self.note(fault)
        self.packages[path] = package
        return package

    def refused(self, path: str, reference: Reference) -> Fault | None:
        """The fault of a reference that leads to a manifest of no use as a whole, once it is read.

        Cargo names both: the reference that it followed first, and what is wrong at its end, or in a
        manifest above it that the search for its workspace root reads. A fault within a manifest that
        can be read speaks for itself, and so does one above that stops who refers here too. Each such
        manifest is said once.
        """
        at, above = path, self._met.get(path)
        useless = self._useless(path)
        if useless is None and above and not paths.is_below(reference.site.file, paths.parent(above)):
            at, useless = above, self._useless(above)
        if useless is None or at in self._refused:
            return None
        self._refused.add(at)
        where = f"`{path}`" if at == path else f"`{path}`, below `{at}`"
        message = f"`{reference.raw}` leads to {where}, which cargo refuses: {useless.message}"
        return Fault("not-a-package", reference.site, message, reference, tool="cargo")

    def stopped(self, path: str) -> Fault | None:
        """The fault of a package whose search for a workspace root met a broken manifest, and found none.

        A broken workspace root speaks for its members; this is about what is no root at all.
        """
        above = self._met.get(path)
        useless = self._useless(above) if above is not None else None
        if above is None or useless is None or _is_meant_as_root(self.sources, above):
            return None
        raw = paths.relative(above, paths.parent(path))
        reference = Reference(Site(path), "(upward search)", raw, above, "workspace")
        message = f"cargo reads `{above}` in search of a workspace root and refuses it: {useless.message}"
        note = "an empty `[workspace]` table in the package ends the search"
        return Fault("missing-workspace-root", Site(path), message, reference, (note,), "cargo")

    def is_blocked(self, path: str) -> bool:
        """Whether the search for the root of `path` met a manifest that can't be read."""
        return path in self._blocked

    def _useless(self, path: str) -> Fault | None:
        """The fault that makes nothing of a manifest: it can't be read, or there is nothing to build."""
        found = read(self.sources, path)
        if isinstance(found, Fault):
            return found
        package = self.packages.get(path)
        return next((fault for fault in package.faults if _is_of_all(fault, path)), None) if package else None

    def find_root(self, path: str) -> str | None:
        """The root manifest of the workspace that `path` belongs to, or None (cargo: `find_root`)."""
        manifest = self.manifest(path)
        if manifest is None:
            return None
        if manifest.workspace is not None:
            if not excludes(self.sources, manifest.directory, manifest.workspace, path):
                return path
            return self._search(manifest)
        if manifest.package and manifest.package.workspace is not None:
            return self._pointer(manifest, manifest.package.workspace)
        return self._search(manifest)

    def _inherited_root(self, manifest: Manifest) -> str | None:
        """The root that a package without `[workspace]` inherits from (cargo: `load_inheritable_fields`)."""
        if manifest.package and manifest.package.workspace is not None:
            return self._pointer(manifest, manifest.package.workspace)
        return self._search(manifest)

    def _search(self, manifest: Manifest) -> str | None:
        """Search upwards: among the roots seen already first, then among the manifests above."""
        path = directory = manifest.path
        while directory not in ("", "/"):
            directory = paths.parent(directory)
            known = self.roots.get(directory)
            if known is not None and not excludes(self.sources, directory, known, path):
                return paths.join(directory, "Cargo.toml")
        if path in self._searching:  # two pointers that lead to each other
            return None
        self._searching.add(path)
        try:
            for directory in paths.ancestors(manifest.directory)[1:]:
                if directory == "target/package" or directory.endswith("/target/package"):
                    break
                candidate = paths.join(directory, "Cargo.toml")
                if self.tree.exists(candidate):
                    found = self._candidate(candidate, path)
                    if found is not None:
                        return found
        finally:
            self._searching.discard(path)
        return None

    def _candidate(self, candidate: str, path: str) -> str | None:
        """The root that the manifest above is, or points to, for `path`."""
        manifest = self.manifest(candidate)
        # Read as a package too: one that is no good fails everything below it.
        package = None if manifest is None else self.package(candidate)
        if package is None or package.faults:
            self._met.setdefault(path, candidate)
        if manifest is None or package is None:
            self._blocked.add(path)
            return None
        if manifest.workspace is not None:
            return None if excludes(self.sources, manifest.directory, manifest.workspace, path) else candidate
        if manifest.package and manifest.package.workspace is not None:
            return self._pointer(manifest, manifest.package.workspace)
        return None

    def _pointer(self, manifest: Manifest, raw: str) -> str:
        """Where `package.workspace` of `manifest` leads; cargo looks there only once it needs the root."""
        target = self.tree.at(manifest.directory, raw)
        site = Site(manifest.path, ("package", "workspace"))
        reference = Reference(site, "package.workspace", raw, target, "workspace")
        path = paths.join(target, "Cargo.toml")
        self._pointers.setdefault(path, reference)
        return path

    def is_root(self, path: str) -> bool:
        """Whether a found root is one; what is wrong with the pointer that leads to it is noted.

        So is what is wrong with the root itself, which cargo reads as a package before anything is inherited.
        """
        if path in self._pointers and self.tree.kind(path) is Kind.FILE:
            self.package(path)
        if paths.parent(path) in self.roots:
            return True
        reference = self._pointers[path]
        kind = self.tree.kind(path)
        message = ""
        if kind is Kind.UNKNOWN or (paths.is_outside(path) and kind is not Kind.MISSING):
            self.note_unknown(f"`{path}` lies outside the repository")
        elif kind is not Kind.FILE:
            message = f"`{reference.raw}` leads to `{reference.target or '.'}`, which has no `Cargo.toml`"
        else:
            found = self.manifest(path)
            if found is not None and found.workspace is not None:
                return True
            if found is not None:
                message = f"`{reference.raw}` leads to `{path}`, which has no `[workspace]` table"
        if message:
            self.note(Fault("missing-workspace-root", reference.site, message, reference, tool="cargo"))
        return False


def _prepared(
    sources: Sources, path: str, root: str | None, blocked: bool, chosen: Toolchain
) -> Package | None:
    """`prepare` by path, so that what is made of a manifest is shared between sessions."""
    manifest = read(sources, path)
    return prepare(sources, manifest, root, blocked, chosen) if isinstance(manifest, Manifest) else None


def excludes(sources: Sources, directory: str, workspace: Workspace, path: str) -> bool:
    """Whether the root in `directory` excludes `path` (cargo: `is_excluded`).

    Both lists are compared as prefixes of whole components, neither is a glob; `..` in an entry
    never matches, since it is not normalised.
    """
    if not workspace.exclude or not _covers(sources, directory, workspace.exclude, path):
        return False
    return not _covers(sources, directory, workspace.members or (), path)


def _covers(sources: Sources, directory: str, entries: tuple[str, ...], path: str) -> bool:
    for entry in entries:
        parts = [part for part in entry.split("/") if part not in ("", ".")]
        if ".." in parts:
            continue
        plain = "/".join(parts)
        at = (
            paths.inside(sources.tree.root, "/" + plain)
            if entry.startswith("/")
            else paths.join(directory, plain)
        )
        if paths.is_below(path, at):
            return True
    return False


def _is_meant_as_root(sources: Sources, path: str) -> bool:
    """Whether a broken manifest has a `[workspace]`, as far as its text tells."""
    text = sources.get(toml.read_text, path)
    return isinstance(text, str) and re.search(_WORKSPACE, text, re.MULTILINE) is not None


def _is_of_all(fault: Fault, path: str) -> bool:
    """Whether a fault is one of the manifest as a whole: not of a key, but that nothing is in it to build."""
    whole = not fault.site.route or (fault.reference is not None and fault.reference.key == "(targets)")
    return whole and fault.site.file == path


def virtual(reference: Reference, path: str) -> Fault:
    """The fault of a dependency on a workspace root without a package."""
    message = f"`{reference.raw}` leads to `{path}`, a virtual manifest without a `[package]`"
    return Fault("not-a-package", reference.site, message, reference, tool="cargo")


def missing(session: Session, dependency: PathDependency) -> Fault | None:
    """The fault of a path dependency whose directory holds no manifest that could be read."""
    reference = dependency.reference
    kind = session.tree.kind(dependency.manifest)
    if kind is Kind.UNKNOWN:
        session.note_unknown(f"what `{dependency.manifest}` holds is not known")
        return None
    if kind is not Kind.MISSING:
        return None
    directory = dependency.directory or "."
    notes = (_OPTIONAL,) if dependency.dependency.optional else ()
    match session.tree.kind(dependency.directory):
        case Kind.MISSING:
            message = f"`{reference.raw}` leads to `{directory}`, which does not exist"
            return Fault("missing-path", reference.site, message, reference, notes, "cargo")
        case Kind.DIR:
            message = f"`{reference.raw}` leads to `{directory}`, a directory without `Cargo.toml`"
        case _:
            message = (
                f"`{reference.raw}` leads to `{directory}`, which is a file; the directory of the "
                "package is wanted"
            )
    return Fault("not-a-package", reference.site, message, reference, notes, "cargo")
