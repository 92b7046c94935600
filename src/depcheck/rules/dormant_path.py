"""dormant-path: a path that leads nowhere and that nothing uses yet."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_SHARED = '\n[workspace.dependencies]\ncore = {{ path = "{}" }}\nclient = {{ path = "{}" }}\n'
_AUTH = "\n[dependencies]\ncore.workspace = true\n"
_BAD = {
    **workspace('["auth", "core", "client"]', _SHARED.format("core", "libs/client")),
    **crate("core"),
    **crate("client"),
    **crate("auth", _AUTH),
}

RULE = Rule(
    code="DC116",
    name="dormant-path",
    severity="warning",
    summary="a path leads nowhere, and nothing uses it yet",
    manual="""\
The manifest names a path that leads nowhere, and the tool's everyday commands do not look at it:
nothing fails today. It fails for the first one who uses the entry, which is why this is a warning.

## Where paths lie dormant

- **Cargo**: `[workspace.dependencies]` that no member inherits; `[replace]` for a package that is
  not needed.
- **uv**: `[tool.uv.sources]` for a package that nothing depends on.
- **PDM**: a path that stands in a list which its lock does not ask for.

What a tool documents as harmless is not reported: a member pattern of uv that matches nothing, an
`exclude` that excludes nothing, a `find-links` directory of a command that is not run.

## How to mend it

Correct the path, or take the entry out.
""",
    bad=_BAD,
    good={**_BAD, **workspace('["auth", "core", "client"]', _SHARED.format("core", "client"))},
)
