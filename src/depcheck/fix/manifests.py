"""Repairs tried on an overlay: what counts is that the finding goes and that nothing fails because of it.

Only manifests that can reach an edited file are judged again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, partial

from depcheck import fixtures, judging, paths, portability
from depcheck.discover import Listing, is_requirements
from depcheck.fix.bench import Bench
from depcheck.fix.mend import Repairs, mend
from depcheck.fix.propose import propose
from depcheck.fix.splice import by_file, overlay
from depcheck.fix.trial import Mark, Proposal, Trials, Tried, mark
from depcheck.hints import Hints
from depcheck.manifest import cargo, locks, pyproject, strict, toml
from depcheck.model import Fault, Judgement, Outcome, Verdict
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

# What these read depends on one file alone: what they made of the others still holds.
READERS = (toml.read_text, toml.read, toml.shown, locks.read, cargo.read, pyproject.read, strict.read)
# What a repair can bring about itself; anything else that is new was hidden by what it has mended.
_CAUSED = frozenset({"dependency-cycle", "duplicate-package", "name-mismatch", "version-mismatch"})


def repairs(
    hints: Hints,
    listing: Listing,
    judgements: Iterable[Judgement],
    warnings: Iterable[Fault],
    *,
    all_of_them: bool,
) -> Repairs:
    """The proved repairs of what is wrong with manifests."""
    bench = Bench(hints.sources, hints)
    trials = Trials(Proof(hints.sources, listing, judgements, warnings).attempt)
    return mend(trials, hints.faults, partial(propose, bench), all_of_them=all_of_them)


class Proof:
    """The tree as it is, which everything is held against.

    judgements: as `portability` has left them, with its warnings.
    """

    def __init__(
        self,
        sources: Sources,
        listing: Listing,
        judgements: Iterable[Judgement],
        warnings: Iterable[Fault] = (),
    ) -> None:
        self.sources = sources
        self._listing = listing
        self._judged = tuple(judgements)
        self._warnings = tuple(warnings)

    def attempt(self, proposals: Sequence[Proposal]) -> Tried | None:
        """What the edits of all proposals do to the manifests that can reach them."""
        fixes = [one.fix for one in proposals]
        try:
            tree = overlay(self.sources.tree, fixes)
        except (OSError, UnknownContentError):
            return None
        edited = frozenset(by_file(fixes))
        sources = self.sources.over(tree, edited, READERS)
        before = {judgement.manifest: judgement for judgement in self._reaching(edited)}
        examined = portability.examine(
            sources, self._listing, tuple(judging.judge_each(sources, self._named(before)))
        )
        after = {judgement.manifest: judgement for judgement in examined.judgements}
        left = tuple(_all_faults(after.values()))
        gone = {mark(fault) for fault in _all_faults(before.values())}
        gone.update(mark(fault) for fault in self._warnings if fault.site.file in before)
        touched = frozenset(_place(one.fault) for one in proposals)
        harm = any(_place(fault) in touched and mark(fault) not in self._marks for fault in left)
        harm = harm or any(self._is_harmed(before[one], after.get(one), edited) for one in before)
        return Tried(frozenset(gone.difference(map(mark, (*left, *examined.warnings)))), harm)

    def _named(self, manifests: Iterable[str]) -> list[str]:
        """With all requirements files where there is one: which are entries depends on the others."""
        named = list(manifests)
        if any(map(is_requirements, named)):
            named += [path for path in self._everything if is_requirements(path) and path not in named]
        return named

    def _is_harmed(self, before: Judgement, after: Judgement | None, edited: Collection[str]) -> bool:
        if after is None:
            return True
        for old, new in zip(_outcomes(before), _outcomes(after), strict=True):
            if _RANK[new.verdict] < _RANK[old.verdict]:
                return True
            if any(fault.rule in _CAUSED and mark(fault) not in self._marks for fault in new.faults):
                return True
            fresh = [fault for fault in new.faults if mark(fault) not in self._marks]
            if any(not self._was_hidden(fault, edited) for fault in fresh):
                return True
        return False

    def _was_hidden(self, fault: Fault, edited: Collection[str]) -> bool:
        """Whether a new fault could not be seen before: what stands beside an edit could."""
        if fault.site.file in edited:
            return False
        known = self._everything.get(fault.site.file)
        return known is None or known.loads.verdict == "fails"

    def _reaching(self, edited: Iterable[str]) -> Iterator[Judgement]:
        """The manifests whose judgement can depend on what stands in the edited files."""
        seen = set(edited)
        waiting = list(seen)
        while waiting:
            at = waiting.pop()
            for manifest in self._readers.get(at, ()):
                if manifest not in seen:
                    seen.add(manifest)
                    waiting.append(manifest)
        for judgement in self._everything.values():
            if judgement.manifest in seen or any(
                paths.is_below(judgement.manifest, _reach(file)) for file in edited
            ):
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
        return frozenset(map(mark, (*_all_faults(self._everything.values()), *self._warnings)))

    @cached_property
    def _readers(self) -> dict[str, list[str]]:
        """A manifest -> those that name its directory, or itself."""
        found: dict[str, list[str]] = {}
        for judgement in self._everything.values():
            for reference in judgement.references:
                for path in (reference.target, *(paths.join(reference.target, name) for name in _NAMES)):
                    found.setdefault(path, []).append(judgement.manifest)
        return found


_NAMES = ("Cargo.toml", "pyproject.toml", "setup.py")
_RANK: dict[Verdict, int] = {"fails": 0, "unknown": 1, "loads": 2}


def _place(fault: Fault) -> Mark:
    site = fault.site
    return site.file, tuple(part for part in site.route if isinstance(part, str)), site.line


def _all_faults(judgements: Iterable[Judgement]) -> Iterator[Fault]:
    for judgement in judgements:
        for outcome in _outcomes(judgement):
            yield from outcome.faults
            yield from outcome.latent


def _outcomes(judgement: Judgement) -> tuple[Outcome, Outcome, Outcome]:
    return judgement.loads, judgement.resolves, judgement.builds


def _reach(file: str) -> str:
    """The directory whose manifests may read a file above them: a workspace root, a configuration."""
    directory = paths.parent(file)
    return paths.parent(directory) if paths.name(directory) == ".cargo" else directory
