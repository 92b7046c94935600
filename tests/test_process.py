"""A program is run to its end, and not beyond the time that it has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from depcheck import process


def run(script: str, given: bytes = b"", seconds: float = 20) -> process.Done:
    return process.run(["/bin/sh", "-c", script], os.environ, given, seconds)


def test_both_streams_and_the_code_are_given() -> None:
    assert run("printf one; printf two >&2; exit 3") == process.Done(3, b"one", b"two")
    assert run("kill -9 $$").code == -9


def test_what_is_given_arrives_however_much_it_is() -> None:
    given = os.urandom(1 << 20)
    assert run("cat", given).printed == given
    assert run("exit 0", given).code == 0
    assert run("cat >/dev/null; head -c 300000 /dev/zero >&2", given).complained == bytes(300_000)


def test_a_program_that_hangs_is_killed() -> None:
    with pytest.raises(TimeoutError):
        run("echo $$; exec sleep 600", seconds=0.2)
    with pytest.raises(ChildProcessError):  # none is left behind
        os.waitpid(-1, os.WNOHANG)


def test_what_cannot_be_started_is_said() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        process.run(["/no/such/program"], {}, b"", 1)
    with pytest.raises(ValueError, match="null"):
        process.run(["/bin/sh", "a\0b"], {}, b"", 1)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(closed: str) -> None:
    script = (
        "from depcheck import process\n"
        "done = process.run(['/bin/sh', '-c', 'cat; echo two >&2'], {'PATH': '/bin:/usr/bin'}, b'one', 20)\n"
        "raise SystemExit(0 if done == (0, b'one', b'two\\n') else 7)\n"
    )
    words = ["/bin/sh", "-c", f'exec "$0" "$@" {closed}', sys.executable, "-c", script]
    assert subprocess.run(words, check=False).returncode == 0
