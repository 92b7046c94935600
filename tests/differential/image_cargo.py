# ruff: noqa: T201  # it is a command
"""Random Cargo workspaces and narrow COPYs: cargo in the real stage against the verdict of `scan`.

    python -m tests.differential.image_cargo --count 200 [--seed N] [--jobs 2]

Each tree gets a Dockerfile that copies some of it, changes some files, and runs `cargo metadata --no-deps`,
`--locked` and without either in a few directories, each in a stage of its own. The engine builds it, and
what cargo answered there is compared with `builds[]`. Where a registry is asked for, nothing is compared.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from depcheck import pipeline
from depcheck.model import Built
from tests.differential.cargo import NETWORK, Cargo
from tests.differential.cargo_trees import Generator
from tests.differential.image import CLASHES
from tests.differential.tree import Tree, show, write

IMAGE = "rust:1.95-slim-bookworm"
WAYS = ("--no-deps", "--locked", "--quiet")
_EFFECTS = (
    "mkdir -p ONE/src && touch ONE/src/lib.rs", "mkdir -p ONE/src && echo 'fn main() {}' > ONE/src/main.rs",
    "rm -rf ONE", "rm -f ONE/Cargo.toml", "ln -s /w/ONE /w/link", "cp -r ONE copy", "mv ONE moved",
    "mkdir -p ONE", "sed -i 's#\\.\\./##' ONE/Cargo.toml", "cp ONE/Cargo.toml TWO/Cargo.toml",
    "printf '[package]\\nname = \"made\"\\nversion = \"0.1.0\"\\n' > ONE/Cargo.toml", "touch ONE/build.rs",
    "find . -name '*.rs' -delete", "ln -sf ../ONE TWO/up", "cargo init --name made --vcs none ONE",
)  # fmt: skip


class Outcome(NamedTuple):
    """refused: the engine takes no such build, and neither does depcheck (but for clashes of files)."""

    compared: int = 0
    fails: int = 0
    unknown: int = 0
    refused: bool = False
    wrong: tuple[str, ...] = ()


class Case(NamedTuple):
    """A context and a Dockerfile."""

    tree: Tree
    dockerfile: str
    ignore: str
    stages: int
    locked: str  # the directory whose workspace has a lock file; empty: none has


class Writer:
    """The Dockerfile of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it
        generator = Generator(seed)
        generator.rate = self.random.choice((0.0, 0.0, generator.rate))
        self.tree = generator.make()
        self.files = [path for path, content in sorted(self.tree.items()) if content is not None]
        tops = {path.rpartition("/")[0] for path in self.files if path.endswith("Cargo.toml")}
        self.directories = sorted(tops) or [""]
        every = {
            "/".join(path.split("/")[:count])
            for path in self.files
            for count in range(1, path.count("/") + 1)
        }
        self.folders = sorted(every) or ["."]

    def case(self) -> Case:
        lines = [f"FROM {IMAGE} AS files", "RUN mkdir /out", "WORKDIR /w"]
        for _ in range(self.random.choice((1, 2, 2, 3, 4))):
            lines.append(self.copy())
            if self.random.random() < 0.25:
                lines.append(f"RUN {self.effect()} || true")
        count = self.random.choice((1, 2, 3))
        for number in range(count):
            lines += [
                f"FROM files AS s{number}",
                f"WORKDIR /w/{self.random.choice(self.directories)}".rstrip("/"),
            ]
            lines += [
                f"RUN cargo metadata {way} --offline --format-version 1 > /dev/null 2> /out/{way} || "
                f"touch /out/{way}.failed"
                for way in WAYS
            ]
        lines.append("FROM scratch")
        lines += [f"COPY --from=s{number} /out /{number}" for number in range(count)]
        locked = self.random.choice(("", self.random.choice(self.directories)))
        return Case(self.tree, "\n".join(lines) + "\n", self.ignore(), count, locked)

    def copy(self) -> str:
        """A COPY, mostly of some of what there is."""
        roll = self.random.random()
        if roll < 0.5:
            return "COPY . ."
        if roll < 0.6:
            chosen = [
                path for path in self.files if path.endswith((".toml", ".lock")) or self.random.random() < 0.2
            ]
            chosen = [path for path in chosen if " " not in path and self.random.random() < 0.85]
            return "\n".join(f"COPY {path} {path}" for path in chosen) or "COPY . ."
        folder = self.random.choice(self.folders)
        if roll < 0.7:
            return f"COPY {folder} {self.random.choice((folder, folder, folder, 'other'))}"
        if roll < 0.8:
            folder = self.random.choice(self.directories)
            return f"COPY {folder or '.'}/*.toml {folder or '.'}/"
        if roll < 0.9:
            exclude = self.random.choice(("**/*.rs", "*/src", "**/a", folder, "**/Cargo.lock"))
            return f"COPY --exclude={exclude} . ."
        return f"COPY --link {folder} /w/{folder}"

    def effect(self) -> str:
        one, two = self.random.choice(self.folders), self.random.choice(self.folders)
        return self.random.choice(_EFFECTS).replace("ONE", one).replace("TWO", two)

    def ignore(self) -> str:
        lines = []
        while self.random.random() < 0.35:
            folder = self.random.choice(self.folders)
            lines.append(
                self.random.choice(
                    (folder, f"{folder}/src", "**/tests", "**/*.lock", f"*\n!{folder}", "**/b")
                )
            )
        return "\n".join(lines) + "\n" if lines else ""


