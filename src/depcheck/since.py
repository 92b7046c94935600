"""What a change brings: the findings of a tree that the commit it comes from did not have."""

from __future__ import annotations

from depcheck import pipeline, snapshot
from depcheck.discover import Progress
from depcheck.pipeline import Report, Request
from depcheck.record import NamedTuple


class Compared(NamedTuple):
    """report: with the new findings alone. known: how many there were before. base: name of the commit."""

    report: Report
    known: int
    base: str


def compare(request: Request, report: Report, revision: str, progress: Progress | None = None) -> Compared:
    """The report without what the common ancestor with `revision` had already, by fingerprint.

    Raises NoSuchTreeError where there is no such commit.
    """
    head = request.at.removeprefix("commit:") if request.at.startswith("commit:") else "HEAD"
    base = snapshot.merge_base(request.root, revision, head) or revision
    settings = report.settings._replace(baseline="")
    before = pipeline.scan(
        request._replace(at=f"commit:{base}", all_fixes=False, baseline=None, settings=settings), progress
    )
    known = {diagnostic.fingerprint for diagnostic in before.diagnostics}
    new = tuple(one for one in report.diagnostics if one.fingerprint not in known)
    left_out = len(report.diagnostics) - len(new)
    return Compared(report._replace(diagnostics=new), left_out, before.tree.removeprefix("commit:"))
