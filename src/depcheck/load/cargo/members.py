"""The members of a workspace, and what cargo demands of them.

Source: cargo's `workspace.rs` (`find_members`, `find_path_deps`, `members_paths`, `validate`).
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load import globs
from depcheck.load.cargo.package import Package, PathDependency, read
from depcheck.load.cargo.session import Session, excludes, missing, virtual
from depcheck.manifest.cargo import Manifest, Workspace
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Site
from depcheck.tree.base import Kind


class Members:
    """The members of one workspace while they are found.

    members: manifest path -> package, in the order in which cargo reads them. defaults: faults of
    `default-members`, which count only where the root is the current manifest.
    """

    def __init__(self, session: Session, root: str) -> None:
        self.session = session
        self.tree = session.tree
        self.root = root
        self.directory = paths.parent(root)
        self.members: dict[str, Package] = {}
        self.defaults: list[Fault] = []
        self._origins: dict[str, Reference] = {}

    def find(self) -> None:
        """Find and validate them; what is wrong is noted in the session."""
        manifest = self.session.manifest(self.root)
        if manifest is None or manifest.workspace is None:
            return
        self.workspace: Workspace = manifest.workspace
        listed = self._listed(manifest.workspace.members or (), "members")
        for directory, reference in listed:
            self._listed_member(directory, reference)
        self._close(self.root)
        if manifest.workspace.default_members is not None:
            # They are compared as written: one with `..` in it never equals the normalised path.
            self._default_members({at for at, reference in listed if ".." not in reference.raw.split("/")})
        self._validate()

    def _listed(self, entries: tuple[str, ...], key: str) -> list[tuple[str, Reference]]:
        """(directory, where it is listed) of each entry, globs expanded (cargo: `members_paths`)."""
        found = []
        for index, raw in enumerate(entries):
            route = ("workspace", key, index)
            site = Site(self.root, route)
            try:
                hits = globs.expand(self.tree, self.directory, raw)
            except globs.PatternError as error:
                fault = Fault("invalid-manifest", site, f"`{raw}` is no pattern: {error}", tool="cargo")
                if key == "members":
                    self.session.note(fault)
                else:
                    self.defaults.append(fault)
                continue
            except globs.EndlessError:
                self.session.note_unknown(f"the pattern `{raw}` matches too many places to look at all")
                continue
            reference = Reference(site, route_text(route), raw, self.tree.at(self.directory, raw), "member")
            if not hits:
                found.append((reference.target, reference))
            found.extend(
                (hit, reference)
                for hit in hits
                if "Cargo.toml" in self.tree.names(hit) or self.tree.kind(hit) in (Kind.DIR, Kind.UNKNOWN)
            )
        return found

    def _listed_member(self, directory: str, reference: Reference) -> None:
        directory = self.tree.at("", directory)
        path = paths.join(directory, "Cargo.toml")
        if path in self.members or self._is_excluded(path):
            return
        kind = Kind.FILE if isinstance(read(self.session.sources, path), Manifest) else self.tree.kind(path)
        if kind is Kind.MISSING:
            self.session.note(self._missing_member(directory, reference))
            return
        if kind is Kind.UNKNOWN or paths.is_outside(path):
            self.session.note_unknown(f"what `{path}` holds is not known")
            return
        self._origins[path] = reference
        self._close(path)

    def _is_excluded(self, path: str) -> bool:
        return excludes(self.session.sources, self.directory, self.workspace, path)

    def _missing_member(self, directory: str, reference: Reference) -> Fault:
        raw, site = reference.raw, reference.site
        if self.tree.kind(directory) is Kind.MISSING:
            if any(char in raw for char in "*?["):
                message = f"the pattern `{raw}` matches nothing in `{self.directory or '.'}`"
                note = "cargo takes a pattern without a match as a path and stops at it"
                return Fault(
                    "unmatched-member-glob", site, message, reference._replace(kind="glob"), (note,), "cargo"
                )
            message = f"member `{raw}` leads to `{directory}`, which does not exist"
            return Fault("missing-member", site, message, reference, tool="cargo")
        how = f"member `{raw}` leads to" if reference.target == directory else f"the pattern `{raw}` matches"
        message = f"{how} `{directory}`, which has no `Cargo.toml`"
        return Fault("not-a-package", site, message, reference._replace(target=directory), tool="cargo")

    def _close(self, path: str) -> None:
        """Add the manifest and, depth first, what it depends on by path (cargo: `find_path_deps`)."""
        stack = [self._add(path)]
        while stack:
            dependency = next(stack[-1], None)
            if dependency is None:
                stack.pop()
            elif self._follows(dependency):
                self._origins.setdefault(dependency.manifest, dependency.reference)
                stack.append(self._add(dependency.manifest))

    def _add(self, path: str) -> Iterator[PathDependency]:
        """Read a manifest as a member; gives its path dependencies."""
        if path in self.members or self._is_excluded(path):
            return iter(())
        package = self.session.package(path)
        if (origin := self._origins.get(path)) and (fault := self.session.refused(path, origin)):
            self.session.note(fault)
        if package is None:
            return iter(())
        self.members[path] = package
        return iter(package.dependencies)

    def _follows(self, dependency: PathDependency) -> bool:
        """Whether a path dependency becomes a member; what is wrong with it is noted."""
        path = dependency.manifest
        if path in self.members:
            return False
        below = paths.is_below(dependency.directory, self.directory)
        if below and self._is_excluded(path):
            return False
        fault = missing(self.session, dependency)
        if fault is not None:
            self.session.note(fault)
            return False
        if paths.is_outside(path):
            self.session.note_unknown(f"`{path}` lies outside the repository")
            return False
        if below:
            return True
        mine = self.session.package(path) is not None and self.session.find_root(path) == self.root
        if not mine and (fault := self.session.refused(path, dependency.reference)):
            self.session.note(fault)
        return mine

    def _default_members(self, listed: set[str]) -> None:
        for directory, reference in self._listed(self.workspace.default_members or (), "default-members"):
            at = self.tree.at("", directory)
            if paths.join(at, "Cargo.toml") in self.members or (at in listed and self._is_excluded(at)):
                continue
            what = "does not exist" if self.tree.kind(at) is Kind.MISSING else "is not a member"
            message = f"default member `{reference.raw}` leads to `{at or '.'}`, which {what}"
            self.defaults.append(Fault("missing-member", reference.site, message, reference, tool="cargo"))

    def _validate(self) -> None:
        names: dict[str, str] = {}
        for path, package in self.members.items():
            if package.name and (first := names.setdefault(package.name, path)) != path:
                self._duplicate(package, first, path)
            if path != self.root and package.manifest.workspace is not None:
                self._nested(package)
            elif path != self.root and (other := self.session.find_root(path)) != self.root:
                self._elsewhere(package, other)
        if self.root not in self.members and not self.session.faults:
            site = Site(self.root, ("workspace", "exclude"))
            message = "the workspace excludes its own root, which cargo counts as a member"
            self.session.note(Fault("missing-workspace-root", site, message, tool="cargo"))

    def _blame(self, path: str) -> tuple[Site, Reference | None]:
        """What made `path` a member."""
        origin = self._origins.get(path)
        return (origin.site, origin) if origin else (Site(path, ("package", "name")), None)

    def _duplicate(self, package: Package, first: str, path: str) -> None:
        site, origin = self._blame(path)
        if origin is None or origin.kind != "package":
            site = Site(path, ("package", "name"))
        message = f"two members of the workspace are named `{package.name}`: `{first}` and `{path}`"
        if self.tree.resolve(first) == self.tree.resolve(path):
            site, origin = self._blame(path)
            message = (
                f"the package `{package.name}` is a member twice, by `{first}` and through a link by `{path}`"
            )
        self.session.note(Fault("duplicate-package", site, message, origin, tool="cargo"))

    def _nested(self, package: Package) -> None:
        site, reference = self._blame(package.manifest.path)
        if package.is_virtual and reference and reference.kind == "package":
            self.session.note(virtual(reference, package.manifest.path))
            return
        message = (
            f"`{package.manifest.path}` has a `[workspace]` of its own, and cannot be a member of "
            f"`{self.root}` too"
        )
        self.session.note(Fault("duplicate-package", site, message, reference, tool="cargo"))

    def _elsewhere(self, package: Package, other: str | None) -> None:
        path = package.manifest.path
        site, reference = self._blame(path)
        if other is None and (
            self.session.is_blocked(path)
            or any(
                fault.site.file == path and fault.rule == "missing-workspace-root"
                for fault in self.session.faults
            )
        ):
            return
        if other is None:
            message = (
                f"the member `{package.directory}` lies outside the workspace "
                f"`{self.directory or '.'}` and does not point back to it"
            )
            note = "a member outside the root directory needs `package.workspace`"
        else:
            message = f"the member `{package.directory}` belongs to another workspace, `{other}`"
            note = "cargo: package is a member of the wrong workspace"
        self.session.note(Fault("missing-workspace-root", site, message, reference, (note,), "cargo"))
