"""A program is run to its end, and not beyond the time that it has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from depcheck import process

LONG = process.Limit(20, 20)


def run(script: str, given: bytes = b"", limit: process.Limit = LONG) -> process.Done:
    return process.Program(["/bin/sh", "-c", script], os.environ).end(given, limit)


def test_both_streams_and_the_code_are_given() -> None:
    assert run("printf one; printf two >&2; exit 3") == process.Done(3, b"one", b"two")
    assert run("kill -9 $$").code == -9


def test_what_is_given_arrives_however_much_it_is() -> None:
    given = os.urandom(1 << 20)
    assert run("cat", given).printed == given
    assert run("exit 0", given).code == 0
    assert run("cat >/dev/null; head -c 300000 /dev/zero >&2", given).complained == bytes(300_000)


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ("echo $$; exec sleep 600", process.Limit(20, 0.3)),
        ("while :; do :; done", process.Limit(0.3, 20)),
        ("while :; do echo; done", process.Limit(0.3, 20)),
    ],
    ids=["asleep", "busy for too long", "printing for too long"],
)
def test_a_program_that_hangs_is_killed(script: str, limit: process.Limit) -> None:
    with pytest.raises(TimeoutError):
        run(script, limit=limit)
    with pytest.raises(ChildProcessError):  # none is left behind
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only Linux tells what a program does")
def test_a_program_that_is_at_work_is_waited_for() -> None:
    looks: list[None] = []
    script = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done"
    assert run(script, limit=process.Limit(60, 0.25, lambda: looks.append(None))).printed == b"done\n"
    assert looks


def test_what_cannot_be_started_is_said() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        process.Program(["/no/such/program"], {})
    with pytest.raises(ValueError, match="null"):
        process.Program(["/bin/sh", "a\0b"], {})
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(closed: str) -> None:
    script = (
        "from depcheck import process\n"
        "started = process.Program(['/bin/sh', '-c', 'cat; echo two >&2'], {'PATH': '/bin:/usr/bin'})\n"
        "done = started.end(b'one', process.Limit(20, 20))\n"
        "raise SystemExit(0 if done == (0, b'one', b'two\\n') else 7)\n"
    )
    words = ["/bin/sh", "-c", f'exec "$0" "$@" {closed}', sys.executable, "-c", script]
    assert subprocess.run(words, check=False).returncode == 0
