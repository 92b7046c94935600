"""unknown-service: a service names another one that is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "services:\n  db:\n    image: postgres\n  hub:\n    image: nginx\n    depends_on: [{}]\n"

RULE = Rule(
    code="DC306",
    name="unknown-service",
    severity="error",
    summary="a compose service names another one that does not exist",
    manual="""\
`depends_on`, `links`, `extends`, or a shared network or process namespace (`service:NAME`) names a
service that the project does not have. Compose refuses the whole project.

## How to mend it

Correct the name, or add the file that has the service to the project (`include:`, or another `-f`).
`depends_on` may say `required: false`.
""",
    bad={"compose.yaml": _COMPOSE.format("database")},
    good={"compose.yaml": _COMPOSE.format("db")},
)
