# ruff: noqa: T201  # it is a command
"""Random small trees for uv, judged by depcheck and by uv itself: every verdict has to agree.

    python tests/differential/uv.py --count 200 --seed 1

Each pyproject.toml of a tree is the current one in turn: `uv workspace list` and `uv lock`, and on a
sample `uv sync`, and a lock file that is kept while the tree changes (`uv lock --check`, `uv sync
--locked`, `--frozen`). uv runs offline; where it says that it wanted the network its answer is no
verdict on paths, and is only counted. A disagreement is printed with its seed and its tree.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from depcheck import predict
from depcheck.load import python, uv
from depcheck.manifest import pyproject
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Verdict
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.differential.tree import show, write
from tests.differential.uv_trees import Generator

SCRATCH = "/dev/shm"  # noqa: S108  # in memory, where there is such a place
LIST = ("workspace", "list")
LOCK = ("lock", "--offline")
# The packages of the trees have no version but the one on the disk, so that only an index can have none.
WANTED_NETWORK = re.compile(
    r"network was disabled|network connectivity is disabled|there (are|is) no versions? of"
    r"|only the following versions of"  # of what is no local package, of which there is one version
)
CHOICES = (
    "--no-dev", "--all-packages", "--no-install-workspace", "--dry-run", "--no-sources",
    "--no-install-project", "--no-default-groups", "--inexact", "--no-editable",
    "--no-install-local", "--no-group dev",
)  # fmt: skip
EXTRAS = ("--all-extras", "--extra x")  # one of them, or
GROUPS = ("--all-groups", "--group lint", "--group dev", "--only-group dev", "--only-dev")  # one of them


class Answer(NamedTuple):
    """A verdict of depcheck and its reason."""

    verdict: Verdict
    because: str


class Disagreement(NamedTuple):
    """One verdict that differs."""

    seed: int
    command: str
    manifest: str
    ours: Answer
    uv: str


class Counts(NamedTuple):
    """Verdicts that were compared, and answers for which uv wanted the network."""

    compared: int = 0
    skipped: int = 0


class Comparison:
    """The verdicts on one tree: how many were compared, and which differ."""

    def __init__(self, seed: int, top: str, cache: str) -> None:
        self.seed = seed
        self.top = top
        self.counts = Counts()
        self.found: list[Disagreement] = []
        self._env = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("UV_", "VIRTUAL_ENV"))},
            "UV_CACHE_DIR": cache,
            "UV_PYTHON": sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_LINK_MODE": "copy",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
        }

    def run(self, manifest: str, words: tuple[str, ...]) -> tuple[bool, str]:
        """Run uv with `manifest` as the current one: whether it passes, and what it says."""
        done = subprocess.run(
            ["uv", *words],
            cwd=os.path.join(self.top, os.path.dirname(manifest)),
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stderr

    def add(self, manifest: str, words: tuple[str, ...], *ours: Answer) -> bool:
        """Run the command, and hold each answer of depcheck against it; whether it passes."""
        passed, text = self.run(manifest, words)
        if WANTED_NETWORK.search(text):
            self.counts = self.counts._replace(skipped=self.counts.skipped + 1)
            return passed
        self.counts = self.counts._replace(compared=self.counts.compared + len(ours))
        for answer in ours:
            if answer.verdict != ("loads" if passed else "fails"):
                self.found.append(Disagreement(self.seed, " ".join(words), manifest, answer, text))
        return passed

    def predicted(self, manifest: str, words: tuple[str, ...]) -> Answer:
        """What `depcheck predict` says."""
        directory = os.path.dirname(manifest)
        prediction = predict.predict(self.top, directory, ["uv " + " ".join(words)], {})
        return Answer(prediction.verdict, prediction.because)

    def clean(self) -> None:
        """Remove every lock file and environment."""
        for directory, below, names in os.walk(self.top):
            if "uv.lock" in names:
                os.remove(os.path.join(directory, "uv.lock"))
            if ".venv" in below and os.path.exists(os.path.join(directory, ".venv", "pyvenv.cfg")):
                shutil.rmtree(os.path.join(directory, ".venv"))
                below.remove(".venv")


def judge(seed: int, top: str, cache: str, sample: float) -> tuple[Counts, list[Disagreement]]:
    """Make the tree of `seed` in `top` and compare."""
    generator = Generator(seed)
    write(generator.make(), top)
    comparison = Comparison(seed, top, cache)
    sources = Sources(WorkTree(top))
    good = []
    for manifest in manifests(top):
        loads, resolves = (_answer(outcome) for outcome in _judged(sources, manifest))
        if _is_listed(sources, manifest):
            comparison.add(manifest, LIST, loads)
        predicted = comparison.predicted(manifest, LOCK)
        if comparison.add(manifest, LOCK, resolves, predicted):
            good.append(manifest)
        comparison.clean()
    for manifest in good:
        if generator.chance(sample):
            words = ("sync", "--offline", *_options(generator))
            comparison.add(manifest, words, comparison.predicted(manifest, words))
            comparison.clean()
    if good and generator.chance(sample * 2):
        _lock(generator, comparison, generator.random.choice(good))
    return comparison.counts, comparison.found


def _judged(sources: Sources, manifest: str) -> tuple[Outcome, Outcome]:
    """What uv's loader makes of the manifest, whoever owns it."""
    found = sources.get(pyproject.read, manifest)
    if isinstance(found, PyProject):
        judged = uv.judge(sources, found)
        return judged.loads, judged.resolves
    both = python.judge(sources, manifest)
    return both.loads, both.resolves


