"""Every rule's examples, held against scan and against cargo itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from depcheck import pipeline, rules
from depcheck.fix import image, manifest
from depcheck.render import manual
from depcheck.rules.rule import Example
from tests import example_tree

CARGO = shutil.which("cargo")
BUILD = shutil.which("pyproject-build")
# What cargo fails on in the bad tree; None: no command fails (a warning of depcheck's own).
COMMANDS = {
    "invalid-manifest": ("metadata", "--manifest-path", "b/Cargo.toml"),
    "missing-target-file": ("check", "--all-targets"),
    "unlisted-member": ("metadata", "--manifest-path", "tools/fuzz/Cargo.toml"),
    "missing-workspace-root": ("metadata", "--manifest-path", "hub/Cargo.toml"),
    "dormant-path": None,
}


def scan(example: Example, root: Path) -> pipeline.Report:
    return pipeline.scan(pipeline.Request(str(example_tree.write(example, root))))


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_rule_fires_on_its_bad_tree_and_nothing_fires_on_its_good_one(name: str, tmp_path: Path) -> None:
    rule = rules.load(name)
    assert [one.name for one in scan(rule.bad, tmp_path / "bad").diagnostics] == [name]
    assert scan(rule.good, tmp_path / "good").diagnostics == ()


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_rule_describes_itself(name: str) -> None:
    rule = rules.load(name)
    assert (rule.name, rule.code) == (name, rules.NAMES[name])
    assert re.fullmatch(r"[^A-Z].*[^.]", rule.summary)
    assert rule.manual.endswith("\n")
    assert "## How to mend it" in rule.manual
    assert max(map(len, rule.manual.splitlines())) <= 100


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_page_says_which_repairs_there_are(name: str) -> None:
    _, heading, section = manual.page(rules.load(name)).partition("\n## Repairs\n")
    offered = re.findall(r"^- ([A-Z`].+\.)$", section.partition("\n## ")[0], re.MULTILINE)
    assert len(offered) == len((*manifest.PROPOSERS.get(name, ()), *image.proposers(name)))
    assert bool(heading) is bool(offered)


@pytest.mark.skipif(CARGO is None, reason="needs cargo")
@pytest.mark.parametrize("name", rules.MANIFESTS)
def test_cargo_agrees_with_the_examples(name: str, tmp_path: Path) -> None:
    rule = rules.load(name)
    if not any(path.endswith("Cargo.toml") for path in rule.bad):
        pytest.skip("no Cargo tree")
    command = COMMANDS.get(name, ("metadata",))
    assert cargo(example_tree.write(rule.good, tmp_path / "good"), command or ("metadata",)) == 0
    assert (cargo(example_tree.write(rule.bad, tmp_path / "bad"), command or ("metadata",)) != 0) is (
        command is not None
    )


def cargo(root: Path, command: tuple[str, ...]) -> int:
    words = [CARGO or "cargo", *command, "--offline"]
    if "--manifest-path" not in command and not (root / "Cargo.toml").exists():
        first = next(path for path in sorted(root.rglob("Cargo.toml")))
        words += ["--manifest-path", str(first)]
    if command[0] == "metadata":
        words.append("--format-version=1")
    return subprocess.run(words, cwd=root, capture_output=True, check=False).returncode


@pytest.mark.skipif(BUILD is None, reason="needs build and hatchling")
def test_hatchling_agrees_with_the_example_of_a_readme(tmp_path: Path) -> None:
    rule = rules.load("missing-metadata-file")
    for name, example, code in (("good", rule.good, 0), ("bad", rule.bad, 1)):
        root = example_tree.write(example, tmp_path / name) / "hub"
        words = [BUILD or "pyproject-build", "--wheel", "--no-isolation", "--skip-dependency-check"]
        done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
