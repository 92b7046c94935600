"""Repairs tried on an overlay: what counts is that the finding goes and that nothing fails because of it.

Only manifests that can reach an edited file are judged again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TypeAlias

from depcheck import fixtures, judging, paths, portability
from depcheck.discover import Listing, is_requirements
from depcheck.fix.manifest import propose
from depcheck.fix.manifest.basis import Basis
from depcheck.fix.mend import Repairs, mend
from depcheck.fix.splice import contents, laid_over
from depcheck.fix.trial import Mark, Proposal, Trials, Tried, mark
from depcheck.hints import Hints
from depcheck.manifest import cargo, locks, pyproject, strict, toml
from depcheck.model import Fault, Judgement, Site, is_worse
from depcheck.portability import Examined
from depcheck.sources import Sources
from depcheck.tree.base import Tree, UnknownContentError

# What these read depends on one file alone: what they made of the others still holds.
READERS = (toml.read_text, toml.read, toml.shown, locks.read, cargo.read, pyproject.read, strict.read)
# What a repair can bring about itself; anything else that is new was hidden by what it has mended.
_CAUSED = frozenset({"dependency-cycle", "duplicate-package"})
_MISMATCHES = frozenset({"name-mismatch", "version-mismatch"})

HarmsImages: TypeAlias = Callable[[Tree, frozenset[str]], bool]


def repairs(
    hints: Hints,
    listing: Listing,
    examined: Examined,
    harms_images: HarmsImages | None = None,
    *,
    all_of_them: bool,
) -> Repairs:
    """The proved repairs of what is wrong with manifests.

    harms_images: whether a build of an image gets worse in a tree that differs in some files.
    """
    basis = Basis(hints.sources, hints)
    trials = Trials(Proof(hints.sources, listing, examined, harms_images).attempt)
    return mend(trials, hints.faults, partial(propose, basis), all_of_them=all_of_them)


class Proof:
    """The tree as it is, which everything is held against."""

    def __init__(
        self, sources: Sources, listing: Listing, examined: Examined, harms_images: HarmsImages | None = None
    ) -> None:
        self.sources = sources
        self._listing = listing
        self._judged, self._warnings = examined
        self._harms_images = harms_images

    def attempt(self, proposals: Sequence[Proposal]) -> Tried | None:
        """What the edits of all proposals do to the manifests that can reach them, and to images."""
        try:
            changes = list(contents(self.sources.tree, [one.fix for one in proposals]))
        except (OSError, UnknownContentError):
            return None
        tree = laid_over(self.sources.tree, changes)
        edited = frozenset(change.path for change in changes)
        sources = self.sources.over(tree, edited, READERS)
        before = {judgement.manifest: judgement for judgement in self._reaching(edited)}
        examined = portability.examine(
            sources, self._listing, tuple(judging.judge_each(sources, self._named(before)))
        )
        after = {judgement.manifest: judgement for judgement in examined.judgements}
        touched = {_place(one.fault): one.fault.site for one in proposals}
        left = [fault for judgement in after.values() for fault in judgement.faults]
        harm = any(_place(fault) in touched and mark(fault) not in self._marks for fault in left)
        harm = harm or any(self._is_harmed(before[one], after.get(one), touched) for one in before)
        if not harm and self._harms_images is not None:
            harm = self._harms_images(tree, edited)
        known = [fault for judgement in before.values() for fault in judgement.faults]
        known += [fault for fault in self._warnings if fault.site.file in before]
        return Tried(_counted(known) - _counted([*left, *examined.warnings]), harm)

    def _named(self, manifests: Iterable[str]) -> list[str]:
        """With all requirements files where there is one: which are entries depends on the others."""
        named = list(manifests)
        if any(map(is_requirements, named)):
            named += [path for path in self._everything if is_requirements(path) and path not in named]
        return named

    def _is_harmed(self, before: Judgement, after: Judgement | None, touched: Mapping[Mark, Site]) -> bool:
        if after is None:  # a requirements file that another one includes now is judged with that
            return not is_requirements(before.manifest)
        for old, new in zip(before.outcomes, after.outcomes, strict=True):
            fresh = [fault for fault in new.faults if mark(fault) not in self._marks]
            if is_worse(new.verdict, old.verdict) or any(
                not self._was_hidden(fault, touched.values()) for fault in fresh
            ):
                return True
        return False

    def _was_hidden(self, fault: Fault, touched: Iterable[Site]) -> bool:
        """Whether a new fault could not be seen before: what an edit brings about itself was not hidden."""
        route, file = fault.site.route, fault.site.file
        beside = [site for site in touched if site.file == file and site.route[:-1] == route[:-1] != ()]
        if fault.rule in _MISMATCHES and beside:
            return True  # of an entry whose path led nowhere
        if fault.rule in _CAUSED or fault.rule in _MISMATCHES:
            return False
        for site in touched:
            if site.file == file and route == site.route[: len(route)]:
                return False
        known = self._everything.get(file)
        return known is None or known.loads.verdict == "fails"

    def _reaching(self, edited: frozenset[str]) -> Iterator[Judgement]:
        """The manifests whose judgement can depend on what stands in the edited files.

        edited: with links followed.
        """
        resolve = self.sources.tree.resolve
        seen = {*edited, *(path for path in self._everything if resolve(path) in edited)}
        waiting = list(seen)
        above = {_reach(path) for path in seen}
        while waiting:
            at = waiting.pop()
            readers = [
                *self._readers.get(at, ()),
                *(root for root, head in self._patterns if paths.is_below(at, head)),
            ]
            for manifest in readers:
                if manifest not in seen:
                    seen.add(manifest)
                    waiting.append(manifest)
            if at in self._roots:  # its members read it
                above.add(paths.parent(at))
                inside = [path for path in self._everything if paths.is_below(path, paths.parent(at))]
                waiting += [path for path in inside if path not in seen]
                seen.update(inside)
        for judgement in self._everything.values():
            if judgement.manifest in seen or any(paths.is_below(judgement.manifest, top) for top in above):
                yield judgement

    @cached_property
    def _everything(self) -> dict[str, Judgement]:
        """The judgements of the whole tree, those outside of the scope too: a repair must not harm them."""
        known = {judgement.manifest: judgement for judgement in self._judged}
        others = [path for path in self._listing.everything if path not in self._inside]
        apart = fixtures.apart(self.sources.tree, others, ("",))
        others = [path for path in others if path not in apart]
        if others:
            found = tuple(judging.judge_each(self.sources, others))
            found = portability.examine(self.sources, self._listing, found).judgements
            known.update((judgement.manifest, judgement) for judgement in found)
        return known

    @cached_property
    def _inside(self) -> frozenset[str]:
        return frozenset(self._listing.manifests)

    @cached_property
    def _marks(self) -> frozenset[Mark]:
        """Everything that is wrong with the tree as it is."""
        found = [fault for judgement in self._everything.values() for fault in judgement.faults]
        return frozenset(map(mark, (*found, *self._warnings)))

    @cached_property
    def _readers(self) -> dict[str, list[str]]:
        """A manifest -> those that name its directory, or itself."""
        found: dict[str, list[str]] = {}
        for judgement in self._everything.values():
            for reference in judgement.references:
                for path in (reference.target, *(paths.join(reference.target, name) for name in _NAMES)):
                    found.setdefault(path, []).append(judgement.manifest)
        return found

    @cached_property
    def _patterns(self) -> list[tuple[str, str]]:
        """Manifests that list members by a pattern, and the directory that it begins in."""
        return [
            (judgement.manifest, portability.before_pattern(reference.target))
            for judgement in self._everything.values()
            for reference in judgement.references
            if reference.kind in ("glob", "member") and any(char in reference.target for char in _WILD)
        ]

    @cached_property
    def _roots(self) -> frozenset[str]:
        """Manifests that list members."""
        return frozenset(
            judgement.manifest
            for judgement in self._everything.values()
            if any(reference.kind in ("glob", "member") for reference in judgement.references)
        )


_NAMES = ("Cargo.toml", "pyproject.toml", "setup.py", "setup.cfg")
_WILD = "*?["


def _place(fault: Fault) -> Mark:
    site = fault.site
    return site.file, tuple(part for part in site.route if isinstance(part, str)), site.line


def _counted(faults: Iterable[Fault]) -> Counter[Mark]:
    """How many places each fault stands at."""
    places = {(mark(fault), fault.site) for fault in faults}
    return Counter(key for key, _ in places)


def _reach(file: str) -> str:
    """The directory whose manifests may read a file above them: a workspace root, a configuration."""
    directory = paths.parent(file)
    return paths.parent(directory) if paths.name(directory) == ".cargo" else directory
