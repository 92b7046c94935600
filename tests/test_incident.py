"""The example of the incident: what cargo says of it, what depcheck says, and that the same text mends it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import cli

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident"
SERVICES = ("auth", "hub", "presence", "sfu")
CARGO = shutil.which("cargo")


@pytest.fixture
def incident(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "build", ignore=shutil.ignore_patterns("target")))


def mend(root: Path, services: tuple[str, ...] = SERVICES) -> None:
    for service in services:
        manifest = root / "packages/services/reticulum" / service / "Cargo.toml"
        text = manifest.read_text(encoding="utf-8")
        assert text.count('agent-looper-client = { path = "../agent-looper/rust", optional = true }') == 1
        manifest.write_text(
            text.replace('"../agent-looper/rust"', '"../../agent-looper/rust"'), encoding="utf-8"
        )


def cargo(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [CARGO or "cargo", *words, "--offline", "--locked"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.skipif(CARGO is None, reason="needs cargo")
def test_cargo_fails_with_the_reports_error_and_passes_once_the_four_lines_are_right(incident: Path) -> None:
    failed = cargo(incident, "build", "-p", "reticulum-presence")
    assert failed.returncode == 101
    missing = f"failed to read `{incident}/packages/services/reticulum/agent-looper/rust/Cargo.toml`"
    assert f"{missing}\n\nCaused by:\n  No such file or directory (os error 2)" in failed.stderr
    mend(incident, SERVICES[:3])
    assert missing in cargo(incident, "build").stderr
    mend(incident, SERVICES[3:])
    for words in (
        ["build"],
        ["build", "--all-targets", "--features", "optimization", "-p", "reticulum-presence"],
    ):
        passed = cargo(incident, *words)
        assert passed.returncode == 0, passed.stderr


def test_scan_names_the_four_lines_and_nothing_once_they_are_right(
    incident: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["scan", "--format", "json", str(incident)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [one["file"] for one in document["diagnostics"]] == [
        f"packages/services/reticulum/{service}/Cargo.toml" for service in SERVICES
    ]
    for one in document["diagnostics"]:
        assert (one["name"], one["severity"]) == ("missing-path", "error")
        assert one["range"] == {"start": {"line": 10, "column": 32}, "end": {"line": 10, "column": 54}}
        assert one["reference"]["target"] == "packages/services/reticulum/agent-looper/rust"
        assert len(one["blocks"]["packages"]) == 6
    assert all(package["loads"] is False for package in document["packages"])
    mend(incident)
    assert cli.main(["scan", "--format", "json", str(incident)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["diagnostics"] == []
    assert all(package["loads"] and package["resolves"] for package in document["packages"])


def test_the_report_says_what_was_meant_and_names_what_is_blocked_once(
    incident: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["scan", str(incident)]) == 1
    report = capsys.readouterr().out
    assert report.count("did you mean `../../agent-looper/rust`?") == 4
    assert "packages/services/agent-looper/rust" in report
    assert report.count("`optional = true` does not help") == 1
    assert report.count("reticulum-core") == 1
    assert "every package of the workspace" in report


def test_places_lead_there_from_the_current_directory(
    incident: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(incident / "packages/services")
    assert cli.main(["scan", "--root", str(incident), "--format", "concise", "reticulum"]) == 1
    assert capsys.readouterr().out.startswith("reticulum/auth/Cargo.toml:10:32: ")
