"""image-missing-file: a file that a command insists on is not in an image."""

from __future__ import annotations

from depcheck.rules.example import crate, image
from depcheck.rules.rule import Rule

_LINES = "FROM rust:1.90\nWORKDIR /build\nCOPY {} ./\nCOPY src src\nRUN cargo build --locked\n"
_LOCK = 'version = 4\n\n[[package]]\nname = "hub"\nversion = "0.1.0"\n'
_TREE = {
    "Cargo.toml": crate("hub")["hub/Cargo.toml"],
    "Cargo.lock": _LOCK,
    "src/lib.rs": "",
}

RULE = Rule(
    code="DC204",
    name="image-missing-file",
    severity="error",
    summary="a file that a command needs is not copied into the image",
    manual="""\
A command in a `RUN` needs a file that is not in the image at that moment: the lock file under
`--locked` or `--frozen`, the source file of a target, a build script, a readme or license file that
a build backend reads.

## What is often overlooked

- Cargo wants `src/lib.rs` or `src/main.rs` of every member before it compiles anything. To build
  the dependencies first, make stubs for all of them, or use `cargo chef`.
- `readme = "README.md"` in `pyproject.toml` is read by the backend whenever the project itself
  is installed; `uv sync --no-install-project` does not.
- `uv sync --locked` needs `uv.lock` beside the root manifest.

## How to mend it

Copy the file before the `RUN`, or move the command behind the `COPY` that brings it.
""",
    bad={**_TREE, **image(_LINES.format("Cargo.toml"))},
    good={**_TREE, **image(_LINES.format("Cargo.toml Cargo.lock"))},
)
