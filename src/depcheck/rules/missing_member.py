"""missing-member: a workspace member that is not there."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["auth", "hub"]'),
    **crate("auth"),
}

RULE = Rule(
    code="DC104",
    name="missing-member",
    severity="error",
    summary="a workspace lists a member that is not there",
    manual="""\
A workspace root lists a directory that does not exist. For cargo that stops every command in the
whole workspace, whatever member it is about and whatever `-p` says: the workspace is read first.

## Why the tools differ

- **Cargo** needs every literal entry of `members`; an entry of `default-members` has to be a member
  as well (this is asked only when the root itself is the current package).
- **Hatch** needs the members of an environment's workspace.
- **uv and PDM** pass over a listed member that does not exist, so there is no finding for them; a
  member that something *depends* on is another matter (`missing-path`).

A file, or a link that leads nowhere, in the place of a member is dropped by cargo without a word.

## How to mend it

Correct the entry, or take it out if the member is gone. In an image, where only some members are
copied, all literal members have to be there (at least their manifests and one source file each).
""",
    bad=_BAD,
    good={**_BAD, **workspace('["auth"]')},
)
