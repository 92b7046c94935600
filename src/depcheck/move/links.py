"""Symbolic links that lead to what moves, or from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from depcheck import git, paths
from depcheck.fix.splice import Content
from depcheck.move.course import Course
from depcheck.tree.base import Tree

MODE = "120000"  # of a link, in git's index and in a diff


def changed(tree: Tree, course: Course) -> Iterator[Content]:
    """The links whose text has to be another one, those that git knows."""
    listed = git.ask(course.root, "ls-files", "-s", "-z") or ""
    for entry in listed.split("\0"):
        path = entry.partition("\t")[2] if entry.startswith(MODE) else ""
        text = tree.entry(path).link if path else None
        if text is None or not tree.exists(path):
            continue
        new = course.written(paths.parent(path), text)
        if new is not None:
            place = course.of(path)
            source = path if place != path else ""
            yield Content(place, os.fsencode(text), os.fsencode(new), source, MODE)


def relink(root: str, links: Sequence[Content]) -> None:
    """Give the links their new texts, each by one rename. Raises OSError, and then none has changed."""
    done: list[Content] = []
    try:
        for link in links:
            _place(os.path.join(root, link.path), link.after)
            done.append(link)
    except BaseException:
        for link in done:
            _place(os.path.join(root, link.path), link.before)
        raise


def _place(path: str, text: bytes) -> None:
    temporary = os.path.join(os.path.dirname(path), f".depcheck-{os.getpid()}-{os.urandom(8).hex()}.tmp")
    os.symlink(text, os.fsencode(temporary))
    try:
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
