"""What a scan does not import: each of these costs more than the whole start of the interpreter may."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import depcheck
from depcheck import rules
from tests import example_tree

HEAVY = {
    "asyncio", "concurrent.futures", "dataclasses", "difflib", "email", "http", "importlib.metadata",
    "inspect", "logging", "multiprocessing", "networkx", "pathlib", "rich", "shutil", "subprocess",
    "tempfile", "tomlkit", "tomllib", "typer", "urllib.request", "zipfile",
}  # fmt: skip
_HERE = f"import sys; sys.path.insert(0, {str(Path(depcheck.__file__).parent.parent)!r})"
_SCRIPT = f"""{_HERE}
from depcheck import cli
cli.main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
"""


FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "rdjson")


@pytest.mark.parametrize("form", FORMATS)
def test_a_scan_imports_nothing_heavy_and_no_rule_that_is_silent(form: str, tmp_path: Path) -> None:
    root = example_tree.write(rules.load("missing-path").bad, tmp_path / "repository")
    words = [sys.executable, "-I", "-c", _SCRIPT, "scan", "--format", form, str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    loaded = set(done.stderr.split())
    assert "depcheck.pipeline" in loaded
    assert loaded & HEAVY == set()
    others = {f"depcheck.render.{other}" for other in FORMATS if other not in (form, "json")}
    assert loaded & others == set()
    assert "depcheck.rules.missing_path" in loaded
    assert "depcheck.rules.broken_patch" not in loaded
    assert not any(name.startswith("depcheck.load.poetry") for name in loaded)


def test_the_version_imports_no_command_line() -> None:
    script = _HERE + "; sys.argv = ['depcheck', '--version']; from depcheck.__main__ import main; main()"
    words = [sys.executable, "-I", "-c", f"{script}; print(*sys.modules)"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("depcheck 0.")
    assert "argparse" not in done.stdout.split()
