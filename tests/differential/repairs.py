"""Repairs against the real tools: what `scan --fix` makes of the suite's broken trees.

    python -m tests.differential.repairs SUITE [--only REGEX] [--safe]

Each case for which the suite knows a repair is copied, repaired (with --unsafe-fixes, or only with what is
safe), and the recorded command is run with the real tool. The suite's own repair edits what is there, or
creates a package or a file, which depcheck never does: both figures are printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

PATIENCE = 120


class Result(NamedTuple):
    """What came of a case. edits: whether the suite mends it by editing files that are there."""

    case: str
    edits: bool
    came: Literal["passes", "fails", "not offered", "was not broken"]
    said: str = ""


def main() -> int:
    """Print a line for each case that is not repaired, and the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--safe", action="store_true")
    arguments = parser.parse_args()
    found = [
        one
        for folder in sorted(arguments.suite.glob("cases/*/*"))
        if re.search(arguments.only, f"{folder.parent.name}/{folder.name}")
        and (one := repaired(arguments.suite, folder, safe=arguments.safe)) is not None
    ]
    for one in found:
        if one.came != "passes":
            sys.stdout.write(f"{one.came:12} {'edit  ' if one.edits else 'create'} {one.case}  {one.said}\n")
    for edits in (True, False):
        group = [one for one in found if one.edits is edits]
        good = sum(one.came == "passes" for one in group)
        bad = sum(one.came == "fails" for one in group)
        what = "mended by an edit" if edits else "that want something created"
        sys.stdout.write(f"{what}: {good} of {len(group)} pass once repaired, {bad} fail after a repair\n")
    return 0


def repaired(suite: Path, folder: Path, *, safe: bool) -> Result | None:
    """Repair a case and ask its tool; None where the suite knows no repair."""
    case: dict[str, Any] = json.loads((folder / "case.json").read_text())
    fix = case.get("fix")
    if not case.get("fix_verified") or not isinstance(fix, dict):
        return None
    name = f"{folder.parent.name}/{folder.name}"
    edits = all(text is not None and (folder / "tree" / file).is_file() for file, text in fix.items())
    top: Path = _suite(suite).fresh(folder, case)
    try:
        words = ["scan", "--fix", *([] if safe else ["--unsafe-fixes"]), "--root", str(top), str(top)]
        before = _content(top)
        _run([sys.executable, "-m", "depcheck", *words, "--format", "concise"], top)
        if _content(top) == before:
            return Result(name, edits, "not offered")
        cwd = top / case.get("cwd", ".")
        done = _run(["sh", "-c", case["command"].replace("@ROOT@", str(top))], cwd)
        if done.returncode == 0:
            return Result(name, edits, "passes")
        return Result(name, edits, "fails", " ".join(done.stderr.split())[-300:])
    finally:
        shutil.rmtree(top.parent)


def _content(top: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in top.rglob("*") if path.is_file()}


TOOLS = Path(sys.executable).parent.parent.parent / ".venv-tools" / "bin"  # as ./check makes it


def _run(words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"},
    )


def _suite(suite: Path) -> Any:
    """The suite's own script, which lays out a case."""
    spec = importlib.util.spec_from_file_location("check", suite / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
