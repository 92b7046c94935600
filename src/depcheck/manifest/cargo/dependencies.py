"""The dependency tables of a Cargo.toml (cargo: `dep_to_dependency`, `to_dependency_source_id`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.manifest import semver, toml
from depcheck.manifest.cargo import platform
from depcheck.manifest.cargo.reading import BOOLEAN, STRING, STRINGS, Reading, is_name
from depcheck.manifest.cargo.records import Dependency, DependencyKind
from depcheck.manifest.cargo.schema import UNKNOWN
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Route, Site

_TABLES: tuple[tuple[DependencyKind, str], ...] = (
    ("normal", "dependencies"),
    ("dev", "dev-dependencies"),
    ("build", "build-dependencies"),
)
# In `[target.X]` cargo takes them in another order; it matters for which workspace root is read first.
_TABLES_OF_TARGET = (_TABLES[0], _TABLES[2], _TABLES[1])
_TYPES = {
    "version": STRING,
    "registry": STRING,
    "registry-index": STRING,
    "path": STRING,
    "base": STRING,
    "git": STRING,
    "branch": STRING,
    "tag": STRING,
    "rev": STRING,
    "features": STRINGS,
    "optional": BOOLEAN,
    "default-features": BOOLEAN,
    "default_features": BOOLEAN,
    "package": STRING,
    "public": BOOLEAN,
    "lib": BOOLEAN,
    "target": STRING,
}
_INHERITED = {"workspace": True}
_NO_INHERITANCE = ("workspace", "patch", "replace")
_ARTIFACT = "`artifact` needs a nightly cargo (`-Z bindeps`)"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*:"


def tables(reading: Reading, data: toml.Table, edition: str) -> Iterator[Dependency]:
    """Every entry of every dependency table, in the order in which cargo takes them."""
    yield from _tables(reading, data, (), edition, _TABLES)
    targets = reading.table(data, "target")
    for name in sorted(targets):
        table = reading.table(targets, name, ("target",))
        try:
            platform.holds(name)
        except platform.PlatformError as error:
            reading.fault(("target", name), str(error))
        yield from _tables(reading, table, ("target", name), edition, _TABLES_OF_TARGET)


def _tables(
    reading: Reading,
    data: toml.Table,
    prefix: Route,
    edition: str,
    kinds: tuple[tuple[DependencyKind, str], ...],
) -> Iterator[Dependency]:
    for kind, dashed in kinds:
        key = dashed
        if kind != "normal" and dashed.replace("-", "_") in data:
            reading.underscored(data, dashed, edition, prefix)
            key = dashed if dashed in data else dashed.replace("-", "_")
        if key in data:
            table = reading.table(data, key, prefix)
            for name in sorted(table):
                found = entry(reading, name, table[name], (*prefix, key, name), kind)
                if edition == "2024" and type(table[name]) is dict:
                    reading.underscored(table[name], "default-features", edition, found.route)
                if found.problem == _ARTIFACT:
                    reading.nightly(UNKNOWN, found.route, found.problem)
                elif found.problem:
                    reading.fault(found.route, found.problem)
                elif found.base:
                    reading.unstable.append(("path-bases", based(reading.path, found)))
                yield found


def based(path: str, entry: Dependency, message: str = "") -> Fault:
    """The fault of a `base` of the manifest `path`: a path that leads nowhere."""
    site = Site(path, (*entry.route, "base"))
    reference = Reference(site, route_text(site.route), entry.base, entry.base, "path", entry.package)
    message = message or "`base` needs a nightly cargo (`path-bases`)"
    return Fault("invalid-manifest", site, message, reference, tool="cargo")


# Entries as they were read, by all that they depend on: `serde.workspace = true` stands in every manifest.
_KNOWN: dict[tuple[Route, DependencyKind, str], Dependency] = {}


def entry(reading: Reading, key: str, value: object, route: Route, kind: DependencyKind) -> Dependency:
    """One entry; what is wrong with its types is noted at once, the rest is its `problem`."""
    try:
        known = (route, kind, repr(value))
    except RecursionError:  # nested as deeply as the parser bears
        known = (route, kind, "")
    found = _KNOWN.get(known)
    if found is not None:
        return found
    noted = len(reading.faults) + len(reading.registries)
    found = _entry(reading, key, value, route, kind)
    if route[0] == "target":
        found = found._replace(platform=str(route[1]))
    if known[2] and len(reading.faults) + len(reading.registries) == noted:  # nothing but the entry
        _KNOWN[known] = found
    return found


def _entry(reading: Reading, key: str, value: object, route: Route, kind: DependencyKind) -> Dependency:
    if not is_name(key):
        reading.fault(route, f"`{key}` is no package name")
    if isinstance(value, str):
        return Dependency(
            key,
            route,
            kind,
            key,
            version=value,
            problem="" if is_requirement(value) else _no_requirement(value),
        )
    if value == _INHERITED and route[0] not in _NO_INHERITANCE:
        return Dependency(key, route, kind, key, inherited=True)
    if isinstance(value, dict):
        return _detailed(reading, key, value, route, kind)
    reading.fault(route, f"`{route_text(route)}` should be a version or a table")
    return Dependency(key, route, kind, key)


def _detailed(
    reading: Reading, key: str, value: toml.Table, route: Route, kind: DependencyKind
) -> Dependency:
    reading.check(value, _TYPES, route)
    inherited = value.get("workspace") is True and route[0] not in _NO_INHERITANCE
    if value.get("workspace") is False and route[0] not in _NO_INHERITANCE:
        reading.fault((*route, "workspace"), "`workspace` cannot be false")
    features = _strings(value.get("features"))
    optional = value.get("optional") is True
    default = value.get("default-features", value.get("default_features"))
    default = default if isinstance(default, bool) else None
    if optional and kind == "dev":
        reading.fault((*route, "optional"), f"dev-dependencies are not allowed to be optional: `{key}`")
    if inherited:
        return Dependency(key, route, kind, key, "", False, "", optional, True, features, default)
    path, package, registry = (_string(value.get(name)) for name in ("path", "package", "registry"))
    if package is not None and not is_name(package):
        reading.fault((*route, "package"), f"`{package}` is no package name")
    if registry is not None:
        _registry(reading, registry, (*route, "registry"))
    return Dependency(
        key,
        route,
        kind,
        package or key,
        path or "",
        path is not None,
        _string(value.get("version")) or "",
        optional,
        False,
        features,
        default,
        registry or _string(value.get("registry-index")) or "",
        _revision(value),
        "",
        package is not None,
        _problem(key, value),
        _string(value.get("base")) or "",
    )


def _registry(reading: Reading, name: str, route: Route) -> None:
    if not is_name(name):
        reading.fault(route, f"`{name}` is no name of a registry")
    elif name != "crates-io" and route[0] != "workspace":
        reading.registries.append((route, name))


def _problem(key: str, value: toml.Table) -> str:  # noqa: C901, PLR0911, PLR0912  # cargo's checks in its order
    """Why cargo refuses the entry where it uses it, empty where it does not."""
    git, path, version = value.get("git"), value.get("path"), value.get("version")
    if git is None and path is None and version is None:
        return f"dependency `{key}` names no path, Git repository or version"
    if git is None:
        for only in ("branch", "tag", "rev"):
            if only in value:
                return f"key `{only}` is ignored for dependency `{key}`"
    for feature in _strings(value.get("features")):
        if "/" in feature or feature.startswith("dep:"):
            return f"feature `{feature}` is not allowed in a dependency"
    if git is not None and path is not None:
        return f"dependency `{key}` is ambiguous: only one of `git` or `path` is allowed"
    if "registry" in value and "registry-index" in value:
        return f"dependency `{key}` is ambiguous: only one of `registry` or `registry-index` is allowed"
    if git is not None:
        if sum(only in value for only in ("branch", "tag", "rev")) > 1:
            return f"dependency `{key}` is ambiguous: only one of `branch`, `tag` or `rev` is allowed"
        if isinstance(git, str) and not re.match(_URL, git):
            return f"`{git}` is no address of a Git repository"
    if isinstance(version, str) and not is_requirement(version):
        return _no_requirement(version)
    if "base" in value and path is None:
        return "`base` can only be used with path dependencies"
    if "artifact" in value:
        return _ARTIFACT
    if "lib" in value or "target" in value:
        return f"dependency `{key}`: `lib` and `target` belong to `artifact`"
    return ""


def patches(reading: Reading, data: toml.Table) -> Iterator[tuple[str, Dependency]]:
    """(source, entry) of each `[patch.SOURCE]` (cargo: `patch`)."""
    patched = reading.table(data, "patch")
    for source in sorted(patched):
        table = reading.table(patched, source, ("patch",))
        if source != "crates-io" and not re.match(_URL, source):
            if is_name(source):
                reading.registries.append((("patch", source), source))
            else:
                reading.fault(("patch", source), f"[patch] entry `{source}` should be a URL or registry name")
        for key in sorted(table):
            found = entry(reading, key, table[key], ("patch", source, key), "normal")
            if found.problem:
                reading.fault(found.route, found.problem)
            yield source, found


def replacements(reading: Reading, data: toml.Table) -> Iterator[Dependency]:
    """The entries of `[replace]`; each has to name a version (cargo: `replace`)."""
    table = reading.table(data, "replace")
    if "patch" in data and "replace" in data:
        reading.fault(("replace",), "cannot specify both [replace] and [patch]")
    for key, value in table.items():
        name, separator, version = (
            re.split(r"([:@])(?!//)", key.rpartition("#")[2] or key, maxsplit=1)
            if re.search("[:@]", key)
            else (key, "", "")
        )
        found = entry(reading, name if is_name(name) else "x", value, ("replace", key), "normal")
        if not separator or semver.parse_version(version) is None:
            reading.fault(
                ("replace", key), f"replacements must specify a version to replace, but `{key}` does not"
            )
        elif found.version:
            reading.fault(
                ("replace", key),
                f"replacements cannot specify a version requirement, but found one for `{key}`",
            )
        elif found.problem:
            reading.fault(found.route, found.problem)
        yield found


def is_requirement(text: str) -> bool:
    """Whether cargo reads the text as a version requirement."""
    return semver.parse_requirement(text) is not None


def _no_requirement(text: str) -> str:
    return f"`{text}` is no version requirement"


def _revision(value: toml.Table) -> str:
    git = value.get("git")
    if not isinstance(git, str):
        return ""
    return git + "".join(f"#{only}={value[only]}" for only in ("branch", "tag", "rev") if only in value)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
