# ruff: noqa: T201  # it is a command
"""Dockerfiles as BuildKit's own parser (the PyPI package `dockerfile`) and as depcheck reads them.

python -m tests.differential.dockerfile --count 20000        # random texts, from --seed on
python -m tests.differential.dockerfile --repositories DIR   # every Dockerfile of the git repositories in it
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator

import dockerfile as buildkit

from depcheck.image import dockerfile

_NAMES = """
FROM RUN COPY ADD ENV ARG WORKDIR LABEL CMD ENTRYPOINT SHELL ONBUILD USER EXPOSE VOLUME HEALTHCHECK
STOPSIGNAL MAINTAINER NONSENSE from Run cOPY
""".split()  # noqa: SIM905
_WORDS = r"""
a b.txt dir/ . /app $X ${X} ${X:-y} ${X:-a b} A=1 B= =c C=${D:+e} 'q' 'q q' "d" "d d" "" x\ y \" \ ` ``
<<EOF <<-EOF <<"EOF" <<'E F' 3<<EOF <EOF <<<EOF a<<EOF <<$X <<E\OF --from=x --mount=type=bind,a=b --
--x="a b" --link --y=z\ w -n as AS && | ; # #x é ü=à --é=ü CMD NONE
""".split()  # noqa: SIM905
_WORDS.append("\u00a0")
_ARRAYS = (
    '["a","b"]',
    '[ "a", "b c" ]',
    "[1]",
    "[]",
    '["a"',
    '["\\u00e9\\n"]',
    '[true,"x"]',
    '["a\\"",]',
    "[NaN]",
)
_ENDS = (
    "\n",
    "\n",
    "\n",
    "\n",
    " \\\n",
    "\\\n",
    "\\ \t\n",
    "`\n",
    "\\\\\n",
    "\r\n",
    " \\\r\n",
    "\n\n",
    "\v\n",
)
_LINES = (
    "# comment", "  # comment", "", "  ", "EOF", "\tEOF", "E F", "\t\tbody $X", "# escape=`", "# escape = \\",
    "#syntax=docker/dockerfile:1", "#escape=x", "# other=1", "\\", "`", "body",
)  # fmt: skip


def generate(seed: int) -> str:
    """A text that is a Dockerfile, or nearly."""
    choose = random.Random(seed)  # noqa: S311  # no secret is made of it
    parts = [choose.choice(_LINES) + "\n" for _ in range(choose.randrange(3))]
    if choose.random() < 0.9:
        parts.append("FROM scratch\n")
    for _ in range(choose.randrange(1, 8)):
        if choose.random() < 0.4:
            parts.append(choose.choice(_LINES) + choose.choice(("\n", "\r\n", "\n")))
            continue
        parts.append(choose.choice(("", "", " ", "\t")) + choose.choice(_NAMES))
        if choose.random() < 0.1:  # nothing after it: the package drops that, the engine does not
            parts += (" ", choose.choice(_ARRAYS), "\n")
            continue
        for _ in range(choose.randrange(5)):
            parts += (choose.choice((" ", " ", "\t", "  ", " \v")), choose.choice(_WORDS))
        parts.append(choose.choice(_ENDS))
    text = "".join(parts)
    if "`" in text[: text.find("FROM")]:
        text = text.replace("--y=z\\", "--y=z")  # it takes \\ for the escape in flags, whatever is declared
    return text if choose.random() < 0.8 else text.rstrip("\n")


def differences(text: str) -> list[str]:
    """Where the two readings differ, a line each; none where both refuse the text."""
    ours = dockerfile.read("Dockerfile", text.encode())
    if re.search("(?i)onbuild", text) and "<<" in text:
        return []  # the package is older than here-documents in ONBUILD
    faulty = {fault.site.line for fault in ours.faults}
    try:
        theirs = buildkit.parse_string(text)
    except (buildkit.GoParseError, ValueError) as error:
        return [] if faulty else [f"BuildKit refuses it: {error}"]
    found = {instruction.line: instruction for instruction in ours.instructions}
    wrong = []
    for command in theirs:
        instruction = found.pop(command.start_line, None)
        if instruction is None:
            if faulty.isdisjoint(range(command.start_line, command.end_line + 1)):
                wrong.append(f"line {command.start_line} is missing: {command}")
        elif _shape(instruction) != _their_shape(command):
            wrong.append(f"{_shape(instruction)}\n  BuildKit: {_their_shape(command)}")
    wrong += [f"line {line} is no instruction" for line in found]
    wrong += [complaint for instruction in ours.instructions for complaint in _misplaced(instruction, text)]
    return wrong


def _shape(made: dockerfile.Instruction) -> tuple[object, ...]:
    inner = made.trigger or made
    docs = tuple((doc.delimiter.name, doc.body) for doc in made.heredocs)
    return (
        made.name, made.trigger.name if made.trigger else None, inner.json, made.line, made.end_line,
        tuple(word.text for word in made.flags), tuple(word.text for word in inner.words), docs,
    )  # fmt: skip


def _their_shape(command: buildkit.Command) -> tuple[object, ...]:
    docs = tuple((doc.name, doc.content) for doc in command.heredocs)
    return (
        command.cmd.upper(), command.sub_cmd.upper() if command.sub_cmd else None, command.json,
        command.start_line, command.end_line, tuple(command.flags), tuple(command.value), docs,
    )  # fmt: skip


def _misplaced(made: dockerfile.Instruction, text: str) -> Iterator[str]:
    """Words that do not stand where they are said to stand."""
    lines = text.removeprefix("\ufeff").split("\n")
    inner = made.trigger or made
    for word in inner.words if not inner.json else ():
        line, column = made.place(word.at)
        first = re.split(r"\s", word.text, maxsplit=1)[0]
        here = lines[line - 1][column - 1 :]
        if not (here.startswith(first) or first.startswith(here.rstrip().rstrip("\\`").rstrip("\r "))):
            yield f"`{word.text}` is not at {line}:{column}"


def in_repositories(top: str) -> Iterator[tuple[str, str]]:
    """Every Dockerfile of the newest commits below `top`, by name and text."""
    for folder, below, _ in os.walk(top):
        git = next(
            (name for name in ("repo/.git", "repo", ".git") if os.path.exists(f"{folder}/{name}/HEAD")), None
        )
        if git is None:
            continue
        below.clear()
        command = ["git", "--git-dir", f"{folder}/{git}"]
        listing = subprocess.run(
            [*command, "ls-tree", "-r", "-z", "HEAD"], capture_output=True, check=False
        ).stdout
        for row in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, path = row.split("\t", 1)
            name = path.rpartition("/")[2].lower()
            if ("dockerfile" in name or "containerfile" in name) and not name.endswith(".dockerignore"):
                words = [*command, "cat-file", "blob", about.split()[2]]
                data = subprocess.run(words, capture_output=True, check=False).stdout
                yield f"{folder}: {path}", data.decode("utf-8", "replace")


def main() -> int:
    """Compare; exits 1 where a reading differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repositories", metavar="DIR")
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    options = parser.parse_args()
    texts = [(f"seed {seed}", "") for seed in range(options.seed, options.seed + options.count)]
    compared = bad = 0
    named = in_repositories(options.repositories) if options.repositories else iter(texts)
    for name, text in named:
        tried = text if options.repositories else generate(int(name.split()[1]))
        compared += 1
        if wrong := differences(tried):
            bad += 1
            if bad <= options.most:
                print(f"===== {name}", *([] if options.repositories else [repr(tried)]), *wrong, sep="\n")
    print(f"{compared} Dockerfiles, {bad} read differently")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
