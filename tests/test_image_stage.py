"""What a stage holds: small contexts and Dockerfiles, and the tree that comes of them."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from depcheck.image import bases, dockerfile
from depcheck.image.build import Build, Finding, Inputs
from depcheck.image.context import open_context
from depcheck.image.running import execute
from depcheck.image.scope import Arguments
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree
from depcheck.tree.stage import Origin, StageTree
from depcheck.tree.worktree import WorkTree

PLAIN = Arguments()


def build(
    root: Path,
    text: str,
    arguments: Arguments = PLAIN,
    contexts: Mapping[str, Tree | None] | None = None,
) -> Build:
    read = dockerfile.read("Dockerfile", text.encode())
    assert read.faults == ()
    context = open_context(Sources(WorkTree(str(root))), "", "Dockerfile").tree
    return Build(Inputs(read, context, arguments, contexts or {}), execute)


def plant(root: Path, files: str) -> None:
    for word in files.split():
        path, _, target = word.partition("->")
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if target:
            place.symlink_to(target)
        else:
            place.write_text(path, encoding="utf-8")


def made(of: Build) -> StageTree:
    target = of.target()
    assert target is not None
    return of.made(target).tree


def listed(tree: Tree, top: str = "") -> list[str]:
    found, waiting = [], [top]
    while waiting:
        at = waiting.pop()
        for name in tree.names(at):
            path = f"{at}/{name}" if at else name
            entry = tree.entry(path)
            mark = {Kind.DIR: "/", Kind.UNKNOWN: "?"}.get(entry.kind, "")
            found.append(path + (f"->{entry.link}" if entry.link is not None else mark))
            waiting += [path] if entry.kind is Kind.DIR else []
    return sorted(found)


def findings(of: Build) -> list[Finding]:
    return [finding for _, finding in of.findings()]


CONTEXT = "a.txt b.md d/c.txt d/e/f.txt d/e/Cargo.toml link->d to-a->a.txt [x]/y"


@pytest.mark.parametrize(
    ("lines", "tree"),
    [
        ("COPY a.txt /x", ["x"]),
        ("COPY a.txt /x/", ["x/", "x/a.txt"]),
        ("COPY a.txt b.md /x", ["x"]),
        ("COPY d /x", ["x/", "x/c.txt", "x/e/", "x/e/Cargo.toml", "x/e/f.txt"]),
        ("COPY d/e ./x/\nCOPY d/c.txt x", ["x/", "x/Cargo.toml", "x/c.txt", "x/f.txt"]),
        ("COPY link to-a /x/", ["x/", "x/c.txt", "x/e/", "x/e/Cargo.toml", "x/e/f.txt", "x/to-a"]),
        ("COPY d/*.txt ?.md none* /x/", ["x/", "x/b.md", "x/c.txt"]),
        ("COPY */*/Cargo.toml /x/", ["x/", "x/Cargo.toml"]),
        (r"COPY [[]x]/y [\\[]x]/y /x/", ["x/", "x/y"]),
        ("COPY ../../a.txt /../x/../y/", ["y/", "y/a.txt"]),
        ("WORKDIR /w\nWORKDIR v\nCOPY a.txt .\nCOPY b.md ..", ["w/", "w/b.md", "w/v/", "w/v/a.txt"]),
        ("COPY . /t/\nCOPY b.md /t/link/", None),
        ("COPY --exclude=**/f.txt --exclude=*.txt d /x", ["x/", "x/e/", "x/e/Cargo.toml"]),
        ("COPY --exclude=e --exclude=!e/f.txt d /x", ["x/", "x/c.txt", "x/e/", "x/e/f.txt"]),
        ("COPY --parents d/e/f.txt ./d/./c.txt /x/", ["x/", "x/c.txt", "x/d/", "x/d/e/", "x/d/e/f.txt"]),
        ("COPY --parents **/Cargo.toml /x/", ["x/", "x/d/", "x/d/e/", "x/d/e/Cargo.toml"]),
        ("COPY --parents --exclude=d/e d ./x/", ["x/", "x/d/", "x/d/c.txt"]),
        ("COPY <<one <<-two /x/\n1\none\n\t2\ntwo", ["x/", "x/one", "x/two"]),
        ("ENV D=d\nENV E=${D}/e\nARG F=${E#d/}\nCOPY $E/f.txt /$F-${G:-g}/", ["e-g/", "e-g/f.txt"]),
        ("ADD https://example.org/a/x.tgz?y=1 /x/", ["x/", "x/x.tgz"]),
        ("ADD https://example.org/a/x.git#v1 /x", ["x/"]),
        ("RUN mkdir -p /m/n && echo hi > /m/n/o && ln -s n /m/p", ["m/", "m/n/", "m/n/o", "m/p->n"]),
        ('SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN mkdir /m\nRUN ["mkdir", "/k"]', ["k/", "m/"]),
        ("RUN <<E\nmkdir /m\ntouch /m/n\nE", ["m/", "m/n"]),
        ("RUN --mount=type=bind,target=/ctx cp /ctx/a.txt /z", ["z"]),
        ("RUN --mount=type=bind,source=d/e,dst=/p/q cp -r /p/q /z", ["z/", "z/Cargo.toml", "z/f.txt"]),
        ("RUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t touch /c/x /t/y /z", ["z"]),
        ("COPY a.txt /a\nCOPY b.md /a", ["a"]),
    ],
)
def test_trees(lines: str, tree: list[str] | None, tmp_path: Path) -> None:
    plant(tmp_path, CONTEXT)
    of = build(tmp_path, f"FROM scratch\n{lines}\n")
    assert findings(of) == []
    if tree is None:
        assert "t/d/b.md" in listed(made(of))
    else:
        assert listed(made(of)) == tree


def test_an_entry_knows_where_it_comes_from(tmp_path: Path) -> None:
    plant(tmp_path, "app/crates/a/Cargo.toml app/x")
    of = build(
        tmp_path,
        "FROM scratch AS one\nCOPY app /src\nRUN cp -r /src /out\nFROM scratch\nCOPY --from=one /out /o\n",
    )
    tree = made(of)
    assert tree.origin("o/crates/a/Cargo.toml") == Origin("app/crates/a/Cargo.toml", 5)
    assert tree.origin("o/crates") == Origin("app/crates", 5)
    assert tree.read("o/crates/a/Cargo.toml") == b"app/crates/a/Cargo.toml"


def test_what_is_missing_is_reported_and_taken_to_be_there(tmp_path: Path) -> None:
    plant(tmp_path, "Cargo.toml src/main.rs")
    of = build(
        tmp_path, "FROM scratch\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nCOPY none/*.txt src /app/src/\n"
    )
    assert [(found.rule, found.missing, found.at, found.instruction.line) for found in findings(of)] == [
        ("copy-source-missing", "Cargo.lock", 16, 3),
        ("copy-source-missing", "none/*.txt", 5, 4),
    ]
    assert listed(made(of), "app") == ["app/Cargo.lock?", "app/Cargo.toml", "app/src/", "app/src/main.rs"]


def test_a_pattern_that_matches_nothing_needs_its_directory(tmp_path: Path) -> None:
    plant(tmp_path, "a d/x.txt")
    alone = "FROM scratch\nCOPY a d/*.md /y/\n"
    assert [found.missing for found in findings(build(tmp_path, alone))] == ["d/*.md"]
    assert findings(build(tmp_path, f"{alone}COPY d/x.txt /\n")) == []
    assert findings(build(tmp_path, "FROM scratch\nCOPY a *.md /y/\n")) == []


def test_ignored_sources_are_missing(tmp_path: Path) -> None:
    plant(tmp_path, "a b")
    (tmp_path / ".dockerignore").write_text("b\n", encoding="utf-8")
    of = build(tmp_path, "FROM scratch\nCOPY a b /x/\n")
    assert [found.missing for found in findings(of)] == ["b"]


def test_triggers_run_in_the_next_stage_only(tmp_path: Path) -> None:
    plant(tmp_path, "a b")
    text = "FROM scratch AS one\nONBUILD COPY a /on/\nFROM one AS two\nCOPY b /\nFROM two\nWORKDIR /w\n"
    assert listed(made(build(tmp_path, text))) == ["b", "on/", "on/a", "w/"]
    assert listed(made(build(tmp_path, text, Arguments(target="one")))) == []


def test_stages_by_number_name_and_context(tmp_path: Path) -> None:
    plant(tmp_path, "a other/z")
    named = {"extra": open_context(Sources(WorkTree(str(tmp_path))), "other").tree, "hidden": None}
    text = (
        "FROM scratch AS One\nCOPY a /a\nFROM scratch\nCOPY --from=0 a /0\nCOPY --from=ONE a /1\n"
        "COPY --from=extra z /2\nCOPY --from=hidden z /3\nCOPY --from=example.org/x z /4\n"
    )
    of = build(tmp_path, text, contexts=named)
    assert findings(of) == []
    assert listed(made(of)) == ["0", "1", "2", "3?", "4?"]


def test_a_later_stage_cannot_be_copied_from(tmp_path: Path) -> None:
    text = "FROM scratch AS a\nCOPY --from=b /x /\nCOPY --from=a /x /\nCOPY --from=7 /x /\nFROM a AS b\n"
    assert [found.message for found in findings(build(tmp_path, text))] == [
        "the stage `b` is defined after the one that copies from it",
        "the stage `a` is defined after the one that copies from it",
        "there is no stage 7",
    ]


def test_only_the_stages_of_the_target_are_worked_out(tmp_path: Path) -> None:
    text = "FROM scratch AS a\nCOPY none /\nFROM scratch AS b\nFROM b\nCOPY --from=b / /\n"
    of = build(tmp_path, text)
    assert [stage.label for stage in of.reached()] == ["b", "stage-2"]
    assert findings(of) == []


def test_known_images_lack_manifests_and_others_may_hold_them(tmp_path: Path) -> None:
    plant(tmp_path, "a/x")
    known = made(build(tmp_path, "FROM rust:1.95-slim-bookworm\nWORKDIR /usr/src/app\nCOPY a .\n"))
    assert known.kind("usr/src/app/Cargo.toml") is Kind.MISSING
    assert known.kind("usr/src/Cargo.toml") is Kind.MISSING
    assert known.kind("Cargo.toml") is Kind.MISSING
    assert known.kind("usr/lib/libc.so.6") is Kind.UNKNOWN
    assert known.kind("usr/src/app/src") is Kind.MISSING
    other = made(build(tmp_path, "FROM registry.example/base\nWORKDIR /app\nCOPY a .\n"))
    assert other.kind("app/Cargo.toml") is Kind.UNKNOWN
    assert other.may_hold_more("app") == "the image `registry.example/base` may hold anything"
    assert other.kind("app/x") is Kind.FILE


@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("rust", True),
        ("docker.io/library/rust:1.95@sha256:00", True),
        ("python:3.12-slim", True),
        ("ghcr.io/astral-sh/uv:0.9-bookworm", True),
        ("lukemathwalker/cargo-chef:latest-rust-1", True),
        ("public.ecr.aws/docker/library/python:3", True),
        ("mcr.microsoft.com/devcontainers/rust", True),
        ("quay.io/pypa/manylinux_2_28_x86_64", True),
        ("localhost:5000/rust", False),
        ("someone/rust", False),
        ("registry.example/team/app:1", False),
    ],
)
def test_base_images(image: str, known: bool) -> None:
    assert (bases.find(image) is not None) is known


def test_arguments(tmp_path: Path) -> None:
    plant(tmp_path, "a")
    text = "ARG V=1\nFROM scratch\nARG V\nARG W=w\nARG TARGETARCH\nARG N\nCOPY a /$V/$W/$TARGETARCH/x${N}y/\n"
    given = Arguments({"W": "given"}, platform="linux/arm64")
    assert "1/given/arm64/xy/a" in listed(made(build(tmp_path, text, given)))
    unsure = made(build(tmp_path, text, given._replace(complete=False)))
    assert unsure.kind("1/given/arm64/anything") is Kind.UNKNOWN
    assert unsure.kind("2") is Kind.MISSING


def test_an_archive_is_unpacked_by_add_and_not_by_copy(tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in (("p/Cargo.toml", b"[package]"), ("p/../../evil", b"")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    (tmp_path / "x.tgz").write_bytes(data.getvalue())
    (tmp_path / "no.tgz").write_bytes(b"\x1f\x8b\x08no")
    tree = made(build(tmp_path, "FROM scratch\nADD x.tgz no.tgz /a/\nCOPY x.tgz /b/\n"))
    assert listed(tree) == ["a/", "a/no.tgz", "a/p/", "a/p/Cargo.toml", "b/", "b/x.tgz"]
    assert tree.read("a/p/Cargo.toml") == b"[package]"


def test_bad_mounts_and_words_are_findings_with_their_line(tmp_path: Path) -> None:
    text = (
        "FROM scratch\nRUN --mount=type=nfs,target=/x true\n"
        "RUN --mount=type=bind,source=none,target=/x true\n"
        "COPY ${A /\nWORKDIR ${B?no}\nCOPY a.txt /a\nCOPY a.txt /a/b\n"
    )
    plant(tmp_path, "a.txt")
    assert [(found.instruction.line, found.message) for found in findings(build(tmp_path, text))] == [
        (2, "`nfs` is no type of `--mount`"),
        (3, "`none` is not there"),
        (4, "bad substitution"),
        (5, "`B`: no"),
        (7, "`/a` is no directory"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\n" + "COPY . .\n" * 5_000,
        "FROM scratch\nENV A=xxxxxxxxxx\n" + "ENV A=$A$A$A$A\n" * 500 + "COPY a /$A\n",
        "FROM scratch AS s\n" + "FROM s AS s\nCOPY a /a\n" * 1_500,
        "FROM scratch\n"
        + "".join(f"FROM {n or 'scratch'} AS s{n}\nCOPY --from={max(n - 1, 0)} / /\n" for n in range(1_500)),
        "FROM scratch\n" + "WORKDIR a\n" * 5_000,
        "FROM scratch\nCOPY a/" + "b/" * 5_000 + " /" + "c/" * 5_000 + "\n",
    ],
)
def test_long_builds_end(text: str, tmp_path: Path) -> None:
    plant(tmp_path, "a")
    started = time.process_time()
    of = build(tmp_path, text)
    of.findings()
    assert made(of).kind("nowhere/at/all") in (Kind.MISSING, Kind.UNKNOWN)
    assert time.process_time() - started < 60
