"""From places named by meaning to lines and columns, for what is reported only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from depcheck.manifest import toml
from depcheck.manifest.spans import Span, spans
from depcheck.model import Diagnostic, Position, Range, Route, Site
from depcheck.sources import Sources


class Locator:
    """The places of one file; the text is scanned when a route is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[Route, Span] | None = None
        self._starts: list[int] | None = None

    def range(self, site: Site) -> Range:
        """The range of `site` in the file: the longest part of its route that is there."""
        if site.line:
            return self._on_line(site)
        if not site.route:
            return self.between(0, 0)
        if self._spans is None:
            self._spans = spans(self._text)
        for length in range(len(site.route), 0, -1):
            span = self._spans.get(site.route[:length])
            if span is None:
                continue
            start, end = span.value if length == len(site.route) else span.key
            if start == end:
                start, end = span.value
            return self.between(*self._narrow(start, end, site.within))
        return self.between(0, 0)

    def _narrow(self, start: int, end: int, within: str) -> tuple[int, int]:
        if within:
            at = self._text.find(within, start, end)
            if at >= 0:
                return at, at + len(within)
        first = self._text.find("\n", start, end)  # a table or a long array: its first line
        return start, first if first >= 0 else end

    def _on_line(self, site: Site) -> Range:
        starts = self._line_starts()
        if site.line > len(starts):
            return self.between(len(self._text), len(self._text))
        start = starts[site.line - 1]
        end = self._text.find("\n", start)
        end = len(self._text) if end < 0 else end
        if site.column:
            begin = min(start + site.column - 1, end)
            return self.between(begin, min(begin + max(1, len(site.within)), max(end, begin)))
        return self.between(*self._narrow(start, end, site.within))

    def between(self, start: int, end: int) -> Range:
        """The range between two offsets in the text."""
        return Range(self._position(start), self._position(end))

    def _position(self, offset: int) -> Position:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0]
            at = self._text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = self._text.find("\n", at + 1)
        return self._starts


def locate_all(sources: Sources, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Work out lines, columns and fingerprints, and sort by file, line, column, code."""
    found = []
    seen: dict[str, int] = {}
    locators: dict[str, Locator] = {}
    for diagnostic in diagnostics:
        file = diagnostic.site.file
        if file not in locators:
            locators[file] = Locator(sources.get(toml.shown, file))
        shown = _unfilled(sources, diagnostic)
        found.append(shown._replace(range=locators[file].range(shown.site), site=diagnostic.site))
    found.sort(key=order)
    for index, diagnostic in enumerate(found):
        print_ = fingerprint(diagnostic)
        count = seen[print_] = seen.get(print_, 0) + 1
        found[index] = diagnostic._replace(fingerprint=print_ if count == 1 else f"{print_}-{count}")
    return tuple(found)


def _unfilled(sources: Sources, diagnostic: Diagnostic) -> Diagnostic:
    """With the path as its file has it, where a backend has filled in fields (`{root:uri}`)."""
    reference, root = diagnostic.reference, sources.tree.root
    if reference is None or root not in reference.raw:
        return diagnostic
    from depcheck import form

    written = form.as_written(sources, reference)
    if written is None or written.raw == reference.raw:
        return diagnostic
    return diagnostic._replace(
        message=diagnostic.message.replace(f"`{reference.raw}`", f"`{written.raw}`"),
        reference=reference._replace(raw=written.raw),
        site=diagnostic.site._replace(within=written.raw),
    )


def fingerprint(diagnostic: Diagnostic) -> str:
    """Stable when lines move or entries are added before: rule, file, key without indices, text."""
    import hashlib

    reference = diagnostic.reference
    key = [str(part) for part in diagnostic.site.route if isinstance(part, str)]
    raw = reference.raw if reference else diagnostic.site.within
    text = "\0".join([diagnostic.name, diagnostic.site.file, *key, raw])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def order(diagnostic: Diagnostic) -> tuple[object, ...]:
    """What reports are sorted by."""
    return diagnostic.site.file, diagnostic.range, diagnostic.code
