# ruff: noqa: T201  # it is a command
"""Random contexts, ignore files and Dockerfiles: the tree of the last stage against the real engine.

    python -m tests.differential.image --count 1000 [--seed N] [--jobs 2]

The engine writes the image's files to a directory, which are compared path by path, content included.
Prints each disagreement with its files, last the figures; exit 1 on any.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from depcheck.image import dockerfile
from depcheck.image.build import Build, Inputs
from depcheck.image.context import open_context
from depcheck.image.running import execute
from depcheck.image.scope import Arguments
from depcheck.paths import is_below
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.stage import StageTree
from depcheck.tree.worktree import WorkTree

# What the engine says of a directory over a file, or a file over a directory, deep in what it merges:
# depcheck does not look for that.
CLASHES = ("cannot copy to non-directory", "cannot replace to directory", "not a directory", "file exists")
Files = Mapping[str, str]  # a path to `d`, `f CONTENT` or `l TARGET`


_COMMANDS = r"""
mkdir -p ONE
mkdir ONE
cp ONE TWO
cp -r ONE TWO
cp -r ONE/. TWO
mv ONE TWO
rm -rf ONE
rm ONE
rmdir ONE
ln -s ONE TWO
ln -sf ../ONE TWO
touch ONE
echo hi > ONE
echo hi >> ONE
printf '%s\\n' a b > ONE
sed -i s/a/Z/ ONE
cd ONE
(cd ONE && touch in)
test -f ONE && rm ONE
if [ -d ONE ]; then touch ONE/was; else mkdir ONE; fi
cp *.txt ONE/
rm -f ONE/*
for i in 1 2; do touch ONE$i; done
cat ONE > TWO
echo x | tee ONE > TWO
install -D ONE TWO/ONE
set -e
[ ! -e ONE ] || cp -r ONE k
tac ONE > TWO
"""


class Outcome(NamedTuple):
    """What one seed came to. `paths` were compared."""

    paths: int = 0
    failed: bool = False
    clash: bool = False
    wrong: str = ""


class Generator:
    """Random files and a Dockerfile for them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it
        self.files: dict[str, str] = {}

    def pick(self, *choices: str) -> str:
        """One of them."""
        return self.random.choice(choices)

    def context(self) -> None:
        """Make the context's files."""
        names = ("a", "b", "c", "a.txt", "b.txt", "x.md", "Cargo.toml", ".hid", "a b", "[x]", "é")
        directories = [""]
        for _ in range(self.random.randrange(3, 14)):
            above = self.random.choice(directories)
            path = os.path.join(above, self.pick(*names))
            if path in self.files or path in directories:
                continue
            kind = self.random.random()
            if kind < 0.4:
                directories.append(path)
                self.files[path] = "d"
            elif kind < 0.82:
                self.files[path] = f"f {path}"
            else:
                target = self.pick(
                    "a", "b", "../a", "/a", "a.txt", "../../no", "c/a", "nowhere", "/b/c", ".", "../b/"
                )
                self.files[path] = f"l {target}"
        if self.random.random() < 0.6:
            self.files[".dockerignore"] = "f " + "".join(
                self.ignored() for _ in range(self.random.randrange(1, 6))
            )

    def ignored(self) -> str:
        """A line of an ignore file."""
        line = self.pattern(
            self.pick("a", "b", "c", "a.txt", "*.txt", "**/a", "a/**", "*", "**", "b/*", "?", "a*/b")
        )
        return (
            self.pick("", "", "!", "  ", "/", "# ", "! ")
            + line
            + self.pick("\n", "\n", "/\n", " \n", "/*\n", "\r\n")
        )

    def pattern(self, text: str) -> str:
        """The text, now and then with more to it."""
        if self.random.random() < 0.3:
            text += "/" + self.pick("a", "*", "**", "..", "./b", "b", "*.txt", "[ab]", "[^a]*", "c**")
        return text

    def source(self) -> str:
        """A source of a COPY."""
        known = [path for path in self.files if " " not in path]
        if known and self.random.random() < 0.55:
            path = self.random.choice(known)
            return (
                self.pick("", "", "", "/", "./", "../", "b/../")
                + path.replace("[", "?")
                + self.pick("", "", "", "/")
            )
        if self.random.random() < 0.05:
            return self.pick("a", "b/", "nowhere", "$A", "c/.", "a.txt/", "$A/a")
        wild = self.pick(
            "*", "a*", "*/a", "*.txt", "?", "none*", "*/*", "[ab]", "[^a]*", "\\\\*", "**", "*/*/*"
        )
        return self.pick(".", "./", "/", wild, wild, wild + "/" + self.pick("a", "*", "..", "./b", "*.txt"))

    def target(self) -> str:
        """A destination."""
        return self.pick(
            ".", "./", "/", "/a", "/a/", "b", "b/", "../c/", "/x/y/z", "/x/y/", "/x/../q/", "/a/.", "/a/b/c/",
            "$A/", "${B:-n}", "/$C/", "${B#b}/", "${B%o*}/", "${B//o/0}/", "${A:+p}/",
            "'s p'/", '"q"', "/a/a.txt", "/b/a",
        )  # fmt: skip

    def copy(self, stages: int) -> str:
        """One COPY or ADD."""
        flags = ""
        if stages and self.random.random() < 0.4:
            flags = (
                f" --from={self.pick(*(str(n) for n in range(stages)), *(f's{n}' for n in range(stages)))}"
            )
        if self.random.random() < 0.15:
            flags += f" --exclude={self.pick('*.txt', 'a', '**/a', 'a/*', '*')}"
            if self.random.random() < 0.4:
                flags += f" --exclude=!{self.pick('a.txt', 'a/b', '*/a')}"
        if self.random.random() < 0.05:
            return f"COPY <<E1 <<'E2' {self.target()}\n$A\n${{B:+b}}\nE1\n$A\nE2\n"
        sources = [self.source() for _ in self.pick("1", "1", "1", "12")]
        name = "COPY" if flags or self.random.random() < 0.85 else "ADD"
        if self.random.random() < 0.1:
            quoted = ", ".join(f'"{word}"' for word in (*sources, self.pick("/", "/a b/", "d")))
            return f"{name}{flags} [{quoted}]\n".replace("\\\\[", "\\\\\\\\[")
        return f"{name}{flags} {' '.join(sources)} {self.target()}\n"

    def text(self) -> str:
        """The Dockerfile."""
        parts = ["ARG G=g\n"] if self.random.random() < 0.2 else []
        count = self.random.choice((1, 1, 2, 3))
        for number in range(count):
            base = self.pick("scratch", "scratch", *(f"s{n}" for n in range(number)))
            parts.append(f"FROM {base} AS s{number}\n")
            for _ in range(self.random.randrange(1, 6)):
                roll = self.random.random()
                if roll < 0.12:
                    parts.append(f"WORKDIR {self.target()}\n")
                elif roll < 0.2:
                    name = self.pick("A", "B", "C")
                    parts.append(f"ENV {name}={self.pick('a', 'foo', 'b/c', '$A', '', 'x$B')}\n")
                elif roll < 0.25:
                    parts.append(
                        f"ARG {self.pick('A', 'B', 'G', 'TARGETARCH')}{self.pick('', '=d', '=$G')}\n"
                    )
                elif roll < 0.28:
                    parts.append("ONBUILD " + self.copy(0).partition("\n")[0].replace("<<", "") + "\n")
                else:
                    parts.append(self.copy(number))
        return "".join(parts)

    def text_with_runs(self) -> str:
        """A Dockerfile whose RUNs change files, on an image that has a shell."""
        parts = ["FROM debian:bookworm-slim AS s0\nWORKDIR /w\n"]
        for _ in range(self.random.randrange(2, 7)):
            if self.random.random() < 0.35:
                into = self.pick(".", "./", "a/", "b", "b/c/", "x/y/")
                parts.append(f"COPY {self.pick('.', self.source())} {into}\n")
                continue
            if self.random.random() < 0.15:
                source, verb = self.pick("", ",source=a"), self.pick("cp -r", "cp -a")
                parts.append(f"RUN --mount=type=bind{source},target=/m {verb} /m/. mounted/ || true\n")
                continue
            joined = self.pick(" && ", "; ", " && ").join(
                self.command() for _ in range(self.random.randrange(1, 4))
            )
            parts.append(
                f"RUN {joined} || true\n" if self.random.random() < 0.7 else f"RUN <<E\n{joined}\ntrue\nE\n"
            )
        return "".join((*parts, "FROM scratch\nCOPY --from=s0 /w /\n"))

    def command(self) -> str:
        """A command that changes files."""
        one, two = (self.pick("a", "b", "a/b", "b.txt", "a.txt", "x.md", "b/c", "n", "x/y") for _ in range(2))
        return self.pick(*_COMMANDS.strip().split("\n")).replace("ONE", one).replace("TWO", two)


