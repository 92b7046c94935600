"""duplicate-package: one package where there is room for one, twice."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_RENAMED = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
_BAD = {
    **workspace('["auth", "hub", "hub-copy"]'),
    **crate("auth"),
    **crate("hub"),
    **crate("hub-copy"),
    "hub-copy/Cargo.toml": _RENAMED.format("hub"),
}

RULE = Rule(
    code="DC113",
    name="duplicate-package",
    severity="error",
    summary="two packages stand where the tool accepts one",
    manual="""\
Two different directories claim to be the same package, or one directory is reached in two ways
that the tool takes for two packages.

## What the tools refuse

- **Cargo**: two members of one workspace with the same name (whatever their versions); two packages
  of the same name *and* version anywhere in the resolution; one directory directly and through a
  symbolic link, which cargo counts as two; one package under two keys in one manifest; a member
  that has a `[workspace]` of its own.
- **uv**: two members with the same normalised name; two locations for one name, or one location
  once editable and once not.
- **Poetry, PDM, pip**: two locations for one name; Hatch: one member listed twice.

## How to mend it

Let all dependants name one place, best by inheriting it from the workspace root. Rename the copy,
or `exclude` it from the workspace, if both have to stay. Name a directory, not a link to it.
""",
    bad=_BAD,
    good={**_BAD, "hub-copy/Cargo.toml": _RENAMED.format("hub-copy")},
)
