"""Edits as a unified diff, as `git apply` and `patch -p1` take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck.fix.splice import Content
from depcheck.render.screen import Screen
from depcheck.render.text import plain

_STYLES = {"-": "red", "+": "green", "@": "cyan"}
_QUOTED = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def render(contents: Iterable[Content], screen: Screen, *, is_terminal: bool) -> str:
    """The diff of all files; for a terminal what could steer it is written out."""
    lines: list[str] = []
    contents = list(contents)
    by_git = any(content.source or content.mode for content in contents)  # then each has a header of git's
    for content in contents:
        for line in _unified(content, by_git=by_git):
            text = plain(line) if is_terminal else line
            lines.append(
                screen.style(text, "bold" if line[:3] in ("---", "+++") else _STYLES.get(line[:1], ""))
            )
    return "".join(f"{line}\n" for line in lines)


def _unified(content: Content, *, by_git: bool) -> Iterator[str]:
    from difflib import unified_diff

    before, after = _lines(content.before), _lines(content.after)
    source = content.source or content.path
    old, new = _name(f"a/{source}"), _name(f"b/{content.path}")
    if by_git:
        yield f"diff --git {old} {new}"
    if source != content.path:
        yield f"rename from {_name(source)}"
        yield f"rename to {_name(content.path)}"
    if content.mode:
        yield f"index {_object(content.before)}..{_object(content.after)} {content.mode}"
    for line in unified_diff(before, after, old, new):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _object(content: bytes) -> str:
    """The name that git gives to a content."""
    import hashlib

    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _lines(content: bytes) -> list[str]:
    """Lines with their ends; a carriage return is part of its line."""
    *lines, last = content.decode("utf-8", "surrogateescape").split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def _name(path: str) -> str:
    """As git quotes a path that a line could not hold."""
    if path.isprintable() and not set(path) & set(_QUOTED):
        return path
    written = "".join(_QUOTED.get(char) or (char if char.isprintable() else _octal(char)) for char in path)
    return f'"{written}"'


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
