"""Where a move takes paths, and how a path that leads elsewhere for it is written."""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.record import NamedTuple

_DOTS = re.compile(r"((?:\./+)*)(.*?)((?:/+\.?)*)", re.DOTALL)
MAGIC = re.compile(r"[*?\[{\\]")


class Course(NamedTuple):
    """The directory `old` goes to `new`; both canonical. root: absolute path of the tree."""

    root: str
    old: str
    new: str

    def takes(self, path: str) -> bool:
        """Whether `path` moves."""
        return paths.is_below(path, self.old)

    def of(self, path: str) -> str:
        """Where `path` lies afterwards."""
        return paths.join(self.new, path[len(self.old) + 1 :]) if self.takes(path) else path

    def written(self, base: str, raw: str, *, dotted: bool = False) -> str | None:
        """What has to stand in place of `raw`, a path from the directory `base`; None where it may stay.

        dotted: a path without `./` would be taken for something else.
        """
        target = paths.at(self.root, base, raw)
        start, inner, end = _parts(raw)
        if raw.startswith("/"):
            return None if self.of(target) == target else f"{paths.join(self.root, self.of(target))}{end}"
        if self.stays(base, raw):
            return None
        path = self._roundabout(base, inner) or self.way(self.of(target), self.of(base))
        is_plain = not path.startswith(("./", "../")) and path not in (".", "..")
        return (
            f"{(start or './') if is_plain and (start or dotted) else ''}{path}{end if path != '.' else ''}"
        )

    def _roundabout(self, base: str, raw: str) -> str | None:
        """The path with the detours that are in it (`a/../b`), where they are still there afterwards."""
        parts = raw.split("/")
        ups = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
        last = len(parts) - parts[::-1].index("..") if ".." in parts else 0
        if last <= ups:
            return self._own(base, raw, ups)
        above, detour = paths.at(self.root, base, "/".join(parts[:ups])), "/".join(parts[ups:last])
        place, target = paths.at(self.root, above, detour), paths.at(self.root, base, raw)
        rest = self.way(self.of(target), place)
        if self.takes(above) or self.takes(place) or self._enters(above, detour) or rest.startswith("."):
            return None
        way = self.way(above, self.of(base))
        return f"{detour}/{rest}" if way == "." else f"{way}/{detour}/{rest}"

    def _own(self, base: str, raw: str, ups: int) -> str | None:
        """A path that leaves the directory that moves, and comes into it again by its name."""
        above, target = (paths.at(self.root, base, way) for way in ("/".join([".."] * ups), raw))
        if not ups or self.takes(above) or not (self.takes(base) and self.takes(target)):
            return None
        names, inner = self.new.split("/"), target[len(self.old) + 1 :]
        count = len(paths.relative(self.old, above).split("/"))
        rest = [*names[-count:], *([inner] if inner else [])]
        return "/".join([".."] * ups + rest) if count <= len(names) else None

    def _enters(self, base: str, raw: str) -> bool:
        """Whether a step of the path lies in the directory that moves."""
        steps = raw.split("/")
        return any(
            self.takes(paths.at(self.root, base, "/".join(steps[:count])))
            for count in range(1, len(steps) + 1)
        )

    def pattern(self, base: str, raw: str, *, dotted: bool = False) -> str | None:
        """As `written`, for a pattern: what is plain before its first wildcard is a path."""
        head, rest = plain_head(raw)
        if not rest:
            return self.written(base, raw, dotted=dotted)
        new = self.written(base, head or ".", dotted=dotted)
        if new is None:
            return None
        return rest if new == "." else f"{new.rstrip('/')}/{rest}"

    def stays(self, base: str, raw: str) -> bool:
        """Whether `raw` from the directory `base` is as it would be written after the move.

        What was the shortest way is to be the shortest again, so that a move back undoes a move.
        Anything else has to lead to the same, by steps that are there.
        """
        target = paths.at(self.root, base, raw)
        shortest = self.way(target, base)
        if _parts(raw)[1] == shortest:
            return self.way(self.of(target), self.of(base)) == shortest
        if paths.at(self.root, self.of(base), raw) != self.of(target):
            return False
        if ".." not in raw.split("/") or self.takes(base) or self.takes(target):
            return True
        return not self._enters(base, raw)

    def leads(self, base: str, raw: str) -> bool:
        """Whether the path, or the plain part of a pattern, leads to what moves or, from there, out of it."""
        target = paths.at(self.root, base, plain_head(raw)[0] or ".")
        return self.takes(target) or self.takes(base)

    def way(self, target: str, base: str) -> str:
        """The relative path from `base` to `target`, also where one of them lies outside of the root."""
        if paths.is_outside(target) != paths.is_outside(base):
            return paths.relative(self.absolute(target), self.absolute(base))
        return paths.relative(target, base)

    def absolute(self, path: str) -> str:
        """The path on this machine."""
        return path if paths.is_outside(path) else paths.join(self.root, path)


def plain_head(raw: str) -> tuple[str, str]:
    """The components before the first with a wildcard, and the rest; a plain path has no rest."""
    parts = raw.split("/")
    count = next((index for index, part in enumerate(parts) if MAGIC.search(part)), len(parts))
    return "/".join(parts[:count]), "/".join(parts[count:])


def _parts(raw: str) -> tuple[str, str, str]:
    """What is before and behind a path without saying anything: `./` and `/` or `/.`."""
    match = _DOTS.fullmatch(raw)
    return (match[1], match[2] or ".", match[3]) if match and match[2] else ("", raw, "")
