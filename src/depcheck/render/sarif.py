"""SARIF 2.1.0, as code scanning of GitHub and others read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from depcheck import __version__, rules
from depcheck.model import Diagnostic, Fix, Range, Severity
from depcheck.pipeline import Report
from depcheck.render import manual, totals
from depcheck.render.finding import paragraphs, place
from depcheck.render.json import Places, dump
from depcheck.render.text import plain

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
# What GitHub sorts by; `recommendation` is its word for the least.
_PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> str:
    """One run; paths are relative to the root, which SARIF calls `%SRCROOT%`."""
    names, places = totals.names(report), Places(report.sources)
    used = list(dict.fromkeys(sorted((one.code, one.name) for one in report.diagnostics)))
    index = {name: number for number, (_, name) in enumerate(used)}
    run = {
        "tool": {
            "driver": {
                "name": "depcheck",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(name) for _, name in used],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            {**_result(one, places, totals.packages(one, names)), "ruleIndex": index[one.name]}
            for one in report.diagnostics
        ],
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Any]:
    rule = rules.load(name)
    page = manual.page(rule)
    summary = f"{rule.summary[0].upper()}{rule.summary[1:]}."
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"problem.severity": _PROBLEMS[rule.severity], "precision": "very-high"},
    }


def _result(diagnostic: Diagnostic, places: Places, packages: tuple[str, ...]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": _text("\n".join(map(plain, paragraphs(diagnostic)))),
        "locations": [{"physicalLocation": _place(diagnostic.site.file, place(diagnostic))}],
        "partialFingerprints": {"depcheck/v1": diagnostic.fingerprint},
        "properties": {"packages": list(packages), "services": list(diagnostic.services)},
    }
    if related := list(_related(diagnostic)):
        result["relatedLocations"] = related
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix, places) for fix in diagnostic.fixes]
    return result


def _related(diagnostic: Diagnostic) -> Iterator[dict[str, Any]]:
    """What was meant instead."""
    if diagnostic.candidate is not None:
        yield {
            "id": 1,
            "physicalLocation": _place(diagnostic.candidate.target),
            "message": _text(plain(diagnostic.candidate.reason)),
        }


def _fix(fix: Fix, places: Places) -> dict[str, Any]:
    replaced: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replaced.setdefault(edit.file, []).append(
            {"deletedRegion": _region(places(edit)), "insertedContent": {"text": edit.replacement}}
        )
    return {
        "description": _text(plain(fix.title)),
        "artifactChanges": [
            {"artifactLocation": _artifact(file), "replacements": replacements}
            for file, replacements in replaced.items()
        ],
        "properties": {"applicability": fix.applicability},
    }


def _text(text: str) -> dict[str, str]:
    """A message in which nothing is a link to elsewhere (3.11.6 of the standard)."""
    return {"text": text.replace("](", "] (")}


def _place(file: str, at: Range | None = None) -> dict[str, Any]:
    where = {"artifactLocation": _artifact(file)}
    return where if at is None else {**where, "region": _region(at)}


def _region(at: Range) -> dict[str, int]:
    return {
        "startLine": at.start.line,
        "startColumn": at.start.column,
        "endLine": at.end.line,
        "endColumn": at.end.column,
    }


def _artifact(file: str) -> dict[str, str]:
    """A path as a URI: each byte that could mean something else is escaped."""
    from urllib.parse import quote

    written = quote(os.fsencode(file or "."))
    return (
        {"uri": f"file://{written}"} if file.startswith("/") else {"uri": written, "uriBaseId": "%SRCROOT%"}
    )
