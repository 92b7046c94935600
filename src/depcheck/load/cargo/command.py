"""cargo's commands: what each reads, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load.cargo import (
    archive,
    compilation,
    config,
    current,
    editing,
    lock,
    lock_text,
    profiles,
    requested,
    selection,
    toolchain,
    units,
    workspace,
)
from depcheck.load.cargo.activate import activate, explicit_default
from depcheck.load.cargo.invocation import Invocation, parse
from depcheck.load.cargo.judge import Scope, resolution, unconfigured
from depcheck.load.cargo.package import Package, read
from depcheck.load.cargo.resolve import Resolved
from depcheck.load.cargo.workspace import Loaded
from depcheck.manifest.cargo import Manifest
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources

# These write a lock file and ask no more of the resolution: no features, no overrides, no crate names.
_LOCKING = {"fetch", "update", "generate-lockfile", "vendor"}
_RESOLVING = {"metadata", "tree", "info", *_LOCKING}
_BUILDING = {
    "build", "check", "test", "run", "bench", "doc", "clippy", "rustc", "rustdoc", "fix", "install",
    "nextest",
}  # fmt: skip
_PACKAGING = {"package", "publish"}
_WITHOUT_RUSTC = {"update", "generate-lockfile", "vendor", *_PACKAGING}
_WITHOUT_OVERRIDES = {"clean", "install", *_LOCKING, *_PACKAGING}
_LOADING = {"fmt", "read-manifest", "verify-project", "add", "remove", "pkgid", "clean"}
_APART = {"new", "init", "login", "logout", "search", "help", "version", "yank", "owner", "uninstall"}
_KNOWN = {"locate-project", *_RESOLVING, *_BUILDING, *_PACKAGING, *_LOADING}


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `cargo WORDS` does in `cwd`. Raises UsageError."""
    invocation = parse(words)
    chosen = toolchain.of(sources, cwd, env, invocation.toolchain)
    moved = invocation.has("-C") and "unstable-options" not in invocation.values("-Z")
    if moved or (invocation.has("-Z") and chosen == toolchain.STABLE):
        message = "`-C` and `-Z` are only accepted by a nightly cargo, the former with `-Z unstable-options`"
        return Outcome(
            (Fault("invalid-manifest", Site(paths.join(cwd, "Cargo.toml")), message, tool="cargo"),)
        )
    for directory in invocation.values("-C"):
        cwd = sources.tree.at(cwd, directory)
    if invocation.command in _APART or invocation.has("--help", "-h"):
        return Outcome()
    files = sources.get(config.files, cwd)
    settings = sources.get(config.read, files)
    if invocation.command not in _KNOWN:
        return Outcome(settings.faults, (f"`cargo {invocation.command}` is an alias or a plugin",))
    if settings.faults:
        return Outcome(settings.faults)
    manifest = current.find(sources, cwd, invocation)
    if isinstance(manifest, Fault) or (
        invocation.command == "locate-project" and not invocation.has("--workspace")
    ):
        return Outcome((manifest,) if isinstance(manifest, Fault) else ())
    return _Run(sources, invocation, manifest, (files, env, chosen), cwd).outcome()


