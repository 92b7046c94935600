"""Trees on which a real tool was run, and what it answered: `fixtures/recorded/<tool>.json`.

A tree maps paths to contents (`->` starts a symbolic link, `@ROOT@` is the tree's own place).
`commands` maps a command to `loads` or `fails` as the tool had it, or to `unknown` where depcheck
rightly cannot know. Versions: uv 0.13.9, Poetry 2.5.1, PDM 2.29.3, Hatch 1.18.2, Python 3.11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent / "fixtures" / "recorded"


class Recorded(NamedTuple):
    """One command on one tree."""

    name: str
    cwd: str
    tree: Mapping[str, str]
    command: str
    verdict: str


def cases(tool: str) -> Iterator[Recorded]:
    for case in json.loads((FIXTURES / f"{tool}.json").read_text(encoding="utf-8")):
        for command, verdict in case["commands"].items():
            yield Recorded(case["name"], case["cwd"], case["tree"], command, verdict)


def plant(top: Path, tree: Mapping[str, str]) -> None:
    for path, text in tree.items():
        place = top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("->"):
            place.symlink_to(text[2:])
        else:
            place.write_text(text.replace("@ROOT@", str(top)), encoding="utf-8")
