"""The least that a scan has to do: list the manifests by git, read them, parse them.

`python benchmarks/floor.py ROOT`, with an interpreter that has the parser which depcheck uses.
"""

from __future__ import annotations

import os
import subprocess
import sys

import tomli

_LISTED = ("Cargo.toml", "pyproject.toml", "requirements*.txt")


def main(root: str) -> None:
    """Do it, and keep nothing."""
    words = ["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard", "--"]
    globs = [f":(glob)**/{name}" for name in _LISTED]
    listed = subprocess.run([*words, *globs], check=True, capture_output=True).stdout
    for path in os.fsdecode(listed).split("\0"):
        if path:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
            if path.endswith(".toml"):
                tomli.loads(text)


if __name__ == "__main__":
    main(sys.argv[1])
