"""broken-patch: a `[patch]` whose path leads to nothing, or to another package."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_PATCHES = '\n[patch.crates-io]\nserde = {{ path = "vendor/serde" }}\nlog = {{ path = "{}" }}\n'
_BAD = {
    **workspace('["auth"]', _PATCHES.format("../vendor/log")),
    **crate("auth"),
    **crate("vendor/serde", "\n[workspace]\n"),
    **crate("vendor/log", "\n[workspace]\n"),
}

RULE = Rule(
    code="DC115",
    name="broken-patch",
    severity="error",
    summary="a `[patch]` leads to nothing, or to another package",
    manual="""\
Cargo reads the target of every `[patch]` of the workspace root (and of `.cargo/config.toml`)
before it resolves anything, whether or not the patched package is used. A path that leads nowhere,
or to a package of another name, stops every command but `cargo metadata --no-deps`.

## What counts

- Paths in `[patch]` start at the manifest of the workspace root; those in `.cargo/config.toml` at
  the directory that holds `.cargo/`.
- A `[patch]` in a member or in a dependency is ignored, and its path never opened.
- A patch of another version than the one that is asked for is not used, which is only a warning.

## How to mend it

Correct the path, or take the patch out once the fork is gone or released.
""",
    bad=_BAD,
    good={**_BAD, **workspace('["auth"]', _PATCHES.format("vendor/log"))},
)
