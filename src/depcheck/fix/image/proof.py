"""Repairs of Dockerfiles tried: the builds of the edited files are judged again over an overlay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

from depcheck import model, paths
from depcheck.fix.image import copies
from depcheck.fix.image.place import find
from depcheck.fix.splice import by_file, overlay
from depcheck.fix.trial import Proposal, Tried, mark
from depcheck.image.judge import Images
from depcheck.manifest import toml
from depcheck.model import Built, Fault, FaultKey, Fix, Verdict, fault_key
from depcheck.sources import Sources
from depcheck.tree.base import Tree, UnknownContentError

Again: TypeAlias = Callable[[Tree, Collection[str]], Images]
# What a repair can bring about itself; anything else that is new was hidden by what it has mended.
_CAUSED = frozenset(
    {
        "copy-source-missing", "context-escape", "invalid-manifest", "missing-context", "missing-dockerfile",
        "missing-env-file", "missing-include", "unknown-service",
    }
)  # fmt: skip


class Proof:
    """The builds of a tree as they are.

    again: judges the builds of a tree that some files have to do with.
    """

    def __init__(self, tree: Tree, again: Again) -> None:
        self._tree = tree
        self._again = again
        self._known: dict[frozenset[str], Images] = {}

    def attempt(self, proposals: Sequence[Proposal]) -> Tried | None:
        """What the edits of all proposals do to the builds of the files that they edit."""
        fixes = [one.fix for one in proposals]
        edited = frozenset(by_file(fixes))
        before = self._known.get(edited)
        if before is None:
            before = self._known[edited] = self._again(self._tree, edited)
        try:
            tree = overlay(self._tree, fixes)
        except (OSError, UnknownContentError):
            return None
        after = self._again(tree, edited)
        known = Counter(mark(found.fault) for found in before.found)
        left = Counter(mark(found.fault) for found in after.found)
        harm = any(found.fault.rule in _CAUSED and mark(found.fault) not in known for found in after.found)
        return Tried(known - left, harm or is_worse(before.builds, after.builds))


def around(sources: Sources, faults: Iterable[Fault], again: Again) -> dict[FaultKey, tuple[Fix, ...]]:
    """Repairs with which an image builds although the paths of its manifests are wrong.

    sources: of the tree as it is; the faults are those of one that has them put right.
    """
    found: dict[FaultKey, tuple[Fix, ...]] = {}
    for fault in faults:
        reference, place = fault.reference, find(sources, fault)
        if reference is None or place is None or not reference.image_path:
            continue
        asker = reference.site
        raw = toml.value_at(sources, asker.file, asker.route)
        if not isinstance(raw, str) or raw == reference.raw:
            continue
        wrong = sources.tree.at(paths.parent(asker.file), raw)
        for fix in copies.linked(place, reference, wrong):
            files = frozenset(edit.file for edit in fix.edits)
            try:
                tree = overlay(sources.tree, [fix])
            except (OSError, UnknownContentError):
                continue
            before, after = again(sources.tree, files), again(tree, files)
            fails = any(one.verdict == "fails" for one in before.builds)
            if fails and all(one.verdict == "loads" for one in after.builds):
                found[fault_key(fault)] = (fix,)
    return found


def is_worse(before: Iterable[Built], after: Iterable[Built]) -> bool:
    """Whether a command fails that did not, or is not known to load any more, or is there no more."""
    verdicts: dict[tuple[object, ...], list[Verdict]] = {}
    for built in after:
        verdicts.setdefault(_key(built), []).append(built.verdict)
    for built in before:
        same = verdicts.get(_key(built))
        if not same or model.is_worse(same.pop(0), built.verdict):
            return True
    return False


def _key(built: Built) -> tuple[object, ...]:
    """A command wherever its line has moved to."""
    return built.dockerfile, built.service, built.context, built.stage, built.command, built.workdir
