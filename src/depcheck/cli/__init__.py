"""The command line: arguments to one call to an exit code, one file a command.

Every exception that means "cannot run" is caught here and nowhere else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

from depcheck.cli import terminal

COMMANDS = ("scan", "predict", "rules", "explain")


class CannotRunError(Exception):
    """The command cannot run; the first argument says why, the second how to mend it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class _Formatter(argparse.HelpFormatter):
    """argparse makes one for each argument; without a width each would import `shutil`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal.width(sys.stdout) - 2)


class _Parser(argparse.ArgumentParser):
    """The class of the parser and, by argparse's default, of its commands' parsers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, **options)


def main(words: Sequence[str]) -> int:
    """Run depcheck with these words; returns the exit code (see design: 0, 1, 2, 130)."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 loses no report
    try:
        code = _run(words)
        sys.stdout.flush()
    except CannotRunError as error:
        from depcheck.render.text import plain

        hint = f"hint: {plain(error.hint)}\n" if error.hint else ""
        sys.stderr.write(f"depcheck: {plain(str(error))}\n{hint}")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `depcheck scan | head`: not an error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _run(words: Sequence[str]) -> int:
    parser = _Parser(
        prog="depcheck", description="Finds every local path that a build will trip over, and says why."
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", prog="depcheck")
    # Only the command that was named is imported; help and errors need all of them.
    named = [word for word in words[:1] if word in COMMANDS] or COMMANDS
    for name in named:
        import_module(f"depcheck.cli.{name}").add(commands)
    arguments = parser.parse_args(words)
    if arguments.command is None:
        parser.print_help()
        return 0
    code: int = arguments.run(arguments)
    return code
