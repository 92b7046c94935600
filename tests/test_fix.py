"""`depcheck fix`: at a terminal, where it asks, and without one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from depcheck.rules.example import crate, workspace
from tests import example_tree

# Makes the terminal the one that sends an interruption, as a shell does.
_AT_TERMINAL = (
    "import fcntl, os, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'depcheck', *sys.argv[1:]])"
)
_ASKED = "1, s(kip), a(ll the rest, safe ones), q(uit without writing): "
_DEPENDENCY = '\n[dependencies]\nclient = {{ path = "{}" }}\n'
_TREE = {
    **workspace('["services/*"]'),
    **crate("lib/client"),
    **crate("services/auth", _DEPENDENCY.format("../lib/client")),
    **crate("services/core"),
    **crate("services/hub", _DEPENDENCY.format("../lib/client")),
}
_WANTED = {"services/auth/Cargo.toml": "../../lib/client", "services/hub/Cargo.toml": "../../lib/client"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return example_tree.write(_TREE, tmp_path / "tree")


Starter: TypeAlias = "Callable[..., Session]"


class Session:
    """`depcheck fix` at a terminal of its own: answers are given when it asks."""

    def __init__(self, root: Path, *words: str) -> None:
        self._terminal, other = os.openpty()
        variables = {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "200"}
        self.run = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, "fix", *words],
            cwd=root, stdin=other, stdout=other, stderr=other, start_new_session=True,
            env={**os.environ, **variables},
        )  # fmt: skip
        os.close(other)

    def shown(self) -> str:
        """What is shown until it asks or ends."""
        text = b""
        while not text.endswith(b"q(uit without writing): "):
            try:
                part = os.read(self._terminal, 1 << 16)
            except OSError:  # Linux says so of a terminal that nobody has open any more
                part = b""
            if not part:
                break
            text += part
        return text.decode().replace("\r\n", "\n")

    def answer(self, keys: str) -> str:
        """What is shown after it, without its echo."""
        os.write(self._terminal, keys.encode())
        return self.shown().removeprefix(keys.removesuffix("\n")).removeprefix("\n")

    def code(self) -> int:
        return self.run.wait(30)

    def end(self) -> None:
        self.run.kill()
        self.run.wait()
        os.close(self._terminal)


@pytest.fixture
def start() -> Iterator[Starter]:
    sessions: list[Session] = []

    def started(root: Path, *words: str) -> Session:
        sessions.append(Session(root, *words))
        return sessions[-1]

    yield started
    for session in sessions:
        session.end()


def _paths(root: Path) -> dict[str, bool]:
    """Whether each of the two paths is mended."""
    return {path: wanted in (root / path).read_text() for path, wanted in _WANTED.items()}


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "depcheck", "fix", *words],
        cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_findings_are_shown_with_repairs_and_what_is_picked_is_written_at_the_end(
    start: Starter, root: Path
) -> None:
    session = start(root)
    shown = session.shown()
    assert shown.startswith(
        "\n[1/2] error[DC102] missing-path: `../lib/client` leads to `services/lib/client`"
    )
    assert "\n --> services/auth/Cargo.toml:7:19\n" in shown
    assert (
        "\n  1  write `../../lib/client` in place of `../lib/client`\n     --- a/services/auth/Cargo.toml\n"
    ) in shown
    assert (
        '\n     -client = { path = "../lib/client" }\n     +client = { path = "../../lib/client" }\n' in shown
    )
    assert shown.endswith(_ASKED)
    shown = session.answer("1\n")
    assert shown.startswith("services/auth/Cargo.toml:7:19: DC102 write `../../lib/client`")
    assert "\n[2/2] error[DC102]" in shown
    assert "w(rite 1 picked)" in shown
    assert not any(_paths(root).values())
    assert session.answer("1\n").endswith("\n2 repairs made, 0 findings left\n")
    assert session.code() == 0
    assert all(_paths(root).values())


def test_what_is_skipped_stays(start: Starter, root: Path) -> None:
    session = start(root)
    session.shown()
    session.answer("s\n")
    assert session.answer("1\n").endswith("\n1 repair made, 1 finding left\n")
    assert session.code() == 1
    assert list(_paths(root).values()) == [False, True]


def test_all_the_rest_are_the_safe_ones(start: Starter, root: Path) -> None:
    session = start(root)
    session.shown()
    assert session.answer("a\n").endswith("\n2 repairs made, 0 findings left\n")
    assert session.code() == 0


def test_what_is_picked_can_be_written_before_the_end(start: Starter, root: Path) -> None:
    session = start(root)
    session.shown()
    assert "w(rite" not in session.answer("w\n")
    session.answer("1\n")
    assert session.answer("w\n").endswith("1 repair made, 1 finding left\n")
    assert session.code() == 1
    assert list(_paths(root).values()) == [True, False]


@pytest.mark.parametrize("answer", ["", "x\n", "0\n", "2\n", "-1\n", "\u00b9\n"])
def test_what_is_no_answer_is_asked_again(start: Starter, root: Path, answer: str) -> None:
    session = start(root)
    session.shown()
    assert session.answer(answer or "\n").endswith(_ASKED)
    session.answer("q\n")
    assert session.code() == 1


@pytest.mark.parametrize(("keys", "code"), [("q\n", 1), ("\x04", 1), ("\x03", 130)])
def test_who_leaves_has_changed_nothing(start: Starter, root: Path, keys: str, code: int) -> None:
    session = start(root)
    session.shown()
    session.answer("1\n")
    assert session.answer(keys).endswith("no file was changed\n")
    assert session.code() == code
    assert not any(_paths(root).values())
    assert not list(root.rglob(".depcheck*"))


def test_without_a_terminal_it_says_what_to_use_instead(root: Path) -> None:
    done = _run(root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "depcheck: `depcheck fix` asks at a terminal, and there is none\n"
        "hint: `depcheck scan --fix` makes the safe repairs, `--diff` shows them; `--choose N` does not ask\n"
    )
    assert not any(_paths(root).values())


def test_a_script_chooses_by_number(root: Path) -> None:
    done = _run(root, "--choose", "2")
    assert (done.returncode, done.stdout) == (1, "no file was changed\n")
    done = _run(root, "--choose", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{path}:7:19: DC102 write `../../lib/client` in place of `../lib/client`" for path in _WANTED
    ] + ["2 repairs made, 0 findings left"]
    done = _run(root, "--choose", "1")
    assert (done.returncode, done.stdout) == (0, "no finding has a repair to choose\n")


@pytest.mark.parametrize("number", ["0", "-1", "one", "\u00b2", ""])
def test_what_is_no_number_is_refused(root: Path, number: str) -> None:
    done = _run(root, f"--choose={number}")
    assert (done.returncode, done.stdout) == (2, "")


def test_only_some_rules(root: Path) -> None:
    done = _run(root, "--choose", "1", "--only", "DC101", "--only", "not-a-package")
    assert (done.returncode, done.stdout) == (1, "no finding of these rules has a repair to choose\n")
    done = _run(root, "--choose", "1", "--only", "missing-pth")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `missing-path`" in done.stderr
    done = _run(root, "--choose", "1", "--only", "dc102", "--only", "DC101", "services/hub")
    assert (done.returncode, done.stdout.count("DC102")) == (0, 2)


def test_of_two_that_touch_the_same_text_the_next_run_takes_the_second(tmp_path: Path) -> None:
    tree = {**workspace('[\n  "core",\n  "gone",\n  "lost",\n]'), **crate("core")}
    root = example_tree.write(tree, tmp_path / "tree")
    first, second, closing = _run(root, "--choose", "1").stdout.splitlines()
    assert first.endswith("take `gone` out of `workspace.members`")
    assert second.endswith("(left out: it touches what another one changes; run `depcheck fix` again for it)")
    assert closing == "1 repair made, 1 finding left"
    assert _run(root, "--choose", "1").stdout.endswith("1 repair made, 0 findings left\n")
    assert (root / "Cargo.toml").read_text() == str(tree["Cargo.toml"]).replace('  "gone",\n  "lost",\n', "")


def test_what_a_pick_mends_as_well_is_not_asked(start: Starter, tmp_path: Path) -> None:
    manifest = '[project]\nname = "{}"\nversion = "1"\nrequires-python = ">=3.11"\n'
    source = 'dependencies = ["x"]\n\n[tool.uv.sources]\nx = { workspace = true }\n'
    tree = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["a", "b"]\n',
        "a/pyproject.toml": manifest.format("a") + source,
        "b/pyproject.toml": manifest.format("b") + source,
        "x/pyproject.toml": manifest.format("x"),
    }
    session = start(example_tree.write(tree, tmp_path / "tree"))
    assert session.shown().startswith("\n[1/2] error[DC104]")
    assert session.answer("1\n").endswith("\n1 repair made, 0 findings left\n")
    assert session.code() == 0


def test_manifests_and_images_are_mended_together(tmp_path: Path) -> None:
    """The Dockerfile copies too little even once the path is right."""
    dockerfile = (
        "FROM rust:1\nWORKDIR /build\nCOPY Cargo.toml .\nCOPY services services\nRUN cargo build -p hub\n"
    )
    root = example_tree.write({**_TREE, "Dockerfile": dockerfile}, tmp_path / "tree")
    done = _run(root, "--choose", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("Dockerfile:4:")
    assert done.stdout.endswith("\n3 repairs made, 0 findings left\n")
    assert "COPY lib/client lib/client\n" in (root / "Dockerfile").read_text()
    assert all(_paths(root).values())


def test_a_file_that_is_edited_while_it_asks_is_left_alone(start: Starter, root: Path) -> None:
    session = start(root)
    session.shown()
    text = (root / "services/auth/Cargo.toml").read_text()
    (root / "services/auth/Cargo.toml").write_text(f"# mine\n{text}")
    shown = session.answer("1\n")
    assert "`services/auth/Cargo.toml` has changed since it was read\n" in shown
    assert "no file was changed\n" in shown
    assert session.code() == 2
    assert (root / "services/auth/Cargo.toml").read_text() == f"# mine\n{text}"
    assert not any(_paths(root).values())


def test_nothing_of_the_repository_steers_the_terminal(start: Starter, tmp_path: Path) -> None:
    name = "cl\x1b]0;x\x07\u202eient"
    dependency = f'\n[dependencies]\nclient = {{ path = "../{name.encode("unicode_escape").decode()}" }}\n'
    dependency = dependency.replace("\\x1b", "\\u001b").replace("\\x07", "\\u0007") + "# \u009b2J\n"
    client = {path.replace("client", name): text for path, text in crate("lib/client").items()}
    tree = {**crate("services/auth", dependency), **client}
    session = start(example_tree.write(tree, tmp_path / "tree"))
    shown = session.shown()
    assert "1  write" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u009b"}
    session.answer("q\n")
    session.code()


def test_the_interruption_of_a_process_alone(start: Starter, root: Path) -> None:
    session = start(root)
    session.shown()
    session.run.send_signal(signal.SIGINT)
    assert session.shown().endswith("no file was changed\n")
    assert session.code() == 130
