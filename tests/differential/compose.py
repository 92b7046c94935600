# ruff: noqa: T201  # it is a command
"""Random compose projects: builds, mounts and dependencies against `docker compose config`.

    python -m tests.differential.compose --count 200 [--seed N]

A value that depcheck does not know (a variable without a value) is not compared. Prints each disagreement
with its files, last the figures; exit 1 on any.
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

from depcheck.image import compose
from depcheck.image.builds import context_of
from depcheck.image.compose import Project
from depcheck.manifest.compose import Build, Text, is_remote
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.worktree import WorkTree

UNKNOWN = "?"
_LINES = (
    "A=x y # c",
    'A="a\\nb\\t\\"c"',
    "A='$B'",
    'A="${N:-q}"',
    "  A =  v  ",
    "A: yaml",
    "A=${B}!",
    "F=$A$$A",
    'F="multi\nline"',
    "F=\\$A",
    'F="\\$A"',
    "G=a#b",
    "G='it\\'s'",
    'G="a\\\\b"',
    "G=",
    "G=${A:-x}${N-y}",
    "A=1=2",
    'F="x" # c',
    "F='x' y",
    "export\tG=g",
    "G.x-y=1",
    'G="a\'b"',
    "F=${N:+z}",
)
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "HOME": "/nowhere"}


class Outcome(NamedTuple):
    """fields: how many were compared. refused: by Compose, and depcheck finds a fault as well."""

    fields: int = 0
    refused: bool = False
    wrong: str = ""


class Generator:
    """The files of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it
        self.defects = self.random.random() < 0.2
        self.files: dict[str, str] = {}

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def text(self) -> str:
        """A value, with variables or without."""
        return self.pick(
            "a", "b c", "$A", "${A}", "x${B}y", "${B:-d}", "${N:-d}", "${N-e}", "${E:-f}", "${E-g}",
            "${A:+h}", "${N:+i}", "${N:-${A}}", "$$A", "${B:-${N:-z}}", "${A?must}", "${A-}${B:+$A}",
            "1", "true", "$F", "${G}",
        )  # fmt: skip

    def path(self) -> str:
        return self.pick(
            ".", "./d", "d", "../up", "${D}", "${D:-e}", "./${N:-d}/x", "/abs/x", "d/../e", "./d/"
        )

    def build(self) -> Any:
        if self.chance(0.25):
            return self.path()
        build: dict[str, Any] = {}
        if self.chance(0.8):
            build["context"] = self.path()
        if self.chance(0.5):
            build["dockerfile"] = self.pick(
                "Dockerfile.x", "../Dockerfile", "${D}/Dockerfile", "d/Dockerfile"
            )
        elif self.chance(0.3):
            build["dockerfile_inline"] = self.pick("FROM scratch\n", "FROM ${A}\nRUN echo $$x\n")
        if self.chance(0.3):
            build["target"] = self.text()
        if self.chance(0.6):
            names = self.random.sample(("A", "P", "Q"), 2)
            build["args"] = (
                {name: self.text() for name in names}
                if self.chance(0.5)
                else [f"{name}={self.text()}" for name in names]
            )
        if self.chance(0.25):
            contexts = {"k": self.path(), "i": "docker-image://x"}
            build["additional_contexts"] = (
                contexts if self.chance(0.5) else [f"{name}={value}" for name, value in contexts.items()]
            )
        return build

    def service(self, others: list[str], files: list[str]) -> dict[str, Any]:
        service: dict[str, Any] = {}
        if self.chance(0.8):
            service["build"] = self.build()
        if "build" not in service or self.chance(0.2):
            service["image"] = "x${E}"
        if others and self.chance(0.3):
            service["depends_on"] = (
                [self.pick(*others)]
                if self.chance(0.5)
                else {self.pick(*others): {"condition": "service_started", "required": self.chance(0.8)}}
            )
        if self.chance(0.3):
            service["volumes"] = [
                self.pick("./d:/d", "../up:/u:ro", "v:/v", "${D}:/w", "~/x:/home", "/abs:/abs"),
                {"type": "bind", "source": self.path(), "target": "/b"},
            ]
        if self.chance(0.2):
            service["profiles"] = [self.pick("one", "two")]
        if (others or files) and self.chance(0.4):
            service["extends"] = self.extends(others, files)
        return service

    def extends(self, others: list[str], files: list[str]) -> Any:
        if files and self.chance(0.6):
            return {
                "file": self.pick(*files),
                "service": self.pick("base", "base", "none" if self.defects else "base"),
            }
        if others:
            return self.pick(others[-1], "gone") if self.defects else {"service": others[-1]}
        return {"file": "none.yml" if self.defects else files[0], "service": "base"}

    def document(self, names: list[str], files: list[str]) -> dict[str, Any]:
        services: dict[str, Any] = {}
        for name in names:
            services[name] = self.service(list(services), files)
        return {"services": services, "volumes": {"v": {}}}

    def make(self) -> dict[str, str]:
        """The files, compose files as JSON, which is YAML."""
        self.put("common/base.yml", self.document(["other", "base"], []))
        self.put("sub/compose.yaml", self.document(["inc", "more"], ["../common/base.yml"]))
        self.files["d/x/e/.keep"] = self.files["sub/d/.keep"] = ""
        more = [self.pick(*_LINES) for _ in range(self.random.randrange(4))]
        self.files[".env"] = "A=av\nB = 'b v'\nE=\nD=d\nexport F=\"${A}f\"\n# c\n" + "\n".join(more)
        if self.chance(0.3):
            self.files["sub/.env"] = "A=subbed\nN=n\n"
        first = self.document(["a", "b", "c"][: self.random.choice((1, 2, 3))], ["common/base.yml"])
        if self.chance(0.4):
            first["include"] = [
                self.pick(
                    "sub/compose.yaml",
                    "./sub/compose.yaml",
                    "gone.yaml" if self.defects else "sub/compose.yaml",
                )
            ]
            if self.chance(0.4):
                first["include"] = [
                    {"path": first["include"][0], "project_directory": self.pick(".", "sub", "d")}
                ]
        self.put(self.pick(*compose.NAMES), first)
        if self.chance(0.5):
            over = self.document(self.random.sample(("a", "b", "z"), 2), [])
            self.put(self.pick(*compose.OVERRIDES), over)
        return self.files

    def put(self, path: str, document: Mapping[str, Any]) -> None:
        text = "\n".join(f"{key}: {json.dumps(value, indent=1)}" for key, value in document.items())
        if self.chance(0.3):
            text = "x-b: &b {args: {A: anchored, R: $A}, target: t}\n" + text.replace(
                '"build": {\n', '"build": {<<: *b,\n', 1
            )
        if "over" in path and self.chance(0.4):
            key = self.pick(
                '"args": ', '"depends_on": ', '"build": ', '"profiles": ', '"volumes": ', '"target": '
            )
            text = text.replace(key, f"{key}{self.pick('!reset', '!override')} ", 1)
        self.files[path] = text


