"""Text with edits in it: every byte outside of them stays."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.model import Edit, Fix, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree, UnknownContentError
from depcheck.tree.overlay import Overlay, Text


def decode(content: bytes) -> str:
    """The text that the offsets of an `Edit` count in."""
    return content.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")


def splice(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content of a file with the edits made, none of which overlaps another."""
    mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    text = decode(content)
    for edit in reversed(sorted(edits, key=lambda edit: (edit.start, edit.end))):  # noqa: C413, keeps equals
        text = f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
    return mark + text.encode("utf-8", "surrogateescape")


def by_file(fixes: Iterable[Fix]) -> dict[str, list[Edit]]:
    """The edits of all fixes by file, each once: several findings may be mended by the same one."""
    files: dict[str, dict[Edit, None]] = {}
    for fix in fixes:
        for edit in fix.edits:
            files.setdefault(edit.file, {})[edit] = None
    return {file: sorted(edits, key=lambda edit: edit.start) for file, edits in files.items()}


def overlaps(one: Iterable[Edit], others: Iterable[Edit]) -> bool:
    """Whether an edit of one touches the text of another of the others.

    Equal edits do not, nor do two that only put something in at the same place.
    """
    others = tuple(others)
    return any(_meet(edit, other) for edit in one for other in others)


def _meet(edit: Edit, other: Edit) -> bool:
    if edit == other or edit.file != other.file:
        return False
    if edit.start == edit.end == other.start == other.end:
        return False
    return edit.start <= other.end and other.start <= edit.end


class Content(NamedTuple):
    """A file as it was read and as it is to be. path: canonical, links followed.

    source: where it lies before it moves to `path`; empty: it stays. mode: of what is no plain file, as git
    writes it.
    """

    path: str
    before: bytes
    after: bytes
    source: str = ""
    mode: str = ""


def contents(tree: Tree, fixes: Iterable[Fix]) -> Iterator[Content]:
    """The files that fixes edit, none of which overlaps another.

    Raises what `Tree.read` raises, UnknownContentError also for what a link leads to that is not ours.
    """
    for file, edits in by_file(fixes).items():
        path = tree.resolve(file)
        if paths.is_outside(path) or ".git" in path.split("/"):
            raise UnknownContentError(f"`{file}` leads out of the repository")
        before = tree.read(path)
        if tree.has_changed(file):  # the edits are those of another text
            raise UnknownContentError(f"`{file}` has changed since it was read")
        yield Content(path, before, splice(before, edits))


def overlay(tree: Tree, fixes: Iterable[Fix]) -> Overlay:
    """The tree with the fixes made. Raises as `contents`."""
    return laid_over(tree, contents(tree, fixes))


def laid_over(tree: Tree, changes: Iterable[Content]) -> Overlay:
    """The tree with these files as they are to be."""
    edited = Overlay(tree)
    for content in changes:
        edited.put(content.path, Text(content.after))
    return edited


def text_of(tree: Tree, path: str) -> str | None:
    """The text of a file that edits count in; None where it cannot be read."""
    try:
        return decode(tree.read(path))
    except (OSError, UnknownContentError):
        return None


def in_line(text: str, site: Site, old: str, new: str) -> Edit | None:
    """Other text for what stands in the line of a place, from its column on; None where it is not there."""
    lines = text.split("\n")
    at = lines[site.line - 1].find(old, max(site.column - 1, 0)) if 0 < site.line <= len(lines) else -1
    if at < 0:
        return None
    start = sum(len(line) + 1 for line in lines[: site.line - 1]) + at
    return Edit(site.file, start, start + len(old), new)
