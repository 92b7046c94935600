"""For a person: each finding with its source line, as rustc and ruff show theirs, then what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from depcheck.manifest import toml
from depcheck.model import Diagnostic
from depcheck.pipeline import Report
from depcheck.render import totals
from depcheck.render.finding import meant
from depcheck.render.screen import SEVERITY, Screen
from depcheck.render.text import above, count, plain, seen, sentence, width, wrap
from depcheck.sources import Sources

_INLINE = 3  # packages that are named at the finding itself
_LISTED = 60  # packages that are named in one list
_EXPLAINED = 3  # rules whose manuals are pointed out

Blocked = tuple[str, ...]  # the packages that a finding blocks


def render(report: Report, seconds: float, root: str, screen: Screen) -> str:
    """The whole report. seconds: that it took. root: of the report, as seen from the current directory."""
    names = totals.labels(report)
    footnotes = _footnotes(report, names)
    lines: list[str] = []
    if report.diagnostics and root != ".":
        lines.extend((f"{screen.style('note', 'bold')}: {sentence(above(root))}", ""))
    said: dict[Blocked, str] = {}
    for diagnostic, shown in zip(
        report.diagnostics, findings(report.sources, report.diagnostics, root, screen), strict=True
    ):
        lines.extend(shown)
        blocked = totals.packages(diagnostic, names)
        if blocked:
            lines.extend(_remark("blocks", _named(blocked, footnotes), _margin(diagnostic), screen))
        if diagnostic.services:
            lines.extend(_remark("blocks", _services(diagnostic, said), _margin(diagnostic), screen))
        for help_ in meant(diagnostic):
            lines.extend(_remark("help", help_, _margin(diagnostic), screen))
        lines.append("")
    for blocked, number in footnotes.items():
        lines.extend(_footnote(number, blocked, totals.whole_workspace(report, blocked, names), screen))
    lines.extend(_remarks(report, screen))
    lines.append(_closing(report, seconds, screen))
    return "".join(f"{line}\n" for line in lines)


def findings(
    sources: Sources, diagnostics: Iterable[Diagnostic], root: str, screen: Screen
) -> Iterator[list[str]]:
    """Each diagnostic as lines: title, place as seen from the current directory, source line, notes."""
    file: str | None = None
    lines: list[str] = []
    said = set[str]()
    for diagnostic in diagnostics:
        if diagnostic.site.file != file:  # they come file by file
            file = diagnostic.site.file
            lines = sources.get(toml.shown, file).split("\n")
        shown = list(_finding(diagnostic, lines, root, screen))
        for note in diagnostic.notes:
            if note not in said:  # what holds for many is said at the first
                said.add(note)
                shown.extend(_remark("note", note, _margin(diagnostic), screen))
        yield shown


def _finding(diagnostic: Diagnostic, lines: Sequence[str], root: str, screen: Screen) -> Iterator[str]:
    colour = SEVERITY[diagnostic.severity]
    kind = screen.style(f"{diagnostic.severity}[{diagnostic.code}]", colour)
    yield f"{kind} {screen.style(f'{diagnostic.name}: {sentence(diagnostic.message)}', 'bold')}"
    place = diagnostic.range
    if place is None or not any(lines):  # a directory, or a file that is not there, has no lines
        return
    margin = _margin(diagnostic)
    file = seen(root, diagnostic.site.file)
    yield f"{' ' * margin}{screen.style('-->', 'blue')} {file}:{place.start.line}:{place.start.column}"
    if place.start.line <= len(lines) and (diagnostic.site.route or diagnostic.site.line):
        from depcheck.render.snippet import snippet

        yield from snippet(lines[place.start.line - 1].removesuffix("\r"), place, screen, colour, margin)
        yield f"{' ' * margin} {screen.style('|', 'blue')}"


def _margin(diagnostic: Diagnostic) -> int:
    """The digits of the line's number: how far what stands before the bar reaches."""
    return len(str(diagnostic.range.start.line)) if diagnostic.range else 1


