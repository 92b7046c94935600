"""What a configuration, comments and baselines do, and what is said of wrong ones: cases in `fixtures/`.

A case holds a tree, words after `scan`, variables, the lines of stdout (one a finding) and stderr, the exit
code, and files as they are afterwards.
"""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from depcheck import cli, rules
from depcheck.config.keys import KEYS
from depcheck.manifest import comments
from tests import example_tree

FOLDER = Path(__file__).parent / "fixtures"
CASES = json.loads((FOLDER / "configuration.json").read_text(encoding="utf-8"))
COMMENTS = json.loads((FOLDER / "suppressions.json").read_text(encoding="utf-8"))
BASELINES = json.loads((FOLDER / "baselines.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((resources.files("depcheck.render") / "schema" / "config-1.json").read_text("utf-8"))
FILES = [
    (case["name"], case["code"] == 2 and path in str(case["told"]), path, text)
    for case in CASES
    for path, text in case["tree"].items()
    if path.endswith("depcheck.toml") or "[tool.depcheck]" in text
]


@pytest.mark.parametrize("case", [*CASES, *COMMENTS, *BASELINES], ids=lambda case: case["name"])
def test_what_is_told_counts(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(example_tree.write(case["tree"], tmp_path / "repository"))
    for name, value in case.get("env", {}).items():
        monkeypatch.setenv(name, value)
    code = cli.main(["scan", "--format", "concise", *case["words"]])
    printed = capsys.readouterr()
    assert printed.out.splitlines() == case["says"], printed.err
    if "told" in case:
        assert printed.err.splitlines() == case["told"]
    assert code == case["code"]
    for path, text in case.get("fixed", {}).items():
        assert Path(path).read_bytes().decode() == text


@pytest.mark.parametrize(("name", "is_wrong", "path", "text"), FILES, ids=[file[0] for file in FILES])
def test_the_schema_agrees(name: str, is_wrong: bool, path: str, text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert is_wrong, name
        return
    table = data if path.endswith("depcheck.toml") else data["tool"]["depcheck"]
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(table)
    assert valid is not is_wrong or name == "a pattern that is none"  # beyond a schema


def test_the_schema_has_every_key_and_every_rule() -> None:
    assert set(SCHEMA["properties"]) == set(KEYS)
    assert SCHEMA["$defs"]["rule"]["anyOf"][0]["enum"] == list(rules.NAMES)


def test_a_configuration_is_that_of_the_tree_that_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = {**rules.load("missing-path").bad, "depcheck.toml": 'ignore = ["DC1"]\n'}
    monkeypatch.chdir(root := example_tree.write(tree, tmp_path / "repository"))
    (root / "depcheck.toml").write_text("", encoding="utf-8")
    assert cli.main(["scan"]) == 1
    assert cli.main(["scan", "--staged"]) == 0
    (root / "depcheck.toml").unlink()
    (tmp_path / "outside.toml").write_text('ignore = ["DC1"]\n', encoding="utf-8")
    (root / "depcheck.toml").symlink_to(tmp_path / "outside.toml")
    capsys.readouterr()
    assert cli.main(["scan"]) == 2  # nothing outside of the root is read
    assert capsys.readouterr().err.startswith("depcheck: depcheck.toml: cannot be read: ")


def test_many_comments_are_read_in_one_pass() -> None:
    found = list(comments.read("# depcheck: ignore[missing-path]\n" * 100_000, "toml"))  # minutes otherwise
    assert (len(found), found[0].lines) == (100_000, range(1, 100_002))
