"""What is measured, and the budget of each: they are those of the design."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from benchmarks import floor, images, trees
from benchmarks.measure import Command, Comparison

_START, _VERSION = 8, 3  # times `python -c pass`
_CARGO = {100: 1.5, 300: 1.5, 1_000: 0.5}  # crates: times cargo
_TENFOLD = 11  # times the time of a tenth
_PEAK = 200 << 20  # bytes at 10,000 manifests
_LARGE = 3  # times listing, reading and parsing
_IMAGES = 2  # times the same without them
_DIFF = 2  # times the scan that offers the repairs
_LONG = 7  # rounds of what takes a second


class Programs(NamedTuple):
    """Absolute paths. python: the interpreter that runs depcheck. cargo: None where there is none."""

    depcheck: str
    python: str
    git: str
    cargo: str | None

    def scan(self, root: str, codes: tuple[int, ...] = (0,)) -> Command:
        """The trees made here are healthy: a scan that finds something has measured something else."""
        return Command((self.depcheck, "scan"), root, codes)

    def pass_(self, root: str) -> Command:
        """An interpreter that does nothing."""
        return Command((self.python, "-c", "pass"), root)

    def listing(self, root: str) -> Command:
        """What git takes to list the work tree."""
        return Command((self.git, "ls-files", "-co", "--exclude-standard"), root)

    def floor(self, root: str) -> Command:
        """What listing, reading and parsing takes, in one process of the same interpreter."""
        return Command((self.python, floor.__file__, root), root)

    def metadata(self, root: str) -> Command | None:
        """What cargo takes to read the same workspace."""
        words = ("metadata", "--no-deps", "--offline", "--format-version", "1")
        return Command((self.cargo, *words), root) if self.cargo else None


def start(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """Starting up."""
    root = scratch
    version = Command((programs.depcheck, "--version"), root)
    yield Comparison("`--version` / `python -c pass`", version, programs.pass_(root), _VERSION, rounds)
    for mix in ("cargo", "uv", "poetry", "requirements", "all of them"):
        root = trees.write(os.path.join(scratch, f"ten-{mix.replace(' ', '-')}"), trees.ten(mix))
        title = f"scan, ten files, {mix} / `python -c pass`"
        yield Comparison(title, programs.scan(root), programs.pass_(root), _START, rounds)


def cargo(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """Cargo workspaces."""
    for crates, ratio in _CARGO.items():
        root = trees.write(os.path.join(scratch, f"cargo-{crates}"), trees.cargo(crates))
        if metadata := programs.metadata(root):
            title = f"scan, {crates:,} crates / `cargo metadata --no-deps`"
            yield Comparison(title, programs.scan(root), metadata, ratio, min(rounds, 11))


def scaling(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """Ten times the manifests."""
    root = trees.write(os.path.join(scratch, "uv-300"), trees.uv(300))
    title = "scan, uv workspace of 300 / list, read, parse"
    yield Comparison(title, programs.scan(root), programs.floor(root), None, min(rounds, 11))
    few, many = (
        programs.scan(trees.write(os.path.join(scratch, f"mixed-{count}"), trees.mixed(count)))
        for count in (1_000, 10_000)
    )
    title = "scan, 10,000 manifests / scan, 1,000 manifests"
    yield Comparison(title, many, few, _TENFOLD, min(rounds, _LONG), _PEAK)
    for command, count in ((few, "1,000"), (many, "10,000")):
        root = command.directory
        title = f"scan, {count} manifests / list, read, parse"
        yield Comparison(title, command, programs.floor(root), None, min(rounds, _LONG))


def built(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """A tenth as many images as manifests, beside the same repository without images."""
    plain = programs.scan(trees.write(os.path.join(scratch, "mixed-3000"), trees.mixed(3_000)))
    files = chain(trees.mixed(3_000), images.dockerfiles(3_000))
    whole = programs.scan(trees.write(os.path.join(scratch, "images-300"), files))
    title = "scan, 3,000 manifests and 300 Dockerfiles / the same without Dockerfiles"
    yield Comparison(title, whole, plain, _IMAGES, min(rounds, _LONG))


def repairs(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """Fifty findings, each with its repair."""
    root = trees.write(os.path.join(scratch, "broken-300"), trees.broken(300, 50))
    diff = Command((programs.depcheck, "scan", "--diff"), root, (1,))
    title = "scan --diff, 50 findings in 300 crates / scan"
    yield Comparison(title, diff, programs.scan(root, (1,)), _DIFF, min(rounds, _LONG))
    whole = programs.scan(trees.write(os.path.join(scratch, "cargo-300"), trees.cargo(300)))
    title = "scan, 50 findings in 300 crates / the same without findings"
    yield Comparison(title, programs.scan(root, (1,)), whole, None, min(rounds, _LONG))


def large(programs: Programs, scratch: str, rounds: int) -> Iterator[Comparison]:
    """Few manifests in a repository of many files."""
    root = trees.write(os.path.join(scratch, "large"), trees.large(3_000, 200_000))
    for reference, beside, ratio in (
        (programs.floor(root), "list, read, parse", _LARGE),
        (programs.listing(root), "`git ls-files -co`", None),
    ):
        title = f"scan, 3,000 manifests in 200,000 files / {beside}"
        yield Comparison(title, programs.scan(root), reference, ratio, min(rounds, _LONG))


def checkout(programs: Programs, root: str, name: str, rounds: int) -> Iterator[Comparison]:
    """A repository that is there already. Errors in it are no failure; a traceback is."""
    report = subprocess.run(
        (programs.depcheck, "scan", "--format", "json"), cwd=root, capture_output=True, check=False
    ).stdout
    json.loads(report)
    references = [
        ("`python -c pass`", programs.pass_(root)),
        ("`git ls-files -co`", programs.listing(root)),
        ("list, read, parse", programs.floor(root)),
    ]
    metadata = programs.metadata(root)
    if metadata and os.path.exists(os.path.join(root, "Cargo.toml")):
        references.append(("`cargo metadata --no-deps`", metadata))
    for title, reference in references:
        scan = programs.scan(root, (0, 1))
        yield Comparison(f"scan, {name} / {title}", scan, reference, None, min(rounds, _LONG))
