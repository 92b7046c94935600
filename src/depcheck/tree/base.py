"""What every tree offers: where files come from, whatever holds them. Read only."""

from __future__ import annotations

from enum import IntEnum

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.settings import Settings


class Kind(IntEnum):
    """What stands at a path, links followed."""

    MISSING = 0
    FILE = 1
    DIR = 2
    OTHER = 3  # a FIFO, a socket, a device: present, never opened
    UNKNOWN = 4  # outside the root of a tree that is not the disk, or an effect not understood


class Entry(NamedTuple):
    """What stands at a path itself, a link not followed; `link` is the text of a symbolic link."""

    kind: Kind
    link: str | None = None


class UnknownContentError(Exception):
    """What stands at a path cannot be known; the argument is a sentence that says why."""


class Tree:
    """A tree of files.

    root:  absolute path that canonical paths are relative to; for a stage of an image, `/`.
    label: `worktree`, `index`, `commit:<sha>`, ...
    settings: what the repository says of itself.

    Every path argument is canonical, or canonical with unresolved `..` in it: it is walked as
    the operating system walks it, so `link/..` is the parent of the link's target. For the
    lexical reading, normalise first with `at`.
    """

    root: str
    label: str
    settings: Settings = Settings()

    def kind(self, path: str) -> Kind:
        """What stands at `path`, links followed. A link that leads nowhere is MISSING."""
        raise NotImplementedError

    def entry(self, path: str) -> Entry:
        """What stands at `path` itself; a symbolic link has kind OTHER and its text."""
        raise NotImplementedError

    def names(self, path: str) -> list[str]:
        """The names in the directory `path`, sorted; none where it is no readable directory."""
        raise NotImplementedError

    def read(self, path: str) -> bytes:
        """The content of the file.

        Raises OSError where it can't be read, and UnknownContentError where the content can't be
        known: a path outside the root, or one that a link leads outside.
        """
        raise NotImplementedError

    def has_changed(self, path: str) -> bool:  # noqa: ARG002
        """Whether a file is no longer the one that was read first under this path."""
        return False  # only a disk does that

    def resolve(self, path: str) -> str:
        """The canonical path of `path` after every link in it is followed; it need not exist."""
        raise NotImplementedError

    def at(self, base: str, raw: str) -> str:
        """The canonical path that `raw` names from the directory `base`, `..` taken lexically."""
        return paths.at(self.root, base, raw)

    def is_link(self, path: str) -> bool:
        """Whether the last component of `path` is a symbolic link."""
        return self.entry(path).link is not None

    def is_file(self, path: str) -> bool:
        """Whether `path` is a regular file (or a link to one)."""
        return self.kind(path) is Kind.FILE

    def is_dir(self, path: str) -> bool:
        """Whether `path` is a directory (or a link to one)."""
        return self.kind(path) is Kind.DIR

    def exists(self, path: str) -> bool:
        """Whether anything stands at `path`, as far as is known."""
        return self.kind(path) is not Kind.MISSING