def _is_listed(sources: Sources, manifest: str) -> bool:
    """Whether `uv workspace list` takes the file: it wants a project or a workspace, `uv lock` does not."""
    found = sources.get(pyproject.read, manifest)
    return not isinstance(found, PyProject) or bool(found.project or found.tool("uv", "workspace"))


def _answer(outcome: Outcome) -> Answer:
    fault: Fault | None = next(iter(outcome.faults), None)
    if fault is not None:
        return Answer(outcome.verdict, f"{fault.site.file}: {fault.message}")
    return Answer(outcome.verdict, "; ".join(outcome.unknowns))


def _options(generator: Generator, *, frozen: bool = False) -> tuple[str, ...]:
    """Options of `uv sync` that it takes together."""
    words = [word for word in CHOICES if generator.chance(0.06) and not (frozen and word == "--no-sources")]
    if generator.chance(0.15):
        words.append(generator.random.choice(EXTRAS))
    elif generator.chance(0.2) and "--no-dev" not in words:
        words.append(generator.random.choice(GROUPS))
    if generator.packages and generator.chance(0.15) and "--all-packages" not in words:
        words.append(f"--package {generator.random.choice(generator.packages).name}")
    return tuple(" ".join(words).split())


def _lock(generator: Generator, comparison: Comparison, manifest: str) -> None:
    """Make a lock file, change something, and ask for it to be kept."""
    if not comparison.run(manifest, LOCK)[0]:
        return
    for _ in range(generator.random.choice((0, 1, 1, 2))):
        change(generator, comparison.top)
    if not os.path.isfile(os.path.join(comparison.top, manifest)):
        return
    for words in (
        ("lock", "--check", "--offline"),
        ("sync", "--locked", "--offline", *_options(generator)),
        ("sync", "--frozen", "--offline", *_options(generator, frozen=True)),
        ("sync", "--frozen", "--offline", *_options(generator, frozen=True)),
    ):
        comparison.add(manifest, words, comparison.predicted(manifest, words))
    comparison.clean()


def change(generator: Generator, top: str) -> None:
    """Take something away from the tree, or write something else."""
    left = [*manifests(top)]
    if not left:
        return
    path = os.path.join(top, generator.random.choice(left))
    if generator.chance(0.3) and os.path.dirname(path) != top:
        shutil.rmtree(os.path.dirname(path))
        return
    if generator.chance(0.1):
        os.remove(path)
        return
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    keys = (
        "version = ",
        "members = ",
        "exclude = ",
        "dependencies = ",
        "requires-python = ",
        "path = ",
        "name = ",
    )
    choices = [
        number for number, line in enumerate(lines) if any(key in line for key in (*keys, "= { ", "dev = "))
    ]
    if choices:
        number = generator.random.choice(choices)
        lines[number] = 'version = "0.1.9"' if lines[number].startswith("version") else ""
        Path(path).write_text("\n".join(lines), encoding="utf-8")


def manifests(top: str) -> Iterator[str]:
    """The manifests of the tree that no link leads to."""
    for directory, below, names in os.walk(top):
        below[:] = sorted(name for name in below if name != ".venv")
        if "pyproject.toml" in names:
            yield os.path.relpath(os.path.join(directory, "pyproject.toml"), top)


def work(arguments: tuple[int, int, float]) -> tuple[Counts, list[Disagreement]]:
    """Judge the seeds from the first to the second."""
    first, last, sample = arguments
    total, found = Counts(), []
    with tempfile.TemporaryDirectory(dir=SCRATCH if os.path.isdir(SCRATCH) else None) as scratch:
        for seed in range(first, last):
            top = os.path.join(scratch, f"t{seed}", "tree")
            os.makedirs(top)
            counts, bad = judge(seed, top, os.path.join(scratch, "cache"), sample)
            total = Counts(total.compared + counts.compared, total.skipped + counts.skipped)
            found.extend(bad)
            shutil.rmtree(os.path.dirname(top))
    return total, found


def main() -> int:
    """Compare `--count` trees from `--seed` on; exits 1 where a verdict differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--sample", type=float, default=0.15, help="share of manifests that are also synchronised"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    parser.add_argument("--keep", metavar="DIR", help="only write the tree of --seed here")
    options = parser.parse_args()
    if options.keep:
        write(Generator(options.seed).make(), os.path.abspath(options.keep))
        return 0
    step = max(1, min(25, options.count // options.jobs))
    last = options.seed + options.count
    parts = [(first, min(first + step, last), options.sample) for first in range(options.seed, last, step)]
    total, found = Counts(), []
    with ProcessPoolExecutor(options.jobs) as pool:
        for counts, bad in pool.map(work, parts):
            total = Counts(total.compared + counts.compared, total.skipped + counts.skipped)
            found.extend(bad)
    shown: dict[tuple[str, str], Disagreement] = {}
    for one in found:
        shown.setdefault((one.ours.because or one.ours.verdict, one.uv[-60:]), one)
    for one in list(shown.values())[: options.most]:
        print(f"===== seed {one.seed}: uv {one.command} of {one.manifest}")
        print(f"depcheck: {one.ours.verdict} {one.ours.because}\nuv: {one.uv.strip() or 'passes'}")
        print(show(Generator(one.seed).make()))
    seeds = sorted({one.seed for one in found})
    figure = f"{options.count} trees, {total.compared} verdicts, {total.skipped} wanted the network"
    print(f"{figure}, {len(found)} disagree", *seeds[:40])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
