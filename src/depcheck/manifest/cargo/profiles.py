"""`[profile]`: the types of what it holds (cargo: `TomlProfile`)."""

from __future__ import annotations

from depcheck.manifest import toml
from depcheck.manifest.cargo.reading import BOOLEAN, STRING, STRINGS, Reading
from depcheck.model import Route

_TYPES = {
    "inherits": STRING,
    "panic": STRING,
    "split-debuginfo": STRING,
    "codegen-backend": STRING,
    "dir-name": STRING,
    "debug-assertions": BOOLEAN,
    "rpath": BOOLEAN,
    "incremental": BOOLEAN,
    "overflow-checks": BOOLEAN,
    "rustflags": STRINGS,
}
_LEVELS = ("s", "z")
_DEBUG = ("none", "line-directives-only", "line-tables-only", "limited", "full")


def check(reading: Reading, data: toml.Table) -> None:
    """Note what cargo refuses to read; what it only refuses to use is not looked at."""
    for name, profile in reading.table(data, "profile").items():
        route: Route = ("profile", name)
        if not isinstance(profile, dict):
            reading.fault(route, f"`profile.{name}` should be a table")
            continue
        _profile(reading, profile, route)
        for package, table in reading.table(profile, "package", route).items():
            if isinstance(table, dict):
                _profile(reading, table, (*route, "package", package))


def _profile(reading: Reading, table: toml.Table, route: Route) -> None:
    reading.check(table, _TYPES, route)
    level, debug = table.get("opt-level"), table.get("debug")
    if level is not None and (
        level is True or level is False or not (isinstance(level, int) or level in _LEVELS)
    ):
        reading.fault((*route, "opt-level"), "`opt-level` must be `0`, `1`, `2`, `3`, `s` or `z`")
    known = isinstance(debug, bool) or (isinstance(debug, int) and 0 <= debug <= 2) or debug in _DEBUG
    if debug is not None and not known:
        reading.fault((*route, "debug"), "`debug` must be a boolean, `0`, `1`, `2` or the name of a level")
    build = table.get("build-override")
    if isinstance(build, dict):
        _profile(reading, build, (*route, "build-override"))
