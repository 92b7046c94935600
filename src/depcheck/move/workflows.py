"""Files of CI systems that name paths from the root: `paths`, `working-directory`, owners of code."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.manifest import yaml
from depcheck.manifest.yaml import Node
from depcheck.model import Edit
from depcheck.move import ignores, spots
from depcheck.move.course import Course, plain_head
from depcheck.sources import Sources
from depcheck.tree.base import Tree

_FOLDERS = (".github/workflows", ".github", ".gitlab", ".gitlab/ci", ".circleci", ".buildkite")
_FILES = (".gitlab-ci.yml", "azure-pipelines.yml", "codecov.yml", ".codecov.yml")
_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
# Under these a name without a slash is a path too.
_KEYS = frozenset(
    {
        "paths", "paths-ignore", "working-directory", "changes", "directory", "directories", "context",
        "path", "cache-dependency-path", "manifest-path", "workspaces", "working_directory",
    }
)  # fmt: skip


def edits(sources: Sources, course: Course) -> Iterator[Edit]:
    """The paths in workflows written anew, as far as a text is nothing but a path."""
    for path in _files(sources.tree):
        documents = sources.get(yaml.read, path)
        for node in documents if isinstance(documents, tuple) else ():
            yield from _walked(sources, course, node)
    for path in _OWNERS:
        if sources.tree.is_file(path):
            yield from _owners(sources, course, path)


def _files(tree: Tree) -> Iterator[str]:
    for directory in _FOLDERS:
        for name in tree.names(directory):
            path = paths.join(directory, name)
            if name.endswith((".yml", ".yaml")) and tree.is_file(path):
                yield path
    for name in tree.names(".github/actions"):
        for file in ("action.yml", "action.yaml"):
            if tree.is_file(path := f".github/actions/{name}/{file}"):
                yield path
    yield from filter(tree.is_file, _FILES)


def _walked(sources: Sources, course: Course, node: Node) -> Iterator[Edit]:
    waiting = [node]
    seen = set[int]()
    while waiting:
        at = waiting.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        waiting.extend((*at.entries.values(), *at.items))
        if at.text and at.site.within:
            names = [key for key in at.site.route if isinstance(key, str)]
            edit = _edit(sources, course, at, is_path=bool(names) and names[-1] in _KEYS)
            if edit is not None:
                yield edit


def _edit(sources: Sources, course: Course, node: Node, *, is_path: bool) -> Edit | None:
    text, site = node.text or "", node.site
    raw = text.removeprefix("!").removeprefix("/")
    if not raw or (not is_path and "/" not in raw) or any(char in raw for char in " $:@"):
        return None
    new, found = _new(sources, course, raw), sources.get(spots.lines, site.file)
    return None if new is None or found is None else found.edit(site.line, site.column, raw, new)


def _new(sources: Sources, course: Course, raw: str) -> str | None:
    head = plain_head(raw)[0]
    target = sources.tree.at("", head)
    if not head or not (course.takes(target) or sources.tree.exists(target)):
        return None
    return course.pattern("", raw)


def _owners(sources: Sources, course: Course, path: str) -> Iterator[Edit]:
    """CODEOWNERS: patterns as in a .gitignore at the root, each with who owns what it matches."""
    found = sources.get(spots.lines, path)
    for number, line in enumerate(found.text.split("\n") if found is not None else (), 1):
        word = line.split(maxsplit=1)[0] if line.strip() else ""
        raw = word.removeprefix("/")
        if word.startswith("#") or "/" not in word.rstrip("/") or found is None:
            continue
        new = _new(sources, course, raw)
        edit = None if new is None else found.edit(number, 1, raw, ignores.anchored(word, raw, new))
        if edit is not None:
            yield edit
