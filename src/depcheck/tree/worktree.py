"""The files on the disk."""

from __future__ import annotations

import os
import stat
from errno import EINVAL, EISDIR, ELOOP

from depcheck import paths
from depcheck.tree.base import Entry, Kind, Tree, UnknownContentError

_ENTRIES = {kind: Entry(kind) for kind in Kind}
_PART = 1 << 16  # bytes of one read
LARGEST = 64 << 20  # no tool's manifest comes near it; a larger file is refused, not read


class WorkTree(Tree):
    """The work tree under `root`, with what the disk said remembered for one run."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.label = "worktree"
        self._prefix = self.root if self.root == "/" else self.root + "/"
        self._kinds: dict[str, Kind] = {}
        self._names: dict[str, list[str]] = {}
        self._entries: dict[str, dict[str, Kind | None]] = {}  # of those directories; None: neither
        self._resolved = {"": "", "/": paths.inside(self.root, "/")}
        self._stood: dict[str, tuple[int, ...]] = {}  # a file that was read -> what it was then

    def _disk(self, path: str) -> str:
        return path if path.startswith("/") else self._prefix + path

    def kind(self, path: str) -> Kind:
        known = self._kinds.get(path)
        if known is None:
            known = self._kinds[path] = self._stat(path)
        return known

    def _stat(self, path: str) -> Kind:
        if (known := self._known(path)) is not None:
            return known
        try:
            mode = os.stat(self._disk(path)).st_mode
        except (OSError, ValueError):  # ValueError: a NUL or a surrogate in the name
            return Kind.MISSING
        return _kind(mode)

    def _known(self, path: str) -> Kind | None:
        """What the list of its directory says of `path`, where there is one, and no link."""
        if path.startswith("/"):
            return None
        directory, _, name = path.rpartition("/")
        entries = self._entries.get(directory)
        return None if entries is None else entries.get(name)

    def entry(self, path: str) -> Entry:
        if (known := self._known(path)) is not None:
            return _ENTRIES[known]
        try:
            mode = os.lstat(self._disk(path)).st_mode
            link = os.readlink(self._disk(path)) if stat.S_ISLNK(mode) else None
        except (OSError, ValueError):
            return Entry(Kind.MISSING)
        return Entry(Kind.OTHER if link is not None else _kind(mode), link)

    def names(self, path: str) -> list[str]:
        known = self._names.get(path)
        if known is None:
            entries: dict[str, Kind | None] = {}
            try:
                with os.scandir(self._disk(path)) as found:
                    entries = {
                        entry.name: Kind.FILE
                        if entry.is_file(follow_symlinks=False)
                        else Kind.DIR
                        if entry.is_dir(follow_symlinks=False)
                        else None
                        for entry in found
                    }
            except (OSError, ValueError):
                pass
            self._entries[path] = entries
            known = self._names[path] = sorted(entries)
        return known

    def read(self, path: str) -> bytes:
        if paths.is_outside(self.resolve(paths.parent(path))):
            raise UnknownContentError(f"`{path}` lies outside the repository")
        handle = self._open(path)
        try:
            status = os.fstat(handle)
            self._stood.setdefault(path, _stand(status))
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR), path)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(EINVAL, "not a regular file", path)
            if status.st_size > LARGEST:
                raise OSError(EINVAL, f"larger than {LARGEST >> 20} MiB", path)
            content = os.read(handle, status.st_size + 1)
            if len(content) == status.st_size:
                return content
            parts = [content]  # it is written to, or holds more than its size says, as in `/proc`
            while part := os.read(handle, _PART):
                parts.append(part)
            return b"".join(parts)
        finally:
            os.close(handle)

    def has_changed(self, path: str) -> bool:
        try:
            return path in self._stood and self._stood[path] != _stand(os.stat(self._disk(path)))
        except OSError:
            return True

    def _open(self, path: str) -> int:
        """A handle of the file; a link is followed only where it leads inside the root."""
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            try:
                return os.open(self._disk(path), flags | os.O_NOFOLLOW)
            except OSError as error:
                if error.errno != ELOOP:
                    raise
            if paths.is_outside(self.resolve(path)):
                raise UnknownContentError(f"`{path}` lies outside the repository")
            return os.open(self._disk(path), flags)
        except ValueError as error:
            raise OSError(EINVAL, str(error), path) from error

    def resolve(self, path: str) -> str:
        """Every step is asked once, and of links alone the operating system."""
        ahead = []
        while path not in self._resolved:
            ahead.append(path)
            path = paths.parent(path)
        known = self._resolved[path]
        for step in reversed(ahead):
            if ".." in step or self.is_link(step):
                known = self._followed(step)
            elif paths.name(step) not in ("", "."):
                known = paths.join(known, paths.name(step))
                if paths.is_outside(known):
                    known = paths.inside(self.root, known)
            self._resolved[step] = known
        return known

    def _followed(self, path: str) -> str:
        try:
            return paths.inside(self.root, os.path.realpath(self._disk(path)))
        except (OSError, ValueError):
            return paths.at(self.root, "", path)


def _stand(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return Kind.FILE
    return Kind.DIR if stat.S_ISDIR(mode) else Kind.OTHER
