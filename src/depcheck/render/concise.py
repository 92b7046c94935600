"""One line a finding: `file:line:column: severity[code] name: message`."""

from __future__ import annotations

from depcheck.model import Diagnostic
from depcheck.pipeline import Report
from depcheck.render.screen import SEVERITY, Screen
from depcheck.render.text import plain, sentence


def render(report: Report, screen: Screen) -> str:
    """A line for each finding; nothing where there is none."""
    return "".join(f"{line(diagnostic, screen)}\n" for diagnostic in report.diagnostics)


def line(diagnostic: Diagnostic, screen: Screen) -> str:
    """One finding."""
    start = diagnostic.range.start if diagnostic.range else None
    place = f":{start.line}:{start.column}" if start else ""
    kind = screen.style(f"{diagnostic.severity}[{diagnostic.code}]", SEVERITY[diagnostic.severity])
    meant = f" (did you mean `{diagnostic.candidate.replacement}`?)" if diagnostic.candidate else ""
    message = sentence(diagnostic.message + meant)
    return f"{plain(diagnostic.site.file)}{place}: {kind} {diagnostic.name}: {message}"
