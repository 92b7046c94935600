"""image-missing-path: a dependency's path leads to nothing inside an image."""

from __future__ import annotations

from depcheck.rules.example import crate, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY hub hub\n{}WORKDIR hub\nRUN cargo build\n"
_TREE = {**crate("hub", '\n[dependencies]\nlib = { path = "../lib" }\n'), **crate("lib")}

RULE = Rule(
    code="DC201",
    name="image-missing-path",
    severity="error",
    summary="what a path of a manifest leads to is not copied into the image",
    manual="""\
A command in a `RUN` reads a manifest that names a package by path, and at that moment nothing is at
that place of the image. The repository has it; no `COPY` before the `RUN` brought it.

The finding stands on the `COPY` that is too narrow: the one whose source lies next to what is
missing, or the one that brought the manifest that asks for it. Where no `COPY` is near it stands on
the `RUN`. It says who asks, and what the tool will print.

## Why a build of one service needs another package

Cargo reads the manifest of every member of the workspace and of all their path dependencies before
it looks at `-p`, at features or at `optional = true`. uv and Poetry read every local package that
the lock file or the manifest names. So an image needs at least the manifests of all of them.

## When it is looked at

At the `RUN`, not at the end of the stage: `COPY Cargo.toml . / RUN cargo fetch / COPY . .` fails at
the second line, although the third brings everything.

## How to mend it

Copy what is missing before the `RUN`, to the place that the path leads to from the manifest: if
`/build/services/hub/Cargo.toml` says `../../lib`, it has to be `/build/lib`. Keeping the layout of
the repository (`COPY lib lib`) does that. A path that is wrong in the repository as well is
reported in the manifest; both are named in one run.
""",
    bad={**_TREE, **image(_LINES.format(""))},
    good={**_TREE, **image(_LINES.format("COPY lib lib\n"))},
)
