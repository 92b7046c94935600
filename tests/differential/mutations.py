"""Healthy checkouts with one path broken at a time: does `--fix` bring the bytes back, or a tree that loads?

    python -m tests.differential.mutations CHECKOUT... [--number 100] [--seed 0]

A checkout is a git work tree, which is changed on the disk and put back after each try. What is broken, in
turn: one `../` too few or too many in a path, a directory of a package renamed, or moved, a member dropped
from its list, a COPY taken out of a Dockerfile. A try counts as repaired where the safe repairs give the
original bytes, or a tree in which every manifest loads and resolves as before and `cargo metadata` says so.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from depcheck import paths, pipeline
from depcheck.fix import document
from depcheck.fix.splice import splice
from depcheck.image.dockerfile import read as read_dockerfile
from depcheck.model import Edit, Reference
from depcheck.repair import repair

PATIENCE = 120
PACKAGES = ("Cargo.toml", "pyproject.toml")


class Broken(NamedTuple):
    """One thing that was broken. files: path -> its bytes before. moved: a directory, from where to where."""

    kind: str
    what: str
    files: dict[str, bytes]
    after: dict[str, bytes]
    moved: tuple[str, str] | None = None


def main() -> int:
    """Print what was not repaired, and the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--number", type=int, default=100, help="of tries in each checkout")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    for checkout in arguments.checkouts:
        counted = tried(checkout.resolve(), arguments.number, arguments.seed)
        sys.stdout.write(f"{checkout.name}: {_figures(counted)}\n")
        total += counted
    sys.stdout.write(f"all: {_figures(total)}\n")
    return 1 if total["worse"] else 0


def tried(root: Path, number: int, seed: int) -> Counter[str]:
    """Break, repair and put back, `number` times."""
    healthy = pipeline.scan(pipeline.Request(str(root)))
    chance = random.Random(f"{root.name} {seed}")  # noqa: S311
    every = [list(kind(root, healthy)) for kind in KINDS]
    counted: Counter[str] = Counter()
    for index in range(number):
        choices = every[index % len(every)] or [one for kind in every for one in kind]
        if not choices:
            break
        broken = chance.choice(choices)()
        with _laid_out(root, broken):
            came = _came(root, healthy, broken)
        counted[came] += 1
        if came not in ("restored", "mended", "harmless"):
            sys.stdout.write(f"  {came:9} {broken.kind}: {broken.what}\n")
    return counted


def _came(root: Path, healthy: pipeline.Report, broken: Broken) -> str:
    report = pipeline.scan(pipeline.Request(str(root)))
    if _sick(report) <= _sick(healthy):
        return "harmless"
    made = repair(pipeline.Request(str(root)), report, unsafe=False).changes
    now = {**broken.after, **{one.path: one.after for one in made}}
    if broken.moved is None and now == broken.files:
        return "restored"
    for one in made:
        (root / one.path).write_bytes(one.after)
    try:
        again = pipeline.scan(pipeline.Request(str(root)))
        if _sick(again) <= _renamed(_sick(healthy), broken.moved) and _cargo(root, healthy, broken.moved):
            return "mended"
        if not _sick(again) <= _sick(report):
            return "worse"
        more = any(one.fixes for one in again.diagnostics)
        return "partly" if made else "unsafe" if more else "nothing"
    finally:
        for one in made:
            (root / one.path).write_bytes(one.before)


def _sick(report: pipeline.Report) -> set[tuple[str, str]]:
    """What fails: manifests, and commands in images."""
    sick = {
        (one.manifest, which)
        for one in report.judgements
        for which, outcome in (("loads", one.loads), ("resolves", one.resolves), ("builds", one.builds))
        if outcome.verdict == "fails"
    }
    return sick | {
        (built.dockerfile, built.command) for built, _ in report.builds if built.verdict == "fails"
    }


def _renamed(sick: set[tuple[str, str]], moved: tuple[str, str] | None) -> set[tuple[str, str]]:
    if moved is None:
        return sick
    old, new = moved
    return {(new + path[len(old) :] if paths.is_below(path, old) else path, which) for path, which in sick}


def _cargo(root: Path, healthy: pipeline.Report, moved: tuple[str, str] | None) -> bool:
    """Whether cargo reads a few of the manifests that it read before, that which has moved among them."""
    good = [
        one.manifest
        for one in healthy.judgements
        if one.ecosystem == "cargo" and one.loads.verdict == "loads"
    ]
    asked = good[:1]
    if moved is not None:
        asked += [moved[1] + path[len(moved[0]) :] for path in good if paths.is_below(path, moved[0])][:2]
        asked = [path for path in asked if (root / path).is_file()]
    return all(_metadata(root / path) for path in asked)


def _metadata(manifest: Path) -> bool:
    words = [
        os.environ.get("CARGO_BINARY", "cargo"), "metadata", "--no-deps", "--offline", "--format-version",
        "1",
        "--manifest-path", str(manifest),
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False, cwd="/")
    return done.returncode == 0


