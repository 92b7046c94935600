"""cargo's command line: words to what the command reads, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load.cargo import archive, compilation, config, lock, workspace
from depcheck.load.cargo.activate import enabled, implicit
from depcheck.load.cargo.judge import resolution, unconfigured
from depcheck.load.cargo.package import read
from depcheck.load.cargo.resolve import Resolved
from depcheck.load.cargo.targets import Source
from depcheck.load.cargo.workspace import Loaded
from depcheck.load.tool import UsageError
from depcheck.manifest.cargo import Manifest
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

# Options that take a value; all others are flags. Both spellings of each.
_VALUED = {
    "-C",
    "-F",
    "-Z",
    "-j",
    "-p",
    "--bench",
    "--bin",
    "--branch",
    "--charset",
    "--color",
    "--config",
    "--depth",
    "--edges",
    "--example",
    "--exclude",
    "--features",
    "--filter-platform",
    "--format",
    "--format-version",
    "--git",
    "--index",
    "--invert",
    "--jobs",
    "--lockfile-path",
    "--manifest-path",
    "--message-format",
    "--output-format",
    "--package",
    "--path",
    "--precise",
    "--prefix",
    "--profile",
    "--prune",
    "--registry",
    "--rev",
    "--root",
    "--tag",
    "--target",
    "--target-dir",
    "--artifact-dir",
    "--test",
    "--timings",
    "--token",
    "--vers",
    "--version",
    "-e",
    "-i",
    "--sync",
    "-s",
}
_OPTIONAL_VALUE = {"--timings"}
_SHORT = {"-p": "--package", "-F": "--features", "-e": "--edges", "-i": "--invert", "-s": "--sync"}
_ALIASES = {"b": "build", "c": "check", "d": "doc", "r": "run", "t": "test", "rm": "remove"}
_RESOLVING = {"metadata", "tree", "fetch", "update", "generate-lockfile", "vendor", "info", "pkgid"}
_BUILDING = {
    "build",
    "check",
    "test",
    "run",
    "bench",
    "doc",
    "clippy",
    "rustc",
    "rustdoc",
    "fix",
    "install",
    "nextest",
}
_PACKAGING = {"package", "publish"}
_LOADING = {"clean", "fmt", "locate-project", "read-manifest", "verify-project", "add", "remove"}
_APART = {"new", "init", "login", "logout", "search", "help", "version", "yank", "owner", "uninstall"}
# Which kinds a command compiles where no target is named.
_DEFAULT_KINDS = {
    "test": ("lib", "bin", "example", "test"),
    "nextest": ("lib", "bin", "example", "test"),
    "bench": ("lib", "bin", "bench"),
    "run": ("lib", "bin"),
    "install": ("lib", "bin"),
}
_KIND_FLAGS = {
    "--lib": "lib", "--bins": "bin", "--bin": "bin", "--examples": "example", "--example": "example",
    "--tests": "test", "--test": "test", "--benches": "bench", "--bench": "bench",
}  # fmt: skip


class Invocation(NamedTuple):
    """A parsed command line: its subcommand, its options with their values, its operands."""

    command: str
    options: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return any(name in self.options for name in names)

    def values(self, *names: str) -> list[str]:
        """The values of the options."""
        return [value for name in names for value in self.options.get(name, ())]


def parse(words: Sequence[str]) -> Invocation:
    """Split the words. Raises UsageError where there is no subcommand."""
    options: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    ahead = list(words)[::-1]
    if ahead and ahead[-1].startswith("+"):
        ahead.pop()
    while ahead:
        word = ahead.pop()
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        name, equals, value = word.partition("=")
        if not word.startswith("--") and word != word[:2] in _VALUED:  # -pNAME
            name, equals, value = word[:2], "=", word[2:].removeprefix("=")
        name = _SHORT.get(name, name)
        takes_value = name in _VALUED and not (name == "--version" and not operands)
        if takes_value and not equals and name not in _OPTIONAL_VALUE:
            if not ahead:
                raise UsageError(f"`{word}` needs a value")
            value = ahead.pop()
        options[name] = (*options.get(name, ()), value)
    if not operands:
        if any(name in options for name in ("--version", "-V", "--help", "-h", "--list")):
            return Invocation("version", options, ())
        raise UsageError("no cargo command is given")
    command = _ALIASES.get(operands[0], operands[0])
    return Invocation(command, options, tuple(operands[1:]))


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `cargo WORDS` does in `cwd`. Raises UsageError."""
    invocation = parse(words)
    for directory in invocation.values("-C"):
        cwd = sources.tree.at(cwd, directory)
    if invocation.command in _APART or invocation.has("--help", "-h"):
        return Outcome()
    files = sources.get(config.files, cwd)
    settings = sources.get(config.read, files)
    if invocation.command not in _RESOLVING | _BUILDING | _PACKAGING | _LOADING:
        return Outcome(settings.faults, (f"`cargo {invocation.command}` is an alias or a plugin",))
    if settings.faults:
        return Outcome(settings.faults)
    if "path-bases" in words or (env.get("RUSTC_BOOTSTRAP") == "1" and _uses_nightly(sources, cwd)):
        return Outcome(unknowns=("nightly features are not modelled",))
    manifest = _current(sources, cwd, invocation)
    if isinstance(manifest, Fault):
        return Outcome((manifest,))
    return _Run(sources, invocation, manifest, (files, env)).outcome()


