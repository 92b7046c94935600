"""JSON, version 1: the contract of `schema/scan-1.json`. Every key is there in every report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from depcheck import __version__
from depcheck.fix.splice import decode
from depcheck.locate import Locator
from depcheck.model import Built, Diagnostic, Edit, Fix, Judgement, Range, Verdict
from depcheck.pipeline import Report
from depcheck.render import totals
from depcheck.render.finding import place
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

_VERDICTS: dict[Verdict, bool | None] = {"loads": True, "fails": False, "unknown": None}


def render(report: Report, root: str) -> str:
    """The report; `root` is its root as the reader would write it, relative to the current directory."""
    names = totals.names(report)
    places = Places(report.sources)
    document = {
        "schema_version": 1,
        "tool": {"name": "depcheck", "version": __version__},
        "root": root,
        "tree": report.tree,
        "packages": [_package(one, report.blocked.get(one.manifest, ())) for one in report.judgements],
        "builds": [_built(*one) for one in report.builds],
        "diagnostics": [diagnostic(one, names, places) for one in report.diagnostics],
        "summary": totals.summary(report),
    }
    return dump(document)


def dump(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Pure ASCII, so that no text of the repository reaches a terminal as it is, nor a CI as a command."""
    return json.dumps(_exact(document), indent=2).replace("##", "#\\u0023") + "\n"


class Places:
    """The ranges of edits, each file read once."""

    def __init__(self, sources: Sources) -> None:
        self._tree = sources.tree
        self._known: dict[str, Locator] = {}

    def __call__(self, edit: Edit) -> Range:
        """Where the text stands that an edit replaces."""
        locator = self._known.get(edit.file)
        if locator is None:
            try:
                text = decode(self._tree.read(edit.file))
            except (OSError, UnknownContentError):  # it is gone, or another file by now
                text = ""
            locator = self._known[edit.file] = Locator(text)
        return locator.between(edit.start, edit.end)


def diagnostic(one: Diagnostic, names: Mapping[str, str], places: Places) -> dict[str, Any]:
    """A finding, as both `scan` and `predict` give it."""
    reference = one.reference
    return {
        "code": one.code,
        "name": one.name,
        "severity": one.severity,
        "message": one.message,
        "file": one.site.file,
        "range": _range(place(one)),
        "reference": None
        if reference is None
        else {
            "key": reference.key,
            "raw": reference.raw,
            "target": reference.target or ".",
            "image_path": reference.image_path or None,
        },
        "fingerprint": one.fingerprint,
        "blocks": {"packages": list(totals.packages(one, names)), "services": list(one.services)},
        "fixes": [_fix(fix, places) for fix in one.fixes],
        "help_uri": f"docs/rules/{one.name}.md",
    }


def _fix(fix: Fix, places: Places) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "proved": True,  # what is not is none
        "edits": [
            {"file": edit.file, "range": _range(places(edit)), "replacement": edit.replacement}
            for edit in fix.edits
        ],
    }


def _package(judgement: Judgement, blocked_by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "ecosystem": judgement.ecosystem,
        "tools": list(judgement.tools),
        "name": judgement.name,
        "manifest": judgement.manifest,
        "loads": _VERDICTS[judgement.loads.verdict],
        "resolves": _VERDICTS[judgement.resolves.verdict],
        "because": totals.because(judgement),
        "blocked_by": list(blocked_by),
    }


def _built(built: Built, blocked_by: tuple[str, ...]) -> dict[str, Any]:
    fields = built._asdict()
    del fields["faults"]
    return {**fields, "blocked_by": list(blocked_by)}


def _range(place: Range) -> dict[str, dict[str, int]]:
    return {"start": place.start._asdict(), "end": place.end._asdict()}


def _exact(value: Any) -> Any:
    """Without lone surrogates (a byte of a file name that is no UTF-8), which many parsers refuse."""
    match value:
        case str():
            return (
                value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
                if not value.isascii()
                else value
            )
        case dict():
            return {key: _exact(inner) for key, inner in value.items()}
        case list():
            return [_exact(inner) for inner in value]
    return value
