"""Which manifests there are: git's list where there is git, the disk elsewhere.

Git is only asked to list (see `git`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from depcheck import git, paths
from depcheck.settings import Choice, chosen

_NAMES = ("Cargo.toml", "pyproject.toml", "setup.py", "setup.cfg")
# What stands at the end of a name of what is no Dockerfile, or becomes one first.
_NO_DOCKERFILE = (
    ".dockerignore", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".erb", ".mustache",
    ".md", ".py", ".sh", ".go", ".rs", ".ts", ".js", ".json", ".yml", ".yaml", ".orig", ".bak", ".swp",
)  # fmt: skip
# What the names of all of them end with, or hold: few files of a large repository need a closer look.
_ENDS = (
    b".toml", b".py", b".cfg", b".txt", b".in", b".yml", b".yaml", b".hcl", b".json", b"ockerfile",
    b"Containerfile",
)  # fmt: skip
_WITHIN = b"Dockerfile."
METADATA = b"# /// script"
BEGINNING = 4096  # of a script, where its metadata stand
# (manifests judged, of how many); (directories, None), (0, None) while git looks at them.
Progress = Callable[[int, int | None], None]
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

    scope: what is judged lies below one of these.
    manifests: canonical paths, sorted, of those in the scope; everything: of all others as well.
    images: Dockerfiles, compose files and bake files of the whole tree, sorted.
    notes: words for stderr. has_git: git has listed them. untracked: those that are not in its index.
    committed: all files of a tree that is not the work tree, and where it has submodules.
    """

    def __init__(
        self, root: str, everything: tuple[str, ...], scope: Sequence[str], notes: tuple[str, ...] = ()
    ) -> None:
        self.root = root
        self.scope = tuple(scope)
        self.images = tuple(path for path in everything if is_of_images(path))
        if self.images:
            among = frozenset(self.images)
            everything = tuple(path for path in everything if path not in among)
        self.everything = everything
        self.manifests = tuple(path for path in everything if any(paths.is_below(path, top) for top in scope))
        self.notes = notes
        self.has_git = False
        self.committed: tuple[Iterable[str], frozenset[str]] | None = None
        self.untracked: frozenset[str] = frozenset()
        self._listed = frozenset(everything)

    def exclude(self, choices: Sequence[Choice]) -> None:
        """Judge nothing of what configuration leaves out; it may still be what a path leads to."""
        self.images = tuple(path for path in self.images if not chosen(choices, path))
        self.manifests = tuple(path for path in self.manifests if not chosen(choices, path))

    def is_tracked(self, manifest: str) -> bool:
        """Whether a manifest is in git's index, by the path that it has there."""
        return manifest in self._listed and manifest not in self.untracked


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


def question(root: str) -> git.Question | None:
    """What git is asked about the work tree at `root` (absolute); None where it is not one of git."""
    if not os.path.lexists(os.path.join(root, ".git")):
        return None
    return git.Question(root, "ls-files", "-z", "-t", "-c", "-o", "--exclude-standard")


def discover(
    root: str, scope: Sequence[str], progress: Progress | None = None, asked: git.Question | None = None
) -> Listing:
    """The manifests below `scope` (canonical paths) in the tree at `root` (absolute).

    asked: the question, where git has it already.
    """
    notes: list[str] = []
    found: dict[str, bool] | None = None
    asked = asked or question(root)
    if asked is not None:
        listed = _listed(root, asked, progress)
        if isinstance(listed, git.Refusal):
            notes.append(
                f"this work tree is not listed by git, {listed.reason}; every directory is looked at instead"
            )
        else:
            found = listed
    every = set(_walked(root, progress) if found is None else found)
    every.update(
        top
        for top in scope
        if top not in every and os.path.isfile(os.path.join(root, top)) and takes(root, top)
    )
    listing = Listing(root, tuple(sorted(every)), scope, tuple(notes))
    if found is not None:
        listing.has_git = True
        listing.untracked = frozenset(path for path, is_tracked in found.items() if not is_tracked)
    return listing


