"""Reports as text: exact output, on a small tree and on text that means harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import pipeline, rules
from depcheck.model import Position, Range
from depcheck.render import concise, full
from depcheck.render.screen import Screen
from depcheck.render.snippet import snippet
from depcheck.render.text import plain, seen, sentence, width, wrap
from depcheck.rules.example import crate, workspace
from tests import example_tree

PLAIN = Screen()


def shown(line: str, start: int, end: int, cells: int = 0) -> list[str]:
    place = Range(Position(7, start), Position(7, end))
    return list(snippet(line, place, Screen(cells), "red", 1))


def test_a_place_is_underlined() -> None:
    assert shown('b = { path = "../b" }', 14, 20) == [
        "  |",
        '7 | b = { path = "../b" }',
        "  |              ^^^^^^",
    ]


def test_an_empty_place_gets_one_mark_and_a_place_past_the_end_stays_in_reach() -> None:
    assert shown("[package", 9, 9) == ["  |", "7 | [package", "  |         ^"]
    assert shown("ab", 50, 60) == ["  |", "7 | ab", "  |   ^"]
    assert shown("", 1, 1) == ["  |", "7 |", "  | ^"]


def test_tabs_wide_and_combining_characters_keep_the_underline_below_its_place() -> None:
    assert shown('\tb = "日本"', 6, 10) == ["  |", '7 |     b = "日本"', "  |         ^^^^^^"]
    assert shown('e\u0301 = "b"', 6, 9) == ["  |", '7 | e\u0301 = "b"', "  |     ^^^"]


def test_what_a_terminal_would_act_upon_is_written_out() -> None:
    assert shown('a = "\x1b[31m\u202e"', 5, 13)[1:] == [
        '7 | a = "\\u{1b}[31m\\u{202e}"',
        "  |     ^^^^^^^^^^^^^^^^^^^^",
    ]


@pytest.mark.parametrize("lead", ["", " ", "\u3000", "\u034f", "\ufe0f \u115f"])
def test_no_path_at_the_start_of_a_line_is_a_workflow_command(lead: str) -> None:
    assert seen(".", f"{lead}::error::a") == f"./{lead}::error::a"
    assert seen(".", f"a{lead}::error::a") == f"a{lead}::error::a"


@pytest.mark.parametrize("cells", [40, 80, 0])
def test_a_long_line_is_cut_around_its_place(cells: int) -> None:
    line = "a" * 5_000_000 + '"../b"' + "c" * 5_000_000
    _, source, under = shown(line, 5_000_001, 5_000_007, cells)
    assert len(source) <= (cells or 164)
    assert source.startswith("7 | ...a")
    assert source.endswith("c...")
    assert source.index('"../b"') == under.index("^^^^^^")


def test_a_long_place_is_cut_at_its_end() -> None:
    _, source, under = shown("a" * 1000 + "b" * 1000, 1001, 2001, 60)
    assert source == "7 | ..." + "b" * 50 + "..."
    assert under == "  |    " + "^" * 50


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain text, ünïcode 日本", "plain text, ünïcode 日本"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"),
        ("\x7f\x9b\xad", "\\u{7f}\\u{9b}\\u{ad}"),
        ("\u202etxt.exe\u2066\u200f", "\\u{202e}txt.exe\\u{2066}\\u{200f}"),
        ("bad\udcff name", "bad\\xff name"),
        ("\ud800", "\\u{d800}"),
    ],
)
def test_plain(text: str, safe: str) -> None:
    assert plain(text) == safe
    assert plain(safe) == safe


def test_a_sentence_leaves_out_the_middle_of_an_overlong_word() -> None:
    said = sentence(f"`{'x' * 100_000}` leads to nothing")
    assert len(said) < 250
    assert said.startswith("`xxx")
    assert said.endswith("x` leads to nothing")


def test_wrap() -> None:
    assert list(wrap(["aa", "bb", "cc"], 6)) == ["aa bb", "cc"]
    assert list(wrap(["aa", "bb", "cc"], 0)) == ["aa bb cc"]
    assert list(wrap(["long" * 5, "b"], 6)) == ["long" * 5, "b"]
    assert width("日本") == 4


@pytest.fixture
def report(tmp_path: Path) -> pipeline.Report:
    root = example_tree.write(rules.load("missing-target-file").bad, tmp_path / "repository")
    return pipeline.scan(pipeline.Request(str(root)))


def test_a_full_report(report: pipeline.Report) -> None:
    [found] = report.diagnostics
    assert (
        full.render(report, 0.034, "..", PLAIN)
        == f"""\
note: paths in messages are relative to `..`

error[DC109] missing-target-file: {found.message}
  --> ../auth/Cargo.toml:11:8
   |
11 | path = "bench/speed.rs"
   |        ^^^^^^^^^^^^^^^^
   |
   = blocks: `auth`

more: depcheck explain missing-target-file

1 manifest, 1 package, 1 reference: 1 error, 0 warnings (0.03 s)
"""
    )


def test_a_concise_report(report: pipeline.Report) -> None:
    [found] = report.diagnostics
    line = f"auth/Cargo.toml:11:8: error[DC109] missing-target-file: {found.message}\n"
    assert concise.render(report, ".", PLAIN) == line
    assert concise.render(report, "../x", PLAIN) == f"../x/{line}"


def test_colours_are_all_that_a_terminal_adds(report: pipeline.Report) -> None:
    import re

    coloured = full.render(report, 1, ".", Screen(colour=True))
    assert "\x1b[1;31merror[DC109]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == full.render(report, 1, ".", PLAIN)


def test_a_narrow_screen_wraps_notes(tmp_path: Path) -> None:
    root = example_tree.write(rules.load("missing-path").bad, tmp_path / "repository")
    report = pipeline.scan(pipeline.Request(str(root)))
    lines = full.render(report, 1, ".", Screen(60)).splitlines()
    assert max(len(line) for line in lines[1:-1]) <= 60


def test_what_is_blocked_by_several_is_named_once(tmp_path: Path) -> None:
    broken = '\n[dependencies]\ngone = { path = "../gone" }\n'
    tree: dict[str, str] = {}
    for name in ("a", "b", "c", "stray/d"):
        tree |= {path: str(text) for path, text in crate(name, broken if name in {"a", "b"} else "").items()}
    tree |= {path: str(text) for path, text in workspace('["a", "b", "c"]').items()}
    tree |= {path: str(text) for path, text in crate("e", "\n[workspace]\n").items()}
    root = example_tree.write(tree, tmp_path / "repository")
    shown = full.render(pipeline.scan(pipeline.Request(str(root))), 1, ".", PLAIN)
    assert shown.count("= blocks: 4 packages [1]") == 2
    assert "\n[1] a, b, c, d\n" in shown
    del tree["e/Cargo.toml"]
    root = example_tree.write(tree, tmp_path / "without")
    shown = full.render(pipeline.scan(pipeline.Request(str(root))), 1, ".", PLAIN)
    assert (
        "\n[1] every package of the workspace, and what else lies below its root:\n    a, b, c, d\n" in shown
    )
    del tree["stray/d/Cargo.toml"]
    tree |= {path: str(text) for path, text in crate("d").items()}
    tree |= {path: str(text) for path, text in workspace('["a", "b", "c", "d"]').items()}
    root = example_tree.write(tree, tmp_path / "whole")
    shown = full.render(pipeline.scan(pipeline.Request(str(root))), 1, ".", PLAIN)
    assert "\n[1] every package of the workspace:\n    a, b, c, d\n" in shown
