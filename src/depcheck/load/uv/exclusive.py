"""Extras and groups of which a command asks for two that are declared to exclude each other.

Source: uv `crates/uv/src/commands/project/mod.rs` (detect_conflicts).
"""

from __future__ import annotations

from collections.abc import Iterable

from depcheck.load.uv import install
from depcheck.load.uv.install import Wish
from depcheck.load.uv.project import Project
from depcheck.load.uv.workspace import Workspace
from depcheck.load.words import Words
from depcheck.manifest.pyproject import normalise
from depcheck.manifest.uv import Exclusive
from depcheck.model import Fault

COMMANDS = {"sync", "run", "export"}


def asked(around: Workspace, chosen: Iterable[Project], words: Words, wish: Wish) -> Fault | None:
    """The fault of the first set of which two are asked for of the chosen members."""
    without = frozenset(map(normalise, words.listed("no-extra")))
    wanted: set[tuple[str, str, str]] = set()
    for member in chosen:
        optional = member.manifest.project.optional if member.manifest.project is not None else {}
        extras = (frozenset(optional) if wish.extras is None else wish.extras) - without
        wanted |= {(member.name, "extra", extra) for extra in extras if not wish.only}
        wanted |= {(member.name, "group", group) for group in install.chosen_groups(member, wish)}
    declaring = {one.directory: one for one in (around.root, *around.members.values())}
    for one in declaring.values():
        for exclusive in one.uv.conflicts:
            hits = [item for item in exclusive if (item.package or one.name, item.kind, item.name) in wanted]
            if len(hits) > 1:
                return _fault(hits)
    return None


def _fault(hits: list[Exclusive]) -> Fault:
    first, second = hits[:2]
    message = (
        f"the {first.kind} `{first.name}` and the {second.kind} `{second.name}` are declared to exclude each "
        "other, and the command asks for both"
    )
    return Fault("invalid-manifest", second.site, message, tool="uv")
