"""not-a-package: a path that leads to something that is no package."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["crates/*"]'),
    **crate("crates/auth"),
    "crates/old/notes.md": "moved to another repository\n",
}

RULE = Rule(
    code="DC103",
    name="not-a-package",
    severity="error",
    summary="the path leads to something, but it is no package",
    manual="""\
What the path names is there, and the tool cannot use it: a directory without a manifest, a file
where a directory is expected, a manifest that holds no package (a Cargo workspace root without
`[package]`), a Cargo manifest that can't be read or has no target (what is wrong with it is
reported at the manifest itself besides), or an archive that is none.

## What counts as a package

- **Cargo**: a directory with a `Cargo.toml` (in just this spelling) that has a `[package]` table.
  cargo does not look into subdirectories, and the path must not name the `Cargo.toml` itself. A
  pattern in `members` matches directories: *each* directory that it matches must be a package, one
  that begins with a dot or holds nothing but a left-over `target/` too.
- **uv**: a directory with a `pyproject.toml` or a `setup.py`; `setup.cfg` alone is not enough. A
  member directory without `pyproject.toml` is passed over only if it is hidden, empty, or holds
  nothing but what git ignores.
- **pip**: a directory with a `pyproject.toml` or a `setup.py`.
- **Poetry, PDM, Hatch**: the same, by their own reading.

## How to mend it

Let the path name the directory of the package. Where a pattern hits a directory that is no
package, remove what was left behind there, list it under `exclude`, or name the members one by
one. A virtual workspace root cannot be depended upon: name the member that is meant.
""",
    bad=_BAD,
    good={**_BAD, **workspace('["crates/auth"]')},
)
