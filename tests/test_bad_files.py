"""Files that are no manifest, under the name of one: a finding with its place, and the rest goes on."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from depcheck import pipeline
from depcheck.tree.worktree import WorkTree
from tests.hostile.manifests import Good
from tests.hostile.running import run
from tests.test_wrong_types import ask

_HEALTHY = '[package]\nname = "healthy"\nversion = "0.1.0"\n'
_BROKEN = '[package]\nname = "broken"\nversion = "0.1.0"\n\n[dependencies]\ngone = { path = "../gone" }\n'
_NAMES = {
    "Cargo.toml": ("cargo metadata", "cargo build --workspace"),
    "pyproject.toml": ("poetry lock", "pdm lock", "hatch env create", "pip install .", "python -m build"),
    "requirements.txt": ("pip install -r requirements.txt",),
}


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _directory(path: Path) -> None:
    path.mkdir()


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _circle(path: Path) -> None:
    path.symlink_to("other")
    path.with_name("other").symlink_to(path.name)


def _outside(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def _of(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 << 30)


KINDS: dict[str, Callable[[Path], None]] = {
    "a FIFO": _fifo,
    "a directory": _directory,
    "a dangling link": _dangling,
    "a link to itself": _loop,
    "links in a circle": _circle,
    "a link out of the repository": _outside,
    "a link to a device": _device,
    "a socket": _socket,
    "a file of 10 GB": _sparse,
}
TEXTS: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \t\r\n" * 1000,
    "a byte order mark": b"\xef\xbb\xbf",
    "no UTF-8": b'[package]\nname = "\xff\xfe"\n',
    "UTF-16": '[package]\nname = "a"\n'.encode("utf-16"),
    "NULs": b"\x00" * 10_000,
    "controls": b"".join(bytes([byte]) for byte in range(32)) + b"\x7f\xc2\x9b\xe2\x80\xae",
    "no TOML": b"[package\n\x1b[31m = {",
    "a carriage return alone": b'[package]\rname = "a"\r',
    "an old Mac's file": b'[package]\rname = "a"\rversion = "1"\r',
    "10 MB on one line": b'[package]\nname = "' + b"a" * 10_000_000 + b'"\n',
    "1 MB of a key": b"a" * 1_000_000,
    "1 MB of white space": b" " * 1_000_000,
    "1 MB of empty lines": b"\n" * 1_000_000,
    "1 MB of comment": b"#" * 1_000_000,
    "1 MB of a string without an end": b'a = "' + b"\\\\" * 500_000,
    "1 MB of one path": b'[dependencies]\nb = { path = "' + b"../" * 330_000 + b'" }\n',
    "10,000 levels of arrays": b"a = " + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "10,000 levels of arrays without an end": b"a = " + b"[" * 10_000,
    "10,000 levels of tables": b"a = " + b"{a = " * 10_000 + b"1" + b"}" * 10_000 + b"\n",
    "10,000 levels of a header": b"[" + b".".join([b"a"] * 10_000) + b"]\n",
    "10,000 levels of a key": b".".join([b"a"] * 10_000) + b" = 1\n",
    "a number of 10,000 digits": b"a = " + b"9" * 10_000 + b"\n",
    "a date that is none": b"a = 2026-13-45\n",
    "a key twice": b"a = 1\na = 2\n",
    "a table twice": b"[project]\n[project]\n",
    "a merge conflict": b"<<<<<<< HEAD\n[package]\n=======\n[project]\n>>>>>>> x\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A healthy crate and a broken one before and after the bad file."""
    for name, text in (("a", _HEALTHY), ("z", _BROKEN)):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src/lib.rs").touch()
        (tmp_path / name / "Cargo.toml").write_text(text, encoding="utf-8")
    (tmp_path / "m").mkdir()
    return tmp_path


def _checked(tree: Path, name: str) -> None:
    """Every finding has a place, the neighbours theirs; every command answers, in every format."""
    report = pipeline.scan(pipeline.Request(str(tree)))
    found = {(one.site.file, one.name) for one in report.diagnostics}
    assert ("z/Cargo.toml", "missing-path") in found
    assert not any(file.startswith("a/") for file, _ in found)
    assert all(one.range is not None for one in report.diagnostics)
    ask(tree / "m", Good(name, {}, _NAMES[name]))


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file(kind: str, name: str, tree: Path) -> None:
    KINDS[kind](tree / "m" / name)
    _checked(tree, name)
    assert run("scan", cwd=tree).returncode == 1


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("text", TEXTS)
def test_what_is_no_manifest(text: str, name: str, tree: Path) -> None:
    (tree / "m" / name).write_bytes(TEXTS[text])
    _checked(tree, name)


