"""escapes-repository: a path leads out of the repository."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_BAD: Example = {
    **crate("lib/client"),
    **crate("auth", _DEPENDS.format("../lib/client")),
    **crate("hub", _DEPENDS.format("../../elsewhere/client")),
    **crate("../elsewhere/client"),
}

RULE = Rule(
    code="DC401",
    name="escapes-repository",
    severity="warning",
    summary="a path leads out of the repository",
    manual="""\
The path leads to something that is there, on this machine, outside of the repository: a checkout
of another repository beside this one, or something that was installed. A clone comes without it,
and so do CI and every image whose build context is this repository.

What lies out there is not looked at: depcheck asks whether it exists and nothing else, so whether
the package that names it can be built is unknown. If nothing is there at all, the tool fails, and
`missing-path` reports that as an error.

## How to mend it

Move what is named into the repository, or depend on it by a version, by its address in git, or as
a submodule. For work on two checkouts at once let the override stand outside of the repository
too: `[patch]` or `paths` in a `.cargo/config.toml` above both, an editable install in your own
environment.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("../lib/client"))},
)
