"""`pdm install` and `pdm sync`: from pdm.lock, made first where it is missing or stale.

Sources: pdm `cli/commands/install.py`, `cli/actions.py` (check_lockfile, do_sync).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from depcheck import paths
from depcheck.load import backend, conditions
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.pdm import project, resolve
from depcheck.load.pdm.requirement import Wanted
from depcheck.manifest import locks, pyproject, toml
from depcheck.manifest.pdm import DEFAULT, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

LOCK = "pdm.lock"


class Locked(NamedTuple):
    """A local package of the lock; `path` relative to the lock."""

    site: Site
    name: str
    path: str
    groups: frozenset[str]
    when: Condition
    editable: bool


class Lock(NamedTuple):
    """A lock file; `groups` empty where it lists none."""

    path: str
    groups: tuple[str, ...]
    content_hash: str
    packages: tuple[Locked, ...]


def lock_path(sources: Sources, manifest: PyProject) -> str:
    """Where the project's lock file is: in the workspace's root."""
    found = project.workspace(sources, manifest)
    return paths.join(found.directory if found is not None else manifest.directory, LOCK)


def read_lock(sources: Sources, path: str) -> Lock | Fault | toml.Unknown | None:
    """The lock at `path`; None where there is none."""
    if sources.tree.kind(path) is Kind.MISSING:
        return None
    document = sources.get(locks.read, path)
    if not isinstance(document, toml.Document):
        return document
    metadata = pyproject.table_at(document.data, "metadata") or {}
    listed = document.data.get("package")
    content_hash = metadata.get("content_hash")
    return Lock(
        path,
        tuple(map(pyproject.normalise, pyproject.strings(metadata.get("groups")))),
        content_hash.removeprefix("sha256:") if isinstance(content_hash, str) else "",
        tuple(_packages(path, listed if isinstance(listed, list) else [])),
    )


def _packages(path: str, listed: list[Any]) -> Iterator[Locked]:
    for index, item in enumerate(listed):
        if isinstance(item, dict) and isinstance(raw := item.get("path"), str):
            marker = item.get("marker")
            yield Locked(
                Site(path, ("package", index, "path")),
                str(item.get("name", "")),
                raw,
                frozenset(map(pyproject.normalise, pyproject.strings(item.get("groups"))))
                or frozenset((DEFAULT,)),
                (conditions.marker(marker) if isinstance(marker, str) else None) or ALWAYS,
                item.get("editable") is True,
            )


class Wish(NamedTuple):
    """What an installation is asked for."""

    chosen: project.Selection
    itself: bool = True
    frozen: bool = False
    checked: bool = False
    dry: bool = False


def install(sources: Sources, manifest: PyProject, read: Pdm, wish: Wish) -> Outcome:  # noqa: PLR0911
    """`pdm install`."""
    path = lock_path(sources, manifest)
    lock = read_lock(sources, path)
    if isinstance(lock, toml.Unknown):
        return Outcome(unknowns=(lock.because,))
    if isinstance(lock, Fault):
        return Outcome((lock._replace(tool="pdm"),))
    groups = project.wanted_groups(read, wish.chosen, lock.groups if lock is not None else None)
    if groups is None:
        return refused(manifest)
    if lock is not None and _fresh(sources, manifest, lock):
        return _sync(sources, manifest, read, lock, wish)
    if wish.checked:
        message = f"`{path}` is " + ("stale" if lock is not None else "missing")
        rule = "invalid-manifest" if lock is not None else "missing-metadata-file"
        return Outcome((Fault(rule, Site(path if lock is not None else manifest.path), message, tool="pdm"),))
    if lock is not None:
        groups = project.wanted_groups(read, project.Selection(), lock.groups) or groups
    resolved = resolve.lock(sources, manifest, read, groups)
    writes = () if wish.frozen or wish.dry else (path,)
    if resolved.faults or wish.dry:
        return resolved._replace(writes=writes)
    own = _itself(sources, manifest, read, wish)
    return Outcome(own.faults, (*resolved.unknowns, *own.unknowns), resolved.latent, writes)


def sync(sources: Sources, manifest: PyProject, read: Pdm, wish: Wish) -> Outcome:
    """`pdm sync`: needs a lock, whatever its age."""
    path = lock_path(sources, manifest)
    match read_lock(sources, path):
        case None:
            message = f"there is no `{path}`, nothing to install"
            return Outcome((Fault("missing-metadata-file", Site(manifest.path), message, tool="pdm"),))
        case Fault() as fault:
            return Outcome((fault._replace(tool="pdm"),))
        case toml.Unknown(_, because):
            return Outcome(unknowns=(because,))
        case lock:
            return _sync(sources, manifest, read, lock, wish)


def stale(sources: Sources, manifest: PyProject) -> bool | None:
    """Whether the lock is out of date; None where there is none that can be read."""
    lock = read_lock(sources, lock_path(sources, manifest))
    return not _fresh(sources, manifest, lock) if isinstance(lock, Lock) else None


def _fresh(sources: Sources, manifest: PyProject, lock: Lock) -> bool:
    if project.workspace(sources, manifest) is not None:
        return True  # the hash of a workspace holds its members': not worked out
    return lock.content_hash == project.content_hash(manifest)


def _sync(sources: Sources, manifest: PyProject, read: Pdm, lock: Lock, wish: Wish) -> Outcome:
    groups = project.wanted_groups(read, wish.chosen, lock.groups)
    if groups is None:
        return refused(manifest)
    unlocked = sorted(set(groups) - set(lock.groups)) if lock.groups else []
    if unlocked:
        message = f"the lock does not hold the group `{unlocked[0]}`"
        site = Site(lock.path, ("metadata", "groups"))
        return Outcome((Fault("invalid-manifest", site, message, tool="pdm"),))
    if wish.dry:
        return Outcome()
    named: Mapping[str, Wanted] = {
        wanted.name: wanted
        for wanted in resolve.wanted_in(sources, manifest, read, groups)
        if not isinstance(wanted, Fault) and wanted.reference is not None
    }
    faults: list[Fault] = []
    for package in lock.packages:
        if package.groups & set(groups) and conditions.holds(package.when, conditions.HERE):
            directory = paths.parent(lock.path)
            target = f"{directory}/{package.path}" if directory else package.path
            known = named.get(pyproject.normalise(package.name))
            reference = known.reference if known is not None else None
            if reference is None:
                there = sources.tree.at(directory, package.path)
                reference = pyproject.path_reference(there, package.site, package.path, package.name)
            wanted = Wanted(reference.site, package.name, target, reference, editable=package.editable)
            fault = resolve.defect(sources.tree, wanted)
            faults += [fault] if fault is not None else []
    if faults:
        return Outcome(tuple(faults))
    return _itself(sources, manifest, read, wish, in_default=DEFAULT in groups)


def _itself(
    sources: Sources, manifest: PyProject, read: Pdm, wish: Wish, *, in_default: bool = True
) -> Outcome:
    if not wish.itself or not read.distribution or not in_default:
        return Outcome()
    return backend.build(sources, manifest, "editable")


def refused(manifest: PyProject) -> Outcome:
    """`--prod` with a development group."""
    message = "`--prod` is given with a development group"
    return Outcome((Fault("invalid-manifest", Site(manifest.path), message, tool="pdm"),))
