"""image-missing-member: a workspace member is not in an image."""

from __future__ import annotations

from depcheck.rules.example import WORKSPACE, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY Cargo.toml ./\n{}RUN cargo build -p lib\n"

RULE = Rule(
    code="DC202",
    name="image-missing-member",
    severity="error",
    summary="a member of the workspace is not copied into the image",
    manual="""\
The root manifest of a workspace lists a member, and a command in a `RUN` reads that list while the
member's directory is not in the image. Cargo does not tolerate an absent member of a literal list,
whatever `-p` says; uv tolerates it with `--frozen` only.

A pattern such as `crates/*` matches what is there: with it, a member that is left out is no member.

## How to mend it

- Copy every member, or at least its manifest and a stub of its source.
- Or list members by a pattern.
- Or let the build make a smaller workspace (`cargo chef`, a manifest of the image's own).
""",
    bad={**WORKSPACE, **image(_LINES.format("COPY lib lib\n"))},
    good={**WORKSPACE, **image(_LINES.format("COPY lib lib\nCOPY hub hub\n"))},
)
