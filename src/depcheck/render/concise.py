"""One line a finding: `file:line:column: severity[code] name: message`; a last one for what was left out."""

from __future__ import annotations

from depcheck.model import Diagnostic
from depcheck.pipeline import Report
from depcheck.render import totals
from depcheck.render.screen import SEVERITY, Screen
from depcheck.render.text import seen, sentence


def render(report: Report, root: str, screen: Screen) -> str:
    """A line for each finding, and one that says which manifests were not judged, if any.

    root: of the report, as seen from the current directory.
    """
    lines = [line(diagnostic, root, screen) for diagnostic in report.diagnostics]
    if report.not_judged:
        lines.append(f"{screen.style('not judged', 'cyan')}: {sentence(totals.not_judged(report))}")
    return "".join(f"{line}\n" for line in lines)


def line(diagnostic: Diagnostic, root: str, screen: Screen) -> str:
    """One finding."""
    start = diagnostic.range.start if diagnostic.range else None
    place = f":{start.line}:{start.column}" if start else ""
    kind = screen.style(f"{diagnostic.severity}[{diagnostic.code}]", SEVERITY[diagnostic.severity])
    meant = f" (did you mean `{diagnostic.candidate.replacement}`?)" if diagnostic.candidate else ""
    message = sentence(diagnostic.message + meant)
    return f"{seen(root, diagnostic.site.file)}{place}: {kind} {diagnostic.name}: {message}"
