"""What the standard streams may be: full, closed, not UTF-8, interrupted; terminals of all kinds."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from depcheck import rules
from tests import example_tree
from tests.hostile.running import SECONDS, environment

_DEPCHECK = f"{sys.executable} -m depcheck"
_COMMANDS = (
    "scan",
    "scan --format concise",
    "scan --format json",
    "predict -- cargo metadata",
    "predict --format json -- cargo metadata",
    "explain missing-path",
    "rules",
    "fix --choose 1",
    "--help",
    "scan --help",
    "--version",
)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_tree.write(rules.load("missing-path").bad, tmp_path_factory.mktemp("x") / "repository")


def _shell(line: str, cwd: Path, **variables: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        check=False,
        timeout=SECONDS,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.parametrize(
    ("stream", "reason"), [("> /dev/full", "no space left on device"), (">&-", "it is closed")]
)
def test_a_report_that_cannot_be_written_is_one_line(
    command: str, stream: str, reason: str, bad: Path
) -> None:
    for unbuffered in ("", "1") if command in {"scan", "--version"} else ("",):
        code, _, said = _shell(f"{_DEPCHECK} {command} {stream}", bad, PYTHONUNBUFFERED=unbuffered)
        assert (code, said) == (2, f"depcheck: cannot write to standard output: {reason}\n")


@pytest.mark.parametrize("stream", ["2> /dev/full", "2>&-", "2>&- <&-"])
@pytest.mark.parametrize(("words", "code"), [("scan", 1), ("scan nowhere", 2), ("scan --wrong", 2)])
def test_what_cannot_be_said_changes_nothing(stream: str, words: str, code: int, bad: Path) -> None:
    assert _shell(f"{_DEPCHECK} {words} {stream}", bad)[0] == code


def test_a_reader_that_leaves_early_is_no_error(bad: Path) -> None:
    line = f"({_DEPCHECK} scan; echo $? >&2) | true"
    assert _shell(line, bad)[2].strip() in {"141", "1"}  # 1: it was faster than `true`


def test_a_current_directory_that_is_gone_is_one_line(tmp_path: Path) -> None:
    here = tmp_path / "here"
    for command in ("scan", "predict -- cargo build"):
        here.mkdir()
        done = _shell(f"rmdir {here}; {_DEPCHECK} {command}", here)
        assert done == (2, "", "depcheck: the current directory does not exist any more\n")


def test_an_interrupt_ends_it_with_130(bad: Path, tmp_path: Path) -> None:
    slow = tmp_path / "git"
    slow.write_text(f"#!/bin/sh\ntouch {tmp_path}/waiting\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "depcheck", "scan"],
        cwd=bad,
        env=environment(PATH=f"{tmp_path}:{os.environ['PATH']}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + SECONDS
    while not (tmp_path / "waiting").exists() and time.monotonic() < limit:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=SECONDS) == (b"", b"")
    assert process.returncode == 130


def test_paths_are_utf_8_in_every_locale(tmp_path: Path) -> None:
    """The tools take the bytes of a path as they stand in the file: so does depcheck."""
    good = rules.load("missing-path").good
    tree = {path.replace("auth", "日本"): str(text).replace("auth", "日本") for path, text in good.items()}
    root = example_tree.write(tree, tmp_path / "repository")
    said = set()
    for variables in (
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ):
        code, shown, _ = _shell(f"{_DEPCHECK} scan --format json", root, **variables)
        said.add((code, shown))
    assert len(said) == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_a_stream_of_any_encoding_loses_no_report(encoding: str, form: str, tmp_path: Path) -> None:
    bad = {path.replace("auth", "日本"): str(text) for path, text in rules.load("missing-path").bad.items()}
    root = example_tree.write(bad, tmp_path / "repository")
    variables = environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C", PYTHONCOERCECLOCALE="0")
    done = subprocess.run(
        [sys.executable, "-m", "depcheck", "scan", "--format", form],
        cwd=root,
        env=variables,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert "missing-path" in done.stdout.decode(encoding)


@pytest.mark.parametrize(
    "columns", ["0", "1", "-1", "7", "abc", "9" * 30, "9" * 5000, "²", "٣", " 80 ", "", "1000000"]
)
def test_any_width_is_one(columns: str, bad: Path) -> None:
    for words in ("scan", "explain missing-path", "--help", "rules"):
        shown = _on_terminal(words, bad, COLUMNS=columns)
        assert shown
        assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("variables", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, True),
    ],
)
def test_colours_on_a_terminal(variables: dict[str, str], colour: bool, bad: Path) -> None:
    assert ("\x1b[1;31m" in _on_terminal("scan", bad, **variables)) is colour


def _on_terminal(words: str, cwd: Path, **variables: str) -> str:
    """What appears on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "depcheck", *words.split()],
        cwd=cwd,
        env=environment(**{"TERM": "xterm", **variables}),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1 << 16):
            shown += part
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    process.wait(SECONDS)
    return shown.decode()
