"""The types of what `.cargo/config.toml` files hold, and when cargo asks for them.

Source: cargo's `ConfigValue::from_toml` and `merge`, `context/schema.rs` and `context/target.rs`. A table
that no command of everyday use reads (`net`, `alias`, `doc`, ...) may hold anything but floats and dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from depcheck import paths
from depcheck.manifest import toml
from depcheck.manifest.cargo import profiles
from depcheck.manifest.cargo.reading import BOOLEAN, STRING, STRINGS, TABLE, Reading
from depcheck.manifest.pyproject import route_text, table_at
from depcheck.model import Fault, Route, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

# Who meets it: every command; what resolves; all but `--no-deps` and what only locks; what compiles.
Stage = Literal["faults", "resolving", "running", "overriding", "building"]
Found: TypeAlias = Sequence[tuple[str, Any]]  # (file, value) of each file that has the key, nearest first
# What a key holds: a word of `_TYPES`, one of some strings, or a table of shapes. In a table `*` stands for
# every other key, `!` ends a key that is required, and `` is what may stand there instead of a table.
Shape: TypeAlias = "str | tuple[str, ...] | Mapping[str, Shape]"

_ANYTHING, _INTEGER, _JOBS, _WORDS, _PROGRAM, _PATH, _URL = (
    "anything",
    "a positive integer",
    "an integer or `default`",
    "a string or an array of strings",
    "a program: a string or an array of strings that is not empty",
    "a path",
    "a URL",
)
_ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]*:"
_TYPES: Mapping[str, Callable[[Any], object]] = {
    _ANYTHING: lambda _: True,
    _JOBS: lambda value: isinstance(value, str) or (type(value) is int and abs(value) < 1 << 31),
    STRING: lambda value: isinstance(value, str),
    BOOLEAN: lambda value: isinstance(value, bool),
    TABLE: lambda value: isinstance(value, dict),
    STRINGS: lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    _INTEGER: lambda value: type(value) is int and 0 <= value < 1 << 63,
    _WORDS: lambda value: isinstance(value, str) or _TYPES[STRINGS](value),
    _PROGRAM: lambda value: value.split() if isinstance(value, str) else value and _TYPES[STRINGS](value),
    _PATH: lambda value: isinstance(value, str) and value != "",
    _URL: lambda value: isinstance(value, str) and re.match(_ADDRESS, value) is not None,
}
_HOST = "x86_64-unknown-linux-gnu"
_TARGET: Mapping[str, Shape] = {"runner": _PROGRAM, "rustflags": _WORDS, "linker": STRING}
_SHAPES: Mapping[Stage, Mapping[str, Shape]] = {
    "faults": {
        "build": {
            "pipelining": BOOLEAN,
            "dep-info-basedir": STRING,
            "target-dir": _PATH,
            "build-dir": _PATH,
            "incremental": BOOLEAN,
            "target": _WORDS,
            "jobs": _JOBS,
            "rustflags": _WORDS,
            "rustdocflags": _WORDS,
            "rustc-wrapper": STRING,
            "rustc-workspace-wrapper": STRING,
            "rustc": STRING,
            "rustdoc": STRING,
            "artifact-dir": STRING,
            "warnings": ("warn", "allow", "deny"),
            "sbom": BOOLEAN,
            "analysis": {"enabled!": BOOLEAN},
        },
        "resolver": {
            "incompatible-rust-versions": ("allow", "fallback"),
            "feature-unification": ("package", "selected", "workspace"),
            "lockfile-path": STRING,
        },
    },
    "resolving": {
        "patch": {"*": {"*": TABLE}},
        "source": {
            "*": {
                "registry": _URL,
                "local-registry": STRING,
                "directory": STRING,
                "git": _URL,
                "branch": STRING,
                "tag": STRING,
                "rev": STRING,
                "replace-with": STRING,
            }
        },
        "registries": {"crates-io": {"protocol": ("git", "sparse")}},
        "registry": TABLE,
    },
    "overriding": {"paths": STRINGS},
    "running": {
        "env": {"*": {"": STRING, "value!": STRING, "force": BOOLEAN, "relative": BOOLEAN}},
        "target": {
            "*": _TARGET,
            _HOST: {**_TARGET, "rustdocflags": _WORDS, "ar": _ANYTHING, "*": TABLE},
        },
        "http": {
            "proxy": STRING,
            "low-speed-limit": _INTEGER,
            "timeout": _INTEGER,
            "cainfo": STRING,
            "proxy-cainfo": STRING,
            "check-revoke": BOOLEAN,
            "user-agent": STRING,
            "debug": BOOLEAN,
            "multiplexing": BOOLEAN,
            "ssl-version": {"": STRING, "min": STRING, "max": STRING},
        },
    },
    "building": {
        "term": {
            "verbose": BOOLEAN,
            "quiet": BOOLEAN,
            "color": STRING,
            "hyperlinks": BOOLEAN,
            "unicode": BOOLEAN,
            "progress": {
                "when": ("auto", "never", "always"),
                "width": _INTEGER,
                "term-integration": BOOLEAN,
            },
        },
        "profile": dict.fromkeys(("dev", "release", "test", "bench"), TABLE),
    },
}
_LOCATIONS = ("registry", "local-registry", "directory", "git")
_FORBIDDEN = ("CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN")


def files(sources: Sources, directory: str) -> tuple[str, ...]:
    """The configuration files that cargo merges when it runs in `directory`, nearest first."""
    above = (
        () if not directory or paths.is_outside(directory) else sources.get(files, paths.parent(directory))
    )
    if ".cargo" not in sources.tree.names(directory):
        return above
    for name in ("config", "config.toml"):  # the legacy name wins where both exist
        path = paths.join(directory, f".cargo/{name}")
        if sources.tree.kind(path) is Kind.FILE:
            return (path, *above)
    return above


def check(documents: Sequence[tuple[str, toml.Table]]) -> Iterator[tuple[Stage, Fault]]:
    """What is wrong with the types of these files, nearest first, each with who meets it."""
    for file, data in documents:
        for route, what in _unsupported(data):
            yield "faults", _fault(file, route, f"cargo reads no {what} in a configuration")
        yield from _rules(file, data)
    for stage, shapes in _SHAPES.items() if documents else ():
        yield from _check(shapes, documents, (), stage)


def _check(shape: Shape, found: Found, route: Route, stage: Stage) -> Iterator[tuple[Stage, Fault]]:
    file, value = found[0]
    for other, theirs in found[1:]:
        if _container(value) is not _container(theirs):
            message = f"`{route_text(route)}` is of another type in `{other}`, and cargo merges both"
            yield "faults", _fault(file, route, message)
            return
    if isinstance(shape, Mapping) and isinstance(value, dict):
        yield from _table(shape, found, route, stage)
        return
    if isinstance(shape, Mapping):
        shape = shape.get("", TABLE)
    for place, one in found if isinstance(value, list) else found[:1]:
        if isinstance(shape, tuple):
            if one not in shape:
                wanted = ", ".join(f"`{word}`" for word in shape)
                yield stage, _fault(place, route, f"`{route_text(route)}` should be one of {wanted}")
        elif isinstance(shape, str) and not _TYPES[shape](one):
            yield stage, _fault(place, route, f"`{route_text(route)}` should be {shape}")


def _table(
    shape: Mapping[str, Shape], found: Found, route: Route, stage: Stage
) -> Iterator[tuple[Stage, Fault]]:
    keys = dict.fromkeys(key for _, table in found for key in table)
    for key in keys:
        wanted = shape.get(key) or shape.get(f"{key}!") or shape.get("*")
        if key and wanted is not None:
            below = [(file, table[key]) for file, table in found if key in table]
            yield from _check(wanted, below, (*route, key), stage)
    for key in shape:
        if key.endswith("!") and key[:-1] not in keys:
            yield stage, _fault(found[0][0], route, f"`{route_text(route)}` has no `{key[:-1]}`")


def _container(value: object) -> type | None:
    """What cargo merges, and only with its like."""
    return type(value) if isinstance(value, dict | list) else None


def _unsupported(data: toml.Table) -> Iterator[tuple[Route, str]]:
    """Every float and date, wherever it stands."""
    ahead: list[tuple[Route, Any]] = [((), data)]
    while ahead:
        route, value = ahead.pop()
        if isinstance(value, dict):
            ahead += [((*route, key), below) for key, below in value.items() if _is_odd(below)]
        elif isinstance(value, list):
            ahead += [((*route, index), below) for index, below in enumerate(value) if _is_odd(below)]
        else:
            yield route, "floating-point number" if isinstance(value, float) else "date or time"


def _is_odd(value: object) -> bool:
    return not isinstance(value, str | bool | int)


def _rules(file: str, data: toml.Table) -> Iterator[tuple[Stage, Fault]]:
    """What more than the type of one value decides."""
    term = table_at(data, "term") or {}
    if term.get("verbose") is True and term.get("quiet") is True:
        yield "faults", _fault(file, ("term",), "cannot set both `term.verbose` and `term.quiet`")
    if isinstance(color := term.get("color"), str) and color not in ("auto", "always", "never"):
        message = "`term.color` should be one of `auto`, `always`, `never`"
        yield "faults", _fault(file, ("term", "color"), message)
    progress = table_at(term, "progress") or {}
    if progress.get("when") == "always" and "width" not in progress:
        yield "building", _fault(file, ("term", "progress"), '"always" progress requires a `width` key')
    jobs = (table_at(data, "build") or {}).get("jobs", 1)
    if jobs == 0 or (isinstance(jobs, str) and jobs != "default"):
        yield "building", _fault(file, ("build", "jobs"), "`build.jobs` should be a number or `default`")
    if "index" in (table_at(data, "registry") or {}):
        message = "`registry.index` is no longer supported"
        yield "resolving", _fault(file, ("registry", "index"), message)
    for name in _FORBIDDEN:
        if name in (table_at(data, "env") or {}):
            yield "running", _fault(file, ("env", name), f"`{name}` cannot be set by a configuration")
    for name, source in (table_at(data, "source") or {}).items():
        if isinstance(source, dict):
            yield from _source(file, name, source)
    for name in ("dev", "release", "test", "bench"):
        if (profile := table_at(data, "profile", name)) is not None:
            reading = Reading(file)
            profiles.check_one(reading, profile, ("profile", name))
            yield from (("building", fault) for fault in reading.faults)
            yield from (("building", fault) for _, fault in reading.unstable)


def _source(file: str, name: str, table: toml.Table) -> Iterator[tuple[Stage, Fault]]:
    """A source lies in one place (cargo: `SourceConfigMap::add_config`)."""
    located = sum(key in table for key in _LOCATIONS)
    route = ("source", name)
    if located > 1 or (located == 0 and name != "crates-io"):
        message = f"the source `{name}` needs one of `registry`, `local-registry`, `directory` or `git`"
        yield "resolving", _fault(file, route, message)
    for key in ("branch", "tag", "rev"):
        if key in table and "git" not in table:
            yield "resolving", _fault(file, (*route, key), f"`{key}` requires a `git` key beside it")


def _fault(file: str, route: Route, message: str) -> Fault:
    return Fault("invalid-manifest", Site(file, route), message, tool="cargo")
