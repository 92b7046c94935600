"""Every value of a document replaced by each value of another type, and TOML written from data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

WRONG: tuple[Any, ...] = (
    "",
    "\x00",
    "text",
    0,
    -(2**63),
    1.5,
    float("nan"),
    True,
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC),
    dt.time(1),
    [],
    [1],
    [""],
    [[]],
    [{}],
    [{"path": 1}, "text", 2],
    {},
    {"": ""},
    {"path": []},
    {"x": {"y": [{}]}},
)
Route = tuple[str | int, ...]


def routes(value: Any, above: Route = ()) -> Iterator[Route]:
    """The way to every value in the document, tables and arrays included."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key)
        yield from routes(inner, (*above, key))


def replaced(value: Any, route: Route, wrong: Any) -> Any:
    """The document with another value at `route`."""
    if not route:
        return wrong
    copy = value.copy()
    copy[route[0]] = replaced(value[route[0]], route[1:], wrong)
    return copy


def toml(document: dict[str, Any]) -> str:
    """The document as TOML, every table inline."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in document.items())


def _value(value: Any) -> str:
    match value:
        case dict():
            inner = ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case str() | bool():
            return json.dumps(value)
        case dt.date() | dt.time():
            return value.isoformat()
    return repr(value)