def plant(files: Files, top: str) -> None:
    """Make the files on the disk."""
    os.makedirs(top, exist_ok=True)
    for path, what in files.items():
        kind, _, rest = what.partition(" ")
        place = os.path.join(top, path)
        if kind == "d":
            os.makedirs(place, exist_ok=True)
        elif kind == "l":
            os.symlink(rest, place)
        else:
            with open(place, "w", encoding="utf-8", newline="") as file:
                file.write(rest)


def on_disk(top: str) -> dict[str, str]:
    """The files below a directory."""
    found: dict[str, str] = {}
    for directory, below, names in os.walk(top):
        for name in (*below, *names):
            place = os.path.join(directory, name)
            path = os.path.relpath(place, top)
            if os.path.islink(place):
                found[path] = f"l {os.readlink(place)}"
            elif os.path.isdir(place):
                found[path] = "d"
            else:
                with open(place, encoding="utf-8", newline="") as file:
                    found[path] = f"f {file.read()}"
    return found


def in_tree(tree: StageTree) -> dict[str, str]:
    """The files of a stage; under `""` that anything may be there."""
    found = {"": "UNKNOWN"} if tree.may_hold_more("") else {}
    waiting = [""]
    while waiting:
        at = waiting.pop()
        for name in tree.names(at):
            path = f"{at}/{name}" if at else name
            entry = tree.entry(path)
            if entry.link is not None:
                found[path] = f"l {entry.link}"
            elif entry.kind is Kind.DIR:
                found[path] = "UNKNOWN" if tree.may_hold_more(path) else "d"
                waiting.append(path)
            else:
                found[path] = _content(tree, path) if entry.kind is Kind.FILE else entry.kind.name
    return found


