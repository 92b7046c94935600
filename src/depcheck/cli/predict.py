"""`depcheck predict -- COMMAND...`: what the command would do here, without running it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from depcheck import discover, predict
from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out, say
from depcheck.model import Diagnostic
from depcheck.render.text import plain


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "predict",
        usage="depcheck predict [--root ROOT] [--cwd CWD] [--format {full,json}] -- COMMAND...",
        help="say whether a build command would load, without running it",
        description="Says whether a build command would load, and which path stops it if not. It is not run.",
        epilog="Exit code 0: it loads, or that is unknown (said on stderr). 1: it fails. 2: cannot run.",
    )
    parser.add_argument("--root", help="the top of the tree (default: the git work tree around here)")
    parser.add_argument(
        "--cwd", help="where the command runs, relative to the root (default: here, or the root)"
    )
    parser.add_argument(
        "--format", choices=("full", "json"), default="full", help="for people, or for programs"
    )
    parser.add_argument("words", nargs="*", metavar="COMMAND", help="the command as words, or one shell line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict; 0 loads or unknown, 1 fails."""
    if not arguments.words:
        raise CannotRunError("no command to predict", "give it after `--`: depcheck predict -- cargo build")
    root = arguments.root or discover.root_of(os.getcwd()) or os.getcwd()
    if not os.path.isdir(root):
        raise CannotRunError(f"no such directory: {root}")
    cwd = arguments.cwd if arguments.cwd is not None else os.path.relpath(os.getcwd(), root)
    if arguments.cwd is None and (cwd == ".." or cwd.startswith("../")):
        cwd = "."
    if not os.path.isdir(os.path.join(root, cwd)):
        raise CannotRunError(f"no such directory: {os.path.join(root, cwd)}")
    try:
        prediction = predict.predict(root, cwd, arguments.words, os.environ)
    except predict.UsageError as error:
        raise CannotRunError(str(error)) from error
    from depcheck import rules
    from depcheck.locate import locate_all

    diagnostics = locate_all(prediction.sources, rules.diagnose(prediction.faults))
    out(_render(prediction, diagnostics, arguments.format))
    if prediction.verdict == "unknown" and not (arguments.format == "full" and _one_screen()):
        say(f"depcheck: unknown: {plain(prediction.because)}\n")
    return 1 if prediction.verdict == "fails" else 0


def _one_screen() -> bool:
    """Whether both streams are terminals: what one says need not be said on the other."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))


def _render(prediction: predict.Prediction, diagnostics: tuple[Diagnostic, ...], form: str) -> str:
    from depcheck.render import prediction as renderer

    if form == "json":
        return renderer.as_json(prediction, diagnostics)
    root = os.path.relpath(prediction.sources.tree.root)
    return renderer.as_text(prediction, diagnostics, root, terminal.screen(sys.stdout))
