"""Edited files put on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable

from depcheck.fix.splice import Content


class CannotWriteError(Exception):
    """Nothing was written; the argument says why."""


def write(root: str, contents: Iterable[Content]) -> None:
    """Put every file in place, or none. Raises CannotWriteError."""
    for content in contents:
        with open(os.path.join(root, content.path), "wb") as stream:
            stream.write(content.after)
