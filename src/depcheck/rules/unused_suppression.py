"""unused-suppression: a comment to depcheck that has nothing to ignore."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule

_DEPENDS = '\n[dependencies]\n{}client = {{ path = "{}" }}\n'
_IGNORED = "# depcheck: ignore[missing-path] made by a step before\n"
_BAD: Example = {
    **crate("lib/client"),
    **crate("auth", _DEPENDS.format(_IGNORED, "../made/client")),
    **crate("hub", _DEPENDS.format(_IGNORED, "../lib/client")),
}

RULE = Rule(
    code="DC901",
    name="unused-suppression",
    severity="warning",
    summary="a comment says that a finding is meant, and there is none",
    manual="""\
`# depcheck: ignore[missing-path] reason` on the line of a finding, or on a line of its own above,
says that the finding is meant: it is not reported. The brackets hold rules by name or code, several
with commas. It works in TOML, YAML, requirements files, and in Dockerfiles, where a comment has a
line of its own and speaks of the whole instruction below it.

A comment is reported here where none of its findings is there any more, so that it would hide the
next one, where it names a rule that does not exist, and where it names none: ignoring everything is
not offered.

## How to mend it

Remove the comment, or the rule from its brackets; put a comment that names no rule right. A rule
that is turned off in the configuration or by `--select` and `--ignore` is not missed.
""",
    bad=_BAD,
    good={**_BAD, **crate("hub", _DEPENDS.format("", "../lib/client"))},
)
