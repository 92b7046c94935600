"""name-mismatch: a path that leads to a package of another name."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["auth", "hub", "client"]'),
    **crate("client"),
    **crate("auth", '\n[dependencies]\nclient = { path = "../client" }\n'),
    **crate("hub", '\n[dependencies]\nhub_client = { path = "../client" }\n'),
}
_HUB = '\n[dependencies]\nhub_client = { package = "client", path = "../client" }\n'

RULE = Rule(
    code="DC111",
    name="name-mismatch",
    severity="error",
    summary="the path leads to a package of another name",
    manual="""\
There is a package where the path leads, and it is not the one that was asked for. The tool
compares the name at the target with the name of the dependency and stops.

## How names are compared

- **Cargo**: exactly, the key (or the value of `package`, if the entry has one) with `package.name`
  at the target. `foo-bar` is not `foo_bar`, and the name in `[lib]` does not count.
- **uv, Poetry, pip**: after normalisation, so `Foo.Bar`, `foo_bar` and `foo-bar` are one name.
- **PDM** takes over the name that it finds, without a word, so there is no finding.

## How to mend it

If the path is right, use the target's name: in Cargo `other = { package = "name", path = "..." }`
keeps your name for it in the code. If the name is right, correct the path; depcheck looks for a
package of that name in the repository and says where it is.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _HUB)},
)
