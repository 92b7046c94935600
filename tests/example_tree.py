"""The example trees of the rules, on the disk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from depcheck.rules.rule import Example, Link, Submodule, Untracked

COMMIT = "1" * 40  # what a submodule that is not checked out is said to stand at
_GIT = ("git", "-c", "init.defaultBranch=main", "-c", "core.excludesFile=/dev/null")


def write(example: Example, root: Path) -> Path:
    """Make the tree below `root`, a new directory, as a git work tree with everything staged."""
    root.mkdir(parents=True)
    _git(root, "init", "-q")
    for path, content in example.items():
        file = Path(os.path.normpath(root / path))
        if isinstance(content, Submodule):
            file.mkdir(parents=True)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            file.symlink_to(content.to.replace("@ROOT@", str(root)))
        else:
            text = content.text if isinstance(content, Untracked) else content
            file.write_text(text.replace("@ROOT@", str(root)), encoding="utf-8")
    for path, content in example.items():
        if isinstance(content, Submodule):
            _git(root, "update-index", "--add", "--cacheinfo", f"160000,{COMMIT},{path}")
        elif not isinstance(content, Untracked) and not path.startswith("../"):
            _git(root, "add", "--", path)
    return root


def _git(root: Path, *words: str) -> None:
    subprocess.run([*_GIT, "-C", str(root), *words], check=True, capture_output=True)
