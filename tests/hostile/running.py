"""depcheck as a process of its own, and what holds of every run whatever it was given."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 20  # many times what a run may take on a busy machine
_LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONUNBUFFERED", "PYTHONIOENCODING")
# What a terminal acts upon: controls but for the ends of lines, marks that turn text round.
_RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")
SOURCE = str(Path(__file__).parents[2] / "src")


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return {**kept, "PYTHONPATH": SOURCE, **variables}


def run(
    *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run it; the text on both streams is safe to show, there is no traceback, and it ends."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "depcheck", *words],
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    out, err = (os.fsdecode(stream) for stream in (done.stdout, done.stderr))
    for text in (out, err):
        raw = _RAW.search(text)
        assert raw is None, (raw, text[max(0, raw.start() - 40) : raw.start() + 40])
    assert "Traceback" not in err, err
    assert done.returncode in {0, 1, 2}, (done.returncode, err)
    if done.returncode == 2:
        assert out == ""
        assert err.startswith(("depcheck: ", "usage: ")), err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def everything(root: Path, *commands: str) -> list[str]:
    """Scan in each format, and predict each command in each: all that was said on both streams."""
    said = []
    for form in ("full", "concise", "json"):
        done = run("scan", "--format", form, cwd=root)
        said += [done.stdout, done.stderr]
    for command in commands:
        for form in ("full", "json"):
            done = run("predict", "--format", form, "--", command, cwd=root)
            said += [done.stdout, done.stderr]
    return said
