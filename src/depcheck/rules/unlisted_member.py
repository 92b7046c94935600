"""unlisted-member: a package below a workspace that does not list it."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["auth"]'),
    **crate("auth"),
    **crate("tools/fuzz"),
}

RULE = Rule(
    code="DC106",
    name="unlisted-member",
    severity="error",
    summary="a package lies below a workspace root that does not list it",
    manual="""\
Cargo searches upwards from a package for a workspace root. It found one, and that root neither
lists the package under `members` nor under `exclude`, and reaches it by no path dependency of a
member. From the root all is well; with this package as the current one cargo stops: `current
package believes it's in a workspace when it's not`.

This happens to packages that are built on their own (a desktop app with its `src-tauri`, a fuzz
target, an example), and to crates that only `[workspace.dependencies]` or `[patch]` names: neither
makes a member.

uv, Poetry, PDM and Hatch do not mind: there, such a project stands alone.

## How to mend it

One of three, by what is meant:

- a member: list it under `members` of the root;
- on its own, with the root knowing of it: list it under `exclude` of the root;
- on its own, whatever lies above: give the package an empty `[workspace]` table.

The path dependencies of a package that becomes a member become members too, and its
`[dev-dependencies]` and optional dependencies are read from then on.
""",
    bad=_BAD,
    good={**_BAD, **workspace('["auth"]', 'exclude = ["tools"]\n')},
)
