"""`.cargo/config.toml`: the files that cargo merges, found from the current directory upwards.

Source: cargo's `GlobalContext` (`load_values`, `walk_tree`); what lies in `$CARGO_HOME` and above
the root of the tree is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from depcheck import paths
from depcheck.load.cargo.package import path_dependency
from depcheck.load.cargo.patches import Patch
from depcheck.manifest import toml
from depcheck.manifest.cargo import configuration, dependencies, profiles
from depcheck.manifest.cargo.configuration import files
from depcheck.manifest.cargo.reading import Reading
from depcheck.manifest.pyproject import route_text, strings, table_at
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

__all__ = ["NONE", "Config", "files", "read", "unconfigured"]


class Config(NamedTuple):
    """The merged configuration, as far as it names paths.

    patches:   the entries of `[patch]`. overrides: the directories of `paths`.
    faults:    every command fails.
    resolving: faults that a resolution meets. running: faults of all but `--no-deps` and what only
    locks. overriding: of what takes the `paths` into account. building: of what compiles.
    executing: of `cargo run`, `test` and `bench`. registries: names that it defines.
    profiles: what each of `[profile]` inherits.
    """

    patches: tuple[Patch, ...]
    overrides: tuple[Reference, ...]
    faults: tuple[Fault, ...]
    resolving: tuple[Fault, ...]
    running: tuple[Fault, ...]
    overriding: tuple[Fault, ...]
    building: tuple[Fault, ...]
    executing: tuple[Fault, ...]
    references: tuple[Reference, ...]
    sources: tuple[tuple[str, Fault], ...]  # `[source.X]`: met only where a registry is asked
    registries: frozenset[str]
    profiles: Mapping[str, str]


_TOML = r"(?:[^*?\[\]{}]*/)?[^*?\[\]{}/]+\.toml/*"
NONE = Config((), (), (), (), (), (), (), (), (), (), frozenset(), {})


def read(sources: Sources, files: tuple[str, ...]) -> Config:
    """The configuration that these files make together."""
    if not files:
        return NONE
    reading = _Reading(sources)
    for path in files:
        reading.entry(path)
    for stage, fault in configuration.check(reading.documents):
        getattr(reading, stage).append(fault)
    return Config(
        tuple(reading.patches),
        tuple(reading.overrides),
        tuple(reading.faults),
        tuple(reading.resolving),
        tuple(reading.running),
        tuple(reading.overriding),
        tuple(reading.building),
        tuple(reading.executing),
        tuple(reading.references),
        tuple(reading.replaced),
        frozenset(reading.registries),
        reading.profiles,
    )


class _Reading:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.patches: list[Patch] = []
        self.overrides: list[Reference] = []
        self.faults: list[Fault] = []
        self.resolving: list[Fault] = []
        self.running: list[Fault] = []
        self.overriding: list[Fault] = []
        self.building: list[Fault] = []
        self.executing: list[Fault] = []
        self.registries: set[str] = set()
        self.profiles: dict[str, str] = {}
        self.references: list[Reference] = []
        self.replaced: list[tuple[str, Fault]] = []
        self.documents: list[tuple[str, toml.Table]] = []
        self._ahead: list[str] = []

    def entry(self, path: str) -> None:
        """Read a file and what it includes, however long the chain is."""
        seen = {path: None}
        self._ahead.append(path)
        while self._ahead:
            self._document(self._ahead.pop(), seen)

    def _document(self, path: str, seen: dict[str, None]) -> None:
        """Read one file. seen: what is read already on behalf of the same entry."""
        document = self.sources.get(toml.read, path)
        if isinstance(document, Fault):
            self.faults.append(document._replace(tool="cargo"))
        elif isinstance(document, toml.Document):
            base = paths.parent(paths.parent(path))
            self.documents.append((path, document.data))
            self._includes(path, document.data, seen)
            self._paths(path, base, document.data)
            self._patches(path, base, document.data)
            self._sources_table(path, base, document.data)
            self._programs(path, base, document.data)
            self.registries.update(table_at(document.data, "registries") or ())
            for name, inherits in profiles.inherited(table_at(document.data, "profile")).items():
                self.profiles[name] = self.profiles.get(name) or inherits

    def _reference(
        self, path: str, route: tuple[str | int, ...], raw: str, target: str, wanted: str = ""
    ) -> Reference:
        reference = Reference(Site(path, route), route_text(route), raw, target, "package", wanted)
        self.references.append(reference)
        return reference

    def _includes(self, path: str, data: toml.Table, seen: dict[str, None]) -> None:
        """`include` is relative to the file that says it, unlike every other path."""
        listed = data.get("include")
        if listed is not None and not isinstance(listed, list):
            self._refuse(path, ("include",), "`include` should be a list of paths")
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            route: tuple[str | int, ...] = ("include", index)
            raw = item.get("path") if isinstance(item, dict) else item
            optional = item.get("optional", False) if isinstance(item, dict) else False
            if isinstance(item, dict):
                route = (*route, "path")
            if not isinstance(raw, str) or not isinstance(optional, bool):
                self._refuse(
                    path, route, "an `include` should be a path, or a table with `path` and `optional`"
                )
            elif not re.fullmatch(_TOML, raw):
                self._refuse(path, route, "an `include` should be one path that ends in `.toml`")
            else:
                self._include(path, route, (raw, optional), seen)

    def _include(
        self, path: str, route: tuple[str | int, ...], item: tuple[str, bool], seen: dict[str, None]
    ) -> None:
        raw, optional = item
        target = self.tree.at(paths.parent(path), raw)
        reference = self._reference(path, route, raw, target)._replace(kind="file")
        if target in seen:  # on another branch too: cargo forgets none
            self._refuse(path, route, f"`{raw}` leads to `{target}`, which is included already")
        elif self.tree.kind(target) is Kind.FILE:
            seen[target] = None
            self._ahead.append(target)
        elif not (optional and not self.tree.exists(target)):
            message = f"the included configuration `{raw}` leads to `{target}`, which does not exist"
            self.faults.append(Fault("missing-path", reference.site, message, reference, tool="cargo"))

    def _refuse(self, path: str, route: tuple[str | int, ...], message: str) -> None:
        self.faults.append(Fault("invalid-manifest", Site(path, route), message, tool="cargo"))

    def _paths(self, path: str, base: str, data: toml.Table) -> None:
        """`paths = [...]`: overrides, always read."""
        for index, raw in enumerate(strings(data.get("paths"))):
            target = self.tree.at(base, raw)
            reference = self._reference(path, ("paths", index), raw, target)
            if self.tree.kind(target) is Kind.MISSING:
                message = f"the path override `{raw}` leads to `{target}`, which does not exist"
                self.overriding.append(
                    Fault("missing-path", reference.site, message, reference, tool="cargo")
                )
            else:
                self.overrides.append(reference)

    def _patches(self, path: str, base: str, data: toml.Table) -> None:
        for registry, table in (table_at(data, "patch") or {}).items():
            for key, value in table.items() if isinstance(table, dict) else ():
                if not isinstance(value, dict):
                    continue
                reading = Reading(path)
                entry = dependencies.entry(reading, key, value, ("patch", registry, key), "normal")
                if entry.problem:
                    reading.fault(entry.route, entry.problem)
                self.resolving += reading.faults
                if entry.has_path:
                    # Relative to the directory that holds `.cargo`, not to the file.
                    patch = path_dependency(self.sources, paths.join(base, "config.toml"), entry)
                    reference = patch.reference._replace(site=Site(path, patch.reference.site.route))
                    self.patches.append(Patch(registry, patch._replace(reference=reference)))
                    self.references.append(reference)

    def _sources_table(self, path: str, base: str, data: toml.Table) -> None:
        table = table_at(data, "source") or {}
        for name, source in table.items():
            if not isinstance(source, dict):
                continue
            for key in ("directory", "local-registry"):
                if isinstance(raw := source.get(key), str):
                    target = self.tree.at(base, raw)
                    reference = self._reference(path, ("source", name, key), raw, target)._replace(
                        kind="directory"
                    )
                    if not self.tree.is_dir(target):
                        message = f"`{raw}` leads to `{target}`, which is no directory"
                        fault = Fault("missing-path", reference.site, message, reference, tool="cargo")
                        self.replaced.append((name, fault))
            if (
                isinstance(other := source.get("replace-with"), str)
                and other not in table
                and other != "crates-io"
            ):
                site = Site(path, ("source", name, "replace-with"))
                message = f"no source named `{other}` is configured"
                self.replaced.append((name, Fault("invalid-manifest", site, message, tool="cargo")))

    def _programs(self, path: str, base: str, data: toml.Table) -> None:
        """Programs and files that cargo or rustc opens while it runs."""
        build = table_at(data, "build") or {}
        for key in ("rustc-wrapper", "rustc-workspace-wrapper", "rustc"):  # asked for the version at once
            self._file(path, base, ("build", key), build.get(key), self.running)
        listed = build.get("target")
        for raw in (listed,) if isinstance(listed, str) else strings(listed):
            if raw.endswith(".json"):
                self._file(path, base, ("build", "target"), raw if "/" in raw else f"./{raw}", self.building)
        for platform, table in (table_at(data, "target") or {}).items():
            if isinstance(table, dict):
                for key, into in (("linker", self.building), ("runner", self.executing)):
                    value = table.get(key)
                    program = value if isinstance(value, str) else next(iter(strings(value)), None)
                    if key == "runner" and isinstance(value, str):
                        program = value.split(" ")[0]
                    if _is_host(platform):
                        self._file(path, base, ("target", platform, key), program, into)

    def _file(
        self, path: str, base: str, route: tuple[str | int, ...], raw: object, into: list[Fault]
    ) -> None:
        """A program named with a slash is relative to the directory that holds `.cargo`."""
        if not isinstance(raw, str) or "/" not in raw:
            return
        target = self.tree.at(base, raw)
        reference = self._reference(path, route, raw, target)._replace(kind="file")
        if self.tree.kind(target) is Kind.MISSING:
            message = f"`{raw}` leads to `{target}`, which does not exist"
            into.append(Fault("missing-path", reference.site, message, reference, tool="cargo"))


def _is_host(platform: str) -> bool:
    """Whether a `[target.X]` table is that of the machine: what other platforms need is not met."""
    if platform.startswith("cfg("):
        return platform in ("cfg(all())", "cfg(unix)", 'cfg(target_os = "linux")', "cfg(not(windows))")
    return platform == "x86_64-unknown-linux-gnu"


def unconfigured(
    sources: Sources, named: tuple[tuple[Site, str], ...], settings: Config, env: Mapping[str, str]
) -> tuple[list[Fault], list[str]]:
    """(faults, unknowns) of the registries that manifests name: each has to be configured.

    What `$CARGO_HOME` configures is not read; whether anything is there is asked.
    """
    faults, unknowns = list[Fault](), list[str]()
    for site, name in dict.fromkeys(named):
        if name in settings.registries or f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX" in env:
            continue
        if at_home(sources, env):
            unknowns.append(f"the registry `{name}` may be configured in `$CARGO_HOME`")
        else:
            reference = Reference(site, route_text(site.route), name, name, "path")
            message = f"the registry `{name}` is not configured in any `.cargo/config.toml`"
            faults.append(Fault("invalid-manifest", site, message, reference, tool="cargo"))
    return faults, unknowns


def at_home(sources: Sources, env: Mapping[str, str]) -> bool:
    """Whether `$CARGO_HOME` holds a configuration, which is not read."""
    home = env.get("CARGO_HOME") or env.get("HOME", "") + "/.cargo"
    return any(
        sources.tree.exists(paths.inside(sources.tree.root, f"{home}/{file}"))
        for file in ("config.toml", "config")
    )