def _listed(root: str, asked: git.Question, progress: Progress | None) -> dict[str, bool] | git.Refusal:
    """Tracked (True) and untracked manifests that are there; ignored ones are not listed.

    NOTE: git lists every file. With a pattern for each name that is looked for it takes twice as long.
    """
    listed = asked.answer(watched=progress and partial(progress, 0, None))
    if isinstance(listed, git.Refusal):
        return listed
    entries = [name for name in listed.split(b"\0") if name.endswith(_ENDS) or _WITHIN in name]
    found = {os.fsdecode(entry[2:]): entry[:1] != b"?" for entry in entries}
    packages = {paths.parent(path) for path in found if path.endswith("__init__.py")}
    return {
        path: known
        for path, known in found.items()
        if (
            os.path.lexists(os.path.join(root, path))
            if is_manifest(path) or is_of_images(path)
            else path.endswith(".py") and paths.parent(path) not in packages and _has_metadata(root, path)
        )
    }


def _walked(root: str, progress: Progress | None) -> list[str]:
    found = []
    ahead = [""]
    looked_at = 0
    while ahead:
        directory = ahead.pop()
        looked_at += 1
        if progress is not None:
            progress(looked_at, None)
        try:
            entries = sorted(os.scandir(os.path.join(root, directory)), key=lambda entry: entry.name)
        except OSError:
            continue
        is_package = any(entry.name == "__init__.py" for entry in entries)
        for entry in entries:
            path = paths.join(directory, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _PRUNED:
                    ahead.append(path)
            elif (
                is_manifest(path)
                or is_of_images(path)
                or (is_script(path) and not is_package and _has_metadata(root, path))
            ):
                found.append(path)
    return found


def is_manifest(path: str) -> bool:
    """Whether the name says that a file is a manifest."""
    return paths.name(path) in _NAMES or is_requirements(path)


def is_dockerfile(path: str) -> bool:
    """Whether the name says that a file is a Dockerfile."""
    name = paths.name(path)
    return (
        name in ("Dockerfile", "Containerfile")
        or (name.startswith("Dockerfile.") and not name.endswith(_NO_DOCKERFILE))
        or name.endswith((".Dockerfile", ".dockerfile"))
    )


def is_compose(path: str) -> bool:
    """Whether the name says that a file is one of Compose."""
    name = paths.name(path)
    return name.endswith((".yml", ".yaml")) and name.startswith(("compose.", "docker-compose", "compose-"))


def is_bake(path: str) -> bool:
    """Whether the name says that a file is one of `docker buildx bake`."""
    name = paths.name(path)
    return name.startswith("docker-bake") and name.endswith((".hcl", ".json"))


def is_of_images(path: str) -> bool:
    """Whether the name says that a file is about images: a Dockerfile, or one that declares builds."""
    return is_dockerfile(path) or is_compose(path) or is_bake(path)


def is_script(path: str) -> bool:
    """Whether the name says that a file may be a script with metadata of its own (PEP 723)."""
    return path.endswith(".py") and paths.name(path) != "setup.py"


def _has_metadata(root: str, path: str) -> bool:
    """Whether a file begins as a script that says what it needs; what lies in a package is a module."""
    absolute = os.path.join(root, path)
    try:
        handle = os.open(absolute, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False
    try:
        begins = METADATA in os.read(handle, BEGINNING)
    except OSError:
        begins = False
    finally:
        os.close(handle)
    return begins and os.path.realpath(absolute).startswith(os.path.join(os.path.realpath(root), ""))


def takes(root: str, path: str) -> bool:
    """Whether a file that is named as PATH is one to judge: by its name, or for its being named."""
    if is_manifest(path) or is_of_images(path) or path.endswith((".txt", ".in")):
        return True
    return is_script(path) and _has_metadata(root, path)


def is_requirements(path: str) -> bool:
    """Whether the name says that a file is one of requirements or constraints."""
    name = paths.name(path)
    if not name.endswith((".txt", ".in")):
        return False
    stem = name.rpartition(".")[0]
    folder = paths.name(paths.parent(path)) if "/" in path else ""
    return (
        stem.startswith(("requirements", "constraints", "reqs-", "reqs_", "reqs."))
        or stem.endswith("requirements")
        or "reqs" in (stem, folder)
        or folder == "requirements"
    )
