"""A finding with its repairs as a list to choose from, each with what it would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from depcheck.fix.splice import Content
from depcheck.model import Diagnostic, Fix
from depcheck.pipeline import Report
from depcheck.render import diff, full
from depcheck.render.screen import Screen
from depcheck.render.text import seen, sentence

_INDENT = "     "


def listed(
    report: Report, diagnostic: Diagnostic, changes: Sequence[Sequence[Content]], root: str, screen: Screen
) -> str:
    """The finding as a scan shows it, then its repairs. changes: the files that each of them edits."""
    (lines,) = full.findings(report.sources, [diagnostic], root, screen)
    for number, (fix, contents) in enumerate(zip(diagnostic.fixes, changes, strict=True), 1):
        lines += ["", *_choice(number, fix, screen)]
        shown = diff.render(contents, screen, is_terminal=True)
        lines += [f"{_INDENT}{line}" for line in shown.removesuffix("\n").split("\n")]
    return "".join(f"{line}\n" for line in lines)


def _choice(number: int, fix: Fix, screen: Screen) -> Iterator[str]:
    unsafe = "" if fix.applicability == "safe" else " (unsafe)"
    yield f"{screen.style(f'{number:>3}', 'bold')}  {screen.style(sentence(fix.title), 'green')}{unsafe}"


def line(diagnostic: Diagnostic, fix: Fix, root: str, *, why: str = "") -> str:
    """Where a repair is made and what it does. why: it is left out."""
    place = diagnostic.range
    at = f":{place.start.line}:{place.start.column}" if place is not None else ""
    said = f"{seen(root, diagnostic.site.file)}{at}: {diagnostic.code} {sentence(fix.title)}"
    return f"{said} (left out: {why})\n" if why else f"{said}\n"
