"""What is said of lock files once manifests have been edited: depcheck renews none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.predict import UsageError, predict
from depcheck.tree.base import Tree
from depcheck.tree.worktree import WorkTree

# A lock file -> what refuses one that does not fit, and what renews it and keeps the versions that it has.
_LOCKS = {
    "Cargo.lock": ("cargo metadata --locked", "cargo update --workspace"),
    "uv.lock": ("uv lock --check", "uv lock"),
    "poetry.lock": ("poetry check --lock", "poetry lock"),
    "pdm.lock": ("pdm lock --check", "pdm lock --update-reuse"),
}
_ABOVE = {"Cargo.toml": ("Cargo.lock",), "pyproject.toml": ("uv.lock",)}  # those of a workspace
_BESIDE = {"pyproject.toml": ("poetry.lock", "pdm.lock")}


def stale(root: str, edited: Iterable[str]) -> Iterator[str]:
    """A sentence for each lock file that does not fit the edited manifests as they are now."""
    tree = WorkTree(root)
    for directory, lock in sorted({found for manifest in edited for found in _locks(tree, manifest)}):
        refuses, renews = _LOCKS[lock]
        if _verdict(tree, directory, refuses) == "fails" and _verdict(tree, directory, renews) == "loads":
            where = f" in `{directory}`" if directory else ""
            yield f"`{paths.join(directory, lock)}` does not fit any more: `{renews}`{where} renews it"


def _locks(tree: Tree, manifest: str) -> Iterator[tuple[str, str]]:
    directory = paths.parent(manifest)
    for lock in _BESIDE.get(paths.name(manifest), ()):
        if tree.is_file(paths.join(directory, lock)):
            yield directory, lock
    for lock in _ABOVE.get(paths.name(manifest), ()):
        above = (at for at in paths.ancestors(directory) if tree.is_file(paths.join(at, lock)))
        yield from ((at, lock) for at in [*above][:1])


def _verdict(tree: Tree, directory: str, command: str) -> str:
    try:
        return predict(tree.root, directory, [command], os.environ).verdict
    except UsageError:
        return "unknown"
