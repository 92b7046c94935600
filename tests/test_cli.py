"""The command line from outside: what goes to which stream, exit codes, terminals of all kinds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from depcheck import __version__, cli, rules
from depcheck.render import manual
from tests import example_tree


def run(*words: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[bytes]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
    }
    command = [sys.executable, "-m", "depcheck", *words]
    return subprocess.run(command, cwd=cwd, env={**kept, **variables}, capture_output=True, check=False)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return example_tree.write(rules.load("missing-path").bad, tmp_path / "repository")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return example_tree.write(rules.load("missing-path").good, tmp_path / "mended")


def test_exit_codes(bad: Path, good: Path, tmp_path: Path) -> None:
    assert run("scan", str(bad)).returncode == 1
    assert run("scan", str(good)).returncode == 0
    for words in (["scan", "nowhere"], ["scan", "--root", "nowhere"], ["scan", "--wrong"], ["nothing"]):
        done = run(*words, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr
        assert b"Traceback" not in done.stderr


def test_places_lead_there_from_the_current_directory(bad: Path) -> None:
    inside = bad / "services/hub/src"
    done = run("scan", "--format", "concise", "../../..", cwd=inside)
    place = done.stdout.decode().partition(":")[0]
    assert (inside / place).resolve() == bad / "services/hub/Cargo.toml"
    assert b"paths in messages are relative to `../../..`" in done.stderr
    full = run("scan", "../../..", cwd=inside).stdout.decode()
    assert full.startswith("note: paths in messages are relative to `../../..`")
    assert f"--> {place}:" in full


def test_a_root_is_a_directory_and_what_is_judged(bad: Path, tmp_path: Path) -> None:
    for root in ("services", "services/../services/hub/Cargo.toml"):
        assert run("scan", "--root", root, cwd=bad).returncode in (0, 1)
    done = run("scan", "--root", "Cargo.toml", cwd=bad / "services/hub")
    assert done.returncode in (0, 1), done.stderr
    done = run("scan", str(tmp_path), "--root", ".", cwd=bad)
    assert done.returncode == 2
    assert b"hint" not in done.stderr


def test_above_the_root_nothing_is_read_and_that_is_said(tmp_path: Path) -> None:
    manifest = '[package]\nname = "a"\nversion.workspace = true\n'
    root = {"Cargo.toml": '[workspace]\nmembers = ["a"]\n', "a/Cargo.toml": manifest, "a/src/lib.rs": ""}
    example_tree.write(root, tmp_path / "repository")
    done = run("scan", "--root", "a", cwd=tmp_path / "repository")
    assert done.returncode == 1
    assert b"nothing above `--root` was read" in done.stderr


def test_a_prediction_for_a_root_elsewhere_starts_at_that_root(bad: Path) -> None:
    package = str(bad / "services/hub")
    done = run("predict", "--root", package, "--", "cargo metadata --no-deps", cwd=bad)
    assert (done.returncode, done.stdout.startswith(b"loads")) == (0, True), done.stdout


def test_a_prediction_frames_no_place_that_is_none_and_says_it_once(bad: Path) -> None:
    done = run("predict", "--cwd", "zzz", "--", "uv", "lock", cwd=bad)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    shown = run("predict", "--", "cargo", "build", "--manifest-path", "nope/Cargo.toml", cwd=bad)
    assert shown.returncode == 1
    assert b"-->" not in shown.stdout
    assert shown.stdout.count(b"does not exist") == 1


def test_no_command_is_help_on_stderr(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"usage: depcheck" in done.stderr


def test_no_manifest_is_a_word_on_stderr_and_no_error(tmp_path: Path) -> None:
    done = run("scan", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"depcheck: no manifest found\n")


def test_a_file_that_is_named_is_judged_or_refused(tmp_path: Path) -> None:
    broken = ("deps/dev.txt", "deps/dev.in", "reqs/a.txt", "reqs-dev.txt")
    for name in (*broken, "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("-e ./libs/nope\n", encoding="utf-8")
    for name in broken:
        done = run("scan", "--format", "concise", name, cwd=tmp_path)
        assert (done.returncode, done.stdout.count(b"DC102")) == (1, 1), done
    whole = run("scan", "--format", "concise", cwd=tmp_path)
    found = {line.partition(b":")[0] for line in whole.stdout.splitlines() if b"DC102" in line}
    assert found == {b"reqs/a.txt", b"reqs-dev.txt"}
    refused = run("scan", "notes.md", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.startswith(b"depcheck: notes.md is no manifest that depcheck knows\nhint: ")


def test_a_warning_is_no_failure(tmp_path: Path) -> None:
    root = example_tree.write(rules.load("dormant-path").bad, tmp_path / "repository")
    done = run("scan", str(root))
    assert done.returncode == 0
    assert b"warning[DC116] dormant-path" in done.stdout


def test_colours_are_for_terminals_and_for_those_who_ask(bad: Path) -> None:
    assert b"\x1b" not in run("scan", str(bad)).stdout
    assert b"\x1b[1;31m" in run("scan", str(bad), FORCE_COLOR="1").stdout
    assert b"\x1b" not in run("scan", str(bad), FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b" not in run("scan", "--format", "json", str(bad), FORCE_COLOR="1").stdout


def test_a_stream_that_is_not_utf_8_loses_no_report(tmp_path: Path) -> None:
    manifest = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\nb = { path = "../日本" }\n'
    root = example_tree.write({"a/Cargo.toml": manifest, "a/src/lib.rs": ""}, tmp_path / "repository")
    done = run("scan", str(root), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert b"\\u65e5\\u672c" in done.stdout


def test_names_of_files_reach_the_terminal_escaped(tmp_path: Path) -> None:
    name = "a\n::error::\x1b[31m\u202e"
    manifest = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\nb = { path = "../b" }\n'
    root = example_tree.write(
        {f"{name}/Cargo.toml": manifest, f"{name}/src/lib.rs": ""}, tmp_path / "repository"
    )
    for form in ("full", "concise", "json"):
        shown = run("scan", "--format", form, str(root)).stdout
        assert b"\x1b" not in shown
        assert "\u202e".encode() not in shown
        assert not any(line.startswith(b"::") for line in shown.splitlines())
    document = json.loads(run("scan", "--format", "json", str(root)).stdout)
    assert document["diagnostics"][0]["file"] == f"{name}/Cargo.toml"


def test_a_reader_that_leaves_early_is_no_traceback(bad: Path) -> None:
    command = f"{sys.executable} -m depcheck scan --format json {bad} | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr


def test_several_paths_outside_git_have_what_holds_them_as_root(tmp_path: Path) -> None:
    manifest = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\nb = { path = "../b" }\n'
    for name in ("a", "c"):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src/lib.rs").touch()
        (tmp_path / name / "Cargo.toml").write_text(manifest.replace('"a"', f'"{name}"'), encoding="utf-8")
    document = json.loads(run("scan", "--format", "json", "a", "c", cwd=tmp_path).stdout)
    assert [one["file"] for one in document["diagnostics"]] == ["a/Cargo.toml", "c/Cargo.toml"]
    assert document["root"] == "."


@pytest.mark.parametrize("name", rules.NAMES)
def test_explain_takes_a_name_or_a_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", name]) == 0
    page = capsys.readouterr().out
    assert page == manual.page(rules.load(name))
    assert cli.main(["explain", rules.NAMES[name].lower()]) == 0
    assert capsys.readouterr().out == page


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("missingpath", "did you mean `missing-path` (DC102)?"),
        ("DC1022", "did you mean `missing-path` (DC102)?"),
        ("\x1b[31m", "`depcheck rules` lists them"),
    ],
)
def test_explain_of_a_wrong_name(wrong: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", wrong]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[1] == f"hint: {hint}"
    assert "\x1b" not in said.err


def test_rules_lists_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in table] == [[code, name] for name, code in rules.NAMES.items()]
    assert cli.main(["rules", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)["rules"]
    assert [(one["code"], one["name"]) for one in listed] == [
        (code, name) for name, code in rules.NAMES.items()
    ]
    assert all(set(one) == {"code", "name", "severity", "summary", "help_uri"} for one in listed)


def test_the_version() -> None:
    done = run("--version")
    assert done.stdout.decode() == f"depcheck {__version__}\n" == run("-V").stdout.decode()


def test_predict_of_what_cannot_be_known_says_so(tmp_path: Path) -> None:
    done = run("predict", "--root", str(tmp_path), "--cwd", ".")
    assert done.returncode == 2
    done = run("predict", "--root", str(tmp_path), "--cwd", ".", "--", "make", "all")
    assert done.returncode == 2
    assert b"`make` is no build tool that depcheck knows" in done.stderr
