"""JUnit's XML in the flavour of Jenkins (`junit-10.xsd` of its xUnit plugin), which most CI systems show.

A suite is a file: with a failed test for each error, and one that passes where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from depcheck.model import Diagnostic
from depcheck.pipeline import Report
from depcheck.render import totals
from depcheck.render.finding import paragraphs, place
from depcheck.render.text import plain


def render(report: Report, seconds: float) -> str:
    """The document, in ASCII. seconds: that the scan took."""
    files: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        files.setdefault(diagnostic.site.file, []).append(diagnostic)
    unknown = {one.manifest: totals.because(one) for one in report.judgements}
    top = ET.Element("testsuites", name="depcheck", time=f"{seconds:.3f}")
    for file in sorted({*files, *unknown}):
        _suite(top, file, files.get(file, ()), unknown.get(file))
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    ET.indent(top)
    written: bytes = ET.tostring(top, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _suite(top: ET.Element, file: str, found: Iterable[Diagnostic], unknown: str | None) -> None:
    suite = ET.SubElement(top, "testsuite", name=_valid(file or "."))
    failures = 0
    for diagnostic in found:
        start = place(diagnostic).start
        title = f"{diagnostic.name} ({diagnostic.code}) at {start.line}:{start.column}"
        case = _case(suite, file, title)
        said = [_valid(paragraph) for paragraph in paragraphs(diagnostic)]
        if diagnostic.severity == "error":
            failures += 1
            failure = ET.SubElement(case, "failure", type=diagnostic.name, message=said[0])
            failure.text = "\n".join((f"{_valid(file)}:{start.line}:{start.column}", *said))
        else:
            ET.SubElement(case, "system-out").text = "\n".join(
                (f"{diagnostic.severity}: {said[0]}", *said[1:])
            )
    if unknown is not None:
        ET.SubElement(_case(suite, file, "loads"), "skipped", message=_valid(f"unknown: {unknown}"))
    elif not failures:
        _case(suite, file, "loads")
    counted = {"tests": len(suite), "failures": failures, "errors": 0, "skipped": int(unknown is not None)}
    for name, number in counted.items():
        suite.set(name, str(number))


def _case(suite: ET.Element, file: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", name=name, classname=_valid(file or "."), time="0")


def _valid(text: str) -> str:
    """Control characters written out, and without the two more that XML does not have."""
    return plain(text).replace("\ufffe", "").replace("\uffff", "")
