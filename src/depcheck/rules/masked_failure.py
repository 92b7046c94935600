"""masked-failure: a build command that cannot work, and its failure is hidden."""

from __future__ import annotations

from depcheck.rules.example import WORKSPACE, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY Cargo.toml ./\n{}RUN cargo fetch || true\n"

RULE = Rule(
    code="DC208",
    name="masked-failure",
    severity="warning",
    summary="a build command fails in the image, and what follows hides that",
    manual="""\
A command in a `RUN` is known to fail, and the line goes on as if it had not: `cargo fetch || true`,
`cargo build ; true`, a pipe without `pipefail`. The image is built all the same, without what the
command was for; often the same error then shows up much later, or the layer that was meant to hold
the dependencies is always empty.

## How to mend it

Copy what the command needs, and take the mask away. If the command is not needed, take it out.
""",
    bad={**WORKSPACE, **image(_LINES.format(""))},
    good={**WORKSPACE, **image(_LINES.format("COPY hub hub\nCOPY lib lib\n"))},
)
