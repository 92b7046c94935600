"""untracked-target: a path leads to what is not in git."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule, Untracked

_DEPENDS = '\n[dependencies]\n{} = {{ path = "../lib/{}" }}\n'
_NEW = crate("lib/server")
_BAD: Example = {
    **crate("lib/client"),
    **{path: Untracked(str(text)) for path, text in _NEW.items()},
    **crate("auth", _DEPENDS.format("client", "client")),
    **crate("hub", _DEPENDS.format("server", "server")),
}

RULE = Rule(
    code="DC405",
    name="untracked-target",
    severity="warning",
    summary="a path leads to what is here and was never added to git",
    manual="""\
The path leads to a package or a file that stands here and is not in the index of git. Everything
works on this machine; whoever clones the repository, CI first of all, is told that the path does
not exist. It is reported only where an everyday command fails without the target, and not for a
manifest that is not in git itself.

A directory counts as part of git if its manifest does; of a file that is named it is the file
itself.

## How to mend it

`git add` what the path leads to. If it is made by a build, let the build that needs it make it, or
depend on it in another way.
""",
    bad=_BAD,
    good={**_BAD, **_NEW},
)