def _uses_nightly(sources: Sources, cwd: str) -> bool:
    found = _current(sources, cwd, Invocation("metadata", {}, ()))
    manifest = None if isinstance(found, Fault) else read(sources, found)
    return isinstance(manifest, Manifest) and manifest.is_nightly


def _current(sources: Sources, cwd: str, invocation: Invocation) -> str | Fault:
    """The current manifest (cargo: `find_root_manifest_for_wd`, an existence test only)."""
    named = invocation.values("--manifest-path")
    if invocation.command == "install":
        named = [f"{path}/Cargo.toml" for path in invocation.values("--path")]
        if not named:
            return Fault(
                "invalid-manifest",
                Site(paths.join(cwd, "Cargo.toml")),
                "`cargo install` without `--path` needs a registry",
            )
    if named:
        path = sources.tree.at(cwd, named[-1])
        if sources.tree.kind(path) is Kind.FILE and (
            paths.name(path) == "Cargo.toml" or path.endswith(".rs")
        ):
            return path
        what = "does not exist" if not sources.tree.exists(path) else "is no `Cargo.toml`"
        return Fault("missing-path", Site(path), f"the manifest path `{named[-1]}` {what}", tool="cargo")
    for directory in paths.ancestors(cwd):
        path = paths.join(directory, "Cargo.toml")
        if sources.tree.exists(path):
            return path
    message = f"no `Cargo.toml` in `{cwd or '.'}` or any directory above it"
    return Fault("missing-path", Site(paths.join(cwd, "Cargo.toml")), message, tool="cargo")