def _remark(kind: str, text: str, margin: int, screen: Screen) -> Iterator[str]:
    """`= note: ...`, wrapped to the screen."""
    head = f"{' ' * margin} = {kind}: "
    styled_kind = screen.style(kind, "green" if kind == "help" else "bold")
    styled = f"{' ' * margin} {screen.style('=', 'blue')} {styled_kind}: "
    limit = screen.width - len(head) if screen.width else 0
    for index, line in enumerate(wrap(sentence(text).split(" "), limit)):
        yield (styled if index == 0 else " " * len(head)) + line


def _footnotes(report: Report, names: Mapping[str, str]) -> dict[Blocked, int]:
    """The sets of packages that are named once, at the end: those that several findings block."""
    times: dict[Blocked, int] = {}
    for diagnostic in report.diagnostics:
        blocked = totals.packages(diagnostic, names)
        times[blocked] = times.get(blocked, 0) + 1
    wanted = [blocked for blocked, found in times.items() if len(blocked) > _INLINE]
    return {blocked: number for number, blocked in enumerate(wanted, 1)}


def _named(blocked: Blocked, footnotes: Mapping[Blocked, int]) -> str:
    if blocked in footnotes:
        return f"{count(len(blocked), 'package')} [{footnotes[blocked]}]"
    return ", ".join(f"`{name}`" for name in blocked)


def _services(diagnostic: Diagnostic, said: dict[Blocked, str]) -> str:
    """The services that a finding blocks, named at the first that blocks these."""
    services = diagnostic.services
    if services in said:
        return f"{count(len(services), 'service')}, those of {said[services]}"
    if len(services) > _INLINE:
        said[services] = f"`{diagnostic.site.file}`"
    names = ", ".join(f"`{name}`" for name in services[:_LISTED])
    more = f" and {len(services) - _LISTED:,} more" if len(services) > _LISTED else ""
    return f"the image{'' if len(services) == 1 else 's'} of {names}{more}"


def _footnote(number: int, blocked: Blocked, whole: str, screen: Screen) -> Iterator[str]:
    head = f"[{number}] "
    if whole:
        yield screen.style(head, "bold") + f"{plain(whole)}:"
        head = " " * len(head)
    listed = [f"{plain(name)}," for name in blocked[:_LISTED]]
    listed[-1] = listed[-1].removesuffix(",")
    if len(blocked) > _LISTED:
        listed.append(f"and {len(blocked) - _LISTED:,} more")
    limit = (screen.width or 100) - width(head)
    for index, line in enumerate(wrap(listed, limit)):
        yield (screen.style(head, "bold") if index == 0 else " " * len(head)) + line
    yield ""


def _remarks(report: Report, screen: Screen) -> Iterator[str]:
    found = list(totals.remarks(report))
    rules = dict.fromkeys(diagnostic.name for diagnostic in report.diagnostics)
    if rules:
        found.append(("more", ", ".join(f"depcheck explain {name}" for name in list(rules)[:_EXPLAINED])))
    for kind, text in found:
        limit = screen.width - len(kind) - 2 if screen.width else 0
        for index, line in enumerate(wrap(sentence(text).split(" "), limit)):
            yield (f"{screen.style(kind, 'cyan')}: " if index == 0 else " " * (len(kind) + 2)) + line
    if found:
        yield ""


def _closing(report: Report, seconds: float, screen: Screen) -> str:
    sums = totals.summary(report)
    seen = ", ".join(
        count(sums[f"{noun}s"], noun)
        for noun in ("manifest", "package", "reference", "build")
        if noun != "build" or sums["builds"]
    )
    found = []
    for severity in ("error", "warning", "info"):
        number = sums[f"{severity}s"]
        if number or severity != "info":
            found.append(screen.style(count(number, severity), SEVERITY[severity] if number else ""))
    return f"{seen}: {', '.join(found)} ({seconds:.2f} s)"
