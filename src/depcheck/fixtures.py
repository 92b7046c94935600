"""Trees that are meant to be broken: test fixtures, snapshots, templates, vendored crates.

No build loads their manifests, so they are counted and not judged, unless something outside of such
a folder reaches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from depcheck import paths
from depcheck.manifest import toml
from depcheck.model import Reference
from depcheck.settings import chosen
from depcheck.sources import Sources
from depcheck.tree.base import Tree

# Folders whose manifests are examples, also with `_` or `.` around the name.
_FOLDERS = frozenset(
    {
        "fixture", "fixtures", "test-fixtures", "test_fixtures", "testdata", "test_data", "test-data",
        "testsuite", "snapshots", "corpus", "template", "templates",
    }
)  # fmt: skip
_TESTS = ("tests", "test")  # for what no workspace around them lists
_PLACEHOLDERS = ("{{", "{%", "<%", "${")  # cookiecutter, copier, cargo-generate and their like
_VENDORED = ".cargo-checksum.json"  # what `cargo vendor` writes beside each crate

Apart = dict[str, str]  # manifest -> the folder that it is in


def apart(tree: Tree, manifests: Iterable[str], scope: Sequence[str]) -> Apart:
    """Those of `manifests` that look as if they were meant to be broken.

    scope: what the user named. A folder that is named, or lies around what is named, counts as any
    other: who names it wants to see it judged.
    """
    found = {}
    folders: dict[str, str | None] = {}
    for path in manifests:
        directory = paths.parent(path)
        if directory not in folders:
            named = max((top for top in scope if paths.is_below(directory, top)), key=len, default=directory)
            folders[directory] = _folder(tree, directory, named) or _vendor(tree, directory, named)
        folder = folders[directory]
        if folder is not None:
            found[path] = folder
    return found


def looks_like_fixture(tree: Tree, path: str) -> bool:
    """Whether `path` is such a folder or lies in one."""
    return _folder(tree, path, "") is not None


def reached(sources: Sources, among: Apart, references: Iterable[Reference]) -> list[str]:
    """The manifests of `among` that the references lead to, by path, by name or by a member pattern."""
    directories: dict[str, list[str]] = {}
    for path in among:
        directories.setdefault(paths.parent(path), []).append(path)
    found: dict[str, None] = {}
    for reference in references:
        if reference.kind in ("glob", "member") and any(char in reference.target for char in "*?["):
            for directory in _hits(sources, reference, directories):
                found.update(dict.fromkeys(directories[directory]))
        elif reference.target in among:
            found[reference.target] = None
        else:
            found.update(dict.fromkeys(directories.get(reference.target, ())))
    return list(found)


def _folder(tree: Tree, directory: str, named: str) -> str | None:
    """The outermost folder below `named` that makes `directory` one that is meant to be broken."""
    parts = directory.split("/")
    for count in range(named.count("/") + 1 if named else 0, len(parts)):
        folder = "/".join(parts[: count + 1])
        told = chosen(tree.settings.fixtures, folder, is_dir=True)
        if told or (told is None and _is_fixture(parts[count])):
            return folder
    return None


def _is_fixture(part: str) -> bool:
    """Whether the name of a folder says so."""
    name = part.lower()
    return name.strip("_.") in _FOLDERS or name in _TESTS or any(mark in part for mark in _PLACEHOLDERS)


def _vendor(tree: Tree, directory: str, named: str) -> str | None:
    """The folder that a vendored crate lies in, where it is not what the user named."""
    folder = paths.parent(directory)
    if not directory or directory == named or (named and folder == named):
        return None
    return folder if _VENDORED in tree.names(directory) else None


def _hits(sources: Sources, reference: Reference, directories: Iterable[str]) -> Iterator[str]:
    """The directories that a member pattern matches and the list beside it does not exclude."""
    site = reference.site
    base = paths.parent(site.file)
    listed = toml.value_at(sources, site.file, (*site.route[:-2], "exclude"))
    excluded = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list) else []
    barred = [sources.tree.at(base, entry).split("/") for entry in excluded]
    pattern = reference.target.split("/")
    for directory in directories:
        parts = directory.split("/")
        if len(parts) in _matches(pattern, parts) and not any(_matches(entry, parts) for entry in barred):
            yield directory


def _matches(pattern: list[str], parts: list[str]) -> list[int]:
    """How many of `parts`, from the first, a pattern matches: every number that it can be."""
    from depcheck.load import globs

    try:
        return list(globs.matches(pattern, parts))
    except globs.PatternError:
        return []
