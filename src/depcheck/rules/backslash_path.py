"""backslash-path: a path is written with the separators of Windows."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule

_DEPENDS = "\n[dependencies]\nclient = {{ path = '{}' }}\n"
_BAD: Example = {
    **crate("auth/lib/client"),
    **crate("auth", _DEPENDS.format("lib/client")),
    **crate("hub", _DEPENDS.format(r"lib\client")),
    r"hub/lib\client/Cargo.toml": '[package]\nname = "client"\nversion = "0.1.0"\n',
    r"hub/lib\client/src/lib.rs": "",
}

RULE = Rule(
    code="DC403",
    name="backslash-path",
    severity="warning",
    summary="a path has a backslash, which only Windows takes for a separator",
    manual="""\
Windows takes `libs\\client` for a directory in a directory; on every other system it is one name
with a backslash in it. So the path means two things, and at most one of them works: what builds on
a developer's machine stops in the Linux image, or the other way round.

The tools hand the text to the operating system as it is, so they do not even it out. A member
pattern of uv that matches nothing is passed over without a word, and then a member is simply
missing.

## How to mend it

Write `/`. Every tool takes it on Windows as well.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("../auth/lib/client"))},
)
