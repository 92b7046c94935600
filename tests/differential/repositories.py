"""Real checkouts, judged by depcheck and by the tools themselves: the table of docs/silence.md.

    python -m tests.differential.repositories CHECKOUT... [--table]

Every Cargo.toml that `scan` judges is the current one in turn, and `loads` has to be what
`cargo metadata --no-deps --offline` says. Each error is held against the tool that owns the manifest:
cargo, `uv lock`, `poetry lock`, `pdm lock`. What no tool confirms is listed: a false alarm, or an error of
a command that is not run here (a wheel's build), to be looked at by hand. Nothing in the checkouts is
written: the tools run on a copy.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

LOCKS = {
    "uv": ("uv", "lock", "--dry-run"),
    "poetry": ("poetry", "lock", "--no-interaction"),
    "pdm": ("pdm", "lock", "--no-cross-platform"),
}
RUNS = 3
PATIENCE = 120


class Row(NamedTuple):
    """One checkout. `differ`: manifests on which `loads` is not what cargo says.

    open: errors that no tool confirms. builds: (fail, unknown, in all) of the commands in image stages.
    image: errors of Dockerfiles and compose files, which are listed to be looked at by hand.
    """

    name: str
    commit: str
    manifests: int
    not_judged: int
    unknown: int
    compared: int
    differ: tuple[str, ...]
    errors: int
    confirmed: int
    open: tuple[str, ...]
    warnings: int
    builds: tuple[int, int, int]
    image: tuple[str, ...]
    seconds: float
    cargo_seconds: float | None


def main() -> int:
    """Compare each checkout; exit 1 where a verdict on a Cargo manifest differs from cargo's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--table", action="store_true", help="print the table in Markdown")
    parser.add_argument(
        "--offline", action="store_true", help="do not ask uv, Poetry and PDM, which want an index"
    )
    options = parser.parse_args()
    rows = []
    for checkout in options.checkouts:
        row = compare(checkout.resolve(), offline=options.offline)
        rows.append(row)
        say(
            f"{row.name}: {row.manifests} manifests, {row.compared} held against cargo, {len(row.differ)} "
            f"differ; {row.errors} errors, {row.confirmed} confirmed; {row.seconds:.2f} s"
        )
        for line in (*row.differ, *row.open, *row.image):
            say(f"    {line}")
    if options.table:
        sys.stdout.write("".join(table(rows)))
    return 1 if any(row.differ for row in rows) else 0


def say(text: str) -> None:
    """A line on stderr, so that the table alone is on stdout."""
    sys.stderr.write(text + "\n")


def compare(checkout: Path, *, offline: bool) -> Row:
    """Scan the checkout, then ask the tools."""
    seconds, document = timed(lambda: scan(checkout))
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / checkout.name
        shutil.copytree(checkout, copy, symlinks=True)
        tools = Tools(copy, offline=offline)
        packages = {one["manifest"]: one for one in document["packages"]}
        crates = [
            one for one in document["packages"] if one["ecosystem"] == "cargo" and one["loads"] is not None
        ]
        differ = [
            f"{one['manifest']}: depcheck {one['loads']}, cargo {not one['loads']}"
            for one in crates
            if tools.loads(one["manifest"]) != one["loads"]
        ]
        every = [one for one in document["diagnostics"] if one["severity"] == "error"]
        image = [one for one in every if one["code"].startswith(("DC2", "DC3"))]
        errors = [one for one in every if one not in image]
        unconfirmed = [
            one for one in errors if not any(tools.fails(packages[path]) for path in blamed(one, packages))
        ]
        cargo_seconds = None
        if (copy / "Cargo.toml").is_file():
            cargo_seconds = timed(lambda: tools.loads("Cargo.toml", again=True))[0]
    commit = subprocess.run(
        ["git", "-C", checkout, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    )
    summary = document["summary"]
    verdicts = [one["verdict"] for one in document["builds"]]
    return Row(
        checkout.name,
        commit.stdout.strip(),
        summary["manifests"],
        summary["not_judged"],
        summary["unknown"],
        len(crates),
        tuple(differ),
        len(errors),
        len(errors) - len(unconfirmed),
        tuple(map(shown, unconfirmed)),
        summary["warnings"],
        (verdicts.count("fails"), verdicts.count("unknown"), len(verdicts)),
        tuple(map(shown, image)),
        seconds,
        cargo_seconds,
    )


def shown(diagnostic: dict[str, Any]) -> str:
    """The finding in a line."""
    line = diagnostic["range"]["start"]["line"]
    return f"{diagnostic['file']}:{line}: {diagnostic['name']}: {diagnostic['message']}"


def blamed(diagnostic: dict[str, Any], packages: dict[str, Any]) -> Iterator[str]:
    """The manifests in which a tool should meet the error: its own first, then those that it blocks."""
    if diagnostic["file"] in packages:
        yield diagnostic["file"]
    for path, package in packages.items():
        if diagnostic["fingerprint"] in package["blocked_by"]:
            yield path


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """The median of a few runs, and what the last one gave."""
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        result = call()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent), result


