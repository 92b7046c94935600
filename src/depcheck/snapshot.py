"""Trees of git's objects: what is staged, or a commit. Nothing of the work tree is read.

Contents come from `git cat-file --batch`: those that a scan is sure to read in one call, any other when it is
asked for. What lies outside of the root is not known, and a submodule is an empty directory.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from depcheck import discover, git, paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Entry, Kind, UnknownContentError
from depcheck.tree.walked import WalkedTree
from depcheck.tree.worktree import LARGEST

_LINK, _MODULE = "120000", "160000"
_EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
# Beside the manifests these are read by nearly every scan that has them.
_READ = frozenset(
    {
        "Cargo.lock", "uv.lock", "poetry.lock", "pdm.lock", "hatch.toml", "uv.toml", "poetry.toml",
        "pdm.toml", ".dockerignore", ".gitignore", ".gitmodules", "config.toml", "config", "MANIFEST.in",
        ".env", "Makefile",
    }
)  # fmt: skip


class Object(NamedTuple):
    """A file of a tree: its mode as git writes it, and the name of its content."""

    mode: str
    name: str


class Snapshot(WalkedTree):
    """The files that git has under some name.

    root: of the work tree, which paths are relative to. label: `index`, or `commit:` and its name.
    """

    def __init__(self, root: str, label: str, objects: dict[str, Object]) -> None:
        super().__init__()
        self.root = os.path.realpath(root)
        self.label = label
        self.objects = objects
        self._sorted = sorted(objects)
        self._names: dict[str, list[str]] = {}
        self._contents: dict[str, bytes | None] = {}

    def modules(self) -> frozenset[str]:
        """Where submodules are."""
        return frozenset(path for path, one in self.objects.items() if one.mode == _MODULE)

    def prefetch(self, wanted: Iterable[str]) -> None:
        """Read the contents of these files in one go; those that are too large are left."""
        names = list(dict.fromkeys(self.objects[path].name for path in wanted if path in self.objects))
        names = [name for name in names if name not in self._contents]
        if not names:
            return
        small = [name for name in names if name not in _EMPTY]
        for line in self._asked("--batch-check", small).splitlines():
            name, _, size = line.decode().partition(" blob ")
            if not size.isdecimal() or int(size) > LARGEST:
                self._contents[name.partition(" ")[0]] = None
        small = [name for name in small if name not in self._contents]
        self._contents.update(dict.fromkeys((name for name in names if name in _EMPTY), b""))
        self._contents.update(_blobs(self._asked("--batch", small)))

    def _asked(self, how: str, names: Iterable[str]) -> bytes:
        """What `git cat-file` prints for all of them."""
        given = "".join(f"{name}\n" for name in names)
        if not given:
            return b""
        answered = git.Question(self.root, "cat-file", how, "--buffer").answer(given)
        return b"" if isinstance(answered, git.Refusal) else answered

    def entry(self, path: str) -> Entry:
        if path.startswith("/"):
            return Entry(Kind.UNKNOWN)
        found = self.objects.get(path)
        if found is None:
            return Entry(Kind.DIR if not path or self._is_dir(path) else Kind.MISSING)
        if found.mode == _LINK:
            return Entry(Kind.OTHER, os.fsdecode(self._content(path)))
        return Entry(Kind.DIR if found.mode == _MODULE else Kind.FILE)

    def names_at(self, path: str) -> list[str]:
        if path.startswith("/"):
            return []
        known = self._names.get(path)
        if known is None:
            known = self._names[path] = list(self._listed(f"{path}/" if path else ""))
        return known

    def read_at(self, path: str) -> bytes:
        match self.entry(path).kind:
            case Kind.UNKNOWN:
                raise UnknownContentError(
                    "it lies outside of the repository, and only git's objects are read"
                )
            case Kind.DIR:
                raise IsADirectoryError(21, "Is a directory", path)
        return self._content(path)

    def _content(self, path: str) -> bytes:
        name = self.objects[path].name
        if name not in self._contents:
            self.prefetch([path])
        content = self._contents.get(name)
        if content is None:
            raise UnknownContentError(
                f"git has no content for `{path}` here, or one of over {LARGEST >> 20} MiB"
            )
        return content

    def _is_dir(self, path: str) -> bool:
        at = bisect_left(self._sorted, f"{path}/")
        return at < len(self._sorted) and self._sorted[at].startswith(f"{path}/")

    def _listed(self, prefix: str) -> Iterator[str]:
        """The names below a prefix, in the order of bytes; one look for each, however much lies below it."""
        at = bisect_left(self._sorted, prefix)
        while at < len(self._sorted) and self._sorted[at].startswith(prefix):
            name, slash, _ = self._sorted[at][len(prefix) :].partition("/")
            yield name
            at = bisect_left(self._sorted, f"{prefix}{name}0", at) if slash else at + 1  # `0` comes after `/`


def staged(root: str) -> Snapshot | git.Refusal:
    """What a commit would hold now. `GIT_INDEX_FILE` counts, as in a hook of `git commit -a`."""
    listed = git.Question(root, "ls-files", "-s", "-z", staged=True).answer()
    if isinstance(listed, git.Refusal):
        return listed
    objects: dict[str, Object] = {}
    for entry in filter(None, os.fsdecode(listed).split("\0")):
        head, _, path = entry.partition("\t")
        mode, name, stage = head.split(" ")
        if stage in ("0", "2"):  # of a conflict our side: what there is before it is resolved
            objects[path] = Object(mode, name)
    if any(one.name in _EMPTY for one in objects.values()):
        words = ("diff-files", "--name-only", "--diff-filter=A", "--ita-invisible-in-index", "-z")
        intended = git.Question(root, *words, unset=git.filters(root), staged=True).answer()
        for path in () if isinstance(intended, git.Refusal) else os.fsdecode(intended).split("\0"):
            objects.pop(path, None)  # `git add --intent-to-add`: a commit leaves it out
    return Snapshot(root, "index", objects)


def commit(root: str, revision: str) -> Snapshot | git.Refusal:
    """A commit as it is."""
    name = git.answer(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if isinstance(name, git.Refusal):
        return git.Refusal(f"which knows no commit `{revision}`")
    name = name.strip()
    listed = git.answer(root, "ls-tree", "-r", "-z", name)
    if isinstance(listed, git.Refusal):
        return listed
    objects = {}
    for entry in filter(None, listed.split("\0")):
        head, _, path = entry.partition("\t")
        mode, _, content = head.split(" ")
        objects[path] = Object(mode, content)
    return Snapshot(root, f"commit:{name}", objects)


def merge_base(root: str, one: str, other: str) -> str | None:
    """The commit that both come from; None where there is none."""
    found = git.answer(root, "merge-base", "--end-of-options", one, other)
    return found.strip() if isinstance(found, str) else None


def listing(tree: Snapshot, scope: tuple[str, ...]) -> discover.Listing:
    """The manifests of a snapshot; contents that a scan will read are fetched."""
    found = [path for path in tree.objects if discover.is_manifest(path) or discover.is_of_images(path)]
    found += _scripts(tree)
    links = [path for path, one in tree.objects.items() if one.mode == _LINK]
    tree.prefetch([*found, *links, *(path for path in tree.objects if paths.name(path) in _READ)])
    listed = discover.Listing(tree.root, tuple(sorted(found)), scope)
    listed.has_git = True
    listed.committed = tree.objects, tree.modules()
    return listed


def _scripts(tree: Snapshot) -> Iterator[str]:
    """Scripts that bring their metadata, outside of packages."""
    packages = {paths.parent(path) for path in tree.objects if path.endswith("__init__.py")}
    asked = [path for path in tree.objects if discover.is_script(path) and paths.parent(path) not in packages]
    tree.prefetch(asked)
    for path in asked:
        try:
            begins = discover.METADATA in tree.read(path)[: discover.BEGINNING]
        except (OSError, UnknownContentError):
            continue
        if begins:
            yield path


def _blobs(answered: bytes) -> Iterator[tuple[str, bytes | None]]:
    """What `cat-file --batch` has printed: a line with name, kind and size, the content, a line feed."""
    at = 0
    while (end := answered.find(b"\n", at)) >= 0:
        name, _, rest = answered[at:end].decode().partition(" ")
        at = end + 1
        kind, _, size = rest.partition(" ")
        if not size:  # `missing`
            yield name, None
            continue
        length = int(size)
        yield name, answered[at : at + length] if kind == "blob" else None
        at += length + 1
