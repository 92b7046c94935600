"""Extras and groups that a command line names, and that have to be there.

Source: uv `crates/uv/src/commands/project/install_target.rs` (validate_extras, validate_groups).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from depcheck.load.uv.lockfile import Lock
from depcheck.load.uv.project import Project
from depcheck.load.uv.workspace import Workspace
from depcheck.load.words import Words
from depcheck.manifest.pyproject import normalise
from depcheck.manifest.uv import DEV
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple


class Known(NamedTuple):
    """The extras and groups of what is installed, in normal form."""

    extras: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def in_projects(around: Workspace, chosen: Iterable[Project], *, alone: bool) -> Known:
    """What `chosen` members define. alone: one is installed, so that groups of the root count too."""
    listed = list(chosen)
    holders = [*listed, around.root] if alone or not around.root.name else listed
    extras = (
        extra for member in listed if member.manifest.project for extra in member.manifest.project.optional
    )
    return Known(frozenset(extras), frozenset(group for member in holders for group in _groups(member)))


def in_lock(root: Project | None, lock: Lock, names: Iterable[str], *, alone: bool) -> Known:
    """The same as the lock file has it, for members `names`. root: of the workspace, where it is there."""
    chosen = set(names)
    holders = chosen | ({root.name} if alone and root is not None else set())
    extras: set[str] = set()
    groups = set() if root is None or root.name else set(_groups(root))
    for one in lock.packages:
        metadata: Any = one.table.get("metadata")
        table = metadata if isinstance(metadata, dict) else {}
        provided, required = table.get("provides-extras"), table.get("requires-dev")
        if one.name in chosen and isinstance(provided, list):
            extras.update(map(str, provided))
        if one.name in holders and isinstance(required, dict):
            groups.update(required)
    return Known(frozenset(map(normalise, extras)), frozenset(map(normalise, groups)))


def _groups(member: Project) -> frozenset[str]:
    return frozenset(member.manifest.groups) | (
        frozenset({DEV}) if member.uv.dev is not None else frozenset()
    )


def undefined(words: Words, known: Known, site: Site) -> Fault | None:
    """The fault of the first name that is not known, left out or not."""
    asked = (
        ("extra", ("extra", "no-extra"), known.extras),
        ("group", ("group", "only-group", "no-group"), known.groups),
    )
    for kind, options, there in asked:
        for name in (normalise(name) for option in options for name in words.listed(option)):
            if name not in there:
                return Fault("invalid-manifest", site, f"the {kind} `{name}` is not defined", tool="uv")
    return None
