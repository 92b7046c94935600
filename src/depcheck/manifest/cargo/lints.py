"""`[lints]` and `[workspace.lints]`: levels and names (cargo: `TomlLint`, `verify_lints`)."""

from __future__ import annotations

from depcheck.manifest import toml
from depcheck.manifest.cargo.reading import STRINGS, Reading
from depcheck.model import Route

_TOOLS = ("cargo", "clippy", "rust", "rustdoc")
_LEVELS = ("forbid", "deny", "warn", "allow")


def check(reading: Reading, table: toml.Table, route: Route) -> None:
    """Note what cargo refuses of the lints of each tool."""
    for tool, lints in table.items():
        if not isinstance(lints, dict):
            if tool != "workspace" or route != ("lints",):
                reading.fault((*route, tool), f"`lints.{tool}` should be a table of lints")
            continue
        for name, lint in lints.items():
            _lint(reading, lint, (*route, tool, name))
            if "::" in name and tool in _TOOLS:
                reading.fault((*route, tool, name), f"`lints.{tool}.{name}` is no name of a lint")


def _lint(reading: Reading, lint: object, route: Route) -> None:
    level = lint.get("level") if isinstance(lint, dict) else lint
    if level not in _LEVELS:
        wanted = ", ".join(f"`{word}`" for word in _LEVELS)
        reading.fault(route, f"the level of the lint `{route[-1]}` should be one of {wanted}")
    if isinstance(lint, dict):
        priority = lint.get("priority", 0)
        if type(priority) is not int or not -128 <= priority < 128:
            reading.fault((*route, "priority"), "`priority` should be an integer from -128 to 127")
        if route == ("lints", "rust", "unexpected_cfgs"):
            reading.value(lint, "check-cfg", STRINGS, route)
