"""What is left to do by hand: lines of text files that name the directory, or lead out of it.

Scripts, documentation, sources: what a path is relative to in them is not written there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import git, paths
from depcheck.fix.splice import decode
from depcheck.move.course import Course
from depcheck.move.plan import Plan
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree, UnknownContentError

_TOKEN = re.compile(r"(?<![\w./@+-])[\w.@+-]*(?:/[\w.@+-]+)+/?|(?<![\w./@+-])[\w.@+-]+/")
_UP = re.compile(r"(?<![\w./@+-])(?:\.{1,2}/)*\.\./[\w.@+/-]*")
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "target", ".venv", "venv", "__pycache__"})
_DOCUMENTS = (".md", ".mdx", ".rst", ".adoc", ".txt")
_MOST = 20_000  # files that are looked at where git does not search
_LARGEST = 4 << 20  # characters


class Mention(NamedTuple):
    """A line. file: by its new place."""

    file: str
    line: int
    text: str


def left(plan: Plan, tree: Tree) -> Iterator[Mention]:
    """The lines that may need a hand, by file, those of documents last."""
    edited = {content.source or content.path: content.after for content in plan.contents}
    course = plan.course
    for path in sorted(_files(course, tree), key=lambda path: (path.endswith(_DOCUMENTS), path)):
        try:
            before = decode(tree.read(path))
        except (OSError, UnknownContentError):
            continue
        after = decode(edited[path]) if path in edited else before
        if "\0" in before[:8000] or len(before) > _LARGEST:
            continue
        is_named: _Outgoing | _Incoming = (
            _Outgoing(tree, course, path) if course.takes(path) else _Incoming(tree, course, path)
        )
        known = set(before.split("\n")) if path in edited else set[str]()
        for number, line in enumerate(after.split("\n"), 1):
            if (path not in edited or line in known) and is_named(line):
                yield Mention(course.of(path), number, line.strip())


def _files(course: Course, tree: Tree) -> set[str]:
    """The files that hold the name of the directory, and those in it that may lead out of it."""
    name = paths.name(course.old)
    search = ("grep", "--no-textconv", "--untracked", "-I", "-l", "-z", "-F", "-e")
    named = git.answer(course.root, *search, name)
    climbing = git.answer(course.root, *search, "../", "--", course.old)
    if isinstance(named, git.Refusal) and isinstance(climbing, git.Refusal):
        return set(_walked(tree))
    found = [one for one in (named, climbing) if isinstance(one, str)]
    return {path for one in found for path in one.split("\0") if path}


def _walked(tree: Tree) -> Iterator[str]:
    waiting, count = [""], 0
    while waiting and count < _MOST:
        directory = waiting.pop()
        for name in tree.names(directory):
            path = paths.join(directory, name)
            if tree.is_link(path) or name in _SKIPPED:
                continue
            if tree.is_dir(path):
                waiting.append(path)
            elif tree.is_file(path):
                count += 1
                yield path


class _Incoming:
    """Whether a line of a file outside of the directory names it, from the root or from the file.

    A name of several components means the directory wherever it stands, in a URL too; one of a single
    component (`bin`) only where a path begins with it and leads to something.
    """

    def __init__(self, tree: Tree, course: Course, path: str) -> None:
        self._tree = tree
        self._course = course
        self._here = paths.parent(path)
        self._is_long = "/" in course.old
        self._literal = re.compile(rf"(?<![\w.+-]){re.escape(course.old)}(?![\w.+-])")

    def __call__(self, line: str) -> bool:
        line = line.replace(self._course.new, "")
        if paths.name(self._course.old) not in line:
            return False
        if self._is_long and self._literal.search(line):
            return True
        return any(self._leads(match[0]) for match in _TOKEN.finditer(line))

    def _leads(self, raw: str) -> bool:
        root, course = self._course.root, self._course
        targets = {paths.at(root, base, raw) for base in (self._here, "") if not raw.startswith("/")}
        return any(course.takes(target) and self._tree.exists(target) for target in targets)


class _Outgoing:
    """Whether a line of a file in the directory leads out of it, and would lead elsewhere from there."""

    def __init__(self, tree: Tree, course: Course, path: str) -> None:
        self._tree = tree
        self._course = course
        self._here = paths.parent(path)

    def __call__(self, line: str) -> bool:
        return "../" in line and any(self._changes(match[0]) for match in _UP.finditer(line))

    def _changes(self, raw: str) -> bool:
        target = paths.at(self._course.root, self._here, raw)
        if self._course.stays(self._here, raw) or not target:
            return False
        return self._tree.exists(target)
