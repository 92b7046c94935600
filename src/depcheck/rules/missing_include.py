"""missing-include: a compose file that another one names is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "include:\n  - {}\nservices:\n  web:\n    image: nginx\n"
_TREE = {"deploy/hub.yaml": "services:\n  hub:\n    image: nginx\n"}

RULE = Rule(
    code="DC304",
    name="missing-include",
    severity="error",
    summary="an included or extended compose file does not exist",
    manual="""\
`include:` or `extends:` names a compose file that is not there. Compose then refuses the whole
project, with all of its services.

## How to mend it

Write the path from the directory of the file that names it.
""",
    bad={**_TREE, "compose.yaml": _COMPOSE.format("hub.yaml")},
    good={**_TREE, "compose.yaml": _COMPOSE.format("deploy/hub.yaml")},
)
