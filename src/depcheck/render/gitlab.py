"""A code quality report of GitLab, which shows it in a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any

from depcheck.model import Diagnostic, Severity
from depcheck.pipeline import Report
from depcheck.render.finding import paragraphs, place
from depcheck.render.json import dump
from depcheck.render.text import plain

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """The report; paths are relative to the root, as GitLab wants them."""
    return dump([_issue(one) for one in report.diagnostics])


def _issue(diagnostic: Diagnostic) -> dict[str, Any]:
    start, end = place(diagnostic)
    return {
        "type": "issue",
        "check_name": diagnostic.name,
        "description": f"{diagnostic.code} {diagnostic.name}: {plain(diagnostic.message)}",
        "content": {"body": "\n\n".join(map(plain, paragraphs(diagnostic)))},
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": diagnostic.fingerprint,
        "location": {
            "path": diagnostic.site.file or ".",
            "positions": {"begin": start._asdict(), "end": end._asdict()},
            "lines": {"begin": start.line, "end": end.line},
        },
    }
