"""`python -m benchmarks [CHECKOUT...]`: measure, and print the table of docs/performance.md.

Ratios of one run on one machine, between programs that take turns: a machine that is slow, or busy,
is so for both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence

from benchmarks import suite
from benchmarks.measure import Answer, Comparison, FailedError, compare, median
from benchmarks.suite import Programs

_HEAD = (
    "| what | median | least to most | beside | median | ratio | by work | budget | peak |\n"
    + "|---" * 9
    + "|"
)


def main(words: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 where a budget is not kept, 2 where something could not be run."""
    arguments = _arguments(words)
    with tempfile.TemporaryDirectory(prefix="depcheck-benchmark-") as made:
        scratch = os.path.realpath(arguments.scratch or made)
        os.makedirs(scratch, exist_ok=True)
        programs = find(arguments.depcheck or install(scratch))
        asked = list(_comparisons(programs, scratch, arguments))
        try:
            answers = list(measure(one for one in asked if arguments.only in one.title))
        except FailedError as error:
            sys.stderr.write(f"benchmarks: {error}\n")
            return 2
    return 0 if all(answer.is_kept for answer in answers) else 1


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast depcheck is.")
    parser.add_argument("checkouts", nargs="*", metavar="CHECKOUT", help="measure these, no generated trees")
    parser.add_argument("--depcheck", help="the installed command (default: this checkout, installed anew)")
    parser.add_argument("--scratch", help="where trees are made and kept (default: gone afterwards)")
    parser.add_argument("--only", default="", metavar="TEXT", help="what has this in its title")
    parser.add_argument("--large", action="store_true", help="200,000 files as well (800 MB, minutes)")
    parser.add_argument("--rounds", type=int, default=21, help="runs of short commands; long ones get fewer")
    return parser.parse_args(words)


def _comparisons(programs: Programs, scratch: str, arguments: argparse.Namespace) -> Iterator[Comparison]:
    if arguments.checkouts:
        for checkout in arguments.checkouts:
            root = os.path.realpath(checkout)
            yield from suite.checkout(programs, root, os.path.basename(root), arguments.rounds)
        return
    yield from suite.start(programs, scratch, arguments.rounds)
    yield from suite.cargo(programs, scratch, arguments.rounds)
    yield from suite.scaling(programs, scratch, arguments.rounds)
    yield from suite.repairs(programs, scratch, arguments.rounds)
    yield from suite.built(programs, scratch, arguments.rounds)
    if arguments.large:
        yield from suite.large(programs, scratch, arguments.rounds)


def install(scratch: str) -> str:
    """The command as a user has it: a wheel of this checkout in an environment of its own."""
    directory = os.path.join(scratch, "environment")
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
    python = os.path.join(directory, "bin", "python")
    checkout = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "-q", checkout], check=True)
    return os.path.join(directory, "bin", "depcheck")


def find(depcheck: str) -> Programs:
    """The real binaries: a version manager's shim takes longer than what it starts."""
    with open(depcheck, encoding="utf-8") as script:
        python = script.readline().removeprefix("#!").strip()
    cargo = shutil.which("cargo")
    if rustup := shutil.which("rustup"):
        asked = subprocess.run([rustup, "which", "cargo"], capture_output=True, text=True, check=False)
        cargo = asked.stdout.strip() or cargo
    git = shutil.which("git")
    if git is None:
        raise SystemExit("benchmarks: no git")
    return Programs(os.path.abspath(depcheck), python, git, cargo)


def measure(asked: Iterable[Comparison]) -> Iterator[Answer]:
    """Answer each, and print its row at once."""
    print(_HEAD, flush=True)
    for comparison in asked:
        answer = compare(comparison)
        print(row(answer), flush=True)
        yield answer


def row(answer: Answer) -> str:
    """One line of the table."""
    asked = answer.comparison
    title, _, beside = asked.title.partition(" / ")
    times = [run.seconds for run in answer.subject]
    cells = (
        title,
        _time(median(answer.subject)),
        f"{_time(min(times))} to {_time(max(times))}",
        beside,
        _time(median(answer.reference)),
        f"{answer.ratio:.2f}",
        f"{answer.work:.2f}",
        ("" if asked.ratio is None else f"{asked.ratio:g}") + ("" if answer.is_kept else " **missed**"),
        f"{answer.peak / (1 << 20):.0f} MiB",
    )
    return f"| {' | '.join(cells)} |"


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
