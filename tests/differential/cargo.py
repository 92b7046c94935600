# ruff: noqa: T201  # it is a command
"""Random small Cargo trees, judged by depcheck and by cargo itself: every verdict has to agree.

    python tests/differential/cargo.py --count 200 --seed 1

Each manifest of a tree is the current one in turn: `cargo metadata --no-deps`, `cargo metadata`, and
on a sample `cargo check --workspace --all-targets`, `cargo package --list`, `--locked` and random
command lines. Where a registry is asked for, nothing is compared. A disagreement is printed with the
seed of its tree and the tree itself.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from depcheck.load import cargo
from depcheck.model import Outcome
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.differential.cargo_commands import Words
from tests.differential.cargo_trees import Generator
from tests.differential.tree import show, write


class Cargo:
    """The real cargo, its binary rather than a version manager's shim where that can be told."""

    def __init__(self, target: str) -> None:
        self.program = _which("cargo")
        rustc = _which("rustc")
        self.env = {
            **os.environ,
            "CARGO_TARGET_DIR": target,
            "RUSTC": rustc,
            "CARGO_TERM_COLOR": "never",
            "CARGO_INCREMENTAL": "0",
        }

    def run(self, cwd: str, *words: str) -> tuple[bool, str]:
        done = subprocess.run(
            [self.program, *words], cwd=cwd, env=self.env, capture_output=True, text=True, check=False
        )
        return done.returncode == 0, done.stderr


def _which(program: str) -> str:
    done = (
        subprocess.run(["rustup", "which", program], capture_output=True, text=True, check=False)
        if shutil.which("rustup")
        else None
    )
    return done.stdout.strip() if done and done.returncode == 0 else program


SCRATCH = "/dev/shm"  # noqa: S108  # in memory, where there is such a place
NETWORK = ("crates.io index", "example.invalid", "failed to query replaced source")
METADATA = ("metadata", "--offline", "--format-version", "1")
CHECK = ("check", "--offline", "--workspace", "--all-targets")
LIST = ("package", "--list", "--offline", "--allow-dirty")


class Disagreement(NamedTuple):
    """One verdict that differs."""

    seed: int
    command: str
    manifest: str
    ours: str
    because: str
    cargo: str


class Comparison:
    """The verdicts on one tree: how many were compared, and which differ."""

    def __init__(self, seed: int, top: str, target: str) -> None:
        self.seed = seed
        self.top = top
        self.real = Cargo(target)
        self.compared = 0
        self.found: list[Disagreement] = []

    def add(self, manifest: str, words: tuple[str, ...], ours: Outcome) -> bool:
        """Run the command with `manifest` as the current one; whether it passes."""
        passed, text = self.real.run(os.path.join(self.top, os.path.dirname(manifest)), *words)
        if not any(mark in text for mark in NETWORK):  # no registry was asked for after all
            self.compared += 1
            if ours.verdict != ("loads" if passed else "fails"):
                because = "; ".join(fault.message for fault in ours.faults) or "; ".join(ours.unknowns)
                self.found.append(
                    Disagreement(self.seed, " ".join(words), manifest, ours.verdict, because, text)
                )
        if words[-1] != "--locked":
            self.unlock()
        return passed

    def unlock(self) -> None:
        """Remove every lock file."""
        for directory, _, names in os.walk(self.top):
            if "Cargo.lock" in names:
                os.remove(os.path.join(directory, "Cargo.lock"))


def judge(seed: int, top: str, target: str, sample: float) -> tuple[int, list[Disagreement]]:
    """Make the tree of `seed` in `top` and compare; gives (verdicts compared, disagreements)."""
    generator = Generator(seed)
    write(generator.make(), top)
    comparison = Comparison(seed, top, target)
    sources = Sources(WorkTree(top))
    good = []
    for manifest in manifests(top):
        judged = cargo.judge(sources, manifest)
        comparison.add(manifest, (*METADATA, "--no-deps"), judged.loads)
        if comparison.add(manifest, METADATA, judged.resolves):
            good.append(manifest)
            if generator.chance(sample):
                for words in (CHECK, LIST):
                    ours = cargo.run(sources, os.path.dirname(manifest), words, {})
                    comparison.add(manifest, words, ours)
    if generator.chance(sample * 4):
        _commands(generator, comparison, sources)
    if good and generator.chance(sample * 2):
        _lock(generator, comparison, generator.random.choice(good))
    return comparison.compared, comparison.found


