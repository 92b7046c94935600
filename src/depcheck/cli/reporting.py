"""Which reports a scan writes, and where to: `--format` and `--output`."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from depcheck import paths
from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out, say
from depcheck.record import NamedTuple

if TYPE_CHECKING:
    import argparse

    from depcheck.pipeline import Report
    from depcheck.render.screen import Screen

_FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "rdjson")
_SUMMARY_ROWS = 500  # GitHub takes a mebibyte for the summary of a step


class Wanted(NamedTuple):
    """A report. file: that it is written to; empty: stdout."""

    format: str = "full"
    file: str = ""

    @property
    def has_all_fixes(self) -> bool:
        """Whether it holds all repairs of a finding as data."""
        return self.format in ("json", "sarif", "rdjson")


DEFAULT = (Wanted(),)


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments. Both add to one list, so that their order is known."""
    parser.add_argument(
        "--format",
        dest="reports",
        action="append",
        default=[],
        type=_format,
        metavar="FORMAT",
        help=f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]} (default: full); may be given again",
    )
    parser.add_argument(
        "--output",
        dest="reports",
        action="append",
        type=_output,
        metavar="FILE",
        help="write the report of the --format before it to FILE (default: to stdout)",
    )


def _format(word: str) -> Wanted:
    if word in _FORMATS:
        return Wanted(word)
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(f"invalid choice: '{word}' (choose from {', '.join(_FORMATS)})")


def _output(word: str) -> Wanted:
    if word:
        return Wanted("", word)
    from argparse import ArgumentTypeError

    raise ArgumentTypeError("the name of a file is missing")


def paired(said: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """The reports, each FILE that of the format before it, as RuboCop has it. Raises CannotRunError."""
    reports: list[Wanted] = []
    for one in said:
        if one.format:
            reports.append(one)
        elif not reports:
            reports.append(Wanted(file=one.file))
        elif reports[-1].file:
            raise CannotRunError(f"--output {one.file} has no --format of its own before it")
        else:
            reports[-1] = Wanted(reports[-1].format, one.file)
    if sum(not one.file for one in reports) > 1:
        raise CannotRunError("only one report can go to stdout", "give the others an --output FILE")
    files = [os.path.realpath(one.file) for one in reports if one.file]
    if len(set(files)) < len(files):
        raise CannotRunError("two reports cannot be written to one file")
    return tuple(reports) or DEFAULT


def write(report: Report, reports: Sequence[Wanted], seconds: float) -> None:
    """Write them; those that go to files first. Raises CannotRunError."""
    from depcheck.render.screen import Screen

    for one in sorted(reports, key=lambda one: not one.file):
        if one.file:
            _put(report.root, one.file, _render(report, one.format, seconds, Screen()))
        else:
            out(_render(report, one.format, seconds, terminal.screen(sys.stdout)))
    if any(one.format == "github" for one in reports):
        _summarize(report)


def _render(report: Report, form: str, seconds: float, screen: Screen) -> str:
    root = os.path.relpath(report.root)
    match form:
        case "json":
            from depcheck.render import json

            return json.render(report, root)
        case "concise":
            from depcheck.render import concise
            from depcheck.render.text import above, sentence

            if report.diagnostics and root != ".":
                say(f"depcheck: {sentence(above(root))}\n")
            return concise.render(report, root, screen)
        case "full":
            from depcheck.render import full

            return full.render(report, seconds, root, screen)
        case "junit":
            from depcheck.render import junit

            return junit.render(report, seconds)
    from importlib import import_module

    rendered: str = import_module(f"depcheck.render.{form}").render(report)
    return rendered


def _summarize(report: Report) -> None:
    """For GitHub's page of the run: Markdown, added to the file that its runner names."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    from depcheck.render import markdown

    try:
        with open(file, "a", encoding="utf-8", errors="replace") as stream:
            stream.write(markdown.render(report, _SUMMARY_ROWS))
    except OSError as error:
        say(f"depcheck: no summary written: {error.strerror}\n")


def _put(root: str, file: str, text: str) -> None:
    """Write a file, whole or not at all; what is no file (a pipe, a terminal) is written to."""
    if _is_led_away(root, os.path.abspath(file)):
        raise CannotRunError(f"cannot write {file}: a symbolic link of the repository leads there")
    path = os.path.realpath(file)
    content = text.encode("utf-8", "backslashreplace")
    try:
        mode = _mode(path)
        if mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as stream:
                stream.write(content)
        else:
            _replace(path, content, mode)
    except OSError as error:
        raise CannotRunError(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from error


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _replace(path: str, content: bytes, mode: int | None) -> None:
    temporary = f"{path}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(handle, "wb") as stream:
            stream.write(content)
        if mode is not None:
            os.chmod(temporary, stat.S_IMODE(mode))
        os.rename(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _is_led_away(root: str, path: str) -> bool:
    """Whether a link that the repository itself holds decides where a file is written to."""
    while (above := os.path.dirname(path)) != path:
        if os.path.islink(path) and not paths.is_outside(paths.inside(root, os.path.realpath(above))):
            return True
        path = above
    return False
