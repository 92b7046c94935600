"""The JSON formats, held against their schemas."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from depcheck import cli, pipeline, rules
from depcheck.model import Fault, Judgement, Outcome, Site
from tests import example_tree


def schema(name: str) -> dict[str, Any]:
    file = resources.files("depcheck.render") / "schema" / f"{name}.json"
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def answer(words: list[str], name: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = cli.main(words)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema(name), jsonschema.Draft202012Validator)
    return code, document


def test_the_two_schemas_describe_one_kind_of_diagnostic() -> None:
    scan, predict = schema("scan-1")["$defs"], schema("predict-1")["$defs"]
    assert {name: scan[name] for name in predict} == predict


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_scan_of_each_bad_tree_keeps_to_the_schema(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = rules.load(name)
    root = example_tree.write(rule.bad, tmp_path / "repository")
    code, document = answer(["scan", "--format", "json", str(root)], "scan-1", capsys)
    found = document["diagnostics"]
    assert code == (1 if any(one["severity"] == "error" for one in found) else 0)
    assert [one["code"] for one in found] == [rule.code]
    known = {one["fingerprint"] for one in found}
    assert all(set(package["blocked_by"]) <= known for package in document["packages"])


def test_a_broken_path_says_where_it_stands_and_what_it_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = example_tree.write(rules.load("missing-path").bad, tmp_path / "repository")
    _, document = answer(["scan", "--format", "json", str(root)], "scan-1", capsys)
    [found] = document["diagnostics"]
    assert found["file"] == "services/hub/Cargo.toml"
    assert found["range"] == {"start": {"line": 7, "column": 19}, "end": {"line": 7, "column": 34}}
    assert found["reference"] == {
        "key": "dependencies.client.path",
        "raw": "../lib/client",
        "target": "services/lib/client",
        "image_path": None,
    }
    assert found["blocks"] == {"packages": ["auth", "client", "hub"], "services": []}
    packages = {package["manifest"]: package for package in document["packages"]}
    assert packages["Cargo.toml"]["name"] is None
    assert [package["loads"] for package in packages.values()] == [False] * 4
    assert document["summary"]["manifests"] == 4
    assert document["summary"]["packages"] == 3
    assert document["summary"]["errors"] == 1


def test_what_is_blocked_is_told_by_the_place_and_not_by_the_column() -> None:
    faults = [Fault("missing-path", Site("a", ("path",), line=1, column=column), "gone") for column in (1, 5)]
    judgements = [
        Judgement(name, "python", ("uv",), name, Outcome((fault,)), Outcome((fault,)), Outcome())
        for name, fault in zip("ab", faults, strict=True)
    ]
    [finding] = pipeline.merge(judgements)["missing-path"]
    assert finding.manifests == ("a", "b")
    [diagnostic] = rules.diagnose([finding.fault])
    blocked = pipeline.blocked((diagnostic._replace(fingerprint="print"),), tuple(judgements))
    assert blocked == {"a": ("print",), "b": ("print",)}


def test_predict_keeps_to_its_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = rules.load("missing-path")
    bad = example_tree.write(rule.bad, tmp_path / "bad")
    words = ["predict", "--format", "json", "--cwd", "services/auth", "--root"]
    code, document = answer([*words, str(bad), "--", "cargo", "build", "-p", "auth"], "predict-1", capsys)
    assert (code, document["verdict"], document["cwd"]) == (1, "fails", "services/auth")
    assert document["command"] == "cargo build -p auth"
    assert [one["name"] for one in document["diagnostics"]] == ["missing-path"]
    good = example_tree.write(rule.good, tmp_path / "good")
    code, document = answer([*words, str(good), "--", "cargo build -p auth"], "predict-1", capsys)
    assert (code, document["verdict"], document["diagnostics"]) == (0, "loads", [])
