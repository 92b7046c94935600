"""ignored-target: a path leads to what git ignores."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule, Untracked

_DEPENDS = '\n[dependencies]\n{} = {{ path = "../lib/{}" }}\n'
_MADE = crate("lib/made")
_BAD: Example = {
    ".gitignore": "lib/made/\n",
    **crate("lib/client"),
    **{path: Untracked(str(text)) for path, text in _MADE.items()},
    **crate("auth", _DEPENDS.format("client", "client")),
    **crate("hub", _DEPENDS.format("made", "made")),
}

RULE = Rule(
    code="DC406",
    name="ignored-target",
    severity="warning",
    summary="a path leads to what is here and git is told to ignore",
    manual="""\
The path leads to a package or a file that a `.gitignore` covers: something that was built,
downloaded or generated on this machine. A clone comes without it, and the command that follows the
path fails there. It is reported only where an everyday command does so.

Often a pattern covers more than was meant: `lib/` or `build/` in the `.gitignore` of the top hits
directories of that name at every depth.

## How to mend it

If the target belongs to the repository, narrow the pattern (`/lib/` for the one at the top) or
make an exception (`!packages/lib/`), and add the target. If it is generated, see that whoever
needs it has it: commit it, publish it, or have the build make it first.
""",
    bad=_BAD,
    good={**_BAD, ".gitignore": "target/\n", **_MADE},
)
