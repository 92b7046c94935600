"""version-mismatch: a path that leads to a version that is not asked for."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["auth", "hub", "client"]'),
    **crate("client", version='version = "0.2.0"'),
    **crate("auth", '\n[dependencies]\nclient = { path = "../client", version = "0.2" }\n'),
    **crate("hub", '\n[dependencies]\nclient = { path = "../client", version = "0.1" }\n'),
}
_HUB = '\n[dependencies]\nclient = { path = "../client", version = "0.2" }\n'

RULE = Rule(
    code="DC112",
    name="version-mismatch",
    severity="error",
    summary="the package at the path has a version that the dependency does not accept",
    manual="""\
A dependency gives both a path and a version, and the package at the path has a version that does
not satisfy it. This is what is left when a package's version was raised and those who depend on it
were forgotten.

## Why the tools differ

- **Cargo** requires the version at the path to match, with the rules for crates: `0.2` does not
  accept `0.1.9` nor `0.3.0`, and a pre-release is accepted only where the requirement names one. A
  crate without a version counts as `0.0.0`.
- **Poetry and PDM** check the version of what they find against what other packages of the same
  resolution ask for.
- **uv** ignores a version beside a path source.

## How to mend it

Raise the requirement to the version at the path. In a Cargo workspace one entry under
`[workspace.dependencies]` that members inherit keeps it in one place.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _HUB)},
)
