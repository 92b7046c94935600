"""missing-metadata-file: a readme, licence or version file that is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_MANIFEST = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
readme = "{readme}"
"""
_BAD = {
    "auth/pyproject.toml": _MANIFEST.format(name="auth", readme="README.md"),
    "auth/README.md": "# auth\n",
    "auth/src/auth/__init__.py": "",
    "hub/pyproject.toml": _MANIFEST.format(name="hub", readme="README.rst"),
    "hub/README.md": "# hub\n",
    "hub/src/hub/__init__.py": "",
}

RULE = Rule(
    code="DC110",
    name="missing-metadata-file",
    severity="error",
    summary="a readme, licence, version or lock file that the tool insists on is not there",
    manual="""\
The manifest names a file that only describes the package: a readme, a licence, the file that holds
the version; or a command needs a lock file that is not there. The code is fine, and a build or a
release stops all the same.

## When a tool notices

- **Cargo**: `package.readme` and `package.license-file` stop `cargo package` and `cargo publish`
  (not `cargo build`); there is no finding for a crate with `publish = false`. maturin reads the
  readme of `Cargo.toml` as well, so there a wheel fails.
- **hatchling, Poetry, PDM, flit, uv**: the readme and the licence file stop the build of the wheel,
  and with it `pip install` and each editable install. hatchling also refuses a readme outside the
  project, and passes over a pattern of `license-files` that matches nothing; the others do not.
- **setuptools** only warns, and goes on without; so there is no error.
- **Lock files** are asked for by `--locked` and `--frozen` alone.

In an image this is the classic mistake behind a build that works everywhere else: the readme was
not copied, or `.dockerignore` keeps `*.md` out.

## How to mend it

Add the file or correct the name, which starts at the manifest's directory (for a key inherited
from a Cargo workspace: at the root's). Names are case-sensitive: `README.md` is not `readme.md`.
""",
    bad=_BAD,
    good={**_BAD, "hub/pyproject.toml": _MANIFEST.format(name="hub", readme="README.md")},
)
