"""uv.lock: what it takes from where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from depcheck import paths
from depcheck.manifest import locks, toml
from depcheck.manifest.pyproject import normalise
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

NAME = "uv.lock"
LOCAL = ("editable", "directory", "virtual", "path")


class Locked(NamedTuple):
    """A package of the lock. kind: `registry`, `editable`, `directory`, `virtual`, `path`, `git`, `url`."""

    number: int
    name: str
    version: str
    kind: str
    value: str
    table: Mapping[str, Any]


class Lock(NamedTuple):
    """A lock file that uv reads. members: as listed; none for a project alone."""

    path: str
    members: frozenset[str]
    packages: tuple[Locked, ...]
    table: Mapping[str, Any]


def read(sources: Sources, path: str) -> Lock | Fault | toml.Unknown | None:
    """The lock at `path`; None where there is none.

    An empty file is one that an earlier part of a shell line has made (`predict`).
    """
    if not sources.tree.exists(path):
        return None
    document = sources.get(locks.read, path)
    if isinstance(document, Fault):
        return document._replace(tool="uv")
    if isinstance(document, toml.Unknown):
        return document
    if document.text and not isinstance(document.data.get("version"), int):
        return Fault("invalid-manifest", Site(path), "the lock file names no `version`", tool="uv")
    manifest = document.data.get("manifest")
    members = manifest.get("members") if isinstance(manifest, dict) else None
    listed = document.data.get("package")
    return Lock(
        path,
        frozenset(str(name) for name in members) if isinstance(members, list) else frozenset(),
        tuple(_packages(listed if isinstance(listed, list) else [])),
        document.data,
    )


def _packages(listed: list[Any]) -> Iterator[Locked]:
    for index, item in enumerate(listed):
        source = item.get("source") if isinstance(item, dict) else None
        if not isinstance(source, dict) or not isinstance(item.get("name"), str):
            continue
        kind = next((kind for kind in ("registry", "git", "url", *LOCAL) if kind in source), "")
        value = source.get(kind)
        yield Locked(
            index,
            normalise(item["name"]),
            str(item.get("version", "")),
            kind,
            value if isinstance(value, str) else "",
            item,
        )


def from_indexes(sources: Sources, root: str) -> frozenset[str]:
    """The names that the lock of the workspace in `root` has from an index."""
    found = sources.get(read, paths.join(root, NAME))
    if not isinstance(found, Lock):
        return frozenset()
    return frozenset(one.name for one in found.packages if one.kind == "registry")
