"""Edits at the places that readers name: a value of a TOML document, a part of a line."""

from __future__ import annotations

from depcheck.fix import document
from depcheck.fix.splice import decode
from depcheck.model import Edit, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError


class Lines(NamedTuple):
    """The text of a file, as the offsets of edits count in it, and where each line begins."""

    file: str
    text: str
    starts: tuple[int, ...]

    def edit(self, line: int, column: int, old: str, new: str) -> Edit | None:
        """`old`, which stands in the line at or behind the column (both from 1), replaced."""
        if not 0 < line <= len(self.starts):
            return None
        start = self.starts[line - 1] + max(column, 1) - 1
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        at = self.text.find(old, start, end)
        return None if at < 0 or not old else Edit(self.file, at, at + len(old), new)


def lines(sources: Sources, file: str) -> Lines | None:
    """The lines of a file; None where it cannot be read."""
    try:
        text = decode(sources.tree.read(file))
    except (OSError, UnknownContentError):
        return None
    starts = [0]
    while (at := text.find("\n", starts[-1])) >= 0:
        starts.append(at + 1)
    return Lines(file, text, tuple(starts))


def at(sources: Sources, site: Site, old: str, new: str) -> Edit | None:
    """`old` replaced within the value, the key or the line that is the site."""
    if site.line:
        found = sources.get(lines, site.file)
        return None if found is None else found.edit(site.line, site.column, old, new)
    text = sources.get(document.of, site.file)
    if text is None or site.route not in text.spans:
        return None
    if site.route[-1] == old:
        return document.renamed(text, site.route, new)
    return document.part(text, site.route, old, new)
