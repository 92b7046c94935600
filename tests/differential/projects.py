"""Random repositories of a Python tool: depcheck beside the tool on the project at `app`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from depcheck import predict
from tests.recorded import plant


class Disagreement(NamedTuple):
    """A tree on which the two differ."""

    seed: int
    tree: Mapping[str, str]
    real: str
    ours: str
    words: str


class Tool(NamedTuple):
    """A program, the command that is compared, and what it needs in the environment."""

    program: str
    command: str
    env: Mapping[str, str]


def disagreements(
    seeds: Iterator[int], tree: Callable[[int], Mapping[str, str]], tool: Tool
) -> Iterator[Disagreement | None]:
    """One item a seed that depcheck decides: None where both say the same."""
    for seed in seeds:
        files = tree(seed)
        top = Path(tempfile.mkdtemp(prefix="differential-")).resolve()
        try:
            plant(top, files)
            ours = predict.predict(str(top), "app", [tool.command], {})
            run = subprocess.run(
                [tool.program, *tool.command.split()[1:]],
                cwd=top / "app",
                env={**os.environ, **tool.env},
                capture_output=True,
                text=True,
                check=False,
            )
            real = "loads" if run.returncode == 0 else "fails"
            if ours.verdict == "unknown":
                continue
            yield (
                None
                if ours.verdict == real
                else Disagreement(seed, files, real, ours.verdict, ours.because + run.stderr[-500:])
            )
        finally:
            shutil.rmtree(top)


def main(
    about: str | None, name: str, compare: Callable[[Iterator[int], str], Iterator[Disagreement | None]]
) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--program", default=shutil.which(name) or name)
    arguments = parser.parse_args()
    decided = list(compare(iter(range(arguments.seed, arguments.seed + arguments.count)), arguments.program))
    found = [item for item in decided if item is not None]
    for item in found:
        sys.stdout.write(f"seed {item.seed}: {name} {item.real}, depcheck {item.ours}: {item.words}\n")
        for path, text in item.tree.items():
            sys.stdout.write(f"--- {path}\n{text}\n")
    figures = f"{arguments.count} trees, {len(decided)} decided, {len(found)} disagreements"
    sys.stdout.write(f"{figures}\n")
    return 1 if found else 0
