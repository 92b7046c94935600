"""Writing is all or nothing: killed or refused at each of its calls, on full disks, beside other runs."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from depcheck import rules
from depcheck.fix import journal
from depcheck.fix.journal import CannotWriteError, Record
from depcheck.fix.splice import Content
from depcheck.fix.write import write
from tests import example_tree, writing

_ROOT = Path(__file__).parent.parent
_FILES = {
    "Cargo.toml": b"old = 1\n" * 40,
    "a/Cargo.toml": b'\xef\xbb\xbfold = "\r\n"\r\n# \xff no last newline',
    "a/b c/pyproject.toml": b"# \xc3\xa9\nold = 2\n",
}
_POWERLESS = ("setpriv", "--bounding-set=-all") if os.geteuid() == 0 else ()


@pytest.fixture(params=["git", "no git"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return _tree(tmp_path / "tree", has_git=request.param == "git")


def _tree(root: Path, *, has_git: bool = True) -> Path:
    for path, content in _FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    if has_git:
        (root / ".git").mkdir()
    return root


def _held(root: Path) -> dict[str, bytes]:
    """Every file, those of git as well."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def _new(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content.replace(b"old", b"new") for path, content in files.items()}


def _child(root: Path, how: str, last: int, *before: str) -> subprocess.CompletedProcess[str]:
    words = [*before, sys.executable, "-m", "tests.writing", str(root), how, str(last)]
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}
    return subprocess.run(words, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)


def _finish(root: Path) -> list[str]:
    said: list[str] = []
    write(str(root), list(writing.contents(root)), said.append)
    return said


def test_every_file_is_put_in_place_and_nothing_is_left(root: Path) -> None:
    assert _finish(root) == []
    assert _held(root) == _new(_FILES)


def test_killed_at_any_call_each_file_is_old_or_new_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    stopped = 0
    for last in count(1):
        root = _tree(tmp_path / str(last), has_git=bool(last % 2))
        done = _child(root, "kill", last)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        held = _held(root)
        written = [path for path in _FILES if held[path] == _new(_FILES)[path]]
        assert all(held[path] == _FILES[path] for path in _FILES if path not in written)
        said = journal.found(str(root))
        left = [path for path in held if path.endswith(".tmp")]
        assert said or not left
        assert said or len(written) in (0, len(_FILES))
        assert _held(root) == held
        notes = _finish(root)
        assert _held(root) == _new(_FILES)
        assert len(notes) == bool(said)
        if said and 0 < len(written) < len(_FILES):
            stopped += 1
            new, _, old = notes[0].partition(" as it was to write, ")
            assert all(f"`{path}`" in (new if path in written else old) for path in _FILES)
    assert last > 30
    assert stopped > 3


def test_refused_at_any_call_no_file_is_changed_and_nothing_is_left(tmp_path: Path) -> None:
    for last in count(1):
        root = _tree(tmp_path / str(last), has_git=bool(last % 2))
        done = _child(root, "refuse", last)
        held = _held(root)
        held.pop(".git/.depcheck-journal", None)
        held.pop(".depcheck-journal", None)
        if done.returncode == 0:
            assert held == _new(_FILES)
            if not done.stdout:
                break
        else:
            assert done.returncode == 3, done.stderr
            assert done.stdout.count("\n") == 1
            assert done.stdout.endswith(": no space left on device\n")
            assert held == _FILES
        _finish(root)
        assert _held(root) == _new(_FILES)


def test_what_changed_since_it_was_read_is_not_overwritten(root: Path) -> None:
    contents = list(writing.contents(root))
    (root / "a/Cargo.toml").write_bytes(b"mine\n")
    with pytest.raises(CannotWriteError, match=r"`a/Cargo\.toml` has changed since it was read"):
        write(str(root), contents, pytest.fail)
    assert _held(root) == {**_FILES, "a/Cargo.toml": b"mine\n"}


@pytest.mark.parametrize("same", [True, False])
def test_what_changes_while_it_is_written_is_not_overwritten(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, same: bool
) -> None:
    contents = list(writing.contents(root))
    real = os.rename

    def rename(source: str, target: str, **options: int) -> None:
        real(source, target, **options)
        monkeypatch.setattr(os, "rename", real)
        last = root / contents[-1].path
        text = last.read_bytes() if same else b"mine\n"
        last.unlink()
        last.write_bytes(text)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(CannotWriteError, match="has changed since it was read"):
        write(str(root), contents, pytest.fail)
    assert _held(root) == {**_FILES, **({} if same else {contents[-1].path: b"mine\n"})}


