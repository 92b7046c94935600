"""The words of a command line, read by argparse: for options, help and what is wrong with them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from depcheck.cli import terminal
from depcheck.cli.streams import out, say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = ("scan", "fix", "mv", "predict", "image", "rules", "explain")


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


def read(words: Sequence[str]) -> argparse.Namespace:
    """What they say; `print_help` prints the help. Ends the process where argparse does."""
    parser = _Parser(
        prog="depcheck", description="Finds every local path that a build will trip over, and says why."
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    parser.set_defaults(print_help=lambda: parser.print_help(sys.stderr))
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", prog="depcheck")
    # Only the command that was named is imported; help and errors need all of them.
    for name in [word for word in words[:1] if word in COMMANDS] or COMMANDS:
        import_module(f"depcheck.cli.{name}").add(commands)
    return parser.parse_args(words)
