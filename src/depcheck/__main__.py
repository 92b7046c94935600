"""`depcheck` and `python -m depcheck`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the value is the exit code."""
    words = sys.argv[1:]
    try:
        if words in (["--version"], ["-V"]) and _printed_version():
            return 0
        from depcheck import cli

        return cli.main(words)
    except KeyboardInterrupt:
        return 130


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
