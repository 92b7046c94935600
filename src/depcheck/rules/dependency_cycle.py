"""dependency-cycle: packages that depend on each other in a circle."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["auth", "core", "hub"]'),
    **crate("core"),
    **crate("auth", '\n[dependencies]\ncore = { path = "../core" }\nhub = { path = "../hub" }\n'),
    **crate("hub", '\n[dependencies]\nauth = { path = "../auth" }\n'),
}

RULE = Rule(
    code="DC114",
    name="dependency-cycle",
    severity="error",
    summary="packages depend on each other in a circle",
    manual="""\
Following the paths from a package leads back to it. The message names the circle in its order.

## Why the tools differ

- **Cargo** refuses a circle of `[dependencies]` and `[build-dependencies]`, optional ones included
  for members, because there is no order in which to compile it. A circle that is closed by
  `[dev-dependencies]` is fine: tests are compiled last.
- **Poetry** refuses a package that depends on itself, and groups that include each other.
- **pip** refuses requirements files that include each other with `-r`, and dependency groups that
  do so by `include-group`; **uv** refuses such groups too.
- Python packages may depend on each other in a circle in uv, Poetry, PDM and pip.

## How to mend it

Move what both sides need to a third package, or turn the edge that only tests use into a
development dependency.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", '\n[dev-dependencies]\nauth = { path = "../auth" }\n')},
)
