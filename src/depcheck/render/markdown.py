"""A report in Markdown: for a comment, or for the summary of a step of GitHub Actions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.model import Diagnostic
from depcheck.pipeline import Report
from depcheck.render import totals
from depcheck.render.finding import paragraphs, place
from depcheck.render.text import count, sentence

# What may begin HTML, a link, a mention, an issue's number, an emoji, a formula or a cell of a table.
_SPECIAL = re.compile(r"[&<>`*_\[\]|~@#\\$!]|:(?=\S)|(?<=www)\.", re.IGNORECASE)


def render(report: Report, most: int = 0) -> str:
    """A table of the findings. most: rows it may have (a step's summary takes 1 MiB); 0: all."""
    found = sorted(report.diagnostics, key=lambda one: ("error", "warning", "info").index(one.severity))
    shown = found[:most] if most else found
    return "".join(f"{line}\n" for line in _lines(report, shown))


def _lines(report: Report, shown: list[Diagnostic]) -> Iterator[str]:
    numbers = [("error", report.count("error")), ("warning", report.count("warning"))]
    if notes := report.count("info"):
        numbers.append(("note", notes))
    yield f"## depcheck: {', '.join(count(number, noun) for noun, number in numbers)}"
    yield ""
    if shown:
        yield "| | Place | Finding |"
        yield "|---|---|---|"
        yield from map(_row, shown)
        yield ""
    if left := len(report.diagnostics) - len(shown):
        yield f"{count(left, 'more finding')} left out."
        yield ""
    for kind, text in totals.remarks(report):
        yield f"- {kind}: {_inline(sentence(text))}"
    yield f"- {count(report.manifests, 'manifest')} looked at"


def _row(diagnostic: Diagnostic) -> str:
    start = place(diagnostic).start
    where = _code(sentence(f"{diagnostic.site.file or '.'}:{start.line}:{start.column}"))
    said = "<br>".join(_inline(sentence(paragraph)) for paragraph in paragraphs(diagnostic))
    return f"| {diagnostic.severity} | {where} | **{diagnostic.name}** ({diagnostic.code}): {said} |"


def _inline(text: str) -> str:
    """A sentence of ours with the things in backticks, none of which can end its span."""
    *pairs, last = text.split("`")
    if len(pairs) % 2:
        return _escaped(text)
    return "".join(
        _code(part) if number % 2 else _escaped(part) for number, part in enumerate((*pairs, last))
    )


def _code(text: str) -> str:
    """A code span; where it could end early, or a cell of the table in it, with all of that escaped."""
    if text.strip() == text and text and not set(text) & set("`|\\"):
        return f"`{text}`"
    return f"<code>{_escaped(text)}</code>"


def _escaped(text: str) -> str:
    """Character references are never taken for markup (6.2 of the CommonMark specification)."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)
