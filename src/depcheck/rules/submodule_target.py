"""submodule-target: a path leads into a submodule."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule, Submodule

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_BAD: Example = {
    ".gitmodules": '[submodule "vendored"]\n\tpath = vendored\n\turl = ../vendored\n',
    "vendored": Submodule(),
    **crate("lib/client"),
    **crate("auth", _DEPENDS.format("../lib/client")),
    **crate("hub", _DEPENDS.format("../vendored/client")),
}

RULE = Rule(
    code="DC407",
    name="submodule-target",
    severity="warning",
    summary="a path leads into a submodule, which a plain clone leaves empty",
    manual="""\
The path leads into a submodule of git. `git clone` leaves the directory of a submodule empty
unless it is told otherwise, and so do most CI systems: what the path names is there only after
`git submodule update --init`.

Where the submodule is not checked out, what lies in it cannot be known, and whether the package
that names it can be built is unknown.

## How to mend it

Have every place that builds check out submodules (`git clone --recurse-submodules`; `submodules:
true` in the checkout step of CI), or depend on the package by its address in git instead of by
path. If all who build do check them out, there is nothing to mend.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("../lib/client"))},
)
