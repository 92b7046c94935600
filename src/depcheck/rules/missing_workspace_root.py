"""missing-workspace-root: a workspace root that is needed and not found."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Rule

_BAD = {
    **crate("auth"),
    **crate("hub", version="version.workspace = true"),
}

RULE = Rule(
    code="DC107",
    name="missing-workspace-root",
    severity="error",
    summary="a package needs a workspace root, and there is none where it looks",
    manual="""\
A manifest relies on a workspace root: it inherits a key (`version.workspace = true`), it names the
root (`package.workspace`), or it asks for a fellow member (`{ workspace = true }` in
`[tool.uv.sources]`). No root is found at that place, or the one found is the root of something
else.

## Where a root is looked for

- **Cargo**: at `package.workspace`, if it is there, and nowhere else. Else upwards: each
  `Cargo.toml` above is read in full, nearest first; the first with a `[workspace]` that does not
  exclude the package is the root. A member outside the root's directory has to point back to it.
- **uv**: upwards to the *first* `pyproject.toml`, even one that only configures a linter. If that
  one is no workspace with the project among its members, the project stands alone.

## How to mend it

Correct `package.workspace`, list the package where it should be a member, or write the inherited
value out. In an image the root's manifest has to be copied along with the member's.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub")},
)