def plant(case: Case, top: str) -> None:
    """Make the context on the disk."""
    os.makedirs(top)
    write(case.tree, top)
    with open(os.path.join(top, "Dockerfile"), "w", encoding="utf-8") as file:
        file.write(case.dockerfile)
    if case.locked and os.path.isdir(os.path.join(top, case.locked)):
        Cargo("").run(os.path.join(top, case.locked), "generate-lockfile", "--offline")
    if case.ignore:
        with open(os.path.join(top, ".dockerignore"), "w", encoding="utf-8") as file:
            file.write(case.ignore)


def answers(top: str, out: str, stages: int) -> dict[tuple[str, str], str] | str:
    """What cargo says in each stage: loads, fails, or nothing; what the engine says where it refuses."""
    words = ["docker", "build", "-q", "--output", f"type=local,dest={out}", top]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr
    found = {}
    for number in range(stages):
        for way in WAYS:
            place = os.path.join(out, str(number), way)
            with open(place, encoding="utf-8", errors="replace") as file:
                said = file.read()
            verdict = "fails" if os.path.exists(f"{place}.failed") else "loads"
            found[f"s{number}", way] = "" if any(mark in said for mark in NETWORK) else f"{verdict} {said}"
    return found


def judge(seed: int, scratch: str) -> Outcome:
    """Compare for one seed."""
    case = Writer(seed).case()
    top, out = os.path.join(scratch, f"t{seed}", "context"), os.path.join(scratch, f"t{seed}", "out")
    plant(case, top)
    report = pipeline.scan(pipeline.Request(top))
    stopped = [one for one in report.diagnostics if one.name in ("copy-source-missing", "context-escape")]
    real = answers(top, out, case.stages)
    shutil.rmtree(os.path.dirname(top))
    if isinstance(real, str) or stopped:
        clash = isinstance(real, str) and any(mark in real for mark in CLASHES)
        if clash or (isinstance(real, str) and stopped):
            return Outcome(refused=True)
        return Outcome(wrong=(f"engine: {real!s:.600}\ndepcheck: {[one.message for one in stopped]}",))
    return _compared(real, [built for built, _ in report.builds])


def _compared(real: dict[tuple[str, str], str], builds: Sequence[Built]) -> Outcome:
    compared = fails = unknown = 0
    wrong = []
    met = set()
    for built in builds:
        way = next((way for way in WAYS if way in built.command.split()[2:3]), "")
        answer = real.get((built.stage, way), "")
        met.add((built.stage, way))
        if not answer:
            continue
        compared += 1
        fails += answer.startswith("fails")
        unknown += built.verdict == "unknown"
        if not answer.startswith(built.verdict) and built.verdict != "unknown":
            because = "; ".join(fault.message for fault in built.faults)
            wrong.append(f"{built.stage} {way}: depcheck {built.verdict} {because}\ncargo {answer}")
    wrong += [f"{key}: depcheck does not see it" for key in real if key not in met]
    return Outcome(compared, fails, unknown, wrong=tuple(wrong))


def outcomes(first: int, last: int, jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Judge the seeds from the first up to the last."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        seeds = range(first, last)
        yield from zip(seeds, pool.map(lambda seed: judge(seed, scratch), seeds), strict=True)


def main() -> int:
    """Compare `--count` seeds from `--seed` on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    parser.add_argument("--keep", metavar="DIR", help="only write the context of --seed here")
    options = parser.parse_args()
    if options.keep:
        plant(Writer(options.seed).case(), options.keep)
        return 0
    compared = fails = unknown = refused = 0
    wrong = []
    for seed, outcome in outcomes(options.seed, options.seed + options.count, options.jobs):
        compared += outcome.compared
        fails += outcome.fails
        unknown += outcome.unknown
        refused += outcome.refused
        if outcome.wrong:
            wrong.append(seed)
            if len(wrong) <= options.most:
                case = Writer(seed).case()
                print(
                    f"===== seed {seed}",
                    show(case.tree),
                    case.dockerfile,
                    case.ignore,
                    *outcome.wrong,
                    sep="\n",
                )
    print(
        f"{options.count} builds, {compared} verdicts compared ({fails} fail, {unknown} unknown), "
        f"{refused} refused by both"
    )
    print(f"{len(wrong)} disagree", *wrong[:40])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
