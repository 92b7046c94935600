"""stale-baseline: a finding that the baseline knows is no more."""

from __future__ import annotations

from depcheck.rules.example import crate
from depcheck.rules.rule import Example, Rule

_DEPENDS = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_ENTRY = '    {{"fingerprint": "{}", "rule": "missing-path", "file": "{}", "message": ""}}'
_KNOWN = _ENTRY.format("6b7a03462444cb7f", "auth/Cargo.toml")
_MENDED = _ENTRY.format("6b5d2d2e8a2a7f7c", "hub/Cargo.toml")
_BASELINE = '{{\n  "schema_version": 1,\n  "findings": [\n{}\n  ]\n}}\n'
_TREE: Example = {
    **crate("lib/client"),
    **crate("auth", _DEPENDS.format("../made/client")),
    **crate("hub", _DEPENDS.format("../lib/client")),
    "depcheck.toml": 'baseline = "known.json"\n',
}

RULE = Rule(
    code="DC902",
    name="stale-baseline",
    severity="info",
    summary="the baseline knows a finding that is reported no more",
    manual="""\
A baseline (`depcheck scan --baseline FILE --write-baseline`) lists the findings that a repository
had when it was written, so that only new ones count. This one has been mended, or its rule, file or
text has changed. As long as it is listed, the same mistake at the same place would not be reported.

Only what a scan has looked at is missed: a scan of one directory says nothing of findings in
others, nor one without a rule of the findings of that rule.

## How to mend it

Run `depcheck scan --write-baseline` (with `--baseline FILE`, or the key `baseline` of the
configuration), which takes out what is stale and adds what is new; or delete the line.
""",
    bad={**_TREE, "known.json": _BASELINE.format(f"{_KNOWN},\n{_MENDED}")},
    good={**_TREE, "known.json": _BASELINE.format(_KNOWN)},
)
