"""`[features]`: what each enables must exist (cargo: `build_feature_map`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from depcheck.manifest import toml
from depcheck.manifest.cargo.reading import Reading

Features = Mapping[str, tuple[str, ...]]


def read(reading: Reading, data: toml.Table) -> Features:
    """The table of features."""
    table = reading.table(data, "features")
    for name in table:
        if not _is_feature(name):
            reading.fault(("features", name), f"`{name}` is no name for a feature")
    return {name: reading.strings(table, name, ("features",)) or () for name in table}


@cache
def _is_feature(name: str) -> bool:
    if not name or name.startswith("dep:") or "/" in name:
        return False
    return (name[0].isidentifier() or name[0].isdecimal()) and all(
        char in "-+." or f"a{char}".isidentifier() for char in name[1:]
    )


def check(reading: Reading, features: Features, names: set[str], optional: set[str]) -> None:
    """Note what is wrong. names: keys of all dependencies. optional: of those that are."""
    explicit = {
        value[4:]
        for values in features.values()
        for value in values
        if value.startswith("dep:") and "/" not in value
    }
    implicit = {key for key in optional if key not in features and key not in explicit}
    used = set(implicit)
    for feature, values in features.items():
        for index, value in enumerate(values):
            name, slash, _ = value.partition("/")
            message = ""
            if slash:
                weak, name = name.endswith("?"), name.removesuffix("?")
                used.add(name)
                message = _dependency_feature(value, name, (names, optional), weak=weak)
            elif value.startswith("dep:"):
                used.add(value[4:])
                if value[4:] not in optional:
                    message = (
                        "which is not an optional dependency"
                        if value[4:] in names
                        else "which is not a dependency"
                    )
            elif value not in features and value not in implicit:
                message = _no_feature(value, names, optional)
            if message:
                reading.fault(
                    ("features", feature, index), f"feature `{feature}` includes `{value}`, {message}"
                )
    for key in sorted(optional - used):
        reading.fault(("features",), f"optional dependency `{key}` is not included in any feature")


def _no_feature(value: str, names: set[str], optional: set[str]) -> str:
    if value in optional:
        return f"an optional dependency without an implicit feature; `dep:{value}` enables it"
    return (
        "a dependency that is not optional"
        if value in names
        else "which is neither a dependency nor a feature"
    )


def _dependency_feature(value: str, name: str, known: tuple[set[str], set[str]], *, weak: bool) -> str:
    names, optional = known
    if value.count("/") > 1:
        return "with more than one slash"
    if name.startswith("dep:"):
        return "with both `dep:` and `/`"
    if name not in names:
        return f"but `{name}` is not a dependency"
    return f"with a `?`, but `{name}` is not an optional dependency" if weak and name not in optional else ""
