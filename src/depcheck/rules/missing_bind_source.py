"""missing-bind-source: the source of a bind mount is not there."""

from __future__ import annotations

from depcheck.rules.rule import Rule

_COMPOSE = "services:\n  hub:\n    image: nginx\n    volumes:\n      - {}:/etc/nginx/nginx.conf:ro\n"
_TREE = {"deploy/nginx.conf": ""}

RULE = Rule(
    code="DC305",
    name="missing-bind-source",
    severity="warning",
    summary="what a compose service mounts does not exist",
    manual="""\
A volume of the service mounts a path of the repository that is not there. The engine makes an empty
*directory* of that name, owned by root, and mounts it: a service that expects a file in its place
fails in its own words. Paths that git ignores are left out: data is often kept so.

## How to mend it

Correct the path. With the long form and `create_host_path: false` the engine refuses instead.
""",
    bad={**_TREE, "compose.yaml": _COMPOSE.format("./nginx.conf")},
    good={**_TREE, "compose.yaml": _COMPOSE.format("./deploy/nginx.conf")},
)