@contextmanager
def _laid_out(root: Path, broken: Broken) -> Iterator[None]:
    if broken.moved is not None:
        old, new = broken.moved
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)
    for path, content in broken.after.items():
        (root / path).write_bytes(content)
    try:
        yield
    finally:
        for path, content in broken.files.items():
            (root / path).write_bytes(content)
        if broken.moved is not None:
            (root / new).rename(root / old)
            parent = (root / new).parent
            while parent != root and not any(parent.iterdir()):
                parent.rmdir()
                parent = parent.parent


Breaking = Callable[[], Broken]


def _references(report: pipeline.Report) -> Iterator[tuple[Reference, document.Document]]:
    """The paths to packages in TOML files that lead somewhere, as they are written."""
    seen = set()
    for judgement in report.judgements:
        for reference in judgement.references:
            site = reference.site
            if reference.kind not in ("package", "member") or site.line or (site.file, site.route) in seen:
                continue
            seen.add((site.file, site.route))
            text = report.sources.get(document.of, site.file)
            there = any(report.sources.tree.is_file(paths.join(reference.target, name)) for name in PACKAGES)
            if text is not None and there and site.route in text.spans:
                yield reference, text


def _edited(root: Path, kind: str, what: str, edit: Edit) -> Broken:
    before = (root / edit.file).read_bytes()
    return Broken(kind, what, {edit.file: before}, {edit.file: splice(before, [edit])})


def shorter(root: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """One `../` too few."""
    for reference, text in _references(report):
        if reference.raw.startswith("../") and len(reference.raw) > 3:
            yield _rewritten(root, "../ fewer", reference, text, reference.raw[3:])


def longer(root: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """One `../` too many."""
    for reference, text in _references(report):
        if not reference.raw.startswith("/") and reference.target:
            yield _rewritten(root, "../ more", reference, text, f"../{reference.raw}")


def _rewritten(root: Path, kind: str, reference: Reference, text: document.Document, raw: str) -> Breaking:
    def breaking() -> Broken:
        edit = document.part(text, reference.site.route, reference.raw, raw)
        assert edit is not None
        return _edited(root, kind, f"{reference.site.file} {reference.key}: {reference.raw} -> {raw}", edit)

    return breaking


def renamed(_: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """The directory of a package called otherwise."""
    for target in _targets(report):
        yield _moved("renamed", target, f"{target}-renamed")


def moved(_: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """The directory of a package moved to another one."""
    for target in _targets(report):
        yield _moved("moved", target, f"moved/{paths.name(target)}")


def _targets(report: pipeline.Report) -> list[str]:
    """The directories of packages that others name, which hold no other package."""
    named = {reference.target for reference, _ in _references(report)}
    every = [paths.parent(one.manifest) for one in report.judgements]
    return sorted(
        target for target in named if target and sum(paths.is_below(other, target) for other in every) == 1
    )


def _moved(kind: str, old: str, new: str) -> Breaking:
    return lambda: Broken(kind, f"{old} -> {new}", {}, {}, (old, new))


def dropped(root: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """A member taken out of its list."""
    for reference, text in _references(report):
        if (
            reference.kind == "member"
            and isinstance(reference.site.route[-1], int)
            and "*" not in reference.raw
        ):
            yield _without(root, reference, text)


def _without(root: Path, reference: Reference, text: document.Document) -> Breaking:
    def breaking() -> Broken:
        edit = document.without(text, reference.site.route)
        assert edit is not None
        return _edited(root, "member dropped", f"{reference.site.file}: {reference.raw}", edit)

    return breaking


def uncopied(root: Path, report: pipeline.Report) -> Iterator[Breaking]:
    """A COPY from the context taken out."""
    for path in dict.fromkeys(built.dockerfile for built, _ in report.builds if built.verdict == "loads"):
        content = (root / path).read_bytes()
        lines = content.decode("utf-8", "surrogateescape").split("\n")
        for instruction in read_dockerfile(path, content).instructions:
            if instruction.name == "COPY" and instruction.flag("from") is None and not instruction.heredocs:
                start = sum(len(line) + 1 for line in lines[: instruction.line - 1])
                end = sum(len(line) + 1 for line in lines[: instruction.end_line])
                yield _uncopied(root, path, instruction.text, Edit(path, start, end, ""))


def _uncopied(root: Path, path: str, text: str, edit: Edit) -> Breaking:
    return lambda: _edited(root, "COPY dropped", f"{path}: {text[:80]}", edit)


KINDS = (shorter, longer, renamed, moved, dropped, uncopied)


def _figures(counted: Counter[str]) -> str:
    tries = counted.total() - counted["harmless"]
    good = counted["restored"] + counted["mended"]
    share = 100 * good / tries if tries else 100
    each = ", ".join(f"{number} {what}" for what, number in counted.most_common())
    return f"{good} of {tries} repaired ({share:.1f} %): {each}"


if __name__ == "__main__":
    sys.exit(main())