def plant(files: Mapping[str, str], top: str) -> None:
    """Make the files on the disk."""
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
        with open(os.path.join(top, path), "w", encoding="utf-8") as file:
            file.write(text)


def configured(top: str) -> Mapping[str, Any] | str:
    """The services as Compose has them; its complaint where it refuses them."""
    words = ["docker", "compose", "--profile", "*", "config", "--format", "json"]
    done = subprocess.run(words, cwd=top, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr
    # What it writes can be read again: a `$` is doubled.
    found: Mapping[str, Any] = json.loads(done.stdout.replace("$$", "$"))["services"]
    return found


def project(top: str) -> Project:
    """The project as depcheck has it."""
    sources = Sources(WorkTree(top))
    listed = [name for name in (*compose.NAMES, *compose.OVERRIDES) if sources.tree.is_file(name)]
    return next(compose.projects(sources, listed))


def fields(tree: Tree, found: Project) -> dict[str, Any]:
    """What is compared of the services, flat."""
    flat: dict[str, Any] = {}
    for name, service in found.services.items():
        flat[f"{name}.depends"] = sorted({other for other, _ in service.depends})
        flat[f"{name}.profiles"] = sorted(service.profiles)
        for place, source in service.binds.items():
            flat[f"{name}.binds.{place}"] = _path(tree, source)
        flat[f"{name}.build"] = service.build is not None
        if service.build is not None:
            flat.update(_build(tree, name, service.build))
    return flat


def _build(tree: Tree, name: str, build: Build) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    at = None if build.context is not None else context_of(tree, build)
    flat[f"{name}.context"] = (
        _path(tree, build.context) if at is None else os.path.normpath(os.path.join(tree.root, at))
    )
    flat[f"{name}.dockerfile"] = _value(build.dockerfile)
    flat[f"{name}.inline"] = _value(build.inline)
    flat[f"{name}.target"] = _value(build.target)
    for key, text in build.args.items():
        flat[f"{name}.args.{key}"] = _value(text)
    for key, text in build.contexts.items():
        flat[f"{name}.contexts.{key}"] = _path(tree, text)
    return flat


def _value(text: Text | None) -> str | None:
    return None if text is None else UNKNOWN if text.value is None else text.value


def _path(tree: Tree, text: Text | None) -> str | None:
    if text is None or text.value is None or is_remote(text.value) or text.value.startswith("~"):
        return None if text is None else UNKNOWN if text.value is None else text.value
    return os.path.normpath(os.path.join(tree.root, text.base, text.value))


def theirs(services: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what Compose says."""
    flat: dict[str, Any] = {}
    for name, service in services.items():
        build = service.get("build")
        flat[f"{name}.depends"] = sorted(service.get("depends_on", {}))
        flat[f"{name}.profiles"] = sorted(service.get("profiles", []))
        for volume in service.get("volumes", []):
            if volume["type"] == "bind":
                flat[f"{name}.binds.{volume['target']}"] = volume["source"]
        flat[f"{name}.build"] = build is not None
        if build is not None:
            flat[f"{name}.context"] = build.get("context")
            flat[f"{name}.dockerfile"] = build.get("dockerfile")
            flat[f"{name}.inline"] = build.get("dockerfile_inline")
            flat[f"{name}.target"] = build.get("target")
            flat.update({f"{name}.args.{key}": value for key, value in build.get("args", {}).items()})
            contexts = build.get("additional_contexts", {})
            flat.update({f"{name}.contexts.{key}": value for key, value in contexts.items()})
    return flat


def compare(top: str) -> Outcome:
    """Compare the project in a directory."""
    real, mine = configured(top), project(top)
    if isinstance(real, str):
        lacking = "neither an image nor a build context" in real  # files may be meant for others over them
        return Outcome(refused=True) if mine.faults or lacking else Outcome(wrong=f"Compose refuses: {real}")
    if mine.faults:
        return Outcome(wrong=f"depcheck refuses: {[fault.message for fault in mine.faults]}")
    one, other = fields(WorkTree(top), mine), theirs(real)
    wrong = []
    for key in sorted({*one, *other}):
        left, right = one.get(key), other.get(key)
        if key.endswith(".dockerfile") and left is None and right == "Dockerfile":
            continue
        if left not in (UNKNOWN, right) and (left or right) and not str(left).startswith("~"):
            wrong.append(f"{key}: Compose {right!r}, depcheck {left!r}")
    return Outcome(len(one), wrong="\n".join(wrong))


def judge(seed: int) -> Outcome:
    """Compare for one seed."""
    with tempfile.TemporaryDirectory() as scratch:
        top = os.path.join(os.path.realpath(scratch), "top")
        plant(Generator(seed).make(), top)
        return compare(top)


def main() -> int:
    """Compare `--count` seeds from `--seed` on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=5, help="disagreements shown")
    parser.add_argument("--keep", metavar="DIR", help="only write the files of --seed here")
    options = parser.parse_args()
    if options.keep:
        plant(Generator(options.seed).make(), options.keep)
        return 0
    compared = refused = 0
    wrong = []
    for seed in range(options.seed, options.seed + options.count):
        outcome = judge(seed)
        compared += outcome.fields
        refused += outcome.refused
        if outcome.wrong:
            wrong.append(seed)
            if len(wrong) <= options.most:
                print(f"===== seed {seed}", outcome.wrong, sep="\n", flush=True)
    print(f"{options.count} projects, {compared} fields compared, {refused} refused by both")
    print(f"{len(wrong)} disagree", *wrong[:40])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
