"""`depcheck image`: what a stage holds at a line, as a tree and as JSON."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from depcheck import cli

DOCKERFILE = """\
FROM rust:1.95 AS builder
WORKDIR /build
COPY Cargo.toml ./
COPY lib lib
COPY hub hub
RUN echo 'fn main() {}' > hub/src/main.rs && ln -s lib old
RUN cargo build --release

FROM debian:bookworm-slim
COPY --from=builder /build/target/release/hub /app/
"""
TREE = {
    "Cargo.toml": '[workspace]\nmembers = ["hub", "lib"]\n',
    "lib/Cargo.toml": '[package]\nname = "lib"\n',
    "lib/src/lib.rs": "",
    "hub/Cargo.toml": '[package]\nname = "hub"\n',
    "hub/README.md": "",
    "hub/src/other.rs": "",
    "deploy/Dockerfile": DOCKERFILE,
    "compose.yaml": "services: {a: {build: {context: ., target: builder, dockerfile: deploy/Dockerfile}}}\n",
}
AT_BUILD = """\
deploy/Dockerfile, stage builder, as line 7 finds it
  RUN cargo build --release
  context ., working directory /build

/build/
├── Cargo.toml       Cargo.toml, line 3
├── hub/             hub, 1 more file, line 5
│   ├── Cargo.toml
│   └── src/         1 more file
│       └── main.rs  line 6
├── lib/             lib, 2 files with Cargo.toml, line 4
└── old -> lib       line 6
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path, text in TREE.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return tmp_path


def image(root: Path, *words: str) -> int:
    return cli.main(["image", str(root / "deploy/Dockerfile"), "--root", str(root), *words])


def test_a_run_is_shown_as_it_finds_the_image(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert image(repository, "--at", "7") == 0
    assert capsys.readouterr().out == AT_BUILD


def test_json_names_each_entry_with_its_source_and_line(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert image(repository, "--at", "6", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    schema = files("depcheck") / "render" / "schema" / "image-1.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    found = {one["path"]: (one["kind"], one["source"], one["line"]) for one in document["entries"]}
    assert found["/build/lib/src/lib.rs"] == ("file", "lib/src/lib.rs", 4)
    assert "/build/hub/src/main.rs" not in found  # the RUN of line 6 has not begun
    assert document["context"] == "."


def test_the_end_of_the_stage_that_is_built_is_the_default(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert image(repository, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["stage"] == "builder"  # compose says so
    assert image(repository, "--stage", "1", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in document["entries"] if one["because"]] != []  # cargo made it


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--stage", "nope"], "there is no stage `nope`"),
        (["--at", "0", "--service", "nope"], "no compose file builds the service nope"),
        (["--context", "/"], "lies outside"),
    ],
)
def test_what_is_not_there_is_one_line(
    repository: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert image(repository, *words) == 2
    assert said in capsys.readouterr().err
