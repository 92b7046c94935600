"""Reviewdog's format (`proto/rdf/reviewdog.proto`): comments in a review, repairs as suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from depcheck.manifest import toml
from depcheck.model import Diagnostic, Position, Range
from depcheck.pipeline import Report
from depcheck.render.finding import paragraphs, place
from depcheck.render.json import Places, dump
from depcheck.render.text import plain


def render(report: Report) -> str:
    """The report; paths are relative to the root."""
    return dump(
        {"source": {"name": "depcheck"}, "diagnostics": [_finding(report, one) for one in report.diagnostics]}
    )


def _finding(report: Report, diagnostic: Diagnostic) -> dict[str, Any]:
    lines = toml.shown(report.sources, diagnostic.site.file).split("\n")
    return {
        "message": "\n".join(map(plain, paragraphs(diagnostic))),
        "location": {"path": diagnostic.site.file or ".", "range": _range(place(diagnostic), lines)},
        "severity": diagnostic.severity.upper(),
        "code": {"value": f"{diagnostic.code} {diagnostic.name}"},
        "suggestions": list(_suggestions(diagnostic, Places(report.sources), lines)),
    }


def _suggestions(diagnostic: Diagnostic, places: Places, lines: list[str]) -> Iterator[dict[str, Any]]:
    """Repairs of one edit in the file of the finding: each suggestion is taken by itself."""
    for fix in diagnostic.fixes:
        if len(fix.edits) == 1 and fix.edits[0].file == diagnostic.site.file:
            yield {"range": _range(places(fix.edits[0]), lines), "text": fix.edits[0].replacement}


def _range(at: Range, lines: list[str]) -> dict[str, dict[str, int]]:
    return {"start": _position(at.start, lines), "end": _position(at.end, lines)}


def _position(at: Position, lines: list[str]) -> dict[str, int]:
    """Reviewdog counts columns in bytes."""
    before = lines[at.line - 1][: at.column - 1] if at.line <= len(lines) else ""
    return {"line": at.line, "column": len(before.encode("utf-8", "replace")) + 1}
