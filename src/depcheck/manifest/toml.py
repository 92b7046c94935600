"""TOML text to plain values. `tomli` reads TOML 1.1, as cargo and uv do."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any, TypeAlias

import tomli

from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

Table: TypeAlias = Mapping[str, Any]  # a TOML table as parsed: only `manifest/` looks inside


class Document(NamedTuple):
    """A TOML file that could be parsed. `text` is without a byte order mark."""

    path: str
    text: str
    data: Table

    def at(self, path: str) -> Document:
        """The same in another place."""
        return self._replace(path=path)


class Unknown(NamedTuple):
    """A file whose content cannot be known; `because` is a sentence."""

    path: str
    because: str


def read(sources: Sources, path: str) -> Document | Fault | Unknown:
    """Read and parse `path`: a Fault of `invalid-manifest` where it exists and is no TOML."""
    content = read_bytes(sources, path)
    return sources.made(read, document, path, content) if isinstance(content, bytes) else content


def document(path: str, content: bytes) -> Document | Fault:
    """The document that a file with this content is."""
    text = _decoded(path, content)
    return parse(path, text) if isinstance(text, str) else text


def parse(path: str, text: str) -> Document | Fault:
    """The document that `text` is, under the name of `path`."""
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        from depcheck.manifest import mistakes

        message, offset = mistakes.told(text, error)
        before = text[:offset]
        column = offset - (before.rfind("\n") + 1) + 1
        return _invalid(path, f"not valid TOML: {message}", before.count("\n") + 1, column)
    except (RecursionError, ValueError) as error:  # ValueError: an integer or a date out of range
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return _invalid(path, f"not valid TOML: {reason}", 1, 1)
    return Document(path, text, data)


def read_text(sources: Sources, path: str) -> str | Fault | Unknown:
    """The text of `path` without a byte order mark, as UTF-8."""
    content = read_bytes(sources, path)
    return _decoded(path, content) if isinstance(content, bytes) else content


def read_bytes(sources: Sources, path: str) -> bytes | Fault | Unknown:
    """The content of `path`."""
    try:
        return sources.tree.read(path)
    except UnknownContentError as error:
        return Unknown(path, str(error))
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        return _invalid(path, f"cannot be read: {_lower(reason)}", 1, 1)


def _decoded(path: str, content: bytes) -> str | Fault:
    try:
        return content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        return _invalid(path, "not valid UTF-8", line, column)


def shown(sources: Sources, path: str) -> str:
    """The text of `path` as it is shown: what is no UTF-8 replaced, nothing where it cannot be read."""
    text = sources.get(read_text, path)
    if isinstance(text, str):
        return text
    try:
        return sources.tree.read(path).decode("utf-8-sig", "replace")
    except (OSError, UnknownContentError):
        return ""


def value_at(sources: Sources, path: str, route: Route) -> Any:
    """The value that stands at `route` of the file; None where there is none."""
    document = sources.get(read, path)
    return _at(document.data, route) if isinstance(document, Document) else None


def strings_at(data: Table, route: Route) -> list[str]:
    """The strings of the list at `route`; none where there is no list."""
    value = _at(data, route)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _at(value: Any, route: Route) -> Any:
    for key in route:
        match value, key:
            case dict(), str():
                value = value.get(key)
            case list(), int() if 0 <= key < len(value):
                value = value[key]
            case _:
                return None
    return value


def _invalid(path: str, message: str, line: int, column: int) -> Fault:
    return Fault("invalid-manifest", Site(path, line=line, column=column), message)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
