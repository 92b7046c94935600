"""Comments to depcheck that say nothing any more."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.fix.manifest.basis import Basis
from depcheck.fix.offer import offer
from depcheck.manifest import comments, toml
from depcheck.manifest.comments import Suppression
from depcheck.model import Edit, Fault, Fix
from depcheck.sources import Sources


def removed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The rule taken out of the comment, and the comment with the last of them."""
    site = fault.site
    text = basis.sources.get(toml.read_text, site.file)
    if not isinstance(text, str):
        return
    for one in basis.sources.get(_on_lines, site.file).get(site.line, ()):
        others = [word for word in one.words if word[0] != site.within]
        if len(others) == len(one.words):
            continue
        if others:
            listed = ", ".join(word for word, _ in others)
            first, last = one.words[0][1], one.words[-1][1] + len(one.words[-1][0])
            yield from offer(
                f"take `{site.within}` out of the comment", Edit(site.file, first, last, listed), safe=True
            )
        else:
            start, end = one.start, one.end
            line = text.rfind("\n", 0, start) + 1
            if one.is_alone:
                start, end = line, text.find("\n", end) + 1 or len(text)
            else:
                start = line + len(text[line:start].rstrip())
            yield from offer("remove the comment", Edit(site.file, start, end, ""), safe=True)


def _on_lines(sources: Sources, file: str) -> dict[int, list[Suppression]]:
    """The comments of a file by their line."""
    found: dict[int, list[Suppression]] = {}
    for one in comments.read(sources.get(toml.shown, file), ""):
        found.setdefault(one.lines[0], []).append(one)
    return found
