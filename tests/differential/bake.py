# ruff: noqa: T201  # it is a command
"""Random bake files: every target against `docker buildx bake --print`.

    python -m tests.differential.bake --count 200 [--seed N]

Prints each disagreement with its files, last the figures; exit 1 on any. A field that depcheck says it
cannot know is counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from depcheck.image import bake
from depcheck.manifest.bake import File, read
from depcheck.manifest.hcl import OPAQUE
from depcheck.manifest.yaml import Node
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree

FIELDS = ("context", "dockerfile", "dockerfile-inline", "target", "args", "contexts")
UNKNOWN = "?"


class Outcome(NamedTuple):
    """fields: how many were compared. unknown: of these. refused: why buildx takes none of it."""

    fields: int = 0
    unknown: int = 0
    refused: str = ""
    wrong: str = ""


class Generator:
    """The bake files of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def value(self) -> str:
        return self.pick(
            '"a"', '"./x"', '"${V}"', "V", '"a-${W}"', '"${W}/${ V }"', "GLOBAL", '"$${V} 5% $"',
            '"t\\"\\n\\u0041"', "<<E\na ${V}\n  b\nE\n", "<<-E\n    a\n      ${W}\n  E\n", 'upper("x")',
            'V == "v" ? "y" : "n"', '"${upper(V)}"',
        )  # fmt: skip

    def scalar(self) -> str:
        return self.value() if self.random.random() < 0.7 else self.pick("1", "2.50", "true", "null")

    def mapping(self) -> str:
        keys = self.random.sample(("A", "B", '"C-d"'), 2)
        entries = [f"{key} {self.pick('=', ':')} {self.scalar()}" for key in keys]
        end = "\n" if "<<" in entries[0] else self.pick(",\n", "\n")
        return "{" + self.pick("", "\n", " # x\n") + end.join(entries) + "\n}"

    def target(self, number: int) -> str:
        lines = []
        if number and self.random.random() < 0.6:
            names = ", ".join(
                f'"t{self.random.randrange(number)}"' for _ in range(self.random.choice((1, 1, 2)))
            )
            lines.append(f"inherits = [{names}{self.pick('', ',')}]")
        keys = ("context", "dockerfile", "target", "dockerfile-inline")
        lines += [f"{key} = {self.value()}" for key in keys if self.random.random() < 0.4]
        if self.random.random() < 0.6:
            lines.append(f"args = {self.mapping()}")
        if self.random.random() < 0.2:
            lines.append(f'contexts = {{ k = "{self.pick("./x", "docker-image://a", "../y")}" }}')
        if self.random.random() < 0.2:
            lines.append('labels = { for k in ["a", "b"] : k => "}" } /* { */')
        self.random.shuffle(lines)
        if self.random.random() < 0.15:
            lines += [f'name = "t{number}-${{m}}-${{o.p}}"', 'matrix = { m = LIST, o = [{p = "q"}] }']
            lines.append('platforms = ["linux/${m}"]')
        return f'target "t{number}" {{\n' + "\n".join(f"  {line}" for line in lines) + "\n}\n"

    def files(self) -> dict[str, str]:
        lists = 'variable "LIST" { default = ["1", "2"] }\n'
        opening = (
            lists + 'variable "V" { default = "v" }\nvariable "W" {\n  default = "w${V}"\n}\nGLOBAL = "g"\n'
        )
        targets = "".join(self.target(number) for number in range(self.random.randrange(1, 5)))
        group = 'group "all" { targets = ["t0"] }\n'
        found = {"docker-bake.hcl": self.pick(opening + targets + group, group + targets + opening)}
        if self.random.random() < 0.3:
            over = {
                "target": {"t0": {"args": {"A": "${V}"}, "context": "over"}},
                "variable": {"V": {"default": "o"}},
            }
            found["docker-bake.override.json"] = json.dumps(over)
        return found


def printed(top: str, names: list[str]) -> Mapping[str, Any] | str:
    """What buildx makes of the targets; its complaint where it makes nothing of them."""
    words = ["docker", "buildx", "bake", "--print", *names]
    done = subprocess.run(words, cwd=top, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)["target"]
    return {name: _unescaped(target) for name, target in found.items()}


def _unescaped(value: Any) -> Any:
    """Without the escapes by which the output can be read again."""
    if isinstance(value, dict):
        return {key: _unescaped(entry) for key, entry in value.items()}
    return value.replace("$${", "${").replace("%%{", "%{") if isinstance(value, str) else value


def shown(node: Node | None) -> Any:
    """A field as plain data."""
    if node is None or node.tag == OPAQUE:
        return UNKNOWN if node is not None else None
    if isinstance(node.value, dict):
        return {key: shown(entry) for key, entry in node.entries.items() if shown(entry) is not None}
    return [shown(item) for item in node.items] if isinstance(node.value, tuple) else node.value


def ours(top: str) -> dict[str, dict[str, Any]]:
    """The targets as depcheck has them."""
    sources = Sources(WorkTree(top))
    listed = [sources.get(read, name) for name in bake.NAMES if sources.tree.is_file(name)]
    definition = bake.define([file for file in listed if isinstance(file, File)])
    return {
        name: {key: shown(target.get(key)) for key in FIELDS} for name, target in definition.targets.items()
    }


def compare(top: str) -> Outcome:
    """Compare the bake files of a directory."""
    mine = ours(top)
    fields = unknown = 0
    for name in mine:
        real = printed(top, [name])
        if isinstance(real, str):
            return Outcome(refused=real)
        target = {"context": ".", "dockerfile": "Dockerfile", **{k: v for k, v in mine[name].items() if v}}
        for key in FIELDS:
            one, other = target.get(key) or {}, real[name].get(key) or {}
            if key == "context" and isinstance(one, str) and one != UNKNOWN:
                one = os.path.normpath(one)
            pairs = [(one, other)] if not isinstance(other, dict) else [
                (one.get(part), other.get(part)) for part in {*one, *other}
            ] if one != UNKNOWN else []  # fmt: skip
            for left, right in pairs:
                fields += 1
                unknown += left == UNKNOWN
                if left not in (right, UNKNOWN):
                    return Outcome(wrong=f"{name}.{key}: buildx {right!r}, depcheck {left!r}")
    return Outcome(fields, unknown)


def judge(seed: int) -> Outcome:
    """Compare for one seed."""
    with tempfile.TemporaryDirectory() as top:
        for name, text in Generator(seed).files().items():
            with open(os.path.join(top, name), "w", encoding="utf-8") as file:
                file.write(text)
        return compare(top)


def main() -> int:
    """Compare `--count` seeds from `--seed` on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    fields = unknown = refused = 0
    wrong = []
    for seed in range(options.seed, options.seed + options.count):
        outcome = judge(seed)
        fields += outcome.fields
        unknown += outcome.unknown
        refused += bool(outcome.refused)
        if outcome.wrong:
            wrong.append(seed)
            if len(wrong) <= 5:
                print(f"===== seed {seed}", *Generator(seed).files().values(), outcome.wrong, sep="\n")
    print(
        f"{options.count} bake files, {fields} fields compared, {unknown} of them unknown, {refused} refused"
    )
    print(f"{len(wrong)} disagree", *wrong[:40])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
