"""Random small scripts of file effects: depcheck's shell against the real sh and bash.

    python -m tests.differential.shell [--seed N] [--count N]

Each script runs in a temporary directory with a PATH that holds coreutils and sed alone. The trees are
compared path by path, and the exit statuses. Prints each disagreement, last the figure; exit 1 on any.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from depcheck.shell import run as shell
from depcheck.shell.state import State, World
from depcheck.tree.base import Kind, UnknownContentError
from depcheck.tree.overlay import Overlay
from depcheck.tree.worktree import WorkTree

PROGRAMS = (
    "basename", "cat", "chmod", "cp", "cut", "dirname", "env", "false", "install", "ln", "mkdir", "mv",
    "printf", "rm", "rmdir", "sed", "tee", "test", "touch", "true", "echo",
)  # fmt: skip
NAMES = ("a", "b", "c.txt", "d.toml", "l", ".h")
BACK = "back\\\\slash"
TEXTS = ('path = "../x"', "one two", "members = [", "", "a/b/c", "x.y", "$x", BACK, "tab")


class Disagreement(NamedTuple):
    """A script whose effects differ."""

    seed: int
    program: str
    script: str
    tree: tuple[str, ...]
    why: tuple[str, ...]


def grow(rng: random.Random, top: Path) -> None:
    """A small tree of directories, files and links."""
    places = [top]
    for _ in range(rng.randrange(3, 10)):
        place = rng.choice(places) / rng.choice(NAMES)
        if place.exists() or place.is_symlink():
            continue
        draw = rng.random()
        if draw < 0.45:
            place.mkdir()
            places.append(place)
        elif draw < 0.85:
            place.write_text(
                "".join(f"{rng.choice(TEXTS)}\n" for _ in range(rng.randrange(4))), encoding="utf-8"
            )
        else:
            place.symlink_to(rng.choice(("a", "b", "../a", "c.txt", "nowhere", "a/b")))


class _Writer:
    """Random shell text."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.draw = rng.choice
        self.functions = 0

    def path(self) -> str:
        parts = [self.draw(NAMES) for _ in range(self.draw((1, 1, 1, 2, 2, 3)))]
        if self.rng.random() < 0.06:
            parts.insert(self.rng.randrange(len(parts) + 1), self.draw((".", "..")))
        text = "/".join(parts)
        draw = self.rng.random()
        if draw < 0.05:
            return text + "/"
        if draw < 0.1:
            return text + "/."
        if draw < 0.18:
            return self.draw(("*", "*.txt", "a/*", "?", "[ab]", "*/c.txt", ".*h", '"a"/*', "'*'", "*/"))
        if draw < 0.22:
            return self.draw(("$x", '"$x"', "${x:-a}", "$(echo a)", "$i", "${y%.*}", "${y##*/}", "./a"))
        return text

    def place(self) -> str:
        """A path without a pattern: bash expands that of a redirection, dash does not."""
        return "/".join(self.draw(NAMES) for _ in range(self.draw((1, 1, 2))))

    def paths(self) -> str:
        return " ".join(self.path() for _ in range(self.draw((1, 1, 2, 3))))

    def effect(self) -> str:
        path, paths, draw = self.path, self.paths, self.draw
        choices = (
            lambda: f"mkdir {draw(('', '-p ', '-p '))}{paths()}",
            lambda: f"touch {draw(('', '', '-c '))}{paths()}",
            lambda: f"rm {draw(('', '-f ', '-r ', '-rf ', '-d '))}{paths()}",
            lambda: f"rmdir {path()}",
            lambda: f"mv {draw(('', '', '-f ', '-n ', '-T '))}{path()} {path()}",
            lambda: f"mv {path()} {path()} {path()}",
            lambda: f"cp {draw(('', '-r ', '-a ', '-rT ', '-rL ', '-n ', '-P ', '-rf '))}{path()} {path()}",
            lambda: f"cp {draw(('', '-r ', '-a '))}{paths()} {path()}",
            lambda: f"cp -r {draw(('-t ', '--target-directory='))}{path()} {paths()}",
            lambda: f"cp --parents {draw(('', '-r '))}{path()} {path()}",
            lambda: f"ln -s{draw(('', 'f', 'n', 'fn', 'fT', 'r'))} {path()} {path()}",
            lambda: f"ln -s {path()}",
            lambda: f"ln {draw(('', '-f '))}{path()} {path()}",
            lambda: f"install {draw(('', '-D ', '-m 644 '))}{path()} {path()}",
            lambda: f"install -d {paths()}",
            lambda: f"install -D -t {path()} {path()}",
            lambda: f"echo {self.text()} {draw(('>', '>', '>>'))} {self.place()}",
            lambda: f"printf '%s\\n' {self.text()} b {draw(('>', '>>'))} {self.place()}",
            lambda: f"printf 'a\\tb\\n' > {self.place()}",
            lambda: f"cat {paths()} {draw(('>', '>>'))} {self.place()}",
            lambda: f"cat > {self.place()} <<EOF\nhello $x\n{draw(TEXTS)}\nEOF",
            lambda: f"cat <<'EOF' > {self.place()}\nhello $x\nEOF",
            lambda: f"echo hi | tee {draw(('', '-a '))}{paths()}",
            lambda: f"sed -i {self.script()} {paths()}",
            lambda: f"sed {self.script()} {path()} > {self.place()}",
            lambda: f"cd {path()}",
            lambda: f"x={path()}",
            lambda: f"y={path()}",
            lambda: f": > {self.place()}",
        )
        return draw(choices)()

    def text(self) -> str:
        return self.draw(
            ("hi", '"$x"', "'a b'", '"x\\ty"', "a\\ b", "-n z", "'[package]\\nname'", "$y", "*", '"a  b"')
        )

    def script(self) -> str:
        one = (
            "'s/one/1/'", "'s|../x|y/z|g'", "'/two/d'", "'1d'", "'$d'", "'2,3d'", "-E 's/(a|b)+/<&>/g'",
            "'s/a/\\n/'", "'s#/#-#2'", "-e 's/o/0/g' -e 's/t/T/'", "'1!s/^/# /'", "'s/ *= */=/'",
            "'s/\\.\\./up/; s/m.*$//'",
            "'/one/,/x/s/$/!/'", "'s/\\(.*\\)two/\\1&/'", "'s/[^a-z]//g'", '"s/x/$x/"',
            "'/members/s/\\[/&q/'", "-n '1p'",
        )  # fmt: skip
        return self.draw(one)

    def function(self, depth: int) -> str:
        self.functions += 1
        name = f"f{self.functions}"
        return f"{{ {name}() {{ {self.block(depth + 1)}\n}}\n{name}\n}}"

    def condition(self) -> str:
        operator = self.draw(("-e", "-f", "-d", "-L", "-s", "! -e", "-n", "-z"))
        return self.draw(
            (
                f"[ {operator} {self.path()} ]",
                f"test {operator} {self.path()}",
                "true",
                "false",
                '[ "$x" = a ]',
            )
        )

    def command(self, depth: int) -> str:
        draw = self.rng.random()
        if depth > 2 or draw < 0.68:
            return self.effect()
        inner = self.block
        choices = (
            lambda: f"( {inner(depth + 1)}\n)",
            lambda: f"{{ {inner(depth + 1)}\n}}",
            lambda: f"if {self.condition()}; then {inner(depth + 1)}\nelse {inner(depth + 1)}\nfi",
            lambda: f"for i in {self.paths()}; do {inner(depth + 1)}\ndone",
            lambda: (
                f"case $x in a*) {inner(depth + 1)}\n;; b|'') {self.effect()}\n;; *) {self.effect()}\nesac"
            ),
            lambda: self.function(depth),
            lambda: f"! {self.effect()}",
            lambda: f"sh -c 'touch q; rm -f {self.draw(NAMES)}'",
            lambda: "exit 3" if self.rng.random() < 0.2 else "true",
            lambda: "env x=1 sh -c 'echo $x > b'" if self.rng.random() < 0.3 else self.condition(),
        )
        return self.draw(choices)()

    def block(self, depth: int = 0) -> str:
        commands = [self.command(depth) for _ in range(self.draw((1, 2, 2, 3)) + (0 if depth else 3))]
        text = commands[0]
        for command in commands[1:]:
            joint = self.draw((" && ", " || ", "; ", "\n", "\n"))
            text += ("\n" if "<<" in text.rsplit("\n", 2)[-1] or text.endswith("EOF") else joint) + command
        return text


