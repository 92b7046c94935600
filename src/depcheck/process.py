"""Running a program to its end: what it printed, or that it took too long.

`subprocess` does more, and importing it takes as long as starting the interpreter does; every scan
asks git at least once.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping, Sequence

from depcheck.record import NamedTuple

_KILL = 9
_PART = 1 << 16  # bytes of one read or write


class Done(NamedTuple):
    """code: 0 for success, negative for a signal."""

    code: int
    printed: bytes
    complained: bytes


def run(words: Sequence[str], environment: Mapping[str, str], given: bytes, seconds: float) -> Done:
    """Run the program at `words[0]`, `given` on its standard input.

    Raises TimeoutError after `seconds` (the program is killed), and OSError or ValueError (a NUL)
    where it cannot be started.
    """
    read, feed = os.pipe()
    out, print_ = os.pipe()
    err, complain = os.pipe()
    # None of them is written over before it is moved, whichever of 0, 1 and 2 are closed here.
    streams = [(os.POSIX_SPAWN_DUP2, source, to) for to, source in enumerate((read, print_, complain))]
    try:
        child = os.posix_spawn(words[0], list(words), environment, file_actions=streams)
    except (OSError, ValueError):
        for handle in (feed, out, err):
            os.close(handle)
        raise
    finally:
        for handle in (read, print_, complain):
            os.close(handle)
    try:
        parts = _talk({feed: given}, (out, err), time.monotonic() + seconds)
    except BaseException:  # a program that has been given up is not left behind
        os.kill(child, _KILL)
        os.waitpid(child, 0)
        raise
    status = os.waitpid(child, 0)[1]
    return Done(os.waitstatus_to_exitcode(status), *parts)


def _talk(ahead: dict[int, bytes], readers: tuple[int, int], deadline: float) -> tuple[bytes, bytes]:
    """Write what is `ahead` for each handle and read the others to their ends; closes all of them."""
    handles = {*ahead, *readers}
    parts: dict[int, list[bytes]] = {handle: [] for handle in readers}
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLOUT if handle in ahead else select.POLLIN)
        os.set_blocking(handle, False)
    try:
        while handles:
            ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ready:
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
