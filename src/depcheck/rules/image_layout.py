"""image-layout: what a path leads to is in an image, elsewhere."""

from __future__ import annotations

from depcheck.rules.example import crate, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY lib {}\nCOPY hub hub\nWORKDIR hub\nRUN cargo build\n"
_TREE = {**crate("hub", '\n[dependencies]\nlib = { path = "../lib" }\n'), **crate("lib")}

RULE = Rule(
    code="DC203",
    name="image-layout",
    severity="error",
    summary="what a path leads to is copied into the image, but to another place",
    manual="""\
The package that a manifest names by path is in the image, and not where the path leads: the image
has another layout than the repository. `COPY services/hub .` puts the manifest at the top of the
working directory, and `../../lib` then leads out of it.

The rule also reports what goes wrong in the image alone and in another way than by absence.

## How to mend it

Keep the repository's layout in the image: `COPY lib lib`, `COPY services/hub services/hub`, and
`WORKDIR` into the directory where the command runs. Links and paths that are rewritten in the image
work, and have to be kept up in every Dockerfile.
""",
    bad={**_TREE, **image(_LINES.format("/opt/lib"))},
    good={**_TREE, **image(_LINES.format("lib"))},
)
