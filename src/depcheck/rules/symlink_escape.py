"""symlink-escape: a path leads through a link out of the repository."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Link, Rule

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_BAD: Example = {
    **crate("lib/client"),
    "near": Link("lib"),
    "far": Link("@ROOT@/lib"),
    **crate("auth", _DEPENDS.format("../near/client")),
    **crate("hub", _DEPENDS.format("../far/client")),
}

RULE = Rule(
    code="DC408",
    name="symlink-escape",
    severity="warning",
    summary="a path leads through a symbolic link that a clone elsewhere cannot follow",
    manual="""\
On the way to what the path names stands a symbolic link that leads out of the repository, or that
is written as an absolute path. git stores a link as the text in it, so in a clone at another place
the link is there and dangles. What lies outside is not looked at: it is unknown.

Tools do not agree on links either: cargo and uv take `..` off the text, Poetry asks the operating
system, and an image gets the link as it is, not what it leads to.

## How to mend it

Make the link relative, and let it stay inside the repository; or name the target itself.
""",
    bad=_BAD,
    good={**_BAD, "far": Link("lib")},
)
