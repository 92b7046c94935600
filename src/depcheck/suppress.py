"""Findings that a comment beside them says are meant: left out, and the comments that say so of nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from depcheck import rules
from depcheck.discover import Listing, is_dockerfile
from depcheck.manifest import toml
from depcheck.model import Diagnostic, Fault, Site, fault_key
from depcheck.record import NamedTuple
from depcheck.sources import Sources

if TYPE_CHECKING:
    from depcheck.fix.mend import Repairs
    from depcheck.manifest.comments import Kind, Suppression

RULE = "unused-suppression"
_MARK = "depcheck:"


class Sifted(NamedTuple):
    """kept: the findings that no comment speaks of. unused: what is wrong with comments."""

    kept: tuple[Diagnostic, ...]
    unused: tuple[Fault, ...]


def sift(sources: Sources, diagnostics: Sequence[Diagnostic], judged: Collection[str]) -> Sifted:
    """The findings, which have places, without those that are meant.

    judged: the files whose comments have to be of use. Of a rule that is off none is missed.
    """
    files = dict.fromkeys([*judged, *(one.site.file for one in diagnostics)])
    marked = {path: found for path in files if (found := sources.get(_read, path))}
    if not marked:
        return Sifted(tuple(diagnostics), ())
    used: set[tuple[str, int]] = set()
    kept = []
    for one in diagnostics:
        words = list(_speaking(marked.get(one.site.file, ()), one))
        used.update((one.site.file, at) for at in words)
        if not words:
            kept.append(one)
    unused = [fault for path in marked if path in judged for fault in _unused(sources, path, used)]
    return Sifted(tuple(kept), tuple(unused))


def repairs(sources: Sources, listing: Listing, unused: Iterable[Fault]) -> Repairs:
    """What would mend them. Nothing reads a comment, so there is nothing to prove."""
    from depcheck.fix import manifest
    from depcheck.fix.manifest.basis import Basis
    from depcheck.fix.mend import Repairs
    from depcheck.fix.trial import Proposal, Trials, Tried, mark
    from depcheck.hints import Hints

    def attempt(proposals: Sequence[Proposal]) -> Tried:
        return Tried(Counter(mark(one.fault) for one in proposals), harm=False)

    basis = Basis(sources, Hints(sources, listing, ()))
    faults = tuple(unused)
    fixes = {fault_key(fault): tuple(manifest.propose(basis, fault)) for fault in faults}
    return Repairs(Trials(attempt), faults, {key: found for key, found in fixes.items() if found})


def _read(sources: Sources, path: str) -> tuple[Suppression, ...]:
    if path.endswith(".json"):
        return ()
    document = sources.get(toml.read, path) if path.endswith(".toml") else None
    text = document.text if isinstance(document, toml.Document) else sources.get(toml.shown, path)
    if _MARK not in text:
        return ()
    from depcheck.manifest import comments

    kind: Kind = "toml" if path.endswith(".toml") else "dockerfile" if is_dockerfile(path) else ""
    return tuple(comments.read(text, kind))


def _speaking(found: Iterable[Suppression], diagnostic: Diagnostic) -> Iterator[int]:
    """The places of the words that speak of a finding."""
    line = diagnostic.range.start.line if diagnostic.range else 0
    for one in found:
        if line in one.lines:
            yield from (at for word, at in one.words if rules.find(word) == diagnostic.name)


def _unused(sources: Sources, path: str, used: Collection[tuple[str, int]]) -> Iterator[Fault]:
    settings = sources.tree.settings
    text = sources.get(toml.shown, path)
    for one in sources.get(_read, path):
        start = text.rfind("\n", 0, one.start) + 1
        whole = Site(path, (), text[one.start : one.end], one.lines[0], one.start - start + 1)
        if not one.words:
            note = "name the rules that are meant: `# depcheck: ignore[missing-path] reason`"
            yield Fault(RULE, whole, "this comment names no rule, so it ignores nothing", None, (note,))
        for word, at in one.words:
            name = rules.find(word)
            if name is None:  # at the comment as a whole: who wrote it meant another one, and it stays
                yield Fault(RULE, whole, f"there is no rule `{word}`", None, _near(word))
            elif (path, at) not in used and settings.severity(name, path, "error") is not None:
                site = whole._replace(within=word, column=at - start + 1)
                yield Fault(RULE, site, f"`{word}` is ignored here, and nothing reports it")


def _near(word: str) -> tuple[str, ...]:
    """A rule that may be meant, as a note."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), rules.NAMES, 1)
    return tuple(f"did you mean `{name}`?" for name in near)
