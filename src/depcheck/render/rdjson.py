"""Reviewdog's format (`proto/rdf/reviewdog.proto`): comments in a review, repairs as suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from depcheck.manifest import toml
from depcheck.model import Diagnostic, Position, Range
from depcheck.pipeline import Report
from depcheck.render.finding import paragraphs, place
from depcheck.render.json import Places, dump
from depcheck.render.text import plain


def render(report: Report) -> str:
    """The report; paths are relative to the root."""
    places = Places(report.sources)
    return dump(
        {
            "source": {"name": "depcheck"},
            "diagnostics": [
                _finding(diagnostic, places, lines)
                for file, found in groupby(report.diagnostics, lambda one: one.site.file)
                for lines in [toml.shown(report.sources, file).split("\n")]
                for diagnostic in found
            ],
        }
    )


def _finding(diagnostic: Diagnostic, places: Places, lines: list[str]) -> dict[str, Any]:
    return {
        "message": "\n".join(map(plain, paragraphs(diagnostic))),
        "location": {"path": diagnostic.site.file or ".", "range": _range(place(diagnostic), lines)},
        "severity": diagnostic.severity.upper(),
        "code": {"value": f"{diagnostic.code} {diagnostic.name}"},
        "suggestions": list(_suggestions(diagnostic, places, lines)),
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
