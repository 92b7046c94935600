"""Dockerfiles, compose files and bake files that are made to break a reader: said in a line, and soon."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from depcheck.rules.example import crate
from tests.test_images import plant, scan

MANY = 20_000
END = "RUN cargo build\n"
DOCKERFILES = {
    "many commands": "FROM rust\nCOPY . .\n" + "RUN true\n" * MANY + END,
    "many copies": "FROM rust\n" + "COPY Cargo.toml x/\n" * MANY + END,
    "many variables": "FROM rust\n" + "".join(f"ENV A{n}=$A{n - 1}x\n" for n in range(MANY)) + END,
    "many stages": "FROM rust AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(2000)) + END,
    "a deep directory": "FROM rust\n" + "WORKDIR a\n" * 1000 + END,
    "a long here-document": "FROM rust\nRUN <<E\n" + "true\n" * MANY + "cargo build\nE\n",
    "a long list of commands": "FROM rust\nRUN true" + " && \\\n true" * MANY + "\n" + END,
    "a line that goes on": "FROM rust\nRUN true" + " \\\n" * MANY,
    "a long line": "FROM rust\nRUN " + "a" * 1_000_000 + "\n" + END,
    "stages in a circle": "FROM b AS a\nFROM a AS b\nCOPY --from=b . .\n" + END,
    "copies in a circle": "FROM rust AS a\nCOPY --from=b /x /x\nFROM rust AS b\nCOPY --from=a /x /x\n" + END,
    "copies of copies": "FROM rust AS s0\nCOPY . /w\n"
    + "".join(f"FROM rust AS s{n + 1}\nCOPY --from=s{n} /w /w\n" for n in range(500))
    + "WORKDIR /w\n"
    + END,
    "variables that grow": "FROM rust\nENV A=aaaaaaaaaa\n"
    + f"ENV A={'$A' * 10}\n" * 30
    + "COPY $A .\n"
    + END,
    "arguments that grow": "ARG A=aaaaaaaaaa\n" + f"ARG A={'$A' * 10}\n" * 30 + "FROM $A\n" + END,
    "variables of a shell that grow": "FROM rust\nRUN A=aaaaaaaaaa; "
    + f"A={'$A' * 10}; " * 30
    + "cargo build\n",
    "braces in braces": "FROM rust\nENV A=" + "${A:-" * 3000 + "x" + "}" * 3000 + "\n" + END,
    "a pattern": "FROM rust\nENV A="
    + "a" * 5000
    + "\nENV B=${A%%*a*a*a*a*b}\nCOPY "
    + "*a" * 20
    + "b .\n"
    + END,
    "brackets": "FROM rust\nRUN " + "[" * 60_000 + "\n" + END,
    "triggers": "FROM rust AS a\n" + "ONBUILD COPY . .\n" * 200 + "FROM a\n" * 50 + END,
    "an unknown instruction": "FROM rust\nFOO bar\n" + END,
    "nothing but a name": "FROM",
}


def long_chain(line: str, count: int = 3000) -> str:
    return "".join(line.format(number, number + 1) for number in range(count))


OTHERS: dict[str, tuple[str, str]] = {
    "aliases": (
        "compose.yaml",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "services: *i\n",
    ),
    "an alias of itself": ("compose.yaml", "services: &s\n  a: *s\n"),
    "brackets": ("compose.yaml", "services: " + "[" * 50_000),
    "extends in a circle": ("compose.yaml", "services: {a: {extends: b}, b: {extends: a}}\n"),
    "includes itself": ("compose.yaml", "include: [compose.yaml]\nservices: {a: {image: x}}\n"),
    "wrong types": (
        "compose.yaml",
        "include: 3\nservices: {a: 3, b: {build: [1]}, c: {build: {args: 3, context: {}}}}\n",
    ),
    "no form": ("compose.yaml", "services: {a: {build: '${'}}\n"),
    "JSON that is none": ("docker-bake.json", '{"target": ['),
}
SILENT: dict[str, tuple[str, str]] = {
    "a long chain of extends": (
        "compose.yaml", "services:\n" + long_chain("  s{}: {{extends: s{}}}\n") + "  s3000: {image: x}\n",
    ),
    "braces in braces": ("compose.yaml", f"services: {{a: {{image: '{'${A:-' * 3000}{'}' * 3000}'}}}}\n"),
    "a variable without a value": ("compose.yaml", "services: {a: {build: '${X:?must be set}'}}\n"),
    "variables that grow": (".env", "A=aaaaaaaaaa\n" + f"A={'$A' * 10}\n" * 30),
    "targets that inherit twice": (
        "docker-bake.hcl",
        long_chain('target "t{0}" {{ inherits = ["t{1}", "t{1}"] }}\n', 60) + 'target "t60" {}\n',
    ),
    "a large matrix": (
        "docker-bake.hcl",
        'target "x" {\n name = "a"\n matrix = {\n'
        + "".join(f' m{n} = ["a", "b", "c"]\n' for n in range(30))
        + " }\n}\n",
    ),
    "variables of bake that grow": (
        "docker-bake.hcl",
        'variable "A0" { default = "aaaaaaaaaa" }\n'
        + "".join(f'variable "A{n + 1}" {{ default = "{f"${{A{n}}}" * 10}" }}\n' for n in range(30)),
    ),
    "a large ignore file": (".dockerignore", "**/" * 50 + "x\n" + "!**/*a*a*a*a*b\n" * 2000),
}  # fmt: skip


def soon(files: Mapping[str, str], root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The names of what is found; what is not linear takes minutes."""
    begun = time.monotonic()
    document = scan(plant(root, {**dict(crate("w")), **files}), capsys)  # type: ignore[arg-type]
    assert time.monotonic() - begun < 30
    return [one["name"] for one in document["diagnostics"]]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_a_dockerfile_ends_soon(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soon({"Dockerfile": DOCKERFILES[name]}, tmp_path, capsys)


@pytest.mark.parametrize("name", OTHERS)
def test_what_compose_or_bake_would_refuse_is_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text = OTHERS[name]
    assert soon({path: text}, tmp_path, capsys)[:1] == ["invalid-manifest"]


@pytest.mark.parametrize("name", SILENT)
def test_what_is_only_large_is_passed_over(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text = SILENT[name]
    more = {"compose.yaml": "services: {a: {image: $A}}\n"} if path == ".env" else {}
    assert soon({path: text, **more}, tmp_path, capsys) == []
