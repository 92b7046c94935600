"""`depcheck` and `python -m depcheck`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the value is the exit code."""
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):  # kept off the import of the command line: 3 x `python -c pass`
        from depcheck import __version__

        sys.stdout.write(f"depcheck {__version__}\n")
        return 0
    from depcheck import cli

    return cli.main(words)


if __name__ == "__main__":
    sys.exit(main())
