"""A uv.lock with no pyproject.toml beside it, which `--frozen` takes all the same.

Source: uv 0.13.9 as it was seen to work; uv calls it experimental.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.load.uv import frozen, lockfile, naming
from depcheck.load.uv.install import Wish
from depcheck.load.uv.lockfile import Lock, Locked
from depcheck.load.uv.project import MANIFEST
from depcheck.load.words import Words
from depcheck.manifest.pyproject import normalise
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources

COMMANDS = frozenset({"sync", "export", "tree"})
_REVISION = 5  # the first that says enough


def find(sources: Sources, start: str) -> Lock | None:
    """The lock at or above `start`, where no pyproject.toml is met but that of a package of the lock."""
    alone = not sources.tree.is_file(paths.join(start, MANIFEST))
    for above in paths.ancestors(start):
        if above != start and sources.tree.is_file(paths.join(above, MANIFEST)):
            return None
        lock = sources.get(lockfile.read, paths.join(above, lockfile.NAME))
        if lock is None:
            continue
        if not isinstance(lock, Lock) or not lock.table:
            return None
        return lock if alone or start in _members(sources, lock).values() else None
    return None


def run(sources: Sources, lock: Lock, start: str, words: Words, wish: Wish | None) -> Outcome:
    """What a command comes to: about the package that `start` lies in, else about all members.

    wish: what is installed; None where nothing is.
    """
    revision = lock.table.get("revision", 0)
    if not isinstance(revision, int) or revision < _REVISION:
        message = f"`{lock.path}` has no pyproject.toml beside it, and is too old to be used without"
        note = f"uv says: Frozen lockfile discovery requires a lockfile with revision {_REVISION} or later"
        return Outcome((Fault("missing-metadata-file", Site(lock.path), message, notes=(note,), tool="uv"),))
    places = _members(sources, lock)
    named = [normalise(name) for name in words.options.get("package", ())]
    for name in named:
        if name not in places:
            message = f"`{lock.path}` knows no member `{name}`"
            return Outcome((Fault("missing-member", Site(lock.path), message, tool="uv"),))
    if not named and not words.has("all-packages"):
        around = paths.ancestors(start)
        holding = sorted((name for name in places if places[name] in around), key=lambda n: -len(places[n]))
        named = holding[:1]
    alone = len(named) == 1 and not words.has("all-packages")
    names = sorted(places) if words.has("all-packages") or not named else named
    known = naming.in_lock(None, lock, names, alone=alone)
    if wrong := naming.undefined(words, known, Site(lock.path)):
        return Outcome((wrong,))
    if wish is None:
        return Outcome()
    skip = wish.skip if alone else wish.skip - {"project"}
    return frozen.sync(sources, lock, {}, names, wish._replace(skip=skip))


def _members(sources: Sources, lock: Lock) -> dict[str, str]:
    """Where the members of the lock are; of a project alone it lists none."""
    top = paths.parent(lock.path)
    return {one.name: sources.tree.at(top, one.value) for one in lock.packages if _is_member(lock, one)}


def _is_member(lock: Lock, one: Locked) -> bool:
    if one.kind not in {"editable", "virtual"}:
        return False
    return one.name in lock.members if lock.members else one.value == "."
