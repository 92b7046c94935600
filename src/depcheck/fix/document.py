"""Edits of a TOML document, in the style of what stands there. A text is spliced, never written anew."""

from __future__ import annotations

import json
import re

from depcheck.manifest import toml
from depcheck.manifest.spans import Span, spans, unquote
from depcheck.model import Edit, Route
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Document(NamedTuple):
    """The text of a file and the places of its values."""

    file: str
    text: str
    spans: dict[Route, Span]

    def source(self, route: Route) -> str:
        """The value as it is written."""
        start, end = self.spans[route].value
        return self.text[start:end]


def of(sources: Sources, file: str) -> Document | None:
    """The document at `file`; None where it is no TOML."""
    document = sources.get(toml.read, file)
    if not isinstance(document, toml.Document):
        return None
    return Document(file, document.text, spans(document.text))


def bare(key: str) -> str:
    """A key as it is written: with quotes only where it needs them."""
    return key if _BARE.fullmatch(key) else quoted(key)


def quoted(text: str, like: str = '"') -> str:
    """A TOML string, with the quotes of `like` where they can hold the text."""
    if like.startswith("'") and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable()).replace("\x7f", "\\u007f")


def value(document: Document, route: Route, text: str) -> Edit | None:
    """The string at `route` replaced by another one."""
    span = document.spans.get(route)
    if span is None:
        return None
    return Edit(document.file, *span.value, quoted(text, document.source(route)))


def source(document: Document, route: Route, written: str) -> Edit | None:
    """The value at `route` replaced by TOML source."""
    span = document.spans.get(route)
    return None if span is None else Edit(document.file, *span.value, written)


def renamed(document: Document, route: Route, key: str) -> Edit | None:
    """The last part of the key at `route` replaced by another one."""
    span = document.spans.get(route)
    if span is None:
        return None
    start, end = span.key
    written = document.text[start:end]
    if unquote(written) != route[-1]:  # dotted, or a header: others may say the same name
        return None
    return Edit(document.file, start, end, bare(key))


def under(document: Document, table: Route, line: str) -> Edit | None:
    """A line put at the end of the table at `table`, which is made at the end of the file if need be."""
    text = document.text
    newline = "\r\n" if "\r\n" in text else "\n"
    span = document.spans.get(table)
    inside = [
        found.value[1]
        for route, found in document.spans.items()
        if route[:-1] == table and found.key[0] > (span.key[0] if span else -1) and found.key != found.value
    ]
    if span is None and inside:
        return None  # dotted keys
    if span is None:
        ends = "" if not text or text.endswith("\n") else newline
        header = ".".join(bare(str(part)) for part in table)
        return Edit(document.file, len(text), len(text), f"{ends}{newline}[{header}]{newline}{line}{newline}")
    if not text.startswith("[", span.value[0]):
        return None  # an inline table
    end = max(inside, default=span.value[1])
    rest = re.compile(r"[^\r\n]*").match(text, end)
    at = rest.end() if rest else end
    return Edit(document.file, at, at, f"{newline}{line}")


def part(document: Document, route: Route, old: str, new: str) -> Edit | None:
    """A part of the string at `route` replaced, the rest as it is written."""
    span = document.spans.get(route)
    if span is None:
        return None
    written = document.source(route)
    if written[:1] not in ('"', "'"):
        return None
    at = written.find(old, 1)
    if at < 0 or not old or quoted(new, written).strip("\"'") != new:
        return value(document, route, unquote(written).replace(old, new, 1))
    start = span.value[0] + at
    return Edit(document.file, start, start + len(old), new)


def without(document: Document, route: Route) -> Edit | None:
    """An item of an array taken out, with its line and comment where it has a line of its own."""
    array, index = document.spans.get(route[:-1]), route[-1]
    item = document.spans.get(route)
    if array is None or item is None or not isinstance(index, int):
        return None
    text, (start, end) = document.text, item.value
    comma = re.compile(r"[ \t\r\n]*,").match(text, end)
    line_start = text.rfind("\n", 0, start) + 1
    line = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?\n").match(text, end)
    if not text[line_start:start].strip() and line is not None and line_start > array.value[0]:
        return Edit(document.file, line_start, line.end(), "")
    if comma is not None and comma.end() <= array.value[1]:
        after = re.compile(r"[ \t]*").match(text, comma.end())
        return Edit(document.file, start, after.end() if after else comma.end(), "")
    before = document.spans.get((*route[:-1], index - 1))
    return Edit(document.file, before.value[1] if before else start, end, "")


