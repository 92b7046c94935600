"""Image builds as scan judges them: the incident in each of its states, and a small tree for each answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from depcheck import cli

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident"
SERVICES = ("auth", "hub", "presence", "sfu")
LISTED = '"packages/services/reticulum/*"'
MEMBERS = ", ".join(f'"packages/services/reticulum/{name}"' for name in ("core", *SERVICES))
DOCKERFILE = """\
FROM rust:1.83-slim AS builder
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY packages/services/reticulum packages/services/reticulum
{more}RUN cargo build --release -p reticulum-{service}

FROM debian:bookworm-slim
COPY --from=builder /build/target/release/reticulum-{service} /usr/local/bin/
"""
COPY = "COPY packages/services/agent-looper packages/services/agent-looper\n"
LINK = "RUN ln -s /build/packages/services/agent-looper /build/packages/services/reticulum/agent-looper\n"
Document = Mapping[str, Any]


def incident(root: Path, more: str = "", *, mended: bool = False) -> Path:
    """The example with a Dockerfile a service and a compose file, members listed one by one."""
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("target", "README.md"))
    workspace = root / "Cargo.toml"
    workspace.write_text(workspace.read_text(encoding="utf-8").replace(LISTED, MEMBERS), encoding="utf-8")
    compose = ["services:"]
    for service in SERVICES:
        dockerfile = f"packages/deploy/docker/Dockerfile.{service}"
        plant(root, {dockerfile: DOCKERFILE.format(service=service, more=more)})
        compose += [f"  {service}:", f"    build: {{context: ., dockerfile: {dockerfile}}}"]
        manifest = root / "packages/services/reticulum" / service / "Cargo.toml"
        text = manifest.read_text(encoding="utf-8")
        if mended:
            manifest.write_text(text.replace('"../agent', '"../../agent'), encoding="utf-8")
    plant(root, {"docker-compose.yml": "\n".join(compose) + "\n"})
    return root


def plant(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


def scan(root: Path, capsys: pytest.CaptureFixture[str]) -> Document:
    code = cli.main(["scan", "--format", "json", str(root)])
    document: Document = json.loads(capsys.readouterr().out)
    assert code == (document["summary"]["errors"] > 0)
    return document


def errors(document: Document) -> list[tuple[str, str, int]]:
    return [
        (one["name"], one["file"], one["range"]["start"]["line"])
        for one in document["diagnostics"]
        if one["severity"] == "error"
    ]


MANIFESTS = [("missing-path", f"packages/services/reticulum/{one}/Cargo.toml", 10) for one in SERVICES]
IMAGES = [("image-missing-path", f"packages/deploy/docker/Dockerfile.{one}", 4) for one in SERVICES]


@pytest.mark.parametrize(
    ("tree", "expected", "verdict"),
    [
        pytest.param(("", False), [*IMAGES, *MANIFESTS], "fails", id="both are wrong"),
        pytest.param(("", True), IMAGES, "fails", id="the manifests are right"),
        pytest.param((COPY, False), MANIFESTS, "fails", id="the COPY is there"),
        pytest.param((COPY, True), [], "loads", id="all is right"),
        pytest.param((COPY + LINK, False), MANIFESTS, "loads", id="a link in the image"),
    ],
)
def test_the_incident(
    tree: tuple[str, bool],
    expected: list[tuple[str, str, int]],
    verdict: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = scan(incident(tmp_path / "repo", tree[0], mended=tree[1]), capsys)
    assert errors(document) == expected
    assert [(one["service"], one["verdict"]) for one in document["builds"]] == [
        (service, verdict) for service in SERVICES
    ]
    prints = {one["fingerprint"] for one in document["diagnostics"]}
    for one in document["builds"]:
        assert bool(one["blocked_by"]) is (verdict == "fails")
        assert set(one["blocked_by"]) <= prints


def test_an_error_of_an_image_says_what_where_and_who_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = incident(tmp_path / "repo", mended=True)
    hub = next(one for one in scan(root, capsys)["diagnostics"] if one["file"].endswith(".hub"))
    assert "`packages/services/agent-looper/rust` is not copied into the image" in hub["message"]
    assert "`cargo build --release -p reticulum-hub` runs (line 5)" in hub["message"]
    assert hub["reference"]["target"] == "packages/services/agent-looper/rust"
    assert hub["reference"]["image_path"] == "/build/packages/services/agent-looper/rust"
    assert hub["blocks"]["services"] == ["hub"]
    cli.main(["scan", str(root)])
    report = capsys.readouterr().out
    assert "cargo: failed to read `/build/packages/services/agent-looper/rust/Cargo.toml`" in report
    assert "`packages/services/reticulum/hub/Cargo.toml` line 10" in report
    assert "the image of `hub`" in report


CARGO = shutil.which("cargo")


@pytest.mark.skipif(CARGO is None, reason="needs cargo")
@pytest.mark.parametrize(
    ("more", "mended", "code"),
    [("", True, 101), (COPY, False, 101), (COPY, True, 0), (COPY + LINK, False, 0)],
)
def test_cargo_says_the_same_in_the_stage_laid_out(
    more: str, mended: bool, code: int, tmp_path: Path
) -> None:
    root = incident(tmp_path / "repo", more, mended=mended)
    build = tmp_path / "build"
    shutil.copytree(root / "packages/services/reticulum", build / "packages/services/reticulum")
    for name in ("Cargo.toml", "Cargo.lock"):
        shutil.copy(root / name, build / name)
    if COPY in more:
        shutil.copytree(root / "packages/services/agent-looper", build / "packages/services/agent-looper")
    if LINK in more:
        (build / "packages/services/reticulum/agent-looper").symlink_to(
            build / "packages/services/agent-looper"
        )
    words = [CARGO or "cargo", "metadata", "--offline", "--format-version=1"]
    done = subprocess.run(words, cwd=build, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr


CRATE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
TREE = {
    "Cargo.toml": '[workspace]\nmembers = ["app", "lib"]\nresolver = "2"\n',
    "app/Cargo.toml": CRATE.format("app") + '\n[dependencies]\nlib = { path = "../lib" }\n',
    "app/src/main.rs": "fn main() {}\n",
    "lib/Cargo.toml": CRATE.format("lib"),
    "lib/src/lib.rs": "",
}
BUILT = "services:\n  app:\n    build: .\n"


@pytest.mark.parametrize(
    ("lines", "found", "verdicts"),
    [
        pytest.param("COPY . .\nRUN cargo build", [], ["loads"], id="all"),
        pytest.param(
            "COPY Cargo.toml .\nRUN cargo fetch\nCOPY . .\nRUN cargo build",
            [("image-missing-member", 3), ("image-missing-member", 3)],
            ["fails", "loads"],
            id="at the RUN, not at the end",
        ),
        pytest.param(
            "COPY Cargo.toml .\nCOPY app app\nRUN cargo build -p app",
            [("image-missing-path", 4)],
            ["fails"],
            id="a path and a member that is one directory",
        ),
        pytest.param(
            "COPY app /a/app\nCOPY lib /b/lib\nWORKDIR /a/app\nRUN cargo build",
            [("image-layout", 3)],
            ["fails"],
            id="elsewhere",
        ),
        pytest.param(
            "COPY Cargo.toml .\nRUN cargo fetch || true",
            [("masked-failure", 4)],
            ["fails"],
            id="hidden",
        ),
        pytest.param("COPY . .\nRUN make", [], [], id="no build command"),
        pytest.param(
            "COPY . .\nRUN cargo auditable install x --version $V && cargo auditable build",
            [],
            ["loads"],
            id="a plugin that passes on",
        ),
        pytest.param(
            "COPY --from=rust:1.83 /h/usr /\nCOPY . .\nRUN cargo build",
            [],
            ["loads"],
            id="what is copied over a directory is one",
        ),
        pytest.param(
            "COPY . .\nRUN make && cargo build", [], ["loads"], id="after what may make more, not less"
        ),
        pytest.param(
            "COPY none/Cargo.lock .\nCOPY . .\nRUN cargo build",
            [("copy-source-missing", 3)],
            ["loads"],
            id="an absent file hides nothing",
        ),
        pytest.param(
            "COPY target/x dist /y/\n", [("copy-source-missing", 3)] * 2, [], id="made by a step before"
        ),
    ],
)
def test_answers(
    lines: str,
    found: list[tuple[str, int]],
    verdicts: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = plant(
        tmp_path,
        {**TREE, "compose.yaml": BUILT, "Dockerfile": f"FROM rust:1.83\nWORKDIR /w\n{lines}\n"},
    )
    document = scan(root, capsys)
    assert [(one["name"], one["range"]["start"]["line"]) for one in document["diagnostics"]] == found
    assert [one["verdict"] for one in document["builds"]] == verdicts
    expected = {"masked-failure": "warning"}
    if "target/x" in lines:
        expected["copy-source-missing"] = "warning"
    for one in document["diagnostics"]:
        assert one["severity"] == expected.get(one["name"], "error")


def test_a_build_that_nothing_declares_takes_the_context_in_which_it_can_be_carried_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "FROM rust:1.83\nWORKDIR /w\nCOPY Cargo.toml ./\nCOPY app app\nRUN cargo build\n"
    root = plant(tmp_path, {**TREE, "deploy/app.Dockerfile": lines})
    document = scan(root, capsys)
    assert [(one["context"], one["service"], one["verdict"]) for one in document["builds"]] == [
        (".", None, "fails")
    ]
    assert errors(document) == [("image-missing-path", "deploy/app.Dockerfile", 4)]


def test_contexts_that_disagree_are_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "FROM rust:1.83\nWORKDIR /w\nCOPY . .\nRUN cargo build\n"
    document = scan(plant(tmp_path, {**TREE, "app/Dockerfile": lines}), capsys)
    assert [one["verdict"] for one in document["builds"]] == ["unknown"]
    assert "`app`, `.` come to different answers" in document["builds"][0]["because"]
    assert [(one["name"], one["severity"]) for one in document["diagnostics"]] == [("unknown-build", "info")]


@pytest.mark.parametrize(
    ("lines", "verdicts", "found"),
    [
        pytest.param(
            "# docker build \\\n#   -f app/Dockerfile .\nFROM rust:1.83\nCOPY . /\nRUN cargo build\n",
            [(".", "loads")],
            [],
            id="a comment shows how it is built",
        ),
        pytest.param(
            "FROM rust:1.83\nCOPY . /w\nWORKDIR /w\nRUN if [ -f src/main.rs ]; then cargo fetch; fi\n",
            [("app", "unknown")],
            [],
            id="in one context it fails, and is not run in the other",
        ),
        pytest.param(
            "FROM python\nCOPY . /w\nWORKDIR /w\nRUN if [ -f req.txt ]; then pip install -r req.txt; fi\n",
            [("app", "loads")],
            [],
            id="in one context it works, and is not run in the other",
        ),
        pytest.param(
            "FROM rust:1.83\nCOPY app /app\nCOPY lib /lib\nCOPY none /x/\nWORKDIR /app\nRUN cargo build\n",
            [(".", "loads")],
            ["none"],
            id="of contexts that cannot be those in which most can be copied",
        ),
    ],
)
def test_contexts_that_are_guessed(
    lines: str,
    verdicts: list[tuple[str, str]],
    found: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = scan(plant(tmp_path, {**TREE, "app/Dockerfile": lines, "app/req.txt": ""}), capsys)
    assert [(one["context"], one["verdict"]) for one in document["builds"]] == verdicts
    assert [one["reference"]["raw"] for one in document["diagnostics"] if one["reference"]] == found


def test_what_a_base_image_may_hold_is_no_second_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "FROM some/image\nWORKDIR /w\nCOPY . .\nRUN cargo build\n"
    beside = {"app/src/bin/a.rs": "fn main() {}\n", "app/src/bin/a/more.rs": ""}
    document = scan(plant(tmp_path, {**TREE, **beside, "compose.yaml": BUILT, "Dockerfile": lines}), capsys)
    assert [one["verdict"] for one in document["builds"]] == ["loads"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "image:\n\tdocker build -t x \\\n\t  -f app/Dockerfile . && docker push x\n"),
        ("README.md", "Build it:\n\n    docker build -t x -f app/Dockerfile .\n"),
        ("scripts/build.sh", "docker buildx build --push --file=app/Dockerfile --build-arg A=b .\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: podman build -f app/Dockerfile .\n",
        ),
        (
            ".github/workflows/ci.yml",
            (
                "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n"
                "        with: {context: ., file: app/Dockerfile}\n"
            ),
        ),
    ],
)
def test_what_a_script_builds_is_declared(
    path: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "FROM rust:1.83\nWORKDIR /w\nCOPY . .\nRUN cargo build\n"
    document = scan(plant(tmp_path, {**TREE, "app/Dockerfile": lines, path: text}), capsys)
    assert [(one["context"], one["verdict"]) for one in document["builds"]] == [(".", "loads")]
    assert document["diagnostics"] == []


def test_each_declared_build_has_an_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dockerfile = """\
        FROM rust:1.83 AS one
        ARG DIR=app
        COPY lib /w/lib
        COPY ${DIR} /w/app
        WORKDIR /w/app
        RUN cargo build
        FROM one AS two
        RUN cargo test
        """
    compose = """\
        services:
          a: {build: {context: ., target: one}}
          b: {build: {context: ., target: one}}
          c: {build: {context: ., args: {DIR: none}}}
        """
    root = plant(
        tmp_path,
        {
            **TREE,
            "Dockerfile": textwrap.dedent(dockerfile),
            "compose.yaml": textwrap.dedent(compose),
        },
    )
    document = scan(root, capsys)
    assert [(one["service"], one["stage"], one["verdict"]) for one in document["builds"]] == [
        ("a", "one", "loads"),
        ("b", "one", "loads"),
        ("c", "one", "unknown"),
        ("c", "two", "unknown"),
    ]
    assert errors(document) == [("copy-source-missing", "Dockerfile", 4)]
    assert document["diagnostics"][0]["blocks"]["services"] == ["c"]


def test_an_inline_dockerfile_is_reported_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compose = """\
        services:
          app:
            build:
              context: .
              dockerfile_inline: |
                FROM rust:1.83
                COPY Cargo.toml /w/
                COPY app /w/app
                WORKDIR /w
                RUN cargo build
        """
    document = scan(plant(tmp_path, {**TREE, "compose.yaml": textwrap.dedent(compose)}), capsys)
    assert errors(document) == [("image-missing-path", "compose.yaml", 5)]


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "services: [",
        "services:\n  a:\n    build: {context: [1]}\n",
        "FROM",
        "FROM a\nFROM ${",
        "RUN x",
    ],
)
def test_no_content_stops_a_scan(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = scan(plant(tmp_path, {**TREE, name: text}), capsys)
    assert all(one["file"] == name for one in document["diagnostics"])
