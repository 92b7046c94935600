"""Lock files read without their artifacts: the rest is as it is, and what is no TOML stays so."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from depcheck.manifest import locks, toml
from depcheck.model import Fault
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree

_UV = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "idna"
version = "3.7"
source = { registry = "https://example.com/simple" }
sdist = { url = "https://example.com/idna.tar.gz", hash = "sha256:00", size = 189575, upload-time = "2024" }
wheels = [
    { url = "https://example.com/idna.whl", hash = "sha256:01", size = 66836, upload-time = "2024" },
    { url = "https://example.com/idna-2.whl", hash = "sha256:02" },
]
"""
_POETRY = """\
[[package]]
name = "idna"
files = [
    {file = "idna.whl", hash = "sha256:01"},
    {file = "idna.tar.gz", hash = "sha256:02"},
]

[metadata]
lock-version = "2.1"
"""


def _read(tmp_path: Path, text: str) -> toml.Document | Fault | toml.Unknown:
    tmp_path.joinpath("uv.lock").write_text(text)
    return locks.read(Sources(WorkTree(str(tmp_path))), "uv.lock")


@pytest.mark.parametrize("text", [_UV, _POETRY], ids=["uv", "poetry"])
def test_all_but_artifacts_is_read(tmp_path: Path, text: str) -> None:
    """They are there, and hold nothing."""
    wanted = tomli.loads(text)
    package = wanted["package"][0]
    package.update((key, []) for key in ("sdist", "wheels", "files") if key in package)
    found = _read(tmp_path, text)
    assert isinstance(found, toml.Document)
    assert found.data == wanted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wheels = [\n", "<<<<<<< ours\nwheels = [\n"),
        ("wheels = [\n", "wheels = []\nwheels = [\n"),
        ("sdist = {", "sdist = {}\nsdist = {"),
        ("wheels = [\n", "wheels = [\nwheels = [\n"),
        ("size = 66836", "size = 066836"),
        ("\n]\n", "\n"),
        ('hash = "sha256:02" }', 'hash = "sha256:02", hash = "" }'),
        ('"sha256:02"', '"sha256:\\02"'),
        ('"sha256:02"', '"sha256:\x7f"'),
        ("version = 1\n", 'version = 1\nnote = """\n'),
    ],
)
def test_what_is_no_toml_is_told_where_it_stands(tmp_path: Path, old: str, new: str) -> None:
    """With the place in the whole file."""
    text = _UV.replace(old, new, 1)
    assert text != _UV
    with pytest.raises(tomli.TOMLDecodeError):
        tomli.loads(text)
    found = _read(tmp_path, text)
    whole = toml.read(Sources(WorkTree(str(tmp_path))), "uv.lock")
    assert isinstance(found, Fault)
    assert isinstance(whole, Fault)
    assert (found.site.line, found.message) == (whole.site.line, whole.message)
    assert found.site.column == whole.site.column
