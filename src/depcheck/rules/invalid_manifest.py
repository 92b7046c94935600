"""invalid-manifest: a manifest that its tool cannot read."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Rule

_BAD = {
    **crate("a"),
    **crate("b", "[dependencies\n"),
}

RULE = Rule(
    code="DC101",
    name="invalid-manifest",
    severity="error",
    summary="the manifest cannot be read by the tool that owns it",
    manual="""\
The file is no valid TOML, no UTF-8, cannot be opened, or holds something that its tool refuses
before it follows any path: a key of the wrong type, a dependency without a source, a feature that
does not exist. Everything that reads the file fails with it: a member stops its Cargo workspace
(where nothing of the file can be read, or there is nothing in it to build, the entry or path that
leads to it is reported as `not-a-package` besides, once),
and a `Cargo.toml` or `pyproject.toml` *above* a project can stop the project, because tools search
upwards for the root and read what they meet.

## Why the tools differ

- cargo and uv read TOML 1.1; Poetry, PDM, Hatch and pip read TOML 1.0 and refuse the same file.
  The finding says which tool refuses it.
- An unknown key is a warning for cargo and an error for uv (in `[tool.uv]`) and for Poetry.
- cargo refuses a package without any target (no `src/lib.rs`, no `src/main.rs`, nothing in
  `src/bin`, `tests`, `examples` or `benches`) while it reads the manifest.

## How to mend it

Go to the line and column that the report names; for a syntax error they are those at which the
parser gave up, so the cause can stand a little before. What stands in the rest of a file that is
no TOML is not judged until it can be read.
""",
    bad=_BAD,
    good={**_BAD, **crate("b", "[dependencies]\n")},
)