def _commands(generator: Generator, comparison: Comparison, sources: Sources) -> None:
    """A few random command lines, wherever they are run."""
    listed = list(manifests(comparison.top))
    words = Words(generator.random, sources, listed, os.path.dirname(comparison.top))
    for _ in range(3 if listed else 0):
        cwd, line = words.line()
        ours = cargo.run(Sources(WorkTree(comparison.top)), cwd, line, {})
        comparison.add(os.path.join(cwd, "Cargo.toml"), line, ours)


def _lock(generator: Generator, comparison: Comparison, manifest: str) -> None:
    """Make a lock file, change something, and ask for it to be kept."""
    top, words = comparison.top, (*METADATA, "--locked")
    comparison.real.run(os.path.join(top, os.path.dirname(manifest)), "generate-lockfile", "--offline")
    changed = os.path.join(top, generator.random.choice(list(manifests(top))))
    lines = Path(changed).read_text(encoding="utf-8").split("\n")
    choices = [index for index, line in enumerate(lines) if " = { " in line or line.startswith("version")]
    if choices and generator.chance(0.8):
        index = generator.random.choice(choices)
        lines[index] = 'version = "0.1.9"' if lines[index].startswith("version") else ""
        Path(changed).write_text("\n".join(lines), encoding="utf-8")
    ours = cargo.run(Sources(WorkTree(top)), os.path.dirname(manifest), words, {})
    comparison.add(manifest, words, ours)
    comparison.unlock()


def manifests(top: str) -> Iterator[str]:
    """The manifests of the tree that no link leads to."""
    for directory, below, names in os.walk(top):
        below.sort()
        if "Cargo.toml" in names and os.path.exists(os.path.join(directory, "Cargo.toml")):
            yield os.path.relpath(os.path.join(directory, "Cargo.toml"), top)


def work(arguments: tuple[int, int, float]) -> tuple[int, list[Disagreement]]:
    """Judge the seeds from the first to the second."""
    first, last, sample = arguments
    compared, found = 0, []
    with tempfile.TemporaryDirectory(dir=SCRATCH if os.path.isdir(SCRATCH) else None) as scratch:
        target = os.path.join(scratch, "target")
        for seed in range(first, last):
            top = os.path.join(scratch, f"t{seed}", "tree")
            os.makedirs(top)
            count, bad = judge(seed, top, target, sample)
            compared += count
            found.extend(bad)
            shutil.rmtree(os.path.dirname(top))
    return compared, found


def main() -> int:
    """Compare `--count` trees from `--seed` on; exits 1 where a verdict differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--sample", type=float, default=0.15, help="share of manifests that are also checked and packaged"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    parser.add_argument("--keep", metavar="DIR", help="only write the tree of --seed here")
    options = parser.parse_args()
    if options.keep:
        write(Generator(options.seed).make(), options.keep)
        return 0
    step = max(1, min(25, options.count // options.jobs))
    last = options.seed + options.count
    parts = [(first, min(first + step, last), options.sample) for first in range(options.seed, last, step)]
    compared, found = 0, []
    with ProcessPoolExecutor(options.jobs) as pool:
        for count, bad in pool.map(work, parts):
            compared += count
            found.extend(bad)
    shown: dict[tuple[str, str], Disagreement] = {}
    for one in found:
        shown.setdefault((one.because or one.ours, one.cargo[-60:]), one)
    for one in list(shown.values())[: options.most]:
        print(f"===== seed {one.seed}: cargo {one.command} of {one.manifest}")
        print(f"depcheck: {one.ours} {one.because}\ncargo: {one.cargo.strip() or 'passes'}")
        print(show(Generator(one.seed).make()))
    seeds = sorted({one.seed for one in found})
    print(f"{options.count} trees, {compared} verdicts, {len(found)} disagree", *seeds[:40])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
