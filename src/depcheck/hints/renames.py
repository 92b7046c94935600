"""What git says was renamed: one call for all that is missing, and only if something is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from depcheck import git, paths

_COMMITS = 50  # that touched what is missing, the latest first
_PATHS = 100  # that are asked for
_SECONDS = 2.0  # a long history is not searched to its end for the sake of a hint


class Renames:
    """Where the missing directories and files went. root: of the work tree; None outside git."""

    def __init__(self, root: str | None, missing: Sequence[str]) -> None:
        wanted = list(dict.fromkeys(path for path in missing if path))[:_PATHS]
        self._moved = list(_moved(root, wanted)) if root is not None and wanted else []

    def of(self, path: str) -> tuple[str, str] | None:
        """The path that most of what stood at `path` went to by the latest rename, and what was done."""
        latest = ""
        votes: dict[str, int] = {}
        for commit, old, new in self._moved:
            if latest not in ("", commit) or not paths.is_below(old, path):
                continue
            rest = old[len(path) :]
            if rest and not new.endswith(rest):
                continue
            latest = commit
            place = new.removesuffix(rest) if rest else new
            votes[place] = votes.get(place, 0) + 1
        if not votes:
            return None
        best = max(votes, key=lambda place: votes[place])
        return best, f"commit {latest} renamed `{path}` to `{best}`"


def _moved(root: str, missing: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(commit, old path, new path) of each file renamed by a commit that touched what is missing."""
    printed = git.ask(
        root, "log", "-z", "--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature",
        "--format=%x01%h", "--name-status", "--full-diff", "--diff-filter=R", "-M", "-l1000",
        f"-n{_COMMITS}", "HEAD", "--", *missing, seconds=_SECONDS,
    )  # fmt: skip
    commit = ""
    words = iter((printed or "").split("\0"))
    for word in words:
        text = word.strip("\n")
        if text.startswith("\x01"):
            commit = text[1:]
        elif text.startswith("R") and text[1:].isdigit():
            yield commit, next(words, ""), next(words, "")
