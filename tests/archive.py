"""Trees in one text file: `-- path --` before each file, as Go's txtar has it."""

from __future__ import annotations

import re
from pathlib import Path

_MARK = re.compile(r"^-- (.+) --\n", re.MULTILINE)


def read(path: Path) -> dict[str, str]:
    """The sections of an archive by name; what stands before the first is under the empty name."""
    comment, *parts = _MARK.split(path.read_text(encoding="utf-8"))
    return {"": comment, **dict(zip(parts[::2], parts[1::2], strict=True))}


def write(path: Path, sections: dict[str, str]) -> None:
    """The reverse of `read`."""
    text = "".join(f"-- {name} --\n{text}" if name else text for name, text in sections.items())
    path.write_text(text, encoding="utf-8")
