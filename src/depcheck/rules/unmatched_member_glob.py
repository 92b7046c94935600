"""unmatched-member-glob: a pattern of members that matches nothing."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_BAD = {
    **workspace('["crates/*", "tools/*"]'),
    **crate("crates/auth"),
}

RULE = Rule(
    code="DC105",
    name="unmatched-member-glob",
    severity="error",
    summary="a pattern of workspace members matches nothing",
    manual="""\
A workspace root lists its members by a pattern, and no directory matches it. cargo then takes the
pattern for a literal path (`failed to read .../crates/*/Cargo.toml`) and stops; hatch stops as
well. uv and PDM accept a pattern without a match.

## What a pattern matches

- `*`, `?`, `[ab]` and `[!a]` stay within one component; `**` stands for whole components.
- `{a,b}` and `!x` are no patterns for cargo but plain text.
- The path of the workspace itself is part of cargo's pattern: a checkout in a directory with `[`,
  `*` or `?` in its name matches nothing.
- A pattern that hits only files is fine: files are dropped, and the workspace has no such member.

## How to mend it

Correct the pattern, or take it out. If the directory is meant to be empty for now, list members
one by one, or keep one member in it.
""",
    bad=_BAD,
    good={**_BAD, **workspace('["crates/*"]')},
)
