"""missing-context: a service's build context is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "services:\n  hub:\n    build: {}\n"
_TREE = {"services/hub/Dockerfile": "FROM scratch\n"}

RULE = Rule(
    code="DC302",
    name="missing-context",
    severity="error",
    summary="the build context of a compose service does not exist",
    manual="""\
The service is built from a directory that is not there. A relative context starts in the project
directory, which is that of the first compose file; one of an included or extended file starts at
that file.

## How to mend it

Write the path from the compose file.
""",
    bad={**_TREE, "compose.yaml": _COMPOSE.format("./hub")},
    good={**_TREE, "compose.yaml": _COMPOSE.format("./services/hub")},
)