class _Run:
    """One command, once its current manifest is known."""

    def __init__(
        self,
        sources: Sources,
        invocation: Invocation,
        manifest: str,
        around: tuple[tuple[str, ...], Mapping[str, str], toolchain.Toolchain],
        cwd: str,
    ) -> None:
        self.cwd = cwd
        self.sources = sources
        self.invocation = invocation
        self.command = invocation.command
        self.manifest = manifest
        files, self.env, chosen = around
        self.settings = sources.get(config.read, files)
        self.loaded: Loaded = sources.get(workspace.load, manifest, chosen)
        self.files = files
        self.lock_file = paths.join(paths.parent(self.loaded.root or manifest), "Cargo.lock")
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []

    def outcome(self) -> Outcome:
        named, unsure = unconfigured(self.sources, self.loaded.registries, self.settings, self.env)
        self.faults = [*self.loaded.faults, *named]
        self.unknowns = [*self.loaded.unknowns, *unsure]
        self.faults += requested.refused(self.invocation, self.manifest)
        self.faults += profiles.misnamed(self.invocation, self.manifest)
        if self._only_loads():
            if not self.faults:
                self.faults += self._alone()
            return Outcome(tuple(self.faults), tuple(self.unknowns))
        resolved = resolution(self.sources, self.loaded, self.files, self._scope())
        if self._resolves():
            self._resolve(resolved)
        if not self.faults:
            self.faults += self._stage(resolved)
        return Outcome(
            tuple(dict.fromkeys(self.faults)), tuple(dict.fromkeys(self.unknowns)), writes=(self.lock_file,)
        )

    def _only_loads(self) -> bool:
        if self.command == "clean":
            return not self.invocation.has("--package")
        return (
            self.command in _LOADING
            or self.command == "locate-project"
            or (self.command == "metadata" and self.invocation.has("--no-deps"))
        )

    def _alone(self) -> Iterator[Fault]:
        """What commands ask that only read the workspace."""
        package = self.loaded.members.get(self.manifest)
        if self.command in {"add", "remove"}:
            chosen = selection.members(self.sources, self.loaded, self.manifest, self.invocation)
            yield from chosen.faults or editing.refused(
                self.sources, self.cwd, self.invocation, chosen.manifests
            )
            refused = self.sources.get(lock_text.refused, self.lock_file)
            if refused and not self.invocation.has("--dry-run", "-n"):
                yield refused
        elif self.command == "clean":
            yield from self._profiles()
        elif self.command == "pkgid" and not self.sources.tree.exists(self.lock_file):
            message = f"`{self.lock_file}` has to exist for `cargo pkgid`"
            reference = Reference(Site(self.lock_file), "(lock file)", "Cargo.lock", self.lock_file, "file")
            yield Fault("missing-metadata-file", Site(self.manifest), message, reference, tool="cargo")
        elif self.command == "pkgid" and self.invocation.operands:
            yield from self._locked(self.invocation.operands[0])
        elif self.command in {"read-manifest", "pkgid"} and (package is None or package.is_virtual):
            yield self._refused("the manifest is virtual, and the command needs a package")

    def _locked(self, text: str) -> Iterator[Fault]:
        match lock.holds(self.sources, self.lock_file, text, self.loaded.members.values()):
            case False:
                yield self._refused(f"no package of the lock file is `{text}`")
            case None:
                self.unknowns.append(f"whether the lock file will hold `{text}` is not known")

    def _refused(self, message: str) -> Fault:
        return Fault("missing-member", Site(self.manifest), message, tool="cargo")

    def _scope(self) -> Scope:
        """What has to be resolved: everything, but for `cargo install` only the package itself.

        With a lock file that is to be kept it resolves everything, too (cargo: `check_yanked_install`).
        """
        if self.command != "install":
            return Scope()
        if self.invocation.has("--locked", "--frozen") and self.sources.tree.exists(self.lock_file):
            return Scope(overriding=False)
        features = () if self.invocation.has("--no-default-features") else ("default",)
        every = self.invocation.has("--all-features")
        named = None if every else (*features, *requested.named(self.invocation))
        return Scope(self.manifest, named, overriding=False)

    def _resolves(self) -> bool:
        """`cargo package` resolves the workspace only to bring an existing lock file up to date."""
        return self.command not in _PACKAGING or (
            self.sources.tree.exists(self.lock_file) and not self.invocation.has("--exclude-lockfile")
        )

    def _asks_version(self) -> bool:
        """Whether making a lock file asks rustc for its version (cargo: `resolve_honors_rust_version`)."""
        members = [one.manifest.package for one in self.loaded.members.values()]
        said = any(one and (one.rust_version or "rust-version" in one.inherits) for one in members)
        resolver = requested.resolver(self.loaded, self.manifest)
        return self.command in _LOCKING and resolver == "3" and not said

    def _reads_lock(self) -> bool:
        if self.command == "install":
            return self.invocation.has("--locked", "--frozen")
        return self.command != "generate-lockfile"

    def _resolve(self, resolved: Resolved) -> None:
        named, unsure = unconfigured(self.sources, resolved.registries, self.settings, self.env)
        faults = resolved.faults
        if self.command in {"clean", *_LOCKING, *_PACKAGING}:
            faults = resolved.locking
        elif self.command != "metadata":
            misnamed = {fault for _, fault in resolved.misnamed}
            faults = tuple(fault for fault in faults if fault not in misnamed)
        self.faults += [*faults, *self.settings.resolving, *named]
        if self.command not in _WITHOUT_RUSTC or self._asks_version():
            self.faults += self.settings.running
        if self.command not in _WITHOUT_OVERRIDES:
            self.faults += self.settings.overriding
        self.unknowns += [*resolved.unknowns, *unsure]
        if not self.sources.tree.exists(self.lock_file):
            self.faults += resolved.latent
        elif self._reads_lock() and (refused := self.sources.get(lock_text.refused, self.lock_file)):
            self.faults.append(refused)
        if not self.faults and any(package.external for package in resolved.packages.values()):
            self.faults += [fault for _, fault in self.settings.sources]
        # `cargo install` writes no lock file, so that none is out of date (cargo: `resolve_with_registry`).
        asks = self.command != "install" and self.invocation.has("--locked", "--frozen")
        if asks and not self.faults:
            option = "--frozen" if self.invocation.has("--frozen") else "--locked"
            self.faults += lock.faults(self.sources, self.loaded, resolved, self.manifest, option)

    def _stage(self, resolved: Resolved) -> Iterator[Fault]:
        """What the command does after the resolution."""
        match self.command:
            case "fetch":
                yield from self.loaded.recorded
            case "update":
                yield from self._updated()
            case "metadata":
                every = tuple(self.loaded.packages)
                yield from self._requested(resolved, every, dev=True).faults
            case "tree":
                yield from self._tree(resolved)
            case "clean":
                yield from self._profiles()
                yield from self._chosen(resolved).faults
            case "package" | "publish":
                chosen = self._chosen(resolved)
                yield from chosen.faults
                for path in chosen.manifests:
                    yield from self._packaged(path, resolved)
            case command if command in _BUILDING:
                yield from self._built(resolved)

    def _profiles(self) -> Iterator[Fault]:
        root = read(self.sources, self.loaded.root or self.manifest)
        asked = profiles.requested(self.invocation)
        if isinstance(root, Manifest):
            for fault in profiles.faults(root, self.settings, self.env, asked):
                if self.invocation.has("--config") or config.at_home(self.sources, self.env):
                    self.unknowns.append(
                        f"{fault.message}, unless a configuration that is not read says more"
                    )
                else:
                    yield fault

    def _chosen(self, resolved: Resolved) -> selection.Selection:
        chosen = selection.choose(self.sources, (self.loaded, resolved), self.manifest, self.invocation)
        self.unknowns += chosen.unknowns
        return chosen

    def _requested(self, resolved: Resolved, chosen: tuple[str, ...], *, dev: bool) -> requested.Requested:
        read = self.loaded, resolved
        return requested.request(read, self.manifest, chosen, self.invocation, dev=dev)

    def _updated(self) -> Iterator[Fault]:
        if not self.loaded.packages:
            yield self._refused("the workspace has no members, and a lock file needs one")
        if self.sources.tree.exists(self.lock_file):
            for text in (*self.invocation.operands, *self.invocation.values("--package")):
                yield from self._locked(text)

    def _tree(self, resolved: Resolved) -> Iterator[Fault]:
        chosen = self._chosen(resolved)
        yield from chosen.faults
        asked = self._requested(resolved, chosen.manifests, dev=True)
        yield from asked.faults
        named = self.invocation.values("--invert", "--prune")
        if not named or chosen.faults or asked.faults:
            return
        members = {path: one for path, one in self.loaded.members.items() if not one.is_virtual}
        roots = {path: asked.features.get(path, set()) for path in chosen.manifests}
        if not roots.keys() & members.keys():  # cargo: `members_with_features`
            roots = {path: explicit_default(one) for path, one in members.items()}
        shown = compilation.spread(roots, resolved, dev=True, libraries=False, host=False)
        for text in filter(None, named):
            spec = selection.parse(self.sources.tree, text)
            hits = [path for path in shown if spec and spec.matches(resolved.packages[path])]
            if spec is None or spec.is_pattern or len(hits) != 1:
                yield self._refused(f"no package of the tree is `{text}`")

    def _built(self, resolved: Resolved) -> Iterator[Fault]:
        package = self.loaded.members.get(self.manifest)
        if self.command == "install" and (package is None or package.is_virtual):
            yield self._refused("the manifest is virtual, and `cargo install` needs a package")
            return
        chosen = self._chosen(resolved)
        yield from chosen.faults
        if chosen.faults or not chosen.manifests:
            return
        if self.command != "install":
            yield from self.loaded.recorded
        yield from self._profiles()
        yield from self.settings.building
        if self.command in ("run", "test", "bench", "nextest"):
            yield from self.settings.executing
        dev = units.needs_dev(self.invocation)
        asked = self._requested(resolved, chosen.manifests, dev=dev)
        yield from asked.faults
        packages: dict[str, Package] = {path: resolved.packages[path] for path in chosen.manifests}
        picked = units.choose(packages, self.manifest, self.invocation)
        built = {unit.manifest: packages[unit.manifest] for unit in picked.units}
        yield from self._reached(built, resolved, dev=dev)
        yield from picked.faults
        if asked.faults or picked.faults:
            return
        # Where some are chosen, it need not be one of them (cargo: `ops/cargo_install.rs`).
        chooses = self.invocation.has("--bin", "--bins", "--example", "--examples")
        kinds = ("bin", "example") if chooses else ("bin",)
        if self.command == "install" and not any(
            source.kind in kinds for package in packages.values() for source in package.sources
        ):
            yield Fault(
                "missing-target-file",
                Site(self.manifest),
                "the package has no binary to install",
                tool="cargo",
            )
        roots = {path: asked.features.get(path, set()) for path in chosen.manifests}
        wanted = (*picked.units, *units.linked(picked, packages, self.invocation))
        features: Mapping[str, set[str]] = {}
        if resolved.misnamed or any(unit.source.required for unit in wanted):
            features = compilation.spread(roots, resolved, dev=dev)
        yield from (fault for path, fault in resolved.misnamed if path in features)
        yield from units.demanded(picked, features, packages)
        yield from self._absent(wanted, features, resolved)
        yield from compilation.below({path: roots[path] for path in built}, resolved, dev=dev)

    def _reached(self, chosen: Mapping[str, Package], resolved: Resolved, *, dev: bool) -> Iterator[Fault]:
        """A package that is no member has to be one that the build of some member reaches."""
        if any(path not in self.loaded.members for path in chosen):
            roots = {path: explicit_default(one) for path, one in self.loaded.packages.items()}
            reached = compilation.spread(roots, resolved, dev=dev, libraries=False)
            for path, package in chosen.items():
                if path not in reached:
                    yield self._refused(f"no build of a member reaches `{package.name}`")

    def _absent(
        self, wanted: Sequence[units.Unit], features: Mapping[str, set[str]], resolved: Resolved
    ) -> Iterator[Fault]:
        for unit in wanted:
            for source, fault in resolved.unbuildable.get(unit.manifest, ()):
                if source == unit.source and units.is_on(unit, features, resolved.packages):
                    yield fault

    def _locks(self, package: Package) -> Iterator[Fault]:
        """What keeps cargo from resolving the package for the lock file of its archive."""
        for feature in sorted(activate(package, None).cyclic):
            site = Site(package.manifest.path, ("features", feature))
            yield Fault("invalid-manifest", site, f"feature `{feature}` depends on itself", tool="cargo")

    def _packaged(self, path: str, resolved: Resolved) -> Iterator[Fault]:
        package = self.loaded.members[path]
        yield from archive.packaged(self.sources, self.loaded, package)
        if self.invocation.has("--list", "-l"):
            return
        yield from archive.unversioned(package)
        yield from archive.outside(package)
        yield from archive.left_out(package)
        yield from archive.nothing_left(package, resolved.unbuildable.get(path, ()))
        if not self.invocation.has("--exclude-lockfile"):
            yield from self._locks(package)
        if not self.invocation.has("--no-verify"):
            yield from self._profiles() if path == self.loaded.root else ()
            yield from (*self.settings.running, *self.settings.overriding, *self.settings.building)
