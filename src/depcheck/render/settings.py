"""The configuration that counts, as TOML: each key with who says so."""

from __future__ import annotations

import json
from typing import Any

from depcheck.config import Configuration, Said
from depcheck.config.keys import KEYS
from depcheck.render.text import plain, seen


def render(configuration: Configuration, root: str) -> str:
    """A line a key. root: of the tree, from the current directory."""
    lines = []
    for key, known in KEYS.items():
        said = configuration.values.get(key, Said(known.default, ""))
        origin = said.origin or "default"
        origin = seen(root, origin) if origin == configuration.file else plain(origin)
        lines.append(f"{key} = {_toml(said.value)}  # {origin}\n")
    return "".join(lines)


def _toml(value: Any) -> str:
    """A value in TOML: strings as in JSON, which is ASCII, tables on one line."""
    match value:
        case dict():
            pairs = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(value)
