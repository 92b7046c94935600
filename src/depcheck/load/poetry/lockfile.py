"""poetry.lock: whether it is fresh, and which local packages an installation takes from it.

Sources: poetry `packages/locker.py`, `installation/installer.py`, `puzzle/transaction.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.manifest import locks, pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NAME = "poetry.lock"
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")
_LONGEST_NUMBER = 9
# The first version whose hash holds the dependency groups.
_GROUPS_HASHED = (2, 3, 0)


class Locked(NamedTuple):
    """A local package of the lock. `when`: the marker of each group that it is in."""

    site: Site
    name: str
    kind: str
    url: str
    optional: bool
    when: Mapping[str, Condition]


class Lock(NamedTuple):
    """A lock file that Poetry reads."""

    path: str
    content_hash: str | None
    by: tuple[int, ...]
    version: tuple[int, ...]
    packages: tuple[Locked, ...]
    extras: frozenset[str]


def read(sources: Sources, path: str) -> Lock | Fault | toml.Unknown | None:
    """The lock at `path`; None where there is none."""
    if sources.tree.kind(path) is Kind.MISSING:
        return None
    document = sources.get(locks.read, path)
    if isinstance(document, Fault):
        return document._replace(tool="poetry")
    if isinstance(document, toml.Unknown):
        return document
    metadata = document.data.get("metadata")
    if not isinstance(metadata, dict) or "lock-version" not in metadata:
        message = "the lock file names no lock version, Poetry cannot read it"
        return Fault("invalid-manifest", Site(path), message, tool="poetry")
    version = _release(metadata["lock-version"])
    if not (1,) <= version < (3,):
        message = f"the lock version `{metadata['lock-version']}` is none that Poetry reads"
        return Fault("invalid-manifest", Site(path, ("metadata", "lock-version")), message, tool="poetry")
    content_hash, extras = metadata.get("content-hash"), document.data.get("extras")
    listed = document.data.get("package")
    return Lock(
        path,
        content_hash if isinstance(content_hash, str) else None,
        _release(document.text.partition("\n")[0].partition("Poetry ")[2]),
        version,
        tuple(_packages(path, listed if isinstance(listed, list) else [])),
        frozenset(map(pyproject.normalise, extras)) if isinstance(extras, dict) else frozenset(),
    )


def stale(manifest: PyProject, lock: Lock) -> Fault | None:
    """The fault of a lock that was made for another pyproject.toml."""
    if lock.content_hash == content_hash(manifest.data):
        return None
    if (
        lock.by
        and lock.by < _GROUPS_HASHED
        and lock.content_hash == content_hash(manifest.data, groups=False)
    ):
        return None
    message = f"`{manifest.path}` has changed since `{lock.path}` was made"
    note = "`poetry lock` makes it anew; a changed path is enough for this"
    site = Site(lock.path, ("metadata", "content-hash") if lock.content_hash is not None else ())
    return Fault("invalid-manifest", site, message, notes=(note,), tool="poetry")


def content_hash(data: toml.Table, *, groups: bool = True) -> str | None:
    """The hash that Poetry keeps of the parts of a pyproject.toml that matter to a lock."""
    project = pyproject.table_at(data, "project") or {}
    table = pyproject.table_at(data, "tool", "poetry") or {}
    listed = (data.get("dependency-groups") or {}) if groups else {}
    from_project = {key: project[key] for key in _PROJECT if project.get(key) is not None}
    from_table: dict[str, Any] = {}
    for key in (*_LEGACY, "group"):
        value = table.get(key)
        if value is not None or (key in _LEGACY and not from_project and not listed):
            from_table[key] = value
    relevant: dict[str, Any] = {}
    if from_project:
        relevant["project"] = from_project
    if listed:
        relevant["dependency-groups"] = listed
    if relevant:
        relevant["tool"] = {"poetry": from_table}
    import json  # both are imported where there is a lock file: start-up time
    from hashlib import sha256

    try:
        text = json.dumps(relevant or from_table, sort_keys=True)
    except (TypeError, ValueError, RecursionError):  # a date where none belongs
        return None
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def installed(lock: Lock, groups: frozenset[str], extras: frozenset[str]) -> Iterator[Locked]:
    """The local packages that an installation of these groups and extras wants here."""
    for package in lock.packages:
        names = groups & set(package.when)
        if any(_holds(package.when[name], extras) for name in names):
            yield package


def target(sources: Sources, lock: Lock, package: Locked) -> str:
    """Where a locked path leads, links followed."""
    directory = paths.parent(lock.path)
    joined = paths.unresolved(directory, package.url)
    return sources.tree.resolve(joined)


def _holds(condition: Condition, extras: frozenset[str]) -> bool:
    return any(conditions.holds(condition, {**conditions.HERE, "extra": extra}) for extra in extras or {""})


def _packages(path: str, listed: list[Any]) -> Iterator[Locked]:
    for index, item in enumerate(listed):
        if not isinstance(item, dict) or not isinstance(source := item.get("source"), dict):
            continue
        kind, url, name = source.get("type"), source.get("url"), item.get("name")
        if kind in ("directory", "file") and isinstance(url, str) and isinstance(name, str):
            site = Site(path, ("package", index, "source", "url"))
            yield Locked(
                site, pyproject.normalise(name), kind, url, item.get("optional") is True, _when(item)
            )


def _when(item: Mapping[str, Any]) -> dict[str, Condition]:
    groups = [pyproject.normalise(group) for group in pyproject.strings(item.get("groups"))] or ["main"]
    markers = item.get("markers")
    found: dict[str, Condition] = {}
    for group in groups:
        text = markers.get(group) if isinstance(markers, dict) else markers
        found[group] = (conditions.marker(text) if isinstance(text, str) else None) or ALWAYS
    return found


def _release(text: object) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in str(text).split(".")[:3]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits or len(digits) > _LONGEST_NUMBER:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
