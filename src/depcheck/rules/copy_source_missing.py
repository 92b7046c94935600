"""copy-source-missing: what a COPY names is not there."""

from __future__ import annotations

from depcheck.rules.example import image
from depcheck.rules.rule import Rule

_LINES = "FROM debian:12\nCOPY {} /etc/hub/\n"
_TREE = {"hub.conf": "", "etc/hub.conf": ""}

RULE = Rule(
    code="DC206",
    name="copy-source-missing",
    severity="error",
    summary="what a COPY or ADD names is not in the build context",
    manual="""\
The engine stops at a `COPY` or `ADD` whose source is not there. A source with wildcards that
matches nothing stops it too, unless the directory is sent for another reason.

It is a warning where the source is ignored by git or lies in a folder that a step before the build
makes (`target`, `dist`, `build` ...): whether it is there then cannot be seen. Of a stage
(`--from`) only what no `RUN` can have made is reported.

What comes after is judged as if the source existed, so that one absent file hides nothing else.

## How to mend it

Write the source as it is called in the build context, which is the directory that compose or
`docker build` names and not that of the Dockerfile; mind `.dockerignore`. A lock file that is not
committed cannot be copied in a clean clone: commit it, or copy it by a pattern (`Cargo.lock*`).
""",
    bad={**_TREE, **image(_LINES.format("conf/hub.conf"))},
    good={**_TREE, **image(_LINES.format("etc/hub.conf"))},
)
