"""`depcheck` and `python -m depcheck`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line; the value is the exit code, where the process has not ended with it."""
    gc.disable()  # what a run reads it keeps to its end: looking for garbage is a tenth of a scan's time
    words = sys.argv[1:]
    try:
        if sys.getfilesystemencoding() != "utf-8" and sys.executable:
            _again_in_utf_8()
        if words in (["--version"], ["-V"]) and _printed_version():
            return 0
        from depcheck import cli

        code = cli.main(words)
    except KeyboardInterrupt:
        return 130
    # All is written (`cli.streams`); to take down, piece by piece, what was read is a fifth of a scan's time.
    os._exit(code)


def _again_in_utf_8() -> None:
    """Start once more: the tools take a path as the bytes that stand in the file, whatever the locale."""
    if sys.stdout is not None:
        os.environ.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  # itself


def _printed_version() -> bool:
    """Kept off the import of the command line (3 x `python -c pass`), which says why where this fails."""
    from depcheck import __version__

    try:
        sys.stdout.write(f"depcheck {__version__}\n")
        sys.stdout.flush()
    except (AttributeError, OSError):  # AttributeError: stdout is closed, and None
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
