"""Running a program to its end: what it printed, or that it does nothing any more.

`subprocess` does more, and importing it takes as long as starting the interpreter does; every scan
asks git at least once.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Mapping, Sequence

from depcheck.record import NamedTuple

_KILL = 9
_PART = 1 << 16  # bytes of one read or write
_LOOK = 0.1  # seconds between two looks at a program that prints nothing
_BLIND = 6  # times as patient where the system does not tell what a program does


class Done(NamedTuple):
    """code: 0 for success, negative for a signal."""

    code: int
    printed: bytes
    complained: bytes


class Limit(NamedTuple):
    """When a program is given up.

    seconds: in all. patience: seconds without a sign of life. watched: called while there is nothing to read.
    """

    seconds: float
    patience: float
    watched: Callable[[], None] | None = None


class Program:
    """A program that has been started; it works while other things are done, until `end` waits for it."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program at `words[0]`. Raises OSError or ValueError (a NUL) where that fails."""
        read, self._feed = os.pipe()
        self._out, print_ = os.pipe()
        self._err, complain = os.pipe()
        # None of them is written over before it is moved, whichever of 0, 1 and 2 are closed here.
        streams = [(os.POSIX_SPAWN_DUP2, source, to) for to, source in enumerate((read, print_, complain))]
        try:
            self._child = os.posix_spawn(words[0], list(words), environment, file_actions=streams)
        except (OSError, ValueError):
            for handle in (self._feed, self._out, self._err):
                os.close(handle)
            raise
        finally:
            for handle in (read, print_, complain):
                os.close(handle)

    def end(self, given: bytes, limit: Limit) -> Done:
        """What has come of it, with `given` on its standard input. Raises TimeoutError; then it is killed."""
        try:
            parts = _talk(self._child, {self._feed: given}, (self._out, self._err), limit)
        except BaseException:  # a program that has been given up is not left behind
            os.kill(self._child, _KILL)
            os.waitpid(self._child, 0)
            raise
        status = os.waitpid(self._child, 0)[1]
        return Done(os.waitstatus_to_exitcode(status), *parts)


def _talk(child: int, ahead: dict[int, bytes], readers: tuple[int, int], limit: Limit) -> tuple[bytes, bytes]:
    """Write what is `ahead` for each handle and read the others to their ends; closes all of them."""
    handles = {*ahead, *readers}
    parts: dict[int, list[bytes]] = {handle: [] for handle in readers}
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLOUT if handle in ahead else select.POLLIN)
        os.set_blocking(handle, False)
    seen = time.monotonic()
    end, life, known = seen + limit.seconds, b"", b""
    try:
        while handles:
            ready = poll.poll(_LOOK * 1000)
            now = time.monotonic()
            if not ready:
                known, life = life, _life(child)
                if limit.watched is not None:
                    limit.watched()
            if ready or life != known:
                seen = now
            if now > min(end, seen + limit.patience * (1 if life else _BLIND)):
                raise TimeoutError
            for handle, _ in ready:
                if not (_write(handle, ahead) if handle in ahead else _read(handle, parts[handle])):
                    poll.unregister(handle)
                    handles.discard(handle)
                    os.close(handle)
    finally:
        for handle in handles:
            os.close(handle)
    first, second = (b"".join(parts[handle]) for handle in readers)
    return first, second


def _life(child: int) -> bytes:
    """What Linux counts of a program's time: it changes while the program is at work.

    Empty where the system does not tell.
    """
    for name in ("schedstat", "stat"):  # in nanoseconds; in hundredths of a second, if that is all there is
        try:
            with open(f"/proc/{child}/{name}", "rb") as counted:
                return counted.read()
        except OSError:
            continue
    return b""


def _write(handle: int, ahead: dict[int, bytes]) -> bool:
    """Whether there is more to write."""
    try:
        written = os.write(handle, ahead[handle][:_PART])
    except BrokenPipeError:  # it has read enough
        return False
    ahead[handle] = ahead[handle][written:]
    return bool(ahead[handle])


def _read(handle: int, into: list[bytes]) -> bool:
    """Whether there may be more to read."""
    part = os.read(handle, _PART)
    into.append(part)
    return bool(part)
