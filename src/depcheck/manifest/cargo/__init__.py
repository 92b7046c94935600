"""Cargo.toml: text to a typed record, with every fault that cargo finds in the text alone.

Source of the rules: cargo's manifest schema and parser (`read_manifest`, `normalize_toml`,
`to_real_manifest`, `to_virtual_manifest`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.manifest import semver, toml
from depcheck.manifest.cargo import dependencies, features, lints, profiles, targets
from depcheck.manifest.cargo.reading import TABLE, Reading, is_name
from depcheck.manifest.cargo.records import (
    Dependency,
    DependencyKind,
    Manifest,
    Package,
    Target,
    TargetKind,
    Workspace,
)
from depcheck.manifest.cargo.schema import (
    EDITIONS,
    INHERITABLE,
    NIGHTLY,
    NIGHTLY_KEYS,
    OF_PACKAGE,
    PACKAGE,
    STABLE,
    UNKNOWN,
)
from depcheck.manifest.pyproject import table_at
from depcheck.model import Fault
from depcheck.sources import Sources

__all__ = [
    "EDITIONS",
    "Dependency",
    "DependencyKind",
    "Manifest",
    "Package",
    "Target",
    "TargetKind",
    "Workspace",
    "read",
]

_UNSET: Mapping[str, bool | None] = dict.fromkeys(("lib", "bins", "examples", "tests", "benches"))
_RUST_VERSION = r"(\d{1,20})(?:\.(\d{1,20})(?:\.(\d{1,20}))?)?"
_FIRST_RUST = {"2018": (1, 31, 0), "2021": (1, 56, 0), "2024": (1, 85, 0)}


def read(sources: Sources, path: str) -> Manifest | Fault | toml.Unknown:
    """Read `path` as a Cargo.toml."""
    content = toml.read_bytes(sources, path)
    if isinstance(content, bytes):
        return sources.made(read, parse, path, content)
    return content._replace(tool="cargo") if isinstance(content, Fault) else content


def parse(path: str, content: bytes) -> Manifest | Fault:
    """The manifest that a file with this content is."""
    document = toml.document(path, content)  # not kept: a third of the memory of a large scan
    if isinstance(document, Fault):
        return document._replace(tool="cargo")
    reading = Reading(path)
    data = document.data
    key = "package" if "package" in data else "project"
    raw_package = reading.value(data, key, TABLE, ())
    raw_workspace = reading.value(data, "workspace", TABLE, ())
    if raw_package is None and raw_workspace is None and not reading.faults:
        reading.fault((), "manifest is missing either a `[package]` or a `[workspace]`")
    package = None if raw_package is None else _package(reading, raw_package, key)
    workspace = None if raw_workspace is None else _workspace(reading, raw_workspace)
    if package and workspace:
        if package.workspace is not None:
            reading.fault(
                ("package", "workspace"), "cannot configure both `package.workspace` and `[workspace]`"
            )
        if "resolver" in raw_package and "resolver" in raw_workspace:
            reading.fault(
                ("package", "resolver"), "cannot specify `resolver` in both `[workspace]` and `[package]`"
            )
    if package is None:
        for name in OF_PACKAGE:
            if name in data:
                reading.fault(
                    (name,), f"this virtual manifest specifies a `{name}` section, which is not allowed"
                )
    return _manifest(reading, data, package, workspace)


def _manifest(
    reading: Reading, data: toml.Table, package: Package | None, workspace: Workspace | None
) -> Manifest:
    edition = package.edition if package else "2015"
    local: list[Dependency] = []
    external: list[Dependency] = []
    names: set[str] = set()
    repeated: set[str] = set()
    optional: set[str] = set()
    for dependency in dependencies.tables(reading, data, edition):
        if dependency.key in names:
            repeated.add(dependency.key)
        names.add(dependency.key)
        if dependency.optional:
            optional.add(dependency.key)
        (local if dependency.is_local else external).append(dependency)
    table = features.read(reading, data)
    if table or optional:
        features.check(reading, table, names, optional)
    inherits_lints = _lints(reading, data)
    if "profile" in data:
        profiles.check(reading, data)
    listed = _cargo_features(reading, data)
    return Manifest(
        reading.path,
        paths.parent(reading.path),
        package,
        workspace,
        tuple(local),
        tuple(external),
        frozenset(repeated),
        frozenset(optional),
        tuple(targets.read(reading, data, package.name, edition)) if package else (),
        table,
        tuple(dependencies.patches(reading, data)) if "patch" in data else (),
        tuple(dependencies.replacements(reading, data)) if "replace" in data else (),
        inherits_lints,
        tuple(reading.registries),
        listed,
        tuple(reading.faults),
        tuple(reading.recorded),
        tuple(reading.unstable),
        profiles.inherited(table_at(data, "profile")) if "profile" in data else {},
    )


def _lints(reading: Reading, data: toml.Table) -> bool:
    table = reading.table(data, "lints")
    if table:
        lints.check(reading, table, ("lints",))
    if table.get("workspace") is True:
        if len(table) > 1:
            reading.fault(("lints",), "cannot override `workspace.lints` in `lints`")
        return True
    if "workspace" in table:
        reading.fault(("lints", "workspace"), "`workspace` cannot be false")
    return False


def _cargo_features(reading: Reading, data: toml.Table) -> frozenset[str]:
    """`cargo-features`: what the manifest asks of cargo."""
    asked = reading.strings(data, "cargo-features", ()) or ()
    for index, name in enumerate(asked):
        if name in NIGHTLY:
            message = f"the cargo feature `{name}` requires a nightly version of cargo"
            reading.nightly(name, ("cargo-features", index), message)
        elif name not in STABLE:
            reading.nightly(UNKNOWN, ("cargo-features", index), f"unknown Cargo.toml feature `{name}`")
    return frozenset(asked)


def _package(reading: Reading, table: toml.Table, key: str) -> Package:
    inherits = tuple(_inherited(reading, table, key))
    name = _name(reading, table, key)
    version, edition, rust = (
        value if isinstance(value := table.get(k), str) else ""
        for k in ("version", "edition", "rust-version")
    )
    if version and semver.parse_version(version) is None:
        reading.fault((key, "version"), f"`{version}` is no version")
    if edition and edition not in EDITIONS:
        reading.nightly(_edition_feature(edition), (key, "edition"), f"`{edition}` is no edition")
    if edition == "2024" and key == "project":
        reading.fault(("project",), "`[project]` is not supported as of the 2024 edition")
    check_rust_version(reading, rust, edition)
    _check_package(reading, table, key)
    publish, build, include = table.get("publish"), table.get("build"), table.get("include")
    links, workspace, default_run, license_file = (
        value if isinstance(value := table.get(k), str) else None
        for k in ("links", "workspace", "default-run", "license-file")
    )
    return Package(
        name,
        version,
        edition or "2015",
        build if isinstance(build, str | bool) else None,
        links,
        workspace,
        default_run or "",
        readme if isinstance(readme := table.get("readme"), str | bool) else None,
        license_file,
        not (publish is False or publish == [] or ("version" not in table and publish is None)),
        tuple(item for item in include if isinstance(item, str)) if isinstance(include, list) else None,
        _auto(table),
        inherits,
        rust,
        resolver if isinstance(resolver := table.get("resolver"), str) else "",
    )


def _edition_feature(edition: str) -> str:
    return "unstable-editions" if edition == "future" else UNKNOWN


def _inherited(reading: Reading, table: toml.Table, key: str) -> Iterator[str]:
    """The keys that say `workspace = true`; a value of the wrong type is noted."""
    for name, value in table.items():
        if name not in INHERITABLE:
            if what := PACKAGE.get(name):
                reading.value(table, name, what, (key,))
        elif type(value) is not dict:
            reading.value(table, name, INHERITABLE[name], (key,))
        elif value.get("workspace") is True:
            yield name
        else:
            what = INHERITABLE[name]
            reading.fault((key, name), f"`{key}.{name}` should be {what} or `workspace = true`")


def _check_package(reading: Reading, table: toml.Table, key: str) -> None:
    publish, build = table.get("publish"), table.get("build")
    if not isinstance(build, str | bool | None):
        message = "`package.build` should be one path; several need a nightly cargo"
        reading.nightly("multiple-build-scripts", (key, "build"), message)
    if "version" not in table and (publish is True or (isinstance(publish, list) and publish)):
        reading.fault((key, "publish"), "`package.publish` requires `package.version` to be specified")
    for name, feature in NIGHTLY_KEYS.items():
        if name in table:
            reading.nightly(feature, (key, name), f"`{name}` needs a nightly cargo")
    if isinstance(resolver := table.get("resolver"), str):
        _resolver(reading, resolver, key)


def _auto(table: toml.Table) -> Mapping[str, bool | None]:
    """`autolib`, `autobins` and so on, None where unset."""
    if not any(key.startswith("auto") for key in table):
        return _UNSET
    return {kind: value if isinstance(value := table.get(f"auto{kind}"), bool) else None for kind in _UNSET}


def _name(reading: Reading, table: toml.Table, key: str) -> str:
    name = table.get("name")
    if name is None:
        reading.fault((key,), f"`{key}.name` is missing")
    elif isinstance(name, str) and not is_name(name):
        reading.fault((key, "name"), f"`{name}` is no package name" if name else "the package name is empty")
    return name if isinstance(name, str) else ""


def check_rust_version(reading: Reading, rust: str, edition: str) -> None:
    """An edition needs a Rust that knows it. rust: `package.rust-version`. edition: empty where unset."""
    if not rust:
        return
    match = re.fullmatch(_RUST_VERSION, rust, re.ASCII)
    if match is None:
        reading.fault(("package", "rust-version"), f"`{rust}` is no Rust version")
    elif edition in _FIRST_RUST and tuple(int(part or 0) for part in match.groups()) < _FIRST_RUST[edition]:
        reading.fault(
            ("package", "rust-version"), f"rust-version {rust} is too old for the edition {edition}"
        )


def _resolver(reading: Reading, text: str, key: str) -> None:
    if text not in ("1", "2", "3"):
        reading.fault(
            (key, "resolver"), f'`resolver` setting `{text}` is not valid, options are "1", "2" or "3"'
        )


def _workspace(reading: Reading, table: toml.Table) -> Workspace:
    route = ("workspace",)
    entries = {}
    for key, value in reading.table(table, "dependencies", route).items():
        entry = dependencies.entry(reading, key, value, ("workspace", "dependencies", key), "normal")
        if entry.optional:
            reading.fault(entry.route, f"{key} is optional, but workspace dependencies cannot be optional")
        if type(value) is dict and value.get("public") is True:
            reading.fault(entry.route, f"{key} is public, but workspace dependencies cannot be public")
        entries[key] = entry
    if isinstance(resolver := reading.text(table, "resolver", route), str):
        _resolver(reading, resolver, "workspace")
    if shared := reading.table(table, "lints", route):
        lints.check(reading, shared, ("workspace", "lints"))
    package = reading.table(table, "package", route)
    reading.check(package, INHERITABLE, ("workspace", "package"))
    version = package.get("version")
    if isinstance(version, str) and semver.parse_version(version) is None:
        reading.fault(("workspace", "package", "version"), f"`{version}` is no version")
    return Workspace(
        reading.strings(table, "members", route),
        reading.strings(table, "exclude", route) or (),
        reading.strings(table, "default-members", route),
        entries,
        package,
        "dependencies" in table,
        "lints" in table,
        resolver or "",
    )
