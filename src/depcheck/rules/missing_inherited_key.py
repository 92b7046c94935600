"""missing-inherited-key: an inherited key that the workspace root does not define."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Rule

_HUB = '[package]\nname = "hub"\nversion.workspace = true\nlicense.workspace = true\nedition = "2021"\n'
_ROOT = _HUB + '\n[workspace]\nmembers = ["auth"]\n\n[workspace.package]\nversion = "0.1.0"\n'
_BAD = {
    "Cargo.toml": _ROOT,
    "src/lib.rs": "",
    **crate("auth", version="version.workspace = true"),
}

RULE = Rule(
    code="DC108",
    name="missing-inherited-key",
    severity="error",
    summary="a key is inherited from a workspace root that does not define it",
    manual="""\
A member says `something.workspace = true`, its workspace root was found, and the root has no such
key: nothing under `[workspace.dependencies]` of that name, no such field in `[workspace.package]`,
no `[workspace.lints]`. cargo refuses the member's manifest, and with it the whole workspace.
What several members inherit is reported at the first of them, with the names of the others.

The surprising case: the root that counts is not always the nearest one. A crate that a workspace
reaches by path becomes a member of *that* workspace, and inherits from it, even if a nearer root
defines the key.

## How to mend it

Define the key in the root, or write it out in the member. Names are compared exactly: `foo-bar` is
not `foo_bar`. If the crate should keep to its own, nearer root, list it under `exclude` of the
outer one.
""",
    bad=_BAD,
    good={**_BAD, "Cargo.toml": _ROOT + 'license = "MIT"\n'},
)