@pytest.mark.parametrize("text", sorted(set(TEXTS) - {"a byte order mark", "a merge conflict"}))
def test_a_cargo_toml_that_is_none_is_a_finding(text: str, tree: Path) -> None:
    (tree / "m/Cargo.toml").write_bytes(TEXTS[text])
    done = run("scan", "--format", "concise", cwd=tree)
    assert "m/Cargo.toml:" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'[package]\nname = "a"\n\xff', (3, 1)),
        (b'[package]\nname = "\xc3\xa9\xff"\n', (2, 10)),
        (b"[package\n", (1, 9)),
        (b'\xef\xbb\xbf[package]\r\nname = "a"\r\nversion 1\r\n', (3, 9)),
    ],
)
def test_the_place_of_what_is_wrong(text: bytes, place: tuple[int, int], tree: Path) -> None:
    (tree / "m/Cargo.toml").write_bytes(text)
    [found] = pipeline.scan(pipeline.Request(str(tree), ("m",))).diagnostics
    assert found.name == "invalid-manifest"
    assert found.range is not None
    assert (found.range.start.line, found.range.start.column) == place


@pytest.mark.parametrize(
    "text",
    [
        _HEALTHY.encode(),
        b"\xef\xbb\xbf" + _HEALTHY.encode(),
        _HEALTHY.replace("\n", "\r\n").encode(),
        (_HEALTHY + '[package.metadata]\nx = {\n  a = "\\e\\x41",  # TOML 1.1\n}\n').encode(),
    ],
)
def test_what_cargo_reads_is_read(text: bytes, tree: Path) -> None:
    (tree / "m/src").mkdir()
    (tree / "m/src/lib.rs").touch()
    (tree / "m/Cargo.toml").write_bytes(text.replace(b"healthy", b"m"))
    assert pipeline.scan(pipeline.Request(str(tree), ("m",))).diagnostics == ()


def test_a_file_that_vanishes_is_a_finding(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed and seen, and gone when it is read; so is every file of a tree that goes as a whole."""
    reading = WorkTree.read

    def read(self: WorkTree, path: str) -> bytes:
        if path.startswith("z/") or (path == "m/Cargo.toml" and path in gone):
            raise FileNotFoundError(2, "No such file or directory", path)
        return reading(self, path)

    monkeypatch.setattr(WorkTree, "read", read)
    gone: set[str] = set()
    report = pipeline.scan(pipeline.Request(str(tree)))
    assert [(one.site.file, one.name) for one in report.diagnostics] == [("z/Cargo.toml", "invalid-manifest")]
    assert "no such file or directory" in report.diagnostics[0].message


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), OSError(116, None), OSError("odd")])
def test_a_disk_that_fails_is_a_finding(
    name: str, fault: OSError, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "m" / name).touch()

    def read(_tree: WorkTree, _path: str) -> bytes:
        raise fault

    monkeypatch.setattr(WorkTree, "read", read)
    report = pipeline.scan(pipeline.Request(str(tree)))
    assert f"m/{name}" in {one.site.file for one in report.diagnostics}


def test_permission_denied_is_a_finding(tree: Path) -> None:
    """As another user where the tests run as root, to whom nothing is denied."""
    prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    for name in _NAMES:
        (tree / "m" / name).touch(mode=0o000)
    (tree / "locked").mkdir()
    (tree / "locked/Cargo.toml").write_text(_BROKEN, encoding="utf-8")
    (tree / "locked").chmod(0o000)
    for parent in [tree, *tree.parents]:
        if os.geteuid() == 0 and parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    try:
        done = run("scan", "--format", "json", cwd=tree, prefix=prefix)
        found = {(one["file"], one["message"]) for one in json.loads(done.stdout)["diagnostics"]}
        for name in _NAMES:
            assert (f"m/{name}", "cannot be read: permission denied") in found
        assert any(file == "z/Cargo.toml" for file, _ in found)
    finally:
        (tree / "locked").chmod(0o700)
