"""How far a scan has come, on a terminal, once it has taken a while."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from depcheck.cli.streams import say

_PATIENCE = 0.5  # seconds without a word
_PAUSE = 0.1  # seconds between two words


class Progress:
    """Called with how much is done; shows nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PATIENCE
        self._shown = False
        self._wanted = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` of `total` manifests are judged; without `total`: directories are looked at, 0 by git."""
        if not self._wanted or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        self._shown = True
        if total is not None:
            what = f"{done:,} of {total:,} manifests"
        else:
            what = f"{done:,} directories" if done else "git is listing the files"
        say(f"\r\x1b[K{what}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            say("\r\x1b[K")
