"""absolute-path: a path says where the repository lies on one machine."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_BAD: Example = {
    **crate("lib/client"),
    **crate("auth", _DEPENDS.format("../lib/client")),
    **crate("hub", _DEPENDS.format("@ROOT@/lib/client")),
}

RULE = Rule(
    code="DC402",
    name="absolute-path",
    severity="warning",
    summary="a path inside the repository is written as an absolute one",
    manual="""\
The path begins at the root of the file system and leads into this repository, where it lies on
this machine. In a checkout at another place, on CI or in an image it leads nowhere.

Tools write such paths themselves now and then: `pip freeze` names editable projects by a
`file:///` URL, and `poetry add /path` and `uv add /path` keep what they were given.

## How to mend it

Write the path relative to the manifest. Where a standard demands an absolute URL (`name @
file:///...` in `[project]`), use the field that the build backend fills in (`{root:uri}` of Hatch,
`${PROJECT_ROOT}` of PDM), or let the tool's own table give the place: `[tool.uv.sources]`,
`[tool.poetry.dependencies]`.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("../lib/client"))},
)
