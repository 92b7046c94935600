"""What a Cargo.toml says, as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from depcheck import paths
from depcheck.manifest import toml
from depcheck.model import Fault, Route
from depcheck.record import NamedTuple

DependencyKind = Literal["normal", "dev", "build"]
TargetKind = Literal["lib", "bin", "example", "test", "bench"]


class Dependency(NamedTuple):
    """One entry of a dependency table.

    key, route: of the entry. kind: of its table.
    package:   the name that the target must have. renamed: `package = ...` is written.
    path, version: as written, empty where absent.
    inherited: `workspace = true`. default_features: None where nothing is said.
    registry:  its name, or the address of its index. git: the address with the revision asked for.
    platform:  X of the `[target.X]` that the entry stands in.
    base:      name of the entry of `[path-bases]` that the path starts from (nightly).
    problem:   what cargo refuses once it uses the entry; for `[workspace.dependencies]`, where a
               member inherits it.
    """

    key: str
    route: Route
    kind: DependencyKind
    package: str
    path: str = ""
    has_path: bool = False
    version: str = ""
    optional: bool = False
    inherited: bool = False
    features: tuple[str, ...] = ()
    default_features: bool | None = None
    registry: str = ""
    git: str = ""
    platform: str = ""
    renamed: bool = False
    problem: str = ""
    base: str = ""

    @property
    def is_local(self) -> bool:
        """It has a path, or may inherit one."""
        return self.has_path or self.inherited


class Target(NamedTuple):
    """A declared target table. `path` is empty where the manifest leaves it to inference.

    skips: the commands that leave it out (`test = false`).
    """

    kind: TargetKind
    name: str
    path: str
    route: Route
    required: tuple[str, ...] = ()
    is_named: bool = True
    skips: tuple[str, ...] = ()


class Package(NamedTuple):
    """The `[package]` table. `build` is the script's path, True for `build.rs`, None where unset."""

    name: str
    version: str
    edition: str
    build: str | bool | None
    links: str | None
    workspace: str | None
    default_run: str
    readme: str | bool | None
    license_file: str | None
    publish: bool
    include: tuple[str, ...] | None
    auto: Mapping[str, bool | None]
    inherits: tuple[str, ...]
    rust_version: str
    resolver: str = ""


class Workspace(NamedTuple):
    """The `[workspace]` table."""

    members: tuple[str, ...] | None
    exclude: tuple[str, ...]
    default_members: tuple[str, ...] | None
    dependencies: Mapping[str, Dependency]
    package: toml.Table
    has_dependencies: bool
    has_lints: bool
    resolver: str = ""


class Manifest(NamedTuple):
    """A Cargo.toml. `faults` make cargo refuse it wherever it is read.

    dependencies: with a path, or inherited. external: from a registry or git.
    repeated: keys that stand in more than one table.
    optional: keys of the optional ones. recorded: faults that every build meets, reading does not.
    registries: (where, name) of each that has to be configured.
    profiles: what each of `[profile]` inherits, empty where it does not say.
    unstable: (feature, fault) of what a nightly cargo reads if `cargo_features` hold the feature.
    """

    path: str
    directory: str
    package: Package | None
    workspace: Workspace | None
    dependencies: tuple[Dependency, ...]
    external: tuple[Dependency, ...]
    repeated: frozenset[str]
    optional: frozenset[str]
    targets: tuple[Target, ...]
    features: Mapping[str, tuple[str, ...]]
    patches: tuple[tuple[str, Dependency], ...]
    replacements: tuple[Dependency, ...]
    inherits_lints: bool
    registries: tuple[tuple[Route, str], ...]
    cargo_features: frozenset[str]
    faults: tuple[Fault, ...]
    recorded: tuple[Fault, ...]
    unstable: tuple[tuple[str, Fault], ...] = ()
    profiles: Mapping[str, str] = {}

    def at(self, path: str) -> Manifest | None:
        """The same in another place; None where what is wrong with it says where it stands."""
        if self.faults or self.recorded or self.unstable:
            return None
        return self._replace(path=path, directory=paths.parent(path))
