"""One manifest while it is read: values of the expected type, and what is wrong so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from depcheck.manifest import toml
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Route, Site

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

# What a key may hold, by the word that tells a person.
STRING, BOOLEAN, STRINGS, TABLE, TABLES = (
    "a string",
    "a boolean",
    "an array of strings",
    "a table",
    "an array of tables",
)
STRING_OR_BOOLEAN, BOOLEAN_OR_STRINGS = "a string or a boolean", "a boolean or an array of strings"
_TYPES: dict[str, tuple[type, ...]] = {
    STRING: (str,),
    BOOLEAN: (bool,),
    TABLE: (dict,),
    STRINGS: (list,),
    TABLES: (list,),
    STRING_OR_BOOLEAN: (str, bool),
    BOOLEAN_OR_STRINGS: (bool, list),
}


class Reading:
    """The faults of one manifest, collected while its tables are read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.recorded: list[Fault] = []
        self.unstable: list[tuple[str, Fault]] = []
        self.registries: list[tuple[Route, str]] = []

    def fault(self, route: Route, message: str, within: str = "") -> None:
        """Note what makes cargo refuse the manifest."""
        self.faults.append(Fault("invalid-manifest", Site(self.path, route, within), message, tool="cargo"))

    def nightly(self, feature: str, route: Route, message: str) -> None:
        """Note what a stable cargo refuses and a nightly one reads, where `cargo-features` name `feature`."""
        fault = Fault("invalid-manifest", Site(self.path, route), message, tool="cargo")
        self.unstable.append((feature, fault))

    def value(self, table: toml.Table, key: str, what: str, route: Route) -> Any:
        """The value of `key` if it is what is expected; None, with a fault where it is something else."""
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, _TYPES[what]):
            self.fault((*route, key), f"`{route_text((*route, key))}` should be {what}")
            return None
        if type(value) is list:
            wanted = dict if what is TABLES else str
            for item in value:
                if not isinstance(item, wanted):
                    self.fault((*route, key), f"`{route_text((*route, key))}` should be {what}")
                    return None
        return value

    def text(self, table: toml.Table, key: str, route: Route) -> str | None:
        """The string at `key`."""
        found: str | None = self.value(table, key, STRING, route)
        return found

    def table(self, table: toml.Table, key: str, route: Route = ()) -> toml.Table:
        """The table at `key`, or an empty one."""
        return self.value(table, key, TABLE, route) or {}

    def strings(self, table: toml.Table, key: str, route: Route) -> tuple[str, ...] | None:
        """The array of strings at `key`."""
        value = self.value(table, key, STRINGS, route)
        return None if value is None else tuple(value)

    def check(self, table: toml.Table, kinds: Mapping[str, str], route: Route) -> None:
        """Note each key whose value has the wrong type."""
        for key in table:
            if key in kinds:
                self.value(table, key, kinds[key], route)

    def underscored(self, table: toml.Table, key: str, edition: str, route: Route) -> None:
        """`default_features` and the like end with the 2024 edition (cargo: `deprecated_underscore`)."""
        old = key.replace("-", "_")
        if edition == "2024" and old in table:
            self.fault((*route, old), f"`{old}` is unsupported as of the 2024 edition; use `{key}`")


@cache
def is_name(text: str) -> bool:
    """Whether cargo takes the text as the name of a package, a registry or a path base (`validate_name`)."""
    if _PLAIN_NAME.fullmatch(text):
        return True
    return (
        bool(text)
        and text[0].isidentifier()
        and all(char == "-" or f"a{char}".isidentifier() for char in text[1:])
    )