def with_item(document: Document, route: Route, text: str) -> Edit | None:
    """An item put at the end of the array at `route`, or where it belongs in a sorted one."""
    array = document.spans.get(route)
    if array is None or not document.source(route).startswith("["):
        return None
    items: list[tuple[int, int]] = []
    while (span := document.spans.get((*route, len(items)))) is not None:
        items.append(span.value)
    if not items:
        start, end = array.value
        if document.text[start + 1 : end - 1].strip():
            return None  # a comment in an empty list: where in it is not clear
        return Edit(document.file, start, end, f"[{quoted(text)}]")
    written = [document.text[start:end] for start, end in items]
    new = quoted(text, written[-1])
    is_sorted = written == sorted(written) and len(written) > 1
    index = sum(1 for one in written if one < new) if is_sorted else len(written)
    return _inserted(document, array.value, items, index, new)


def _inserted(
    document: Document, array: tuple[int, int], items: list[tuple[int, int]], index: int, new: str
) -> Edit:
    text, start = document.text, items[min(index, len(items) - 1)][0]
    line_start = text.rfind("\n", 0, start) + 1
    indent = text[line_start:start]
    by_line = not indent.strip() and line_start > array[0]
    newline = "\r\n" if text[:line_start].endswith("\r\n") else "\n"
    if index < len(items):
        return Edit(document.file, start, start, f"{new},{newline + indent if by_line else ' '}")
    end = items[-1][1]
    comma = re.compile(r"[ \t]*,").match(text, end)
    if comma is None and by_line:  # a comment behind the last item stays with it
        rest = re.compile(r"[ \t]*(?:#[^\r\n]*)?").match(text, end)
        kept = text[end : rest.end()] if rest else ""
        return Edit(document.file, end, end + len(kept), f",{kept}{newline}{indent}{new}")
    if comma is None:
        return Edit(document.file, end, end, f", {new}")
    if by_line:
        rest = re.compile(r"[ \t]*(?:#[^\r\n]*)?").match(text, comma.end())
        at = rest.end() if rest else comma.end()
        return Edit(document.file, at, at, f"{newline}{indent}{new},")
    return Edit(document.file, comma.end(), comma.end(), f" {new},")


def with_key(document: Document, table: Route, after: str, key: str, source: str) -> Edit | None:
    """`key = source` put into the table at `table`, behind its key `after`."""
    beside = document.spans.get((*table, after))
    if beside is None:
        return None
    text, end = document.text, beside.value[1]
    name = bare(key)
    outer = document.spans.get(table)
    if outer is not None and outer.value[0] < end <= outer.value[1]:  # an inline table
        return Edit(document.file, end, end, f", {name} = {source}")
    start = beside.key[0]
    line_start = text.rfind("\n", 0, start) + 1
    written = text[start : beside.key[1]]
    prefix = written[: written.rfind(".") + 1] if "." in written and outer is None else ""
    rest = re.compile(r"[^\r\n]*").match(text, end)
    at = rest.end() if rest else end
    newline = "\r\n" if "\r\n" in text else "\n"
    return Edit(document.file, at, at, f"{newline}{text[line_start:start]}{prefix}{name} = {source}")


def without_key(document: Document, route: Route) -> Edit | None:
    """A key and its value taken out, with their lines."""
    span = document.spans.get(route)
    if span is None:
        return None
    text, start, end = document.text, span.key[0], span.value[1]
    line_start = text.rfind("\n", 0, start) + 1
    line = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)").match(text, end)
    if not text[line_start:start].strip() and line is not None:
        return Edit(document.file, line_start, line.end(), "")
    comma = re.compile(r"[ \t]*,[ \t]*").match(text, end)
    if comma is not None:
        return Edit(document.file, start, comma.end(), "")
    before = re.compile(r",[ \t]*\Z").search(text, 0, start)
    return Edit(document.file, before.start() if before else start, end, "")
