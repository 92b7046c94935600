"""`RUN --mount=...`: what is there for one command only."""

from __future__ import annotations

from collections.abc import Callable

from depcheck import paths
from depcheck.record import NamedTuple

_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_NAMES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
_KEYS = frozenset((
    "type", "from", "source", "target", "readonly", "readwrite", "id", "sharing", "required", "size", "mode",
    "uid", "gid", "env",
))  # fmt: skip
_SWITCHES = ("readonly", "readwrite", "required")


class MountError(Exception):
    """The flag is not accepted; the argument says why."""


class Mount(NamedTuple):
    """One mount. `origin`: a stage, an image or a named context; empty: the build context."""

    kind: str
    origin: str
    source: str
    target: str
    name: str


def parse(text: str, expand: Callable[[str], str]) -> Mount:
    """Read the value of a flag (BuildKit `instructions/commands_runmount.go`). Raises MountError."""
    found: dict[str, str] = {}
    for field in _fields(text):
        key, equals, value = field.partition("=")
        key = _NAMES.get(key.lower(), key.lower())
        if not equals and key not in _SWITCHES:
            raise MountError(f"`{field}` in `--mount` must be `key=value`")
        if key not in _KEYS:
            raise MountError(f"`{key}` is no key of `--mount`")
        if key == "from" and "$" in value[:-1]:
            raise MountError("`from` in `--mount` takes no variable, define a stage instead")
        found[key] = expand(value)
    kind = found.get("type", "bind").lower()
    if kind not in _TYPES:
        raise MountError(f"`{kind}` is no type of `--mount`")
    source, target, name = found.get("source", ""), found.get("target", ""), found.get("id", "")
    if kind == "secret":
        name = name or source
        target = target or ("" if "env" in found else f"/run/secrets/{paths.name(name)}")
    return Mount(kind, found.get("from", ""), source, target, name)


def _fields(text: str) -> list[str]:
    """The fields of a line of CSV."""
    if '"' not in text:
        return text.split(",")
    import csv

    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise MountError(f"`{text}` is no list for `--mount`: {error}") from error
