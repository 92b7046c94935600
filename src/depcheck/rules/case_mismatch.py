"""case-mismatch: a path is spelt in other letters than what it names."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule, Untracked

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_BAD: Example = {
    **crate("Lib/client"),
    **{
        path.lower(): Untracked(str(text))
        for path, text in crate("Lib/client").items()
        if "Cargo" not in path
    },
    "lib/client/Cargo.toml": Untracked('[package]\nname = "client"\nversion = "0.1.0"\n'),
    **crate("auth", _DEPENDS.format("../Lib/client")),
    **crate("hub", _DEPENDS.format("../lib/client")),
}

RULE = Rule(
    code="DC404",
    name="case-mismatch",
    severity="warning",
    summary="a path differs from what git has in large and small letters alone",
    manual="""\
On the file systems of macOS and Windows `Lib/client` and `lib/client` are the same; on Linux, and
in git, they are two. The path leads somewhere here, and in a clone on Linux it does not: git has
only the other spelling.

It comes about when a directory is renamed from `Lib` to `lib` where case does not count: the disk
has the new name, git keeps the old one.

## How to mend it

Write the path as git spells it (`git ls-files` shows it), or rename it there: `git mv Lib lib`.
Where git takes both for the same, go by way of a third name.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("../Lib/client"))},
)
