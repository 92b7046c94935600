"""A move carried out on the disk and in git's index.

The directory is renamed in one step, then git's index and links follow, then the files that change are put
in place (`fix.write`). Whatever fails or interrupts that, all that was done before is undone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from depcheck import git, paths
from depcheck.fix.journal import CannotWriteError
from depcheck.fix.write import write
from depcheck.move import links
from depcheck.move.course import Course
from depcheck.move.plan import Plan
from depcheck.record import NamedTuple


class CannotMoveError(Exception):
    """The directory cannot be moved; the first argument says why.

    Nothing was changed but the files `changed`, for which that could not be taken back.
    """

    def __init__(self, reason: str, changed: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.changed = changed


class Entry(NamedTuple):
    """A file of git's index: its mode and object, where it lies."""

    mode: str
    object: str
    path: str


def entries(course: Course) -> tuple[Entry, ...]:
    """What git tracks of the directory, none where it is not asked. Raises CannotMoveError."""
    if not os.path.lexists(os.path.join(course.root, ".git")):
        return ()
    unmerged = git.ask(course.root, "ls-files", "-u", "-z") or ""
    if unmerged:
        path = unmerged.split("\0")[0].partition("\t")[2]
        raise CannotMoveError(f"`{path}` has a merge conflict, which has to be resolved first")
    listed = git.answer(course.root, "ls-files", "-s", "-t", "-z", "--", course.old)
    if isinstance(listed, git.Refusal):
        raise CannotMoveError(f"the work tree is not listed by git, {listed.reason}")
    found = []
    for entry in listed.split("\0")[:-1]:
        told, _, path = entry.partition("\t")
        tag, mode, name, _stage = told.split(" ")
        if mode == "160000":
            raise CannotMoveError(
                f"`{path}` is a submodule, whose place stands in `.gitmodules` and in `.git`"
            )
        if tag != "H":
            raise CannotMoveError(f"`{path}` is left out of this work tree (a sparse checkout)")
        found.append(Entry(mode, name, path))
    return tuple(found)


def carry(plan: Plan, tracked: Sequence[Entry], tell: Callable[[str], None]) -> None:
    """Move and write, or change nothing. tell: see `fix.write`. Raises CannotMoveError."""
    course = plan.course
    with ExitStack() as back:
        try:
            write(course.root, plan.contents, tell, lambda: _moved(plan, tracked, back))
        except CannotWriteError as error:
            origin = Course(course.root, course.new, course.old)
            raise CannotMoveError(str(error), tuple(map(origin.of, error.changed))) from error
        back.pop_all()
    for path in plan.emptied:
        try:
            os.rmdir(os.path.join(course.root, path))
        except OSError:  # something has come into it
            return


def _moved(plan: Plan, tracked: Sequence[Entry], back: ExitStack) -> None:
    """All but the contents of files; `back` takes what undoes it."""
    course = plan.course
    for path in _made(course):
        back.callback(os.rmdir, path)
    old, new = os.path.join(course.root, course.old), os.path.join(course.root, course.new)
    with _about(f"`{course.old}` cannot be renamed"):
        os.rename(old, new)
    back.callback(os.rename, new, old)
    _index(course, tracked)
    back.callback(_index, Course(course.root, course.new, course.old), _after(course, tracked))
    with _about("a symbolic link cannot be changed"):
        links.relink(course.root, plan.links)
    reverse = [link._replace(before=link.after, after=link.before) for link in plan.links]
    back.callback(links.relink, course.root, reverse)


@contextmanager
def _about(what: str) -> Iterator[None]:
    """What the system refuses, with its reason."""
    try:
        yield
    except OSError as error:
        raise CannotMoveError(f"{what}: {error.strerror}") from error


def _after(course: Course, tracked: Sequence[Entry]) -> list[Entry]:
    return [entry._replace(path=course.of(entry.path)) for entry in tracked]


def _made(course: Course) -> Iterator[str]:
    """The directories that are to hold the new one, made where they are missing, the outer ones first."""
    for above in reversed(paths.ancestors(paths.parent(course.new))):
        path = os.path.join(course.root, above)
        if not os.path.isdir(path):
            with _about(f"`{above}` cannot be made"):
                os.mkdir(path)
            yield path


def _index(course: Course, tracked: Sequence[Entry]) -> None:
    """Rename the files in the index as `git mv` does, by their entries alone: no file is read."""
    if not tracked:
        return
    lines = [f"0 {'0' * len(entry.object)}\t{entry.path}\0" for entry in tracked]
    lines += [f"{entry.mode} {entry.object} 0\t{course.of(entry.path)}\0" for entry in tracked]
    refused = git.change(course.root, "update-index", "-z", "--index-info", given="".join(lines))
    if refused is not None:
        raise CannotMoveError(f"git's index cannot be changed by git, {refused.reason}")
