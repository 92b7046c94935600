"""The flow of repairs: what a scan offers is made on an overlay, and that scanned, until there is no more.

A repair may show what it had hidden, which has repairs of its own. Nothing is written here.
"""

from __future__ import annotations

from depcheck import pipeline
from depcheck.discover import Progress
from depcheck.fix.manifest.proof import READERS
from depcheck.fix.splice import Content, contents, laid_over
from depcheck.pipeline import Report, Request
from depcheck.record import NamedTuple

_ROUNDS = 10


class Repaired(NamedTuple):
    """What repairs come to.

    report:  of the tree with all of them made. changes: the files that differ, by path.
    made:    how many repairs.
    """

    report: Report
    changes: tuple[Content, ...]
    made: int


def repair(request: Request, report: Report, progress: Progress | None = None, *, unsafe: bool) -> Repaired:
    """Make the safe repairs of a report (or all), and those of what they show. Raises as `contents`."""
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    made = 0
    seen: set[frozenset[tuple[str, bytes]]] = set()
    for _ in range(_ROUNDS):
        fixes = report.chosen(unsafe=unsafe)
        if not fixes or frozenset(after.items()) in seen:  # a repair that takes back another one
            break
        seen.add(frozenset(after.items()))
        made += len(fixes)
        sources = report.sources
        changed = list(contents(sources.tree, fixes))
        for change in changed:
            before.setdefault(change.path, change.before)
            after[change.path] = change.after
        sources = sources.over(laid_over(sources.tree, changed), frozenset(after), READERS)
        report = pipeline.scan(request, progress, sources=sources)
    changes = (Content(path, before[path], after[path]) for path in sorted(after))
    return Repaired(report, tuple(one for one in changes if one.before != one.after), made)
