"""Runs the writer in a process of its own, which is killed, or refused, at its n-th call of the system.

Words: the root, `kill` or `refuse`, n. Exit code: 0 written, 3 refused (the reason is printed), -9 killed.
Every file below the root with `old` in it is to have `new` there.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from errno import ENOSPC
from pathlib import Path
from typing import Any

from depcheck.fix.journal import CannotWriteError
from depcheck.fix.splice import Content
from depcheck.fix.write import write

CALLS = ("open", "write", "ftruncate", "fchown", "fchmod", "fsync", "rename", "unlink")


def contents(root: Path) -> Iterator[Content]:
    for path in sorted(root.glob("**/*.toml")):
        before = path.read_bytes()
        yield Content(path.relative_to(root).as_posix(), before, before.replace(b"old", b"new"))


def main(words: list[str]) -> int:
    root, how, last = Path(words[0]), words[1], int(words[2])
    ahead = list(contents(root))
    left = last

    def hooked(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                if name == "write":  # a part of it is written
                    call(arguments[0], arguments[1][: len(arguments[1]) // 2])
                if how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError(ENOSPC, os.strerror(ENOSPC))
            return call(*arguments, **options)

        return counted

    for name in CALLS:
        setattr(os, name, hooked(name, getattr(os, name)))
    try:
        write(str(root), ahead, print)
    except CannotWriteError as error:
        sys.stdout.write(f"{error}\n")
        return 3
    sys.stdout.write("" if left > 0 else "reached\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