def script(rng: random.Random) -> str:
    """A random script."""
    head = rng.choice(("", "", "set -e\n", "set -eu\n"))
    return f"{head}x=a; y=b/c.txt; i=c.txt\n{_Writer(rng).block()}\n"


def compare(seed: int, tools: Path, program: str) -> tuple[bool, Disagreement | None]:
    """One script: whether its status was compared, and what differs in the tree or the status."""
    rng = random.Random(seed)  # noqa: S311
    top = Path(tempfile.mkdtemp(prefix="shell-")).resolve()
    try:
        ours, real = top / "ours", top / "real"
        ours.mkdir()
        grow(rng, ours)
        shutil.copytree(ours, real, symlinks=True)
        text = script(rng)
        below = WorkTree(str(ours))
        world = World(Overlay(below))
        state = State(world, "", {"PATH": str(tools), "HOME": "/nonexistent", "LC_ALL": "C"})
        state.bash = program == "bash"
        result = shell.run(state, text)
        environment = {"PATH": str(tools), "HOME": "/nonexistent", "LC_ALL": "C"}
        words = [str(tools / program), "-c", text]
        try:
            done = subprocess.run(
                words,
                cwd=real,
                env=environment,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                check=False,
                timeout=5,
            )
        except subprocess.TimeoutExpired:  # a file that is read while it grows
            return False, None
        why = list(_differences(world, real))
        if result.ok is not None and result.ok != (done.returncode == 0):
            why.append(f"exit {done.returncode}, ours {result.ok} {result.why} {done.stderr[-200:]!r}")
        wrong = Disagreement(seed, program, text, tuple(_listed(ours)), tuple(why)) if why else None
        return result.ok is not None, wrong
    finally:
        shutil.rmtree(top, ignore_errors=True)


