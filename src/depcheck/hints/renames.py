"""What git says was renamed: since the last commit, or by the commit that took away what is missing.

Asked once for all that is missing, and only if something is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from depcheck import git, paths
from depcheck.hints.identity import Meant
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree, UnknownContentError

_COMMITS = 50  # that touched what is missing, the latest first
_PATHS = 100  # that are asked for
_TELLING = ("Cargo.toml", "pyproject.toml")  # manifests that hold the name of the package
_SECONDS = 2.0  # a long history is not searched to its end for the sake of a hint
_OPTIONS = (
    "-z", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--name-status",
    "--diff-filter=RD", "-M", "-l1000",
)  # fmt: skip


class _Step(NamedTuple):
    """A file that went: where to, empty for nowhere. commit: that took it; empty: none has yet."""

    commit: str
    source: str
    target: str


class Renames:
    """Where the missing directories and files went.

    root: of the work tree; None outside git. untracked: files that git does not know yet.
    """

    def __init__(
        self, root: str | None, missing: Sequence[str], tree: Tree, untracked: Collection[str]
    ) -> None:
        self._root = root
        self._tree = tree
        self._missing = list(dict.fromkeys(path for path in missing if path))[:_PATHS]
        self._untracked = untracked

    def now(self, path: str) -> Meant | None:
        """Where `path` was moved to since the last commit, and what was done."""
        best = _place(path, self._staged) or _place(path, self._unstaged)
        if best is None:
            return None
        return Meant(best, f"`{path}` was renamed to `{best}` since the last commit", is_certain=True)

    def before(self, path: str) -> Meant | None:
        """Where the last commit that touched `path` moved it to; that it is in no more."""
        if path in self._committed:
            return None
        own = [step for step in self._history if paths.is_below(step.source, path)]
        latest = [step for step in own if step.commit == own[0].commit]
        best = _place(path, latest)
        if best is None:
            return None
        return Meant(best, f"commit {latest[0].commit} renamed `{path}` to `{best}`", is_certain=True)

    def _ask(self, *words: str) -> str:
        if self._root is None or not self._missing:
            return ""
        return git.ask(self._root, *words, seconds=_SECONDS) or ""

    @cached_property
    def _staged(self) -> list[_Step]:
        return list(_steps(self._ask("diff-index", "--cached", *_OPTIONS, "HEAD", "--")))

    @cached_property
    def _unstaged(self) -> list[_Step]:
        """Manifests of the index, each with the one that git does not know and that has its content."""
        listed = self._ask("ls-files", "-s", "-z", "--", *self._missing) if self._untracked else ""
        places: dict[tuple[str, str], str] = {}
        for path in self._untracked if listed else ():
            places.setdefault((paths.name(path), _blob(self._tree, path)), path)
        found = []
        for entry in filter(None, listed.split("\0")):
            head, _, old = entry.partition("\t")
            if paths.name(old) not in _TELLING:
                continue
            found.append(_Step("", old, places.get((paths.name(old), head.split(" ")[1]), "")))
        return found

    @cached_property
    def _committed(self) -> frozenset[str]:
        """What of the missing is there in the last commit: no commit took it away."""
        return frozenset(self._ask("ls-tree", "-z", "--name-only", "HEAD", "--", *self._missing).split("\0"))

    @cached_property
    def _history(self) -> list[_Step]:
        return list(
            _steps(
                self._ask(
                    "log", *_OPTIONS, "--no-show-signature", "--format=%x01%h", "--full-diff",
                    f"-n{_COMMITS}", "HEAD", "--", *self._missing,
                )
            )
        )  # fmt: skip


def _place(path: str, steps: Iterable[_Step]) -> str | None:
    """Where more than half of what stood at `path` and went is now, at the same places below."""
    votes: dict[str, int] = {}
    gone = 0
    for step in steps:
        if not paths.is_below(step.source, path):
            continue
        gone += 1
        rest = step.source[len(path) :]
        if step.target.endswith(rest):
            place = step.target.removesuffix(rest)
            votes[place] = votes.get(place, 0) + 1
    best = max(votes, key=lambda place: votes[place], default="")
    return best if best and 2 * votes[best] > gone else None


def _steps(printed: str) -> Iterator[_Step]:
    commit = ""
    words = iter(printed.split("\0"))
    for word in words:
        text = word.strip("\n")
        if text.startswith("\x01"):
            commit = text[1:]
        elif text.startswith("R") and text[1:].isdigit():
            yield _Step(commit, next(words, ""), next(words, ""))
        elif text == "D":
            yield _Step(commit, next(words, ""), "")


def _blob(tree: Tree, path: str) -> str:
    """The name that git gives to the content of a file; empty where it cannot be read."""
    from hashlib import sha1

    try:
        content = tree.read(path)
    except (OSError, UnknownContentError):
        return ""
    return sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
