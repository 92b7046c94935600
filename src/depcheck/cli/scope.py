"""What is scanned, as the words of `scan` and `fix` name it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from depcheck import discover, paths
from depcheck.cli import CannotRunError, configuring

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments for it."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="what is judged (default: the current directory)"
    )
    parser.add_argument(
        "--root", help="the top of the tree (default: the git work tree around PATH, or PATH itself)"
    )
    parser.add_argument(
        "--include-fixtures", action="store_true", help="judge test fixtures and templates too"
    )
    configuring.declare(parser)


def tree(named: Sequence[str], top: str | None) -> tuple[str, tuple[str, ...]]:
    """The root, absolute, and the canonical paths of what is judged. named: the PATHs. top: `--root`.

    Raises CannotRunError where they name nothing that can be scanned.
    """
    named = named or [_directory(top) if top else "."]
    if top and not os.path.exists(top):
        raise CannotRunError(f"no such directory: {top}")
    for path in named:
        if not os.path.lexists(path):
            raise CannotRunError(f"no such file or directory: {path}")
    root = _directory(top or discover.root_of(os.path.abspath(named[0])) or _common(named))
    if not os.path.isdir(root):
        raise CannotRunError(f"no such directory: {root}")
    root = os.path.realpath(root)
    scope = []
    for path in named:
        real = os.path.join(
            os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(os.path.abspath(path))
        )
        inside = paths.inside(root, os.path.realpath(path) if os.path.isdir(path) else real)
        if paths.is_outside(inside):
            hint = "" if top else "give the top of the tree with --root"
            raise CannotRunError(f"{path} lies outside of {root}", hint)
        if os.path.isfile(path) and not discover.takes(root, inside):
            hint = "name a directory, a manifest or a requirements file (.txt, .in)"
            raise CannotRunError(f"{path} is no manifest that depcheck knows", hint)
        scope.append(inside)
    return root, tuple(scope)


def _directory(path: str) -> str:
    """The directory that a path names: of a file, the one that holds it."""
    return os.path.dirname(os.path.abspath(path)) if os.path.isfile(path) else path


def _common(named: Sequence[str]) -> str:
    """The directory that holds all of what was named; the root outside git."""
    return os.path.commonpath([os.path.abspath(path) for path in named])
