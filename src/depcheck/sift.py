"""What of all findings is reported: what configuration, comments and a baseline leave of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from depcheck import fixtures, paths, rules, suppress
from depcheck.discover import Listing
from depcheck.model import Diagnostic, Fault
from depcheck.record import NamedTuple
from depcheck.rules.facts import Facts, Finding
from depcheck.sources import Sources

if TYPE_CHECKING:
    from depcheck.baseline import Baseline
    from depcheck.fix.mend import Repairs


class Judged(NamedTuple):
    """What has been looked at. left_out: manifests that were not. baseline: findings that are known."""

    listing: Listing
    left_out: fixtures.Apart
    baseline: Baseline | None = None


class Sifted(NamedTuple):
    """diagnostics: those that are reported, in order, and their repairs. known: those of the baseline."""

    diagnostics: tuple[Diagnostic, ...]
    repairs: tuple[Repairs, ...]
    known: tuple[Diagnostic, ...] = ()


def sift(sources: Sources, judged: Judged, facts: Facts, repairs: tuple[Repairs, ...]) -> Sifted:
    """What is reported of all that was found, each in its place."""
    listing, settings = judged.listing, sources.tree.settings
    kept = _placed(sources, facts, repairs)
    images = (path for path in listing.images if any(paths.is_below(path, top) for top in listing.scope))
    files = dict.fromkeys([*(path for path in listing.manifests if path not in judged.left_out), *images])
    kept, unused = suppress.sift(sources, kept, files.keys())
    if unused:
        repairs += (suppress.repairs(sources, listing, unused),)
        kept += _placed(sources, _told(suppress.RULE, unused), repairs)
    known: tuple[Diagnostic, ...] = ()
    if judged.baseline is not None or settings.baseline:
        from depcheck import baseline

        compared = baseline.compare(
            judged.baseline or baseline.find(sources, settings.baseline), kept, listing.scope, settings
        )
        kept, known = compared.new, compared.known
        kept += _placed(sources, _told(baseline.RULE, compared.stale), ())
    if kept:
        from depcheck.locate import order

        kept = tuple(sorted(kept, key=order))
    return Sifted(kept, tuple(one.only(kept) for one in repairs), known)


def _told(rule: str, faults: Iterable[Fault]) -> Facts:
    return Facts({rule: tuple(Finding(fault, "warning", ()) for fault in faults)}, lambda _: None)


def _placed(sources: Sources, facts: Facts, repairs: Iterable[Repairs]) -> tuple[Diagnostic, ...]:
    """What configuration does not turn off, with repairs and places."""
    switched = tuple(_switched(sources, rules.check(facts)))
    if not switched:
        return ()
    from depcheck.locate import locate_all

    return locate_all(sources, _repaired(switched, repairs))


def _switched(sources: Sources, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Those that are on, as severe as configuration says."""
    for one in diagnostics:
        severity = sources.tree.settings.severity(one.name, one.site.file, one.severity)
        if severity is not None:
            yield one if severity == one.severity else one._replace(severity=severity)


def _repaired(diagnostics: Iterable[Diagnostic], repairs: Iterable[Repairs]) -> Iterator[Diagnostic]:
    for diagnostic in diagnostics:
        fixes = tuple(fix for one in repairs for fix in one.of(diagnostic))
        yield diagnostic._replace(fixes=fixes) if fixes else diagnostic