def _content(tree: Tree, path: str) -> str:
    try:
        return f"f {tree.read(path).decode()}"
    except UnknownContentError:
        return "UNKNOWN"


def engine(top: str, text: str, out: str) -> str | None:
    """Build; what the engine complains of, None where it does not."""
    words = ["docker", "build", "-q", "-f", "-", "--output", f"type=local,dest={out}", top]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr


def ours(top: str, text: str) -> tuple[list[str], dict[str, str]]:
    """What depcheck complains of, and the files of the last stage."""

    context = open_context(Sources(WorkTree(top)), "", "Dockerfile")
    read = dockerfile.read("Dockerfile", text.encode())
    build = Build(Inputs(read, context.tree, Arguments()), execute)
    complaints = [fault.message for fault in (*context.faults, *read.faults, *build.faults)]
    if complaints:
        return complaints, {}
    reached = build.reached()
    complaints = [finding.message for _, finding in build.findings()]
    runs = [ran for stage in reached for ran in build.made(stage).runs]
    complaints += [f"`{ran.run.command.text}` fails" for ran in runs if ran.result.ok is False]
    return complaints, in_tree(build.made(reached[-1]).tree)


def judge(seed: int, scratch: str, *, runs: bool = False) -> Outcome:
    """Compare for one seed."""
    generator = Generator(seed)
    generator.context()
    text = generator.text_with_runs() if runs else generator.text()
    top = os.path.join(scratch, f"t{seed}", "context")
    out = os.path.join(scratch, f"t{seed}", "out")
    plant(generator.files, top)
    complaint = engine(top, text, out)
    complaints, files = ours(top, text)
    real = on_disk(out)
    shutil.rmtree(os.path.dirname(top))
    if complaint is not None:
        if complaints:
            return Outcome(failed=True)
        # With patterns, the engine looks for what every link leads to; depcheck does not list for that.
        dangling = "--exclude" in text and ("not found" in complaint or "too many links" in complaint)
        clash = dangling or any(mark in complaint for mark in CLASHES)
        return Outcome(clash=clash, wrong="" if clash else f"the engine refuses: {complaint.strip()[-300:]}")
    if complaints:
        if "--exclude" in text and "is not there" in complaints[0]:
            return Outcome(clash=True)  # with patterns, the engine passes over what is missing
        return Outcome(wrong=f"depcheck refuses: {complaints}")
    unsure = [path for path, what in files.items() if what == "UNKNOWN"]
    differing = [
        f"{path}: engine {real.get(path)}, depcheck {files.get(path)}"
        for path in sorted({*real, *files})
        if real.get(path) != files.get(path) and not any(is_below(path, other) for other in unsure)
    ]
    return Outcome(len(real), clash=bool(unsure), wrong="\n".join(differing))


def show(seed: int, *, runs: bool = False) -> str:
    """The files and the Dockerfile of a seed."""
    generator = Generator(seed)
    generator.context()
    text = generator.text_with_runs() if runs else generator.text()
    return "".join(f"{path}: {what!r}\n" for path, what in sorted(generator.files.items())) + text


def outcomes(first: int, last: int, jobs: int, *, runs: bool) -> Iterator[tuple[int, Outcome]]:
    """Judge the seeds from the first up to the last."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        yield from zip(
            range(first, last),
            pool.map(lambda seed: judge(seed, scratch, runs=runs), range(first, last)),
            strict=True,
        )


def main() -> int:
    """Compare `--count` seeds from `--seed` on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--runs", action="store_true", help="with RUNs that change files, on debian:bookworm-slim"
    )
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    options = parser.parse_args()
    paths = failed = clashes = 0
    wrong: list[int] = []
    for seed, outcome in outcomes(
        options.seed, options.seed + options.count, options.jobs, runs=options.runs
    ):
        paths += outcome.paths
        failed += outcome.failed
        clashes += outcome.clash
        if outcome.wrong:
            wrong.append(seed)
            if len(wrong) <= options.most:
                print(
                    f"===== seed {seed}", show(seed, runs=options.runs), outcome.wrong, sep="\n", flush=True
                )
    print(f"{options.count} builds, {paths} paths compared, {failed} refused by both, {clashes} left aside")
    print(f"{len(wrong)} disagree", *wrong[:40])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
