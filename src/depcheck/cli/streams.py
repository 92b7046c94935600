"""What is written to the standard streams, whatever they are: a full disk, a closed pipe, nothing."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper


class ClosedError(Exception):
    """Nothing more can be written to stdout; the argument says why."""


def prepare() -> None:
    """Make both streams take any text: a terminal that is not UTF-8 loses no report. Raises as `out`."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
    except OSError as error:  # what `--version` could not write is flushed
        forget()
        raise _closed(error) from error


def out(text: str) -> None:
    """Write a part of the report. Raises BrokenPipeError, and ClosedError for all else."""
    if sys.stdout is None:
        raise ClosedError("it is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget()
        raise
    except OSError as error:
        forget()
        raise _closed(error) from error


def _closed(error: OSError) -> ClosedError:
    return ClosedError((error.strerror or str(error)).lower())


def say(text: str) -> None:
    """Write to stderr, where there is one; what cannot be said there can be said nowhere."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        forget(sys.stderr.fileno())


def forget(handle: int = 1) -> None:
    """Send what is still buffered nowhere, so that the interpreter does not fail over it as it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, handle)
    os.close(null)
