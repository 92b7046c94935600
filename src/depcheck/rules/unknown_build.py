"""unknown-build: whether a build command works cannot be known."""

from __future__ import annotations

from depcheck.rules.example import WORKSPACE, image
from depcheck.rules.rule import Rule

_LINES = "FROM {}\nWORKDIR /build\nCOPY Cargo.toml ./\nCOPY lib lib\n{}RUN cargo build\n"

RULE = Rule(
    code="DC209",
    name="unknown-build",
    severity="info",
    summary="whether a build command of an image works cannot be known",
    manual="""\
depcheck found a build command in a `RUN` and cannot tell whether it would work. It says what made
it so: a base image that may hold anything, a program whose effects are not known, a variable
without a value, a context that nothing names and that could be one of several.

An unknown build is never an error. A failure that is certain whatever the unknown part does is.

## How to mend it

Nothing has to be mended. To have it judged: give arguments a default (`ARG NAME=value`), name the
context in a compose file, and copy manifests by name and not from an image of unknown content.
""",
    bad={**WORKSPACE, **image(_LINES.format("registry.example.org/ours:1", ""))},
    good={**WORKSPACE, **image(_LINES.format("rust:1.90", "COPY hub hub\n"))},
)
