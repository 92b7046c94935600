"""What a clean clone of the repository would hold, as git's index and its ignore rules say."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from depcheck import git, paths

_FEW = 32  # paths that git is asked for by name; for more the whole index is read, in one go
_MODULE = "160000 "  # the mode of a submodule in the index


class Clone:
    """The files that git has, and where it has submodules."""

    def __init__(self, files: Iterable[str], modules: frozenset[str]) -> None:
        self._files = sorted(files)
        self._modules = modules
        self._folded: dict[str, str] | None = None

    def has(self, path: str) -> bool:
        """Whether the path, or something below it, is in the index."""
        return any(_begins(self._files, start, path) for start in (path, f"{path}/"))

    def is_submodule(self, path: str) -> bool:
        """Whether the index has a submodule at the path."""
        return path in self._modules

    def other_case(self, path: str) -> str | None:
        """How the index spells the path where it does so in other letters, large and small."""
        if self._folded is None:
            every = (*self._files, *self._directories())
            self._folded = {known.lower(): known for known in every}
        known = self._folded.get(path.lower())
        return known if known != path else None

    def _directories(self) -> set[str]:
        folders: set[str] = set()
        for path in self._files:
            above = paths.parent(path)
            while above and above not in folders:
                folders.add(above)
                above = paths.parent(above)
        return folders


def of_index(root: str, asked: Iterable[str]) -> Clone:
    """The index of a work tree as far as it is asked for: one call of git for all paths together."""
    wanted = list(dict.fromkeys(path for path in asked if path))
    names = [f":(icase,literal){path}" for path in wanted] if len(wanted) <= _FEW else ["."]
    listed = git.ask(root, "ls-files", "-s", "-z", "--", *names, globs=True) if wanted else ""
    entries = (listed or "").split("\0")[:-1]
    files = [entry[entry.index("\t") + 1 :] for entry in entries]
    return Clone(files, frozenset(entry.partition("\t")[2] for entry in entries if entry.startswith(_MODULE)))


def _begins(listed: Sequence[str], start: str, path: str) -> bool:
    """Whether the first of the sorted paths from `start` on is `path` or lies below it."""
    at = bisect_left(listed, start)
    return at < len(listed) and paths.is_below(listed[at], path)


def ignored(root: str, asked: Iterable[str]) -> frozenset[str]:
    """Which of the paths git ignores; none of them is in the index or lies in another repository."""
    given = "".join(f"./{path}\0" for path in dict.fromkeys(asked))  # a name may begin with `:`
    printed = git.ask(root, "check-ignore", "-z", "--stdin", given=given, globs=True) if given else ""
    return frozenset(path.removeprefix("./") for path in (printed or "").split("\0")) - {""}
