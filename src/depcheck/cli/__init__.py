"""The command line: arguments to one call to an exit code, one file a command.

Every exception that means "cannot run" is caught here and nowhere else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from depcheck import __version__
from depcheck.cli import streams, terminal
from depcheck.cli.streams import out, say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = ("scan", "predict", "image", "rules", "explain")


class CannotRunError(Exception):
    """The command cannot run; the first argument says why, the second how to mend it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class _Formatter(argparse.HelpFormatter):
    """argparse makes one for each argument; without a width each would import `shutil`."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal.width(sys.stdout) - 2)


# Looking for a translation of each word that argparse says takes longer than reading the words.
argparse._ = str  # type: ignore[attr-defined]


class _Parser(argparse.ArgumentParser):
    """The class of the parser and, by argparse's default, of its commands' parsers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, **options)

    def error(self, message: str) -> NoReturn:
        """As argparse, with what a shell's `*` may have put into the words made safe."""
        from depcheck.render.text import plain

        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {plain(message)}\n")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        (out if file is sys.stdout else say)(message)


def main(words: Sequence[str]) -> int:
    """Run depcheck with these words; returns the exit code: 0, 1, 2, or 130 where it is interrupted."""
    try:
        streams.prepare()
        return _run(words)
    except CannotRunError as error:
        return _cannot(str(error), error.hint)
    except streams.ClosedError as error:
        return _cannot(f"cannot write to standard output: {error}")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `depcheck scan | head`: not an error of ours
        return 141
    except FileNotFoundError as error:
        if error.filename is not None:
            raise
        return _cannot("the current directory does not exist any more")


def _cannot(reason: str, hint: str = "") -> int:
    from depcheck.render.text import plain

    say(f"depcheck: {plain(reason)}\n")
    if hint:
        say(f"hint: {plain(hint)}\n")
    return 2


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
    if arguments.version:
        out(f"depcheck {__version__}\n")
        return 0
    if arguments.command is None:
        parser.print_help(sys.stderr)
        return 2
    code: int = arguments.run(arguments)
    return code
