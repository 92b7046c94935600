"""missing-target-file: a source file or directory that a manifest declares and that is not there."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Rule

_TARGETS = '\n[[test]]\nname = "smoke"\n\n[[bench]]\nname = "speed"\npath = "{}/speed.rs"\n'
_BAD = {
    **crate("auth", _TARGETS.format("bench")),
    "auth/tests/smoke.rs": "",
    "auth/benches/speed.rs": "fn main() {}\n",
}

RULE = Rule(
    code="DC109",
    name="missing-target-file",
    severity="error",
    summary="a declared target, script or source directory is not there",
    manual="""\
The manifest declares something to compile or to package, and the file is not there: a library, a
binary, a test, an example, a benchmark, a build script; on the Python side a package directory, a
module, an extension's `Cargo.toml`, a build hook.

## When a tool notices

- **Cargo**, a target *with* `path`, or `package.build`: `cargo metadata` passes, the command that
  compiles this target fails. `cargo build --all-targets` is the everyday command that does.
- **Cargo**, `[[test]]`, `[[example]]`, `[[bench]]` *without* `path`: `cargo metadata` passes, and
  every build command of the whole workspace fails, even `cargo check --lib -p other`.
- **Cargo**, `[lib]` or `[[bin]]` *without* `path`: the manifest is refused, so everything fails.
  Any `[lib]` table asks for `src/lib.rs`, even one that only sets `crate-type`; a `[[bin]]` is
  found in `src/main.rs` only if it is named as the package is.
- **Python**: the build of the wheel fails (maturin, setuptools-rust, hatchling's `force-include`,
  Poetry's `packages`, uv's module) or the tool leaves the content out without a word (hatchling's
  `packages` and `include`), for which there is no finding.

## How to mend it

Correct the path, which starts at the manifest's directory, or take the declaration out.
""",
    bad=_BAD,
    good={**_BAD, **crate("auth", _TARGETS.format("benches"))},
)
