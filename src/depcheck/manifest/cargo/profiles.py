"""`[profile]`: the types of what it holds (cargo: `TomlProfile`, `validate_profile`)."""

from __future__ import annotations

from collections.abc import Mapping

from depcheck.manifest import toml
from depcheck.manifest.cargo.reading import BOOLEAN, STRING, STRING_OR_BOOLEAN, STRINGS, TABLE, Reading
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
    "hint-mostly-unused": BOOLEAN,
    "lto": STRING_OR_BOOLEAN,
    "strip": STRING_OR_BOOLEAN,
    "rustflags": STRINGS,
    "package": TABLE,
    "build-override": TABLE,
}
_LEVELS = ("s", "z")
_DEBUG = ("none", "line-directives-only", "line-tables-only", "limited", "full")
_PANIC = ("unwind", "abort", "immediate-abort")
_NIGHTLY = {
    "codegen-backend": "codegen-backend",
    "rustflags": "profile-rustflags",
    "trim-paths": "trim-paths",
}
_RESERVED = {
    "debug", "build", "build-override", "check", "clean", "config", "fetch", "fix", "install", "metadata",
    "package", "publish", "report", "root", "run", "rust", "rustc", "rustdoc", "target", "tmp", "uninstall",
}  # fmt: skip
_OF_ROOT = ("package", "build-override", "panic", "lto", "rpath")


def why_no_name(name: str) -> str:
    """What is wrong with the name of a profile; empty: nothing (cargo: `validate_profile_name`)."""
    if not all(char.isalnum() or char in "_-" for char in name):
        return f"`{name}` is no name of a profile: only letters, numbers, `_` and `-` are allowed"
    lower = name.lower()
    if lower in _RESERVED or lower.startswith("cargo"):
        return f"`{name}` is reserved, and cannot be the name of a profile"
    return ""


def inherited(table: toml.Table | None) -> Mapping[str, str]:
    """What each profile of a `[profile]` table inherits; empty where it does not say."""
    return {
        name: str(profile.get("inherits", ""))
        for name, profile in (table or {}).items()
        if isinstance(profile, dict)
    }


def check(reading: Reading, data: toml.Table) -> None:
    """Note what cargo refuses to read; what it only refuses to use is not looked at."""
    for name, profile in reading.table(data, "profile").items():
        route: Route = ("profile", name)
        if why := why_no_name(name):
            reading.fault(route, why)
        if not isinstance(profile, dict):
            reading.fault(route, f"`profile.{name}` should be a table")
            continue
        check_one(reading, profile, route)


def check_one(reading: Reading, profile: toml.Table, route: Route) -> None:
    """Note what cargo refuses to read of one profile and of what it says for single packages."""
    _layer(reading, profile, route)
    if "dir-name" in profile:
        reading.fault((*route, "dir-name"), "`dir-name` is not allowed")
    if profile.get("inherits") == "debug":
        reading.fault((*route, "inherits"), '`inherits = "debug"` should be `inherits = "dev"`')
    if profile.get("lto") in ("true", "false"):
        reading.fault((*route, "lto"), "`lto` should be a boolean, `thin`, `fat` or `off`")
    if isinstance(panic := profile.get("panic"), str) and panic not in _PANIC:
        reading.fault((*route, "panic"), f"`panic` should be `unwind` or `abort`, not `{panic}`")
    packages = profile.get("package")
    overrides: list[tuple[tuple[str, ...], object]] = [
        (("build-override",), profile.get("build-override", {}))
    ]
    if isinstance(packages, dict):
        overrides += [(("package", name), table) for name, table in packages.items()]
    for below, table in overrides:
        if not isinstance(table, dict):
            reading.fault((*route, *below), f"`{below[-1]}` should be a table")
            continue
        _layer(reading, table, (*route, *below))
        for key in _OF_ROOT:
            if key in table:
                reading.fault(
                    (*route, *below, key), f"`{key}` may not be specified in a `{below[0]}` profile"
                )


def _layer(reading: Reading, table: toml.Table, route: Route) -> None:
    reading.check(table, _TYPES, route)
    level, debug = table.get("opt-level"), table.get("debug")
    if level is not None and (
        level is True or level is False or not (isinstance(level, int) or level in _LEVELS)
    ):
        reading.fault((*route, "opt-level"), "`opt-level` must be `0`, `1`, `2`, `3`, `s` or `z`")
    known = isinstance(debug, bool) or (isinstance(debug, int) and 0 <= debug <= 2) or debug in _DEBUG
    if debug is not None and not known:
        reading.fault((*route, "debug"), "`debug` must be a boolean, `0`, `1`, `2` or the name of a level")
    units = table.get("codegen-units", 1)
    if type(units) is not int or not 0 <= units < 1 << 32:
        reading.fault((*route, "codegen-units"), "`codegen-units` should be a positive integer")
    for key, feature in _NIGHTLY.items():
        if key in table:
            reading.nightly(feature, (*route, key), f"`{key}` of a profile needs a nightly cargo")
    if table.get("panic") == "immediate-abort":
        message = "`immediate-abort` needs a nightly cargo"
        reading.nightly("panic-immediate-abort", (*route, "panic"), message)