class _Run:
    """One command, once its current manifest is known."""

    def __init__(
        self,
        sources: Sources,
        invocation: Invocation,
        manifest: str,
        around: tuple[tuple[str, ...], Mapping[str, str]],
    ) -> None:
        self.sources = sources
        self.invocation = invocation
        self.manifest = manifest
        files, self.env = around
        self.settings = sources.get(config.read, files)
        self.loaded: Loaded = sources.get(workspace.load, manifest)
        self.files = files

    def outcome(self) -> Outcome:
        invocation = self.invocation
        named, unsure = unconfigured(self.sources, self.loaded.registries, self.settings, self.env)
        faults, unknowns = [*self.loaded.faults, *named], [*self.loaded.unknowns, *unsure]
        if invocation.command in _LOADING or (
            invocation.command == "metadata" and invocation.has("--no-deps")
        ):
            return Outcome(tuple(faults), tuple(unknowns))
        lock_file = paths.join(paths.parent(self.loaded.root or self.manifest), "Cargo.lock")
        resolved = resolution(self.sources, self.loaded, self.files)
        if not faults and self._lists() and not self.sources.tree.exists(lock_file):  # nothing is resolved
            empty = [fault for fault in resolved.faults if fault.rule == "missing-member"]
            return Outcome((*empty, *self._stage(resolved, unknowns)), tuple(unknowns))
        named, unsure = unconfigured(self.sources, resolved.registries, self.settings, self.env)
        faults += [*resolved.faults, *self.settings.resolving, *self.settings.running, *named]
        unknowns += [*resolved.unknowns, *unsure]
        if not self.sources.tree.exists(lock_file):
            faults += resolved.latent
        elif conflict := self.sources.get(lock.conflict, lock_file):
            faults.append(conflict)
        if not faults:
            faults += self._registry_sources(resolved)
        if not faults and invocation.has("--locked", "--frozen"):
            faults += lock.faults(self.sources, self.loaded, resolved, self.manifest)
        if not faults:
            faults += self._stage(resolved, unknowns)
        return Outcome(tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(unknowns)), writes=(lock_file,))

    def _lists(self) -> bool:
        """`cargo package --list`."""
        return self.invocation.command in _PACKAGING and self.invocation.has("--list", "-l")

    def _registry_sources(self, resolved: Resolved) -> Iterator[Fault]:
        """A configured source matters once a registry dependency is asked for."""
        if any(package.external for package in resolved.packages.values()):
            for _, fault in self.settings.sources:
                yield fault

    def _stage(self, resolved: Resolved, unknowns: list[str]) -> Iterator[Fault]:
        """What the command does after the resolution."""
        command = self.invocation.command
        selected = self._selected(unknowns)
        if not selected and not self.invocation.has("--package") and command in _BUILDING | _PACKAGING:
            message = "the manifest is virtual, and the command selects no member"
            site = Site(self.manifest, ("workspace",))
            yield Fault("missing-member", site, message, tool="cargo")
        if command in _BUILDING:
            yield from self.loaded.recorded
            yield from self.settings.building
            if command in ("run", "test", "bench", "nextest"):
                yield from self.settings.executing
            for path in selected:
                yield from self._compiled(path, resolved)
        elif command in _PACKAGING:
            for path in selected:
                yield from self._packaged(path, resolved)

    def _selected(self, unknowns: list[str]) -> list[str]:
        """The manifests of the packages that the command is about."""
        members = {path: package for path, package in self.loaded.members.items() if not package.is_virtual}
        names = self.invocation.values("--package")
        if names:
            found = []
            for name in names:
                plain = name.rpartition("#")[2].partition("@")[0].partition(":")[0]
                hits = [path for path, package in members.items() if package.name == plain]
                if not hits:
                    unknowns.append(f"`{name}` is no package of this workspace")
                found.extend(hits)
            return found
        if self.invocation.has("--workspace", "--all"):
            left_out = set(self.invocation.values("--exclude"))
            return [path for path, package in members.items() if package.name not in left_out]
        current = self.loaded.members.get(self.manifest)
        if (
            current is not None
            and current.manifest.workspace
            and current.manifest.workspace.default_members is not None
        ):
            listed = [
                self.sources.tree.at(current.directory, raw)
                for raw in current.manifest.workspace.default_members
            ]
            return [path for path in members if paths.parent(path) in listed]
        if current is None or current.is_virtual:
            return list(members)
        return [self.manifest]

    def _compiled(self, path: str, resolved: Resolved) -> Iterator[Fault]:
        package = self.loaded.members[path]
        absent = dict(resolved.unbuildable.get(path, ()))
        active = enabled(package, self._asked(path))
        for source in package.sources:
            if (
                self._compiles(source)
                and source in absent
                and (set(source.required) <= active or source.name in self._named())
            ):
                yield absent[source]
        yield from compilation.below(path, resolved, self._asked(path), dev=self._builds_tests())

    def _asked(self, path: str) -> set[str]:
        """The features that the command asks of a package."""
        package = self.loaded.members[path]
        if self.invocation.has("--all-features"):
            return {*package.manifest.features, *implicit(package.manifest)}
        asked = {
            name for text in self.invocation.values("--features") for name in text.replace(",", " ").split()
        }
        return (
            asked
            if self.invocation.has("--no-default-features")
            else asked | compilation.default_features(package)
        )

    def _builds_tests(self) -> bool:
        """Whether a target is built that may use dev-dependencies."""
        if self.invocation.command in ("test", "bench", "nextest") or self.invocation.has("--all-targets"):
            return True
        return any(
            _KIND_FLAGS[flag] in ("example", "test", "bench")
            for flag in self.invocation.options
            if flag in _KIND_FLAGS
        )

    def _named(self) -> set[str]:
        return set(self.invocation.values("--bin", "--example", "--test", "--bench"))

    def _compiles(self, source: Source) -> bool:
        """Whether the command's target selection holds this target."""
        options = self.invocation.options
        if source.kind == "build script" or "--all-targets" in options:
            return True
        chosen = {kind for flag, kind in _KIND_FLAGS.items() if flag in options}
        if not chosen:
            return source.kind in _DEFAULT_KINDS.get(self.invocation.command, ("lib", "bin"))
        if source.kind == "lib":
            return True  # whatever is compiled links the library of its package
        if source.kind not in chosen:
            return False
        plural = {"bin": "--bins", "example": "--examples", "test": "--tests", "bench": "--benches"}[
            source.kind
        ]
        return plural in options or source.name in self.invocation.values(f"--{source.kind}")

    def _packaged(self, path: str, resolved: Resolved) -> Iterator[Fault]:
        package = self.loaded.members[path]
        yield from archive.packaged(self.sources, self.loaded, package)
        if self._lists():
            return
        yield from archive.unversioned(package)
        yield from archive.outside(package)
        yield from archive.left_out(package)
        if not self.invocation.has("--no-verify"):
            for _, fault in resolved.unbuildable.get(path, ()):
                yield fault
