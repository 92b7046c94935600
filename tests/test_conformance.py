"""The conformance suite, where it lies beside the checkout: every recorded answer of the real tools."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from depcheck import predict

SUITE = Path(__file__).parent.parent.parent / "shared" / "conformance"

WRONG = r"(differ|unknown|crash|unnamed|blamed|accused) "
# Where the design and the suite disagree the tool has decided. Case -> (directory, command): `scan` blames
# a reference there that the recorded command tolerates, because with the manifest of that directory as
# the current one this everyday command fails, as each did when it was run.
OVERRULED = {
    "poetry/path-name-normalised-ok": ("libs/b", "poetry install"),
    "setuptools-rust/sdist-path-missing": (".", "pyproject-build -w ."),
}
# The suite has an error named that uv alone makes of a requirements file; pip, which owns such a file
# where nothing speaks for uv, passes over the directory, so `scan` warns.
UNNAMED = {"uv/req-find-links-relative"}


# They run no build: the suite's script asks depcheck nothing about them.
OTHERS = {"mypy", "pytest", "ruff"}


def tools() -> list[str]:
    found = (folder.name for folder in (SUITE / "cases").iterdir()) if SUITE.is_dir() else ()
    return sorted(set(found) - OTHERS)


def copy(tool: str, to: Path) -> Path:
    """The cases of a tool, with symbolic links that a copy on the way has turned into files restored.

    Such a file holds the text of the link, without the end of a line that a real file has.
    """
    cases = SUITE / "cases" / tool
    shutil.copytree(cases, to / tool, symlinks=True, copy_function=shutil.copyfile)
    if any(path.is_symlink() for path in cases.rglob("*")):
        return to
    for path in to.glob("*/*symlink*/tree/**/*"):
        text = path.read_bytes() if path.is_file() and path.suffix != ".rs" else b""
        if 0 < len(text) < 120 and b"\n" not in text and text != b"x":
            path.unlink()
            path.symlink_to(text.decode())
    return to


@pytest.mark.skipif(not SUITE.is_dir(), reason="the conformance suite is not beside the checkout")
@pytest.mark.parametrize("tool", tools())
def test_every_recorded_answer_is_given(tool: str, tmp_path: Path) -> None:
    depcheck = Path(sys.executable).parent / "depcheck"
    words = ["--suite", str(copy(tool, tmp_path)), "--depcheck", str(depcheck), "--tool", tool]
    done = subprocess.run(
        [sys.executable, str(SUITE / "check.py"), *words], capture_output=True, text=True, check=False
    )
    wrong = [line for line in done.stdout.splitlines() if re.match(WRONG, line)]
    assert done.returncode in {0, 1}, done.stderr
    assert [line for line in wrong if not _is_allowed(line)] == []
    counted = re.search(r"^(\d+) of \d+ right", done.stdout, re.MULTILINE)
    assert counted is not None, done.stdout[-500:]
    assert int(counted[1]) > 0
    hit = {line.split()[1] for line in wrong}
    assert {case for case in (*OVERRULED, *UNNAMED) if case.startswith(f"{tool}/")} <= hit


def _is_allowed(line: str) -> bool:
    kind, case = line.split()[:2]
    allowed = {"unnamed": UNNAMED, "blamed": OVERRULED, "accused": OVERRULED}
    return case in allowed.get(kind, ())


@pytest.mark.skipif(not SUITE.is_dir(), reason="the conformance suite is not beside the checkout")
@pytest.mark.parametrize("case", OVERRULED)
def test_what_is_blamed_stops_an_everyday_command(case: str, tmp_path: Path) -> None:
    top = copy(case.partition("/")[0], tmp_path) / case / "tree"
    cwd, command = OVERRULED[case]
    assert predict.predict(str(top), cwd, [command], {"HOME": "/nonexistent"}).verdict == "fails"
