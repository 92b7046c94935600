"""image-ignored: an ignore file keeps from an image what a command needs."""

from __future__ import annotations

from depcheck.rules.example import WORKSPACE, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY . .\nRUN cargo build\n"
_TREE = {**WORKSPACE, **image(_LINES)}

RULE = Rule(
    code="DC205",
    name="image-ignored",
    severity="error",
    summary="what a command in the image needs is kept out by .dockerignore",
    manual="""\
A `COPY` names what a command needs, and the engine never gets it: a pattern of `.dockerignore`
keeps it out of the build context.

The ignore file of the Dockerfile's own (`Dockerfile.dockerignore`, beside it) goes before that of
the context, and replaces it. A later pattern overrules an earlier one, `!` lets something in
again. Patterns count from the top of the context; `lib` is the directory at the top alone,
`**/lib` each.

## How to mend it

Take the pattern out or let the path in again by a line after it: `!lib`.
""",
    bad={**_TREE, ".dockerignore": "lib\n"},
    good={**_TREE, ".dockerignore": "lib\n!lib\n"},
)
