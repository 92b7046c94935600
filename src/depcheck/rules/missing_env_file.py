"""missing-env-file: an env file of a service is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "services:\n  hub:\n    image: nginx\n    env_file: {}\n"
_TREE = {"hub.env": "A=1\n"}

RULE = Rule(
    code="DC303",
    name="missing-env-file",
    severity="error",
    summary="an env file of a compose service does not exist",
    manual="""\
`env_file:` names a file that is not there; Compose refuses to start the service. It does not block
a build of the image. Where git ignores the file it is a warning: it holds secrets and is made by
hand.

## How to mend it

Correct the path, or say that the file may be absent:

```yaml
env_file:
  - path: .env
    required: false
```
""",
    bad={**_TREE, "compose.yaml": _COMPOSE.format("./env/hub.env")},
    good={**_TREE, "compose.yaml": _COMPOSE.format("./hub.env")},
)
