"""`[lib]`, `[[bin]]`, `[[example]]`, `[[test]]`, `[[bench]]`: the targets that a manifest declares."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.manifest import toml
from depcheck.manifest.cargo.reading import BOOLEAN, STRING, STRINGS, TABLES, Reading
from depcheck.manifest.cargo.records import Target, TargetKind
from depcheck.manifest.cargo.schema import EDITIONS
from depcheck.model import Fault, Route, Site

_KINDS: tuple[TargetKind, ...] = ("bin", "example", "test", "bench")
_TYPES = {
    "name": STRING,
    "path": STRING,
    "filename": STRING,
    "edition": STRING,
    "crate-type": STRINGS,
    "crate_type": STRINGS,
    "required-features": STRINGS,
    "test": BOOLEAN,
    "doctest": BOOLEAN,
    "bench": BOOLEAN,
    "doc": BOOLEAN,
    "proc-macro": BOOLEAN,
    "proc_macro": BOOLEAN,
    "harness": BOOLEAN,
    "doc-scrape-examples": BOOLEAN,
}
FORBIDDEN = ("deps", "examples", "build", "incremental")  # names of folders in cargo's build directory


def read(reading: Reading, data: toml.Table, package: str, edition: str) -> Iterator[Target]:
    """The declared targets, the library first."""
    library = reading.value(data, "lib", "a table", ())
    if library is not None:
        yield _library(reading, library, package, edition)
    for kind in _KINDS:
        for index, table in enumerate(reading.value(data, kind, TABLES, ()) or ()):
            route: Route = (kind, index)
            _check(reading, table, route, edition if kind != "bin" or not _forbidden(table) else "")
            name = reading.text(table, "name", route)
            if not name or not name.strip():
                reading.fault(route, f"`{kind}.name` is required")
                continue
            if kind == "bin":
                _binary(reading, table, name, route)
            path = _path(reading, table, route)
            required = reading.strings(table, "required-features", route) or ()
            yield Target(kind, name, path, route, required, skips=_skips(table))


def _library(reading: Reading, table: toml.Table, package: str, edition: str) -> Target:
    route: Route = ("lib",)
    _check(reading, table, route, edition)
    given = reading.text(table, "name", route)
    name = package.replace("-", "_") if given is None else given
    if "-" in name:
        reading.fault(("lib", "name"), f"library target names cannot contain hyphens: {name}")
    elif given is not None and not name.strip():
        reading.fault(("lib", "name"), "library target names cannot be empty")
    kinds = reading.strings(table, "crate-type", route) or reading.strings(table, "crate_type", route) or ()
    if "dylib" in kinds and "cdylib" in kinds:
        reading.fault(
            ("lib", "crate-type"), f"library `{name}` cannot set the crate type of both `dylib` and `cdylib`"
        )
    elif "proc-macro" in kinds and len(kinds) > 1:
        reading.fault(("lib", "crate-type"), "cannot mix `proc-macro` crate type with others")
    return Target(
        "lib",
        name,
        _path(reading, table, route),
        route,
        is_named=given is not None,
        skips=_skips(table),
    )


def _path(reading: Reading, table: toml.Table, route: Route) -> str:
    """The path as written; empty where there is none: an empty one is the directory of the package."""
    path = reading.text(table, "path", route)
    return "." if path == "" else path or ""


def _skips(table: toml.Table) -> tuple[str, ...]:
    return tuple(key for key in ("test", "bench", "doc") if table.get(key) is False)


def _binary(reading: Reading, table: toml.Table, name: str, route: Route) -> None:
    if "filename" in table:
        message = "`filename` needs a nightly cargo (`different-binary-name`)"
        reading.nightly("different-binary-name", (*route, "filename"), message)
    for key in _forbidden(table):
        message = f"the target `{name}` is a binary and can't have `{key}` set"
        reading.recorded.append(
            Fault("invalid-manifest", Site(reading.path, (*route, key)), message, tool="cargo")
        )


def _forbidden(table: toml.Table) -> list[str]:
    """The keys of a binary that no build gets past; cargo looks no further at it when it reads the file."""
    return [key for key in ("proc-macro", "proc_macro", "crate-type", "crate_type") if table.get(key)]


def _check(reading: Reading, table: toml.Table, route: Route, edition: str) -> None:
    reading.check(table, _TYPES, route)
    for key in ("crate-type", "proc-macro"):
        reading.underscored(table, key, edition, route)
    own = table.get("edition")
    if isinstance(own, str) and own not in EDITIONS:
        reading.fault((*route, "edition"), f"`{own}` is no edition")
