"""missing-dockerfile: a service's Dockerfile is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "services:\n  hub:\n    build:\n      context: .\n      dockerfile: {}\n"
_TREE = {"deploy/Dockerfile": "FROM scratch\n"}

RULE = Rule(
    code="DC301",
    name="missing-dockerfile",
    severity="error",
    summary="the Dockerfile of a compose service or a bake target does not exist",
    manual="""\
The service (or target) is built, and where its Dockerfile would be, nothing is. `dockerfile:`
counts from the build *context*, not from the compose file; without it the context holds
`Dockerfile`.

## How to mend it

Write the path from the context: with `context: .` and a Dockerfile in `deploy/`, it is
`dockerfile: deploy/Dockerfile`; with `context: ..` it starts one directory above.
""",
    bad={**_TREE, "compose.yaml": _COMPOSE.format("Dockerfile")},
    good={**_TREE, "compose.yaml": _COMPOSE.format("deploy/Dockerfile")},
)
