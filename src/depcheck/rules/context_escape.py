"""context-escape: something outside of the build context is wanted."""

from __future__ import annotations

from depcheck.rules.example import image
from depcheck.rules.rule import Rule

_LINES = "FROM debian:12\nCOPY {} /lib/\n"
_TREE = {"lib/lib.conf": "", "hub/lib.conf": ""}

RULE = Rule(
    code="DC207",
    name="context-escape",
    severity="error",
    summary="what is wanted lies outside of the build context",
    manual="""\
An engine gets the build context and nothing else. `COPY ../lib .` does not lead out of it: `..`
ends at the top, so the engine looks for `lib` in the context. And a manifest whose path leads out
of the context cannot be built in the image, whatever is copied.

## How to mend it

Take a directory as the context that holds all of it, and name the Dockerfile by `dockerfile:` (or
`-f`); the sources of every `COPY` then start there. Or name the other directory as a context of its
own: `additional_contexts:` in compose, `--build-context` on the command line, `COPY --from=NAME`.
""",
    bad={**_TREE, **image(_LINES.format("../lib/lib.conf"), "hub")},
    good={**_TREE, **image(_LINES.format("lib.conf"), "hub")},
)