def test_an_interruption_between_two_files_takes_back_the_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def rename(source: str, target: str, **options: int) -> None:
        real(source, target, **options)
        monkeypatch.setattr(os, "rename", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        _finish(root)
    assert _held(root) == _FILES


def test_what_can_not_be_taken_back_is_named_and_the_journal_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, times = os.rename, iter(range(9))

    def rename(source: str, target: str, **options: int) -> None:
        if next(times):
            raise PermissionError(1, "Operation not permitted")
        real(source, target, **options)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(CannotWriteError, match="operation not permitted") as refused:
        _finish(root)
    assert refused.value.changed == ("Cargo.toml",)
    monkeypatch.setattr(os, "rename", real)
    assert journal.found(str(root))
    assert len(_finish(root)) == 1
    assert _held(root) == _new(_FILES)


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664])
def test_mode_bits_stay(tmp_path: Path, mode: int) -> None:
    root = _tree(tmp_path / "tree")
    (root / "a/Cargo.toml").chmod(mode)
    _finish(root)
    assert stat.S_IMODE((root / "a/Cargo.toml").stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    root = _tree(tmp_path / "tree")
    os.chown(root / "a/Cargo.toml", 65534, 65533)
    _finish(root)
    status = (root / "a/Cargo.toml").stat()
    assert (status.st_uid, status.st_gid) == (65534, 65533)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "depcheck-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_changes_nothing(small: Path) -> None:
    root = _tree(small / "tree")
    (root / "Cargo.toml").write_bytes(b"old = 1\n" * 1000)
    (root / "a/Cargo.toml").write_bytes(b"old = 1\n" * 4000)
    before = _held(root)
    with pytest.raises(CannotWriteError) as refused:
        _finish(root)
    assert str(refused.value) == (
        "a new version of `a/Cargo.toml` cannot be written beside it: no space left on device"
    )
    assert _held(root) == before
    handle = os.open(root / "filled", os.O_WRONLY | os.O_CREAT)
    while os.write(handle, b"-" * 60_000) == 60_000:
        pass  # until a part of it fits
    os.close(handle)
    before = _held(root)
    with pytest.raises(CannotWriteError, match="no space left on device"):
        _finish(root)
    assert _held(root) == before
    (root / "filled").unlink()
    (root / "a/Cargo.toml").write_bytes(b"old = 1\n")
    assert _finish(root) == []


def test_a_file_system_that_is_read_only_changes_nothing(small: Path) -> None:
    root = _tree(small / "tree")
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(CannotWriteError, match="cannot be written: read-only file system"):
        _finish(root)
    assert _held(root) == _FILES


@pytest.mark.parametrize(
    ("path", "mode", "why"),
    [
        ("a/Cargo.toml", 0o444, "`a/Cargo.toml` cannot be written: permission denied\n"),
        ("a/b c", 0o555, "a new version of `a/b c/pyproject.toml` cannot be written beside it: permission denied\n"),  # noqa: E501
        ("a/b c", 0o000, "`a/b c/pyproject.toml` cannot be written: permission denied\n"),
    ],
)  # fmt: skip
def test_what_may_not_be_written_to_is_refused(tmp_path: Path, path: str, mode: int, why: str) -> None:
    if _POWERLESS and subprocess.run([*_POWERLESS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root cannot be made to obey permissions here")
    root = _tree(tmp_path / "tree")
    script = (
        "import os, sys; from pathlib import Path; from tests import writing\n"
        "root = Path(sys.argv[1]); ahead = list(writing.contents(root))\n"
        "os.chmod(root / sys.argv[2], int(sys.argv[3])); writing.contents = lambda _: ahead\n"
        "sys.exit(writing.main([sys.argv[1], 'kill', '0']))"
    )
    words = [*_POWERLESS, sys.executable, "-c", script, str(root), path, str(mode)]
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}
    done = subprocess.run(words, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    (root / path).chmod(0o755)
    assert (done.returncode, done.stdout) == (3, why), done.stderr
    assert _held(root) == _FILES


@pytest.mark.parametrize("is_taken_away", [True, False])
def test_another_run_is_waited_for_and_then_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, is_taken_away: bool
) -> None:
    def end() -> None:
        if is_taken_away:
            place.unlink()
        fcntl.flock(other, fcntl.LOCK_UN)

    place = (root / ".git" if (root / ".git").is_dir() else root) / ".depcheck-journal"
    place.touch()
    with open(place, "rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert journal.found(str(root)) == "another run of depcheck is writing here"
        monkeypatch.setattr(journal, "PATIENCE", 0.1)
        with pytest.raises(CannotWriteError, match="another run of depcheck is writing here"):
            _finish(root)
        assert {path: content for path, content in _held(root).items() if content} == _FILES
        monkeypatch.setattr(journal, "PATIENCE", 30.0)
        timer = threading.Timer(0.2, end)
        timer.start()
        assert _finish(root) == []
        timer.join()
    assert _held(root) == _new(_FILES)


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    bad, good = rules.load("missing-path").bad, rules.load("missing-path").good
    root = example_tree.write(bad, tmp_path / "tree")
    words = [sys.executable, "-m", "depcheck", "scan", "--fix", str(root)]
    runs = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for one in runs:
        _, said = one.communicate()
        # 1: the file was written while it was being looked at, and nothing could be proved of it.
        assert one.returncode in {0, 1} or (one.returncode == 2 and "since it was read" in said), said
    assert any(one.returncode == 0 for one in runs)
    assert {path: (root / path).read_text() for path in good} == dict(good)
    assert not list(root.rglob(".depcheck*"))


def test_a_link_is_written_through_inside_and_refused_where_it_is_swapped_in(tmp_path: Path) -> None:
    root = _tree(tmp_path / "tree")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Cargo.toml").write_bytes(_FILES["a/Cargo.toml"])
    contents = list(writing.contents(root))
    (root / "a").rename(root / "real")
    (root / "a").symlink_to(outside)
    with pytest.raises(CannotWriteError, match=r"`a/.*` cannot be written"):
        write(str(root), contents, pytest.fail)
    (root / "a").unlink()
    (root / "real").rename(root / "a")
    (root / "a/Cargo.toml").rename(root / "a/kept")
    (root / "a/Cargo.toml").symlink_to("kept")
    with pytest.raises(CannotWriteError, match=r"`a/Cargo\.toml` cannot be written"):
        write(str(root), contents, pytest.fail)
    assert (outside / "Cargo.toml").read_bytes() == _FILES["a/Cargo.toml"]
    assert (root / "Cargo.toml").read_bytes() == _FILES["Cargo.toml"]


_MANIFEST = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
_NEEDS = '\n[dependencies]\nclient = { path = "../client" }\n'


@pytest.mark.parametrize("place", ["inside", "outside", ".git"])
def test_a_manifest_that_is_a_link_is_written_where_it_leads_in_the_repository(
    tmp_path: Path, place: str
) -> None:
    tree = {
        "lib/client/Cargo.toml": _MANIFEST.format("client"),
        "lib/client/src/lib.rs": "",
        "app/src/lib.rs": "",
    }
    root = example_tree.write(tree, tmp_path / "tree")
    target = {
        "inside": root / "shared.toml",
        "outside": tmp_path / "shared.toml",
        ".git": root / ".git/x.toml",
    }[place]
    target.write_text(_MANIFEST.format("app") + _NEEDS)
    (root / "app/Cargo.toml").symlink_to(os.path.relpath(target, root / "app"))
    words = [sys.executable, "-m", "depcheck", "scan", "--fix", "--format", "concise", str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert (root / "app/Cargo.toml").is_symlink()
    is_written = target.read_text() == _MANIFEST.format("app") + _NEEDS.replace("../", "../lib/")
    assert is_written is (place == "inside")
    assert is_written or target.read_text() == _MANIFEST.format("app") + _NEEDS


_RUN = "12-0123456789abcdef"
_TEMPORARY = f".depcheck-{_RUN}-0.tmp"


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", ".git/x", "a/.git/x", "", ".", "a//x", "link/x", "x\n"]
)
def test_a_journal_of_an_enemy_leads_to_no_other_file(tmp_path: Path, path: str) -> None:
    root = _tree(tmp_path / "tree", has_git=False)
    (root / "link").symlink_to(tmp_path)
    (root / ".git2").mkdir()
    places = [tmp_path / _TEMPORARY, root / "a" / _TEMPORARY, root / ".git2" / _TEMPORARY]
    for place in places:
        place.write_bytes(b"kept")
    (root / ".depcheck-journal").write_bytes(Record(_RUN, ((path, "0" * 64),)).encode())
    assert len(_finish(root)) == 1
    assert all(place.read_bytes() == b"kept" for place in places)
    assert not (root / ".depcheck-journal").exists()


def test_a_journal_removes_only_regular_files_of_the_temporary_name(tmp_path: Path) -> None:
    root = _tree(tmp_path / "tree", has_git=False)
    (root / "a" / _TEMPORARY).symlink_to("Cargo.toml")
    (root / _TEMPORARY).mkdir()
    for token in (_RUN, "x", f"{_RUN}/../../x", "1-2"):
        record = Record(token, (("a/Cargo.toml", "0" * 64), ("Cargo.toml", "0" * 64)))
        (root / ".depcheck-journal").write_bytes(record.encode())
        _finish(root)
        assert (root / "a" / _TEMPORARY).is_symlink()
        assert (root / _TEMPORARY).is_dir()
    assert (root / "a/Cargo.toml").read_bytes() == _new(_FILES)["a/Cargo.toml"]


def test_a_journal_of_nothing_but_ends_of_fields_takes_no_time() -> None:
    head = Record(_RUN, ()).encode().removesuffix(b"end\0")
    assert journal.decode(head + bytes(1 << 24) + b"end\0") is None
    files = tuple((f"{number}", "0" * 64) for number in range(1000))
    assert journal.decode(Record(_RUN, files).encode()) == Record(_RUN, files)
    assert journal.decode(Record(_RUN, ()).encode()) == Record(_RUN, ())


@pytest.mark.parametrize("what", ["text", "link", "directory", "FIFO", "hard link"])
def test_what_is_no_journal_is_not_overwritten(tmp_path: Path, what: str) -> None:
    root = _tree(tmp_path / "tree", has_git=False)
    place = root / ".depcheck-journal"
    match what:
        case "text":
            place.write_bytes(b"my own\n")
        case "link":
            place.symlink_to("a/Cargo.toml")
        case "directory":
            place.mkdir()
        case "FIFO":
            os.mkfifo(place)
        case _:
            (root / "other").write_bytes(b"")
            place.hardlink_to(root / "other")
    assert journal.found(str(root)) == ""
    with pytest.raises(CannotWriteError, match=r"`.*/\.depcheck-journal` cannot be written"):
        _finish(root)
    assert {path: (root / path).read_bytes() for path in _FILES} == _FILES


def test_a_killed_fix_is_told_by_scan_and_finished_by_the_next(tmp_path: Path) -> None:
    manifest = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
    wrong = '\n[dependencies]\nc = {{ path = "../../{}c" }}\n'
    tree = {
        name + "/Cargo.toml": manifest.format(name[-1]) + (wrong.format("") if name != "lib/c" else "")
        for name in ("s/a", "s/b", "lib/c")
    }
    root = example_tree.write(
        {**tree, **{f"{name}/src/lib.rs": "" for name in ("s/a", "s/b", "lib/c")}}, tmp_path / "tree"
    )
    script = (
        "import os, signal\nfrom depcheck import cli\nreal, left = os.rename, [1, 0]\n"
        "def rename(*given, **options):\n"
        "    left.pop() if left else os.kill(os.getpid(), signal.SIGKILL)\n    real(*given, **options)\n"
        "os.rename = rename\nleft.pop()\ncli.main(['scan', '--fix'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    words = [sys.executable, "-m", "depcheck", "scan", "--format", "concise"]
    told = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.count("DC102")) == (1, 1)
    assert told.stderr == (
        "depcheck: an earlier run was stopped while it wrote; the next one that writes removes what it left\n"
    )
    fixed = subprocess.run([*words, "--fix"], cwd=root, capture_output=True, text=True, check=False)
    assert (fixed.returncode, fixed.stdout) == (0, "")
    assert fixed.stderr == (
        "depcheck: an earlier run was stopped while it wrote; it left `s/a/Cargo.toml` as it was to write, "
        "`s/b/Cargo.toml` as before\n"
        "depcheck: 1 repair made\n"
    )
    text = {path: (root / path).read_bytes() for path in tree}
    assert not list(root.rglob(".depcheck*"))
    again = subprocess.run([*words, "--fix"], cwd=root, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert {path: (root / path).read_bytes() for path in tree} == text


def test_what_is_as_it_is_to_be_is_not_written(root: Path) -> None:
    before = (root / "Cargo.toml").stat()
    write(str(root), [Content("Cargo.toml", _FILES["Cargo.toml"], _FILES["Cargo.toml"])], pytest.fail)
    assert (root / "Cargo.toml").stat() == before
