"""What flags and variables of the environment say of the configuration, and what is wrong with one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from depcheck import paths
from depcheck.cli import CannotRunError
from depcheck.cli.streams import out, say
from depcheck.config import ConfigurationError, Told, Word
from depcheck.record import NamedTuple

if TYPE_CHECKING:
    import argparse

    from depcheck.pipeline import Request

_LISTS = ("select", "ignore", "exclude", "fixtures")
_WORDS = ("fail-on",)
_PREFIX = "DEPCHECK_"
_NO = ("", "0", "false", "no", "off")


class Flags(NamedTuple):
    """The flags; the names are those of the arguments. Lists come as they were given, with commas."""

    config: str | None = None
    isolated: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: str | None = None
    baseline: str | None = None


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments for it."""
    group = parser.add_argument_group("configuration")
    group.add_argument(
        "--config",
        metavar="FILE",
        help="read this file, and not the depcheck.toml or pyproject.toml around PATH",
    )
    group.add_argument("--isolated", action="store_true", help="read no configuration file")
    group.add_argument(
        "--select",
        metavar="RULES",
        action="append",
        default=[],
        help="these rules alone (names, codes, `DC2`)",
    )
    group.add_argument("--ignore", metavar="RULES", action="append", default=[], help="none of these rules")
    group.add_argument(
        "--exclude", metavar="PATTERNS", action="append", default=[], help="judge nothing that these match"
    )
    group.add_argument("--baseline", metavar="FILE", help="leave out the findings that are listed there")
    group.add_argument(
        "--fail-on", metavar="SEVERITY", help="exit code 1 from this severity on (default: error), or never"
    )


def flags(arguments: argparse.Namespace) -> Flags:
    """Those that were given."""
    said = vars(arguments)
    return Flags(**{name: said[name] for name in Flags._fields})


def told(root: str, given: Flags) -> Told:
    """What counts over a file, and which file. root: absolute, of the tree. Raises CannotRunError."""
    variables = {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
    if given == Flags() and not variables:
        return Told()
    words = (*_of_environment(variables), *_of_flags(given))
    isolated = given.isolated or variables.get(f"{_PREFIX}ISOLATED", "").lower() not in _NO
    file = given.config or ("" if isolated else variables.get(f"{_PREFIX}CONFIG", ""))
    if not file:
        return Told(isolated=isolated, words=words)
    if isolated:
        raise CannotRunError("--config cannot be combined with --isolated")
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise CannotRunError(f"{file} cannot be read: {error.strerror}") from error
    inside = paths.inside(root, os.path.realpath(os.path.dirname(os.path.abspath(file))))
    return Told(file, content, "" if paths.is_outside(inside) else inside, words=words)


def _of_environment(variables: dict[str, str]) -> Iterator[Word]:
    for key in (*_LISTS, *_WORDS):
        name = f"{_PREFIX}{key.upper().replace('-', '_')}"
        if value := variables.get(name):
            yield Word(name, key, _listed([value]) if key in _LISTS else value)


def _of_flags(given: Flags) -> Iterator[Word]:
    for key, values in (("select", given.select), ("ignore", given.ignore), ("exclude", given.exclude)):
        if values:
            yield Word(f"--{key}", key, _listed(values))
    if given.fail_on:
        yield Word("--fail-on", "fail-on", given.fail_on)


def _listed(values: tuple[str, ...] | list[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def refused(error: ConfigurationError, root: str) -> CannotRunError:
    """All that is wrong, said but for the last, which is what the command cannot run for."""
    from depcheck.render.text import plain, seen

    above = os.path.relpath(root)
    for complaint in error.complaints:
        place = "" if complaint.at is None else f":{complaint.at.line}:{complaint.at.column}"
        file = f"{seen(above, complaint.file)}{place}: " if complaint.file else ""
        message = f"{file}{complaint.message}"
        if complaint is not error.complaints[-1]:
            say(f"depcheck: {plain(message)}\n")
            if complaint.hint:
                say(f"hint: {plain(complaint.hint)}\n")
    return CannotRunError(message, error.complaints[-1].hint)


def show(request: Request) -> int:
    """Print what counts, and who says so; 0. Raises CannotRunError."""
    from depcheck import pipeline
    from depcheck.render import settings

    try:
        found = pipeline.configured(request)
    except pipeline.NoSuchTreeError as error:
        raise CannotRunError(str(error)) from error
    except ConfigurationError as error:
        raise refused(error, request.root) from error
    out(settings.render(found, os.path.relpath(request.root)))
    return 0
