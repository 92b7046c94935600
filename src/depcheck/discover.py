"""Which manifests there are: git's list where there is git, the disk elsewhere.

Git is only asked to list (see `git`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from depcheck import git, paths

_NAMES = ("Cargo.toml", "pyproject.toml", "setup.py", "setup.cfg")
_REQUIREMENTS = (
    "requirements*.txt", "requirements*.in", "*requirements.txt", "constraints*.txt",
    "requirements/*.txt", "requirements/*.in",
)  # fmt: skip
_PRUNED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "target",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
    }
)


class Listing:
    """The manifests of a work tree, and what git knows of the files around them.

    manifests: canonical paths, sorted, of those in the scope; everything: of all others as well.
    notes: words for stderr. has_git: git has listed them.
    """

    def __init__(
        self, root: str, everything: tuple[str, ...], scope: Sequence[str], notes: tuple[str, ...] = ()
    ) -> None:
        self.root = root
        self.everything = everything
        self.manifests = tuple(path for path in everything if any(paths.is_below(path, top) for top in scope))
        self.notes = notes
        self.has_git = False
        self._tracked: frozenset[str] | None = None
        self._submodules: tuple[str, ...] = ()

    def is_tracked(self, path: str) -> bool:
        """Whether `path`, or something below it, is in the index. True outside git."""
        if not self.has_git:
            return True
        if self._tracked is None:
            self._read_index()
        return path in (self._tracked or ()) or not path

    def submodule_of(self, path: str) -> str | None:
        """The submodule that holds `path`, if one does."""
        if not self.has_git:
            return None
        if self._tracked is None:
            self._read_index()
        return next((module for module in self._submodules if paths.is_below(path, module)), None)

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores `path`."""
        return self.has_git and git.ask(self.root, "check-ignore", "-q", "--", path) is not None

    def _read_index(self) -> None:
        found = set()
        modules = []
        for entry in (git.ask(self.root, "ls-files", "-s", "-z") or "").split("\0"):
            mode, _, rest = entry.partition(" ")
            path = rest.partition("\t")[2]
            if mode == "160000":
                modules.append(path)
            while path and path not in found:
                found.add(path)
                path = paths.parent(path)
        self._tracked = frozenset(found)
        self._submodules = tuple(modules)


def root_of(path: str) -> str | None:
    """The work tree of git around `path` (absolute), found without starting git; None: none."""
    at = os.path.realpath(path)
    while True:
        if os.path.lexists(os.path.join(at, ".git")):
            return at
        above = os.path.dirname(at)
        if above == at:
            return None
        at = above


def discover(root: str, scope: Sequence[str]) -> Listing:
    """The manifests below `scope` (canonical paths) in the tree at `root` (absolute)."""
    notes: list[str] = []
    found: list[str] | None = None
    if os.path.lexists(os.path.join(root, ".git")):
        listed = _listed(root)
        if isinstance(listed, git.Refusal):
            notes.append(
                f"this work tree is not listed by git, {listed.reason}; every directory is looked at instead"
            )
        else:
            found = listed
    listing = Listing(root, tuple(sorted(_walked(root) if found is None else found)), scope, tuple(notes))
    listing.has_git = found is not None
    return listing


def _listed(root: str) -> list[str] | git.Refusal:
    """Tracked and untracked manifests that are there; ignored ones are not listed."""
    globs = [f":(glob)**/{name}" for name in (*_NAMES, *_REQUIREMENTS)]
    words = ("ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *globs)
    listed = git.answer(root, *words, globs=True)
    if isinstance(listed, git.Refusal):
        return listed
    return [
        path
        for path in dict.fromkeys(listed.split("\0"))
        if path and os.path.lexists(os.path.join(root, path))
    ]


def _walked(root: str) -> list[str]:
    found = []
    ahead = [""]
    while ahead:
        directory = ahead.pop()
        try:
            entries = sorted(os.scandir(os.path.join(root, directory)), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            path = paths.join(directory, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _PRUNED:
                    ahead.append(path)
            elif is_manifest(path):
                found.append(path)
    return found


def is_manifest(path: str) -> bool:
    """Whether the name says that a file is a manifest."""
    return paths.name(path) in _NAMES or is_requirements(path)


def is_requirements(path: str) -> bool:
    """Whether the name says that a file is one of requirements or constraints."""
    name = paths.name(path)
    if not name.endswith((".txt", ".in")):
        return False
    stem = name.rpartition(".")[0]
    folder = paths.name(paths.parent(path)) if "/" in path else ""
    return (
        stem.startswith(("requirements", "constraints"))
        or stem.endswith("requirements")
        or folder == "requirements"
    )
