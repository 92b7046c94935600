"""Workflow commands of GitHub Actions, which the runner shows at the lines of a pull request.

The runner takes ten errors and ten warnings of a step; errors come first. Escaped as GitHub's toolkit does
(`packages/core/src/command.ts`): a command is one line, and nothing in a text begins another.
"""

from __future__ import annotations

from depcheck.model import Diagnostic, Severity
from depcheck.pipeline import Report
from depcheck.render.finding import paragraphs, place
from depcheck.render.text import plain, sentence

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """A command for each finding. Paths are relative to the root, which is where a checkout lies."""
    commands = list(_COMMANDS)
    ordered = sorted(report.diagnostics, key=lambda one: commands.index(one.severity))
    return "".join(f"{_command(one)}\n" for one in ordered)


def _command(diagnostic: Diagnostic) -> str:
    start, end = place(diagnostic)
    # GitHub takes columns within one line alone.
    columns = [start.column, end.column] if start.line == end.line and start.column < end.column else []
    said = {
        "file": plain(diagnostic.site.file or "."),
        "line": start.line,
        **dict(zip(("col", "endColumn"), columns, strict=False)),
        "endLine": end.line,
        "title": f"{diagnostic.name} ({diagnostic.code})",
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in said.items())
    message = "\n".join(map(sentence, paragraphs(diagnostic)))
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
