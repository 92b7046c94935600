"""`depcheck mv OLD NEW`: a directory moved, with every reference to it and from it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from depcheck import discover, paths
from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out, say
from depcheck.render.text import count, plain, seen, sentence

if TYPE_CHECKING:
    from depcheck.fix.splice import Content
    from depcheck.move.carry import Entry
    from depcheck.move.course import Course
    from depcheck.move.mentions import Mention

_MOST = 100  # lines to look at that are shown
_WIDEST = 120  # characters of a line


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "mv",
        help="move a directory of packages, and rewrite every reference to it",
        description="Moves a directory and rewrites every reference to it and from it, if everything then "
        "loads as before. What it cannot rewrite is listed.",
        epilog="Exit code 0: moved. 1: something would not load as before; nothing is changed. "
        "2: it cannot run.",
    )
    parser.add_argument("old", metavar="OLD", help="the directory")
    parser.add_argument("new", metavar="NEW", help="its new place, which is not there yet")
    parser.add_argument("--root", help="the top of the tree (default: the git work tree around OLD)")
    parser.add_argument("--dry-run", action="store_true", help="print the move as a diff, and change nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Move; 0 done, 1 refused."""
    course = _course(arguments)
    from depcheck.move import carry, mentions, plan, proof
    from depcheck.sources import Sources
    from depcheck.tree.base import UnknownContentError
    from depcheck.tree.worktree import WorkTree

    try:
        tracked = carry.entries(course)
        listing = discover.discover(course.root, ("", course.old))
        sources = Sources(WorkTree(course.root))
        planned = plan.plan(sources, listing, course)
        differences = proof.differences(sources, listing, planned)
        if differences:
            return _refused(course, differences)
        left = list(mentions.left(planned, sources.tree))
        if arguments.dry_run:
            _show((*planned.contents, *planned.links), course, tracked)
        else:
            carry.carry(planned, tracked, lambda note: say(f"depcheck: {sentence(note)}\n"))
    except carry.CannotMoveError as error:
        kept = ", ".join(f"`{path}`" for path in error.changed)
        hint = f"what was done to {kept} could not be taken back" if kept else "nothing was changed"
        raise CannotRunError(str(error), hint) from error
    except (OSError, UnknownContentError) as error:
        raise CannotRunError(f"a file cannot be edited: {error}", "nothing was changed") from error
    _report(course, (*planned.contents, *planned.links), left, dry=arguments.dry_run)
    return 0


def _course(arguments: argparse.Namespace) -> Course:
    from depcheck.move.course import Course

    old, new = arguments.old, arguments.new
    if not os.path.lexists(old):
        raise CannotRunError(f"no such directory: {old}")
    if os.path.islink(old.rstrip("/")):
        raise CannotRunError(f"{old} is a symbolic link", "name the directory itself")
    if not os.path.isdir(old):
        raise CannotRunError(f"{old} is no directory")
    beside = os.path.realpath(old)
    root = os.path.realpath(arguments.root or discover.root_of(beside) or os.getcwd())
    if not os.path.isdir(root):
        raise CannotRunError(f"no such directory: {arguments.root}")
    found = Course(root, _inside(root, old), _inside(root, new))
    if not found.old:
        raise CannotRunError(f"{old} is the top of the tree, which cannot be moved within itself")
    if os.path.lexists(new):
        name = os.path.join(new, os.path.basename(beside))
        hint = f"to move it into there: depcheck mv {old} {name}" if os.path.isdir(new) else ""
        raise CannotRunError(f"{new} is there already", hint if found.old != found.new else "")
    if found.takes(found.new):
        raise CannotRunError(f"{new} lies inside of {old}")
    if ".git" in (*found.old.split("/"), *found.new.split("/")):
        raise CannotRunError("what is git's own is not moved")
    return found


def _inside(root: str, path: str) -> str:
    """The canonical path; of what is not there yet, by the directory above that is."""
    found = paths.inside(root, os.path.realpath(path))
    if paths.is_outside(found):
        raise CannotRunError(f"{path} lies outside of {root}", "give the top of the tree with --root")
    return found


def _refused(course: Course, differences: Sequence[str]) -> int:
    where = f"{plain(course.old)} is not moved to {plain(course.new)}"
    say(f"depcheck: {where}: not everything would load as before\n")
    for difference in differences:
        say(f"  {plain(difference)}\n")
    return 1


def _show(contents: Iterable[Content], course: Course, tracked: Iterable[Entry]) -> None:
    """The whole move as `git apply` takes it."""
    from depcheck.fix.splice import Content
    from depcheck.render import diff

    shown = {content.path: content for content in contents}
    for entry in tracked:
        path = course.of(entry.path)
        shown.setdefault(path, Content(path, b"", b"", entry.path))
    screen = terminal.screen(sys.stdout)
    listed = [shown[path] for path in sorted(shown)]
    out(diff.render(listed, screen, is_terminal=sys.stdout.isatty()))


def _report(course: Course, contents: Sequence[Content], left: Sequence[Mention], *, dry: bool) -> None:
    done = "would be moved" if dry else "moved"
    edited = f", {count(len(contents), 'file')} edited" if contents else ""
    say(f"{plain(course.old)} {done} to {plain(course.new)}{edited}\n")
    if left:
        say(f"{count(len(left), 'line')} to look at by hand:\n")
    for mention in left[:_MOST]:
        say(f"  {seen('.', mention.file)}:{mention.line}: {plain(mention.text[:_WIDEST])}\n")
    if len(left) > _MOST:
        say(f"  and {len(left) - _MOST:,} more\n")
