"""A random tree: what it is made of, how it is written to the disk, and how it is shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple


class Link(NamedTuple):
    """A symbolic link with this text."""

    target: str


Tree = dict[str, str | Link | None]  # path -> text, link, or None for an empty directory


def render(table: Mapping[str, Any], prefix: str = "") -> str:
    """A TOML document; values are strings, booleans, lists, tables, and lists of tables."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_section(value)]
    for key, value in table.items():
        if not _is_section(value):
            continue
        name = f"{prefix}{_key(key)}"
        if isinstance(value, list):
            lines.extend(f"[[{name}]]\n{render(item, name + '.')}" for item in value)
        else:
            lines.append(f"[{name}]\n{render(value, name + '.')}")
    return "\n".join(lines)


def _is_section(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict) and "=" not in value[0]
    return isinstance(value, dict) and "=" not in value


def _key(text: str) -> str:
    return text if text.replace("-", "").replace("_", "").isalnum() else f"'{text}'"


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(_value(item) for item in value)}]"
        case dict():  # marked as inline by the key "="
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if k != "=") + " }"
    raise TypeError(value)


def join(base: str, child: str) -> str:
    return f"{base}/{child}" if base and child else base or child


def is_below(path: str, directory: str) -> bool:
    return not directory or path == directory or path.startswith(directory + "/")


def plain(path: str) -> str:
    return os.path.normpath("/" + path)[1:]


def write(tree: Tree, top: str) -> None:
    """Put the tree on the disk, `@ROOT@` filled in; what can't stand beside something else is left out."""
    for path, content in tree.items():
        full = os.path.join(top, path)
        try:
            os.makedirs(full if content is None else os.path.dirname(full), exist_ok=True)
            if isinstance(content, Link):
                os.symlink(content.target, full)
            elif content is not None:
                with open(full, "w", encoding="utf-8") as file:
                    file.write(content.replace("@ROOT@", top))
        except OSError:
            continue


def show(tree: Tree) -> str:
    """The tree as text."""
    parts = []
    for path, content in sorted(tree.items()):
        if content is None:
            parts.append(f"--- {path}/")
        elif isinstance(content, Link):
            parts.append(f"--- {path} -> {content.target}")
        elif path.endswith((".toml", ".txt", ".gitignore")):
            parts.append(f"--- {path}\n{content.rstrip()}")
        else:
            parts.append(f"--- {path}")
    return "\n".join(parts)
