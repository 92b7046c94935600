"""The command line: arguments to one call to an exit code, one file a command.

Every exception that means "cannot run" is caught here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

from depcheck import __version__
from depcheck.cli import streams
from depcheck.cli.streams import out, say


class CannotRunError(Exception):
    """The command cannot run; the first argument says why, the second how to mend it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


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
    if words[:1] == ["scan"] and not any(word.startswith("-") for word in words):
        from depcheck.cli import scan

        return scan.run(scan.Options(words[1:]))  # argparse would take as long as git does for a listing
    from depcheck.cli import parser

    arguments = parser.read(words)
    if arguments.version:
        out(f"depcheck {__version__}\n")
        return 0
    if arguments.command is None:
        arguments.print_help()
        return 2
    code: int = arguments.run(arguments)
    return code
