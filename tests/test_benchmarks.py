"""The benchmark runs, on trees of a few files: no time is asserted anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from benchmarks import images, measure, suite, trees
from benchmarks.__main__ import find, row

MIXES = ["cargo", "uv", "poetry", "requirements", "all of them"]


def programs(tmp_path: Path) -> suite.Programs:
    """This interpreter and this checkout, as a console script names them."""
    script = tmp_path / "depcheck"
    source = Path(__file__).resolve().parent.parent / "src"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(source)!r})\n"
        "from depcheck.__main__ import main\nsys.exit(main())\n"
    )
    script.chmod(0o755)
    return find(str(script))


@pytest.mark.parametrize("mix", MIXES)
def test_a_repository_of_ten_files_holds_ten(mix: str) -> None:
    assert len(dict(trees.ten(mix))) == 10


def test_the_mixed_tree_holds_as_many_manifests_as_are_asked_for() -> None:
    names = ("Cargo.toml", "pyproject.toml", "requirements.txt", "constraints.txt")
    assert sum(path.endswith(names) for path, _ in trees.mixed(1_000)) == 1_000
    assert len(dict(trees.large(500, 4_000))) == 4_000


def test_a_repository_of_images_is_healthy(tmp_path: Path) -> None:
    files = list(images.dockerfiles(1_000))
    assert sum("Dockerfile" in path for path, _ in files) == 100
    root = trees.write(str(tmp_path / "tree"), chain(trees.mixed(1_000), files))
    words = [sys.executable, "-m", "depcheck", "scan", "--format", "json"]
    report = json.loads(subprocess.run(words, cwd=root, capture_output=True, check=True).stdout)
    assert report["diagnostics"] == []
    assert {build["verdict"] for build in report["builds"]} == {"loads"}


def test_a_comparison_becomes_a_row(tmp_path: Path) -> None:
    found = programs(tmp_path)
    root = trees.write(str(tmp_path / "tree"), trees.cargo(3))
    command, floor = found.scan(root), found.floor(root)
    answer = measure.compare(measure.Comparison("scan / floor", command, floor, 1e9, 2, 1 << 40))
    assert len(answer.subject) == len(answer.reference) == 2
    assert answer.is_kept
    assert 1 << 20 < answer.peak < 1 << 30
    cells = row(answer).split(" | ")
    assert (cells[0], cells[3]) == ("| scan", "floor")
    missed = answer._replace(comparison=answer.comparison._replace(ratio=0))
    assert not missed.is_kept
    assert "**missed**" in row(missed)


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    found = programs(tmp_path)
    root = trees.write(str(tmp_path / "tree"), iter([("Cargo.toml", "[package]\n")]))
    with pytest.raises(measure.FailedError, match="exit code 1"):
        measure.run(found.scan(root))


def test_a_checkout_is_held_against_everything_that_is_there(tmp_path: Path) -> None:
    found = programs(tmp_path)
    root = trees.write(str(tmp_path / "tree"), trees.cargo(1))
    asked = [comparison.title for comparison in suite.checkout(found, root, "tree", 1)]
    assert asked[:3] == [
        "scan, tree / `python -c pass`", "scan, tree / `git ls-files -co`", "scan, tree / list, read, parse",
    ]  # fmt: skip
    assert len(asked) == (4 if found.cargo else 3)