def _listed(top: Path) -> Iterator[str]:
    for place in sorted(top.rglob("*")):
        what = (
            f"-> {place.readlink()}"
            if place.is_symlink()
            else "/"
            if place.is_dir()
            else repr(place.read_text())
        )
        yield f"{place.relative_to(top)} {what}"


def _differences(world: World, real: Path) -> Iterator[str]:
    tree = world.tree
    waiting = [""]
    while waiting:
        directory = waiting.pop()
        there = real / directory
        for name in sorted({*tree.names(directory), *os.listdir(there)}):
            path = f"{directory}/{name}".lstrip("/")
            entry, place = tree.entry(path), real / path
            kind = (
                "link"
                if place.is_symlink()
                else "dir"
                if place.is_dir()
                else "file"
                if place.exists()
                else "missing"
            )
            known = "link" if entry.link is not None else entry.kind.name.lower()
            if entry.kind is Kind.UNKNOWN or (entry.kind is Kind.MISSING and world.murky(path)):
                continue
            if kind != known:
                yield f"{path}: {kind}, ours {known}"
            elif kind == "dir":
                waiting.append(path)
            elif kind == "link" and entry.link != os.readlink(place):
                yield f"{path}: -> {os.readlink(place)}, ours {entry.link}"
            elif kind == "file":
                try:
                    content = tree.read(path)
                except UnknownContentError:
                    continue
                if content != place.read_bytes():
                    yield f"{path}: {place.read_bytes()!r}, ours {content!r}"


def toolbox(directory: Path) -> Path:
    """A directory with the shells and the few programs that scripts may run."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in (*PROGRAMS, "sh", "bash"):
        found = shutil.which(name, path="/usr/bin:/bin")
        if found and not (directory / name).exists():
            (directory / name).symlink_to(found)
    return directory


def disagreements(seeds: Iterator[int], directory: Path) -> Iterator[Disagreement]:
    """Every script whose effects differ, under sh and bash in turn."""
    tools = toolbox(directory / "tools")
    for seed in seeds:
        _, found = compare(seed, tools, "bash" if seed % 2 else "sh")
        if found is not None:
            yield found


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    count = 0
    with tempfile.TemporaryDirectory() as directory:
        for item in disagreements(
            iter(range(arguments.seed, arguments.seed + arguments.count)), Path(directory)
        ):
            count += 1
            sys.stdout.write(f"--- seed {item.seed} ({item.program})\n{item.script}")
            sys.stdout.write("".join(f"  # {line}\n" for line in item.tree))
            sys.stdout.write("".join(f"  * {why}\n" for why in item.why))
    sys.stdout.write(f"{arguments.count} scripts, {count} disagreements\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