def scan(checkout: Path) -> Any:
    """The report of depcheck."""
    done = subprocess.run(
        [sys.executable, "-m", "depcheck", "scan", "--format", "json", str(checkout)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
    )
    return json.loads(done.stdout)


class Tools:
    """The real tools on a copy of a checkout; each manifest is asked about once."""

    def __init__(self, top: Path, *, offline: bool) -> None:
        self.top = top
        self.offline = offline
        self._asked: dict[tuple[str, ...], bool] = {}
        self._env = {**os.environ, **toolchain(), "UV_PYTHON_DOWNLOADS": "never"}

    def loads(self, manifest: str, *, again: bool = False) -> bool:
        """Whether cargo reads the manifest and its workspace."""
        words = ("cargo", "metadata", "--no-deps", "--offline", "--format-version", "1")
        return self._passes(manifest, words, again=again)

    def fails(self, package: dict[str, Any]) -> bool:
        """Whether a tool that owns the manifest fails on it."""
        manifest = package["manifest"]
        if package["ecosystem"] == "cargo":
            words = ("cargo", "metadata", "--format-version", "1")
            return not self.loads(manifest) or (not self.offline and not self._passes(manifest, words))
        if self.offline:
            return False
        return any(not self._passes(manifest, LOCKS[tool]) for tool in package["tools"] if tool in LOCKS)

    def _passes(self, manifest: str, words: tuple[str, ...], *, again: bool = False) -> bool:
        key = (manifest, *words)
        if again or key not in self._asked:
            program = (
                [os.environ.get("CARGO_BINARY", "cargo"), *words[1:]] if words[0] == "cargo" else list(words)
            )
            try:
                done = subprocess.run(
                    program,
                    cwd=(self.top / manifest).parent,
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=PATIENCE,
                )
                self._asked[key] = done.returncode == 0
            except subprocess.TimeoutExpired:
                self._asked[key] = True  # it got past the paths and waits for the network
        return self._asked[key]


def toolchain() -> dict[str, str]:
    """The installed Rust toolchain, whatever a `rust-toolchain.toml` of the checkout pins."""
    if shutil.which("rustup") is None:
        return {}
    done = subprocess.run(
        ["rustup", "show", "active-toolchain"], cwd="/", capture_output=True, text=True, check=False
    )
    return {"RUSTUP_TOOLCHAIN": done.stdout.split()[0]} if done.stdout else {}


def table(rows: list[Row]) -> Iterator[str]:
    """The rows in Markdown."""
    yield "| repository | commit | manifests | not judged | held against cargo | differ | errors "
    yield "| confirmed | warnings | unknown | builds | fail | unknown | image errors "
    yield "| depcheck, s | cargo, s |\n"
    yield f"|---|---|{'--:|' * 14}\n"
    for row in rows:
        cells = (
            row.name, row.commit, row.manifests, row.not_judged, row.compared, len(row.differ), row.errors,
            row.confirmed, row.warnings, row.unknown, row.builds[2], row.builds[0], row.builds[1],
            len(row.image), f"{row.seconds:.2f}",
            "" if row.cargo_seconds is None else f"{row.cargo_seconds:.2f}",
        )  # fmt: skip
        yield f"| {' | '.join(map(str, cells))} |\n"


if __name__ == "__main__":
    sys.exit(main())
