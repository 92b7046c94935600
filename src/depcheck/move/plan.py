"""What a move comes to: every file that has to change, by its new place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from depcheck import paths
from depcheck.discover import Listing
from depcheck.fix import document
from depcheck.fix.splice import Content, splice
from depcheck.model import Edit
from depcheck.move import (
    bake,
    compose,
    dockerfiles,
    ignores,
    links,
    locks,
    manifests,
    members,
    scripts,
    workflows,
)
from depcheck.move.course import Course
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.overlay import Link, Overlay, Text


class Plan(NamedTuple):
    """A move with its edits.

    contents: each file that changes; links: each symbolic link. tree: how it looks afterwards.
    emptied: directories that go with it.
    """

    course: Course
    contents: tuple[Content, ...]
    links: tuple[Content, ...]
    tree: Overlay
    emptied: tuple[str, ...]


def plan(sources: Sources, listing: Listing, course: Course) -> Plan:
    """Work out all edits; nothing is written. Raises what `Tree.read` raises."""
    tree = sources.tree
    listed = (*listing.everything, *listing.images)
    edited = _edited(tree, _edits(sources, listing, course, listed))
    after = moved(tree, course)
    relinked = tuple(links.changed(tree, course))
    for link in relinked:
        after.put(link.path, Link(os.fsdecode(link.after)))
    for path, content in edited.items():
        after.put(course.of(path), Text(content))
    wanted: dict[str, list[members.Step]] = {}
    both = members.Both(course, sources, Sources(after))
    for path, step in members.steps(both, [path for path in listing.everything if path.endswith(".toml")]):
        wanted.setdefault(path, []).append(step)
    for path, steps in wanted.items():
        found = both.after.get(document.of, path)
        if found is None:
            continue
        text = members.changed(found, steps)
        mark = b"\xef\xbb\xbf" if after.read(path).startswith(b"\xef\xbb\xbf") else b""
        after.put(after.resolve(path), Text(mark + text.encode("utf-8", "surrogateescape")))
    contents = tuple(_contents(tree, course, after))
    return Plan(course, contents, relinked, after, tuple(emptied(tree, course)))


def moved(tree: Tree, course: Course) -> Overlay:
    """The tree with the directory at its new place, and nothing else done."""
    after = Overlay(tree)
    for above in reversed(paths.ancestors(paths.parent(course.new))):
        if tree.kind(above) is Kind.MISSING:
            after.put(above, Kind.DIR)
    after.move(course.old, course.new)
    for above in emptied(tree, course):
        after.put(above, Kind.MISSING)
    return after


def emptied(tree: Tree, course: Course) -> Iterator[str]:
    """The directories that hold nothing but what moves, the innermost first: git would not keep them."""
    inner = course.old
    for above in paths.ancestors(paths.parent(course.old))[:-1]:
        if tree.names(above) != [paths.name(inner)] or paths.is_below(course.new, above):
            return
        yield above
        inner = above


def _edits(sources: Sources, listing: Listing, course: Course, listed: Sequence[str]) -> Iterator[Edit]:
    directories = {above for path in listed for above in paths.ancestors(paths.parent(path))}
    yield from manifests.edits(sources, course, listing.everything)
    yield from scripts.edits(sources, course, listing.everything)
    yield from locks.edits(sources, course, directories)
    yield from bake.edits(sources, course, listing.images)
    yield from compose.edits(sources, course, listing.images)
    yield from dockerfiles.edits(sources, course, listing.images)
    yield from ignores.edits(sources, course, directories, listing.images)
    yield from workflows.edits(sources, course)


def _edited(tree: Tree, edits: Iterable[Edit]) -> dict[str, bytes]:
    """The files with edits by their real paths; of two edits that overlap the larger counts."""
    files: dict[str, dict[Edit, None]] = {}
    for edit in edits:
        real = tree.resolve(edit.file)
        if not paths.is_outside(real) and ".git" not in real.split("/"):
            files.setdefault(real, {})[edit._replace(file=real)] = None
    found = {}
    for path, listed in files.items():
        kept: list[Edit] = []
        for edit in sorted(listed, key=lambda edit: edit.start - edit.end):  # what takes more out first
            if not any(
                (edit.start < other.end and other.start < edit.end) or edit == other for other in kept
            ):
                kept.append(edit)
        content = tree.read(path)
        if tree.has_changed(path):
            raise UnknownContentError(f"`{path}` has changed since it was read")
        found[path] = splice(content, kept)
    return found


def _contents(tree: Tree, course: Course, after: Overlay) -> Iterator[Content]:
    for path, edit in sorted(after.edits().items()):
        if isinstance(edit, Text):
            source = _source(course, path)
            before = tree.read(source)
            if before != edit.content:
                yield Content(path, before, edit.content, source if source != path else "")


def _source(course: Course, path: str) -> str:
    return Course(course.root, course.new, course.old).of(path)
