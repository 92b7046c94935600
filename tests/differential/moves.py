"""Random moves in checkouts and random trees: what cargo and uv say before and after, and the way back.

    python -m tests.differential.moves CHECKOUT... [--count N] [--seed S]
    python -m tests.differential.moves cargo uv --count 200

A checkout is a git work tree in which nothing is changed; it is put back after each move. A move is `good`
where the tools give the same packages at their new places, `refused` where depcheck moves nothing, and `bad`
where they give anything else. `one way` counts the good ones of which the way back gives other bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from tests.differential import cargo_trees, uv_trees
from tests.differential.tree import write

SCRATCH = "/dev/shm"  # noqa: S108  # in memory, where there is such a place
TREES: dict[str, Callable[[int], cargo_trees.Generator | uv_trees.Generator]] = {
    "cargo": cargo_trees.Generator,
    "uv": uv_trees.Generator,
}
_AUTHOR = ("-c", "user.name=x", "-c", "user.email=x@example.invalid")
_NAMES = ("Cargo.toml", "pyproject.toml")
_SAMPLE = 12  # manifests that cargo is asked about, the roots and those that move besides


class Result(NamedTuple):
    """What came of a move."""

    old: str
    new: str
    came: Literal["good", "refused", "bad", "one way"]
    said: str = ""


def main() -> int:
    """Print a line for each move that is not good, and the figures; 1 where one is bad."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="+", help="directories, or `cargo` or `uv` for random trees")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    bad = 0
    for top in arguments.checkouts:
        came: Counter[str] = Counter()
        for number in range(arguments.count):
            if top in TREES:
                result = in_random_tree(top, arguments.seed + number)
            else:
                result = move(Path(top).resolve(), random.Random(f"{arguments.seed}/{number}"))  # noqa: S311
            came[result.came] += 1
            sys.stdout.write(f"{result.came:8} {result.old} -> {result.new}  {result.said}\n")
            sys.stdout.flush()
        sys.stdout.write(f"{top}: {', '.join(f'{count} {what}' for what, count in came.items())}\n")
        bad += came["bad"]
    return 1 if bad else 0


def in_random_tree(kind: str, seed: int) -> Result:
    """A move in a tree of a generator."""
    with tempfile.TemporaryDirectory(dir=SCRATCH if os.path.isdir(SCRATCH) else None) as scratch:
        top = Path(scratch) / "tree"
        top.mkdir()
        write(TREES[kind](seed).make(), str(top))
        for words in (("init", "-q"), ("add", "-A", "-f"), (*_AUTHOR, "commit", "-q", "-m", "tree")):
            run(top, "git", *words)
        clean(top)
        return move(top, random.Random(seed))  # noqa: S311


def move(top: Path, chance: random.Random) -> Result:
    """Choose a directory and a new place, move it there and back."""
    files = run(top, "git", "ls-files").stdout.split("\n")
    manifests = [path for path in files if path.rpartition("/")[2] in _NAMES]
    if not any("/" in path for path in manifests):
        return Result("", "", "good", "nothing to move")
    old = chosen(manifests, chance)
    new = place(old, {path.rpartition("/")[0] for path in files}, chance)
    asked = sample(old, manifests, chance)
    before = {path: packages(top, path, new, new) for path in asked}
    moved = {path: packages(top, path, old, new) for path in asked}
    try:
        done = run(top, sys.executable, "-m", "depcheck", "mv", old, new)
        if done.returncode:
            untouched = not run(top, "git", "status", "--porcelain").stdout
            said = " ".join(done.stderr.split())[:300]
            return Result(old, new, "refused" if untouched and done.returncode == 1 else "bad", said)
        for path in asked:
            at = f"{new}{path[len(old) :]}" if path.startswith(f"{old}/") else path
            after = packages(top, at, new, new)
            if after != moved[path] and not (before[path][0] and not after[0]):
                return Result(old, new, "bad", f"{path}: {before[path]} then {after}"[:600])
        clean(top)
        back = run(top, sys.executable, "-m", "depcheck", "mv", new, old)
        changed = run(top, "git", "status", "--porcelain").stdout
        if back.returncode or changed:
            changed = run(top, "git", "diff", "-U0").stdout
            return Result(old, new, "one way", f"{back.stderr[:300]} {changed}".replace("\n", " "))
        return Result(old, new, "good")
    finally:
        run(top, "git", "reset", "-q", "--hard")
        clean(top)


def chosen(manifests: list[str], chance: random.Random) -> str:
    """A directory with a package in it, now and then one that holds several."""
    directory = chance.choice([path for path in manifests if "/" in path]).rpartition("/")[0]
    above = directory.rpartition("/")[0]
    return above if above and chance.random() < 0.2 else directory


def place(old: str, directories: set[str], chance: random.Random) -> str:
    """Where nothing is yet: another name, a directory beside, one level more or less."""
    above, _, name = old.rpartition("/")
    others = sorted(one for one in directories if one and not f"{one}/".startswith(f"{old}/")) or ["x"]
    places = (
        f"{above}/{name}-moved" if above else f"{name}-moved",
        f"{old}-group/{name}",
        f"moved-{name}",
        f"new/deep/{name}",
        f"{chance.choice(others).split('/')[0]}/{name}2",
        f"{chance.choice(others)}/{name}3",
    )
    return chance.choice(places)


def sample(old: str, manifests: list[str], chance: random.Random) -> list[str]:
    """Those at the top, those that move, some of the others."""
    moving = [path for path in manifests if path.startswith(f"{old}/")]
    others = [path for path in manifests if path not in moving]
    others.sort(key=lambda path: path.count("/"))
    picked = [*others[:2], *chance.sample(others, min(_SAMPLE // 2, len(others)))]
    return list(dict.fromkeys((*picked, *moving[: _SAMPLE // 2])))


def packages(top: Path, manifest: str, old: str, new: str) -> tuple[int, list[str]]:
    """The exit code of the tool, and the packages of the workspace with their targets, as if moved."""
    directory = (top / manifest).parent
    if manifest.endswith("pyproject.toml"):
        done = run(directory, "uv", "workspace", "list", "--paths", "--offline", "--preview")
        found = done.stdout.split("\n")
    else:
        words = (
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
            str(top / manifest),
        )
        done = run(directory, "cargo", *words)
        found = [] if done.returncode else of_metadata(done.stdout)
    there = [path.replace(f"{top}/{old}/", f"{top}/{new}/").removesuffix("/") for path in found if path]
    whole = [f"{top}/{new}" if path == f"{top}/{old}" else path for path in there]
    return done.returncode, sorted(path.replace(f"{top}/", "") for path in whole)


def of_metadata(text: str) -> list[str]:
    """The manifests, targets, readmes and path dependencies that `cargo metadata` gives."""
    found = []
    for package in json.loads(text)["packages"]:
        found.append(package["manifest_path"])
        found += [target["src_path"] for target in package["targets"]]
        found += [f"{one['path']}/" for one in package["dependencies"] if one.get("path")]
        directory = os.path.dirname(package["manifest_path"])
        for key in ("readme", "license_file"):
            if package[key]:
                found.append(os.path.normpath(os.path.join(directory, package[key])))
    return found


def run(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a directory."""
    environment = {**os.environ, "UV_OFFLINE": "1", "CARGO_TERM_COLOR": "never"}
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env=environment)


def clean(top: Path) -> None:
    """Take away what tools have left."""
    run(top, "git", "clean", "-qfdx")


if __name__ == "__main__":
    sys.exit(main())
