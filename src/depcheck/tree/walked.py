"""Walking paths as the operating system does, for trees that are not the disk."""

from __future__ import annotations

from depcheck import paths
from depcheck.tree.base import Kind, Tree

MOST_LINKS = 40  # as Linux: more in one path is ELOOP
_DEEPEST = 40  # directories above a path that are remembered on the way to it


class WalkedTree(Tree):
    """A tree that only knows each path without links in it (`entry`, `names_at`, `read_at`).

    Where a path leads is remembered; a tree that takes edits has to `forget` it.
    """

    def __init__(self) -> None:
        self._reached: dict[str, str | None] = {}
        self._entered: dict[str, str | None] = {}

    def forget(self) -> None:
        """What stands somewhere has changed."""
        self._reached, self._entered = {}, {}

    def names_at(self, path: str) -> list[str]:
        """The names in a directory whose path holds no link, sorted."""
        raise NotImplementedError

    def read_at(self, path: str) -> bytes:
        """The content of a file whose path holds no link."""
        raise NotImplementedError

    def kind(self, path: str) -> Kind:
        real = self._walk(path)
        return Kind.MISSING if real is None else self.entry(real).kind

    def names(self, path: str) -> list[str]:
        real = self._walk(path)
        return [] if real is None else self.names_at(real)

    def read(self, path: str) -> bytes:
        real = self._walk(path)
        if real is None or self.entry(real).kind is Kind.MISSING:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.read_at(real)

    def resolve(self, path: str) -> str:
        real = self._walk(path, strict=False)
        return paths.at(self.root, "", path) if real is None else real

    def _walk(self, path: str, *, strict: bool = True) -> str | None:
        """The path with every link followed; None where a directory on the way is missing."""
        if path not in self._reached:
            self._reached[path] = self._step(path)
        real = self._reached[path]
        return real if strict or real is not None else self._follow(path, strict=False)

    def _step(self, path: str) -> str | None:
        """The same by one step from the directory above, where the last name needs no more than that."""
        head, _, last = path.rpartition("/")
        if last in ("", ".", "..") or path.startswith("/") or head.count("/") >= _DEEPEST:
            return self._follow(path, strict=True)
        if head not in self._entered:
            self._entered[head] = self._enter(head)
        above = self._entered[head]
        if above is None:
            return None
        step = paths.join(above, last)
        plain = not above.startswith("/") and self.entry(step).link is None
        return step if plain else self._follow(path, strict=True)

    def _enter(self, directory: str) -> str | None:
        """Where a directory really is; None where there is none to go into."""
        real = self._walk(directory)
        return None if real is None or self.entry(real).kind not in (Kind.DIR, Kind.UNKNOWN) else real

    def _follow(self, path: str, *, strict: bool) -> str | None:
        """The whole way."""
        if path.startswith("/"):
            path = paths.inside(self.root, path)
        done = "/" if path.startswith("/") else ""
        ahead = path.split("/")[::-1]
        links = 0
        while ahead:
            part = ahead.pop()
            if part == "":
                continue
            if strict and self.entry(done).kind not in (Kind.DIR, Kind.UNKNOWN):
                return None
            if part == ".":
                continue
            if part == "..":
                done = paths.at(self.root, done, "..")
                continue
            step = (
                paths.inside(self.root, paths.join(done, part))
                if done.startswith("/")
                else paths.join(done, part)
            )
            link = self.entry(step).link
            if link is None:
                done = step
                continue
            links += 1
            if links > MOST_LINKS:
                return None
            if link.startswith("/"):
                link = paths.inside(self.root, link)
                done = "/" if link.startswith("/") else ""
            ahead.extend(link.split("/")[::-1])
        return done
