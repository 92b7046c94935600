"""The keys of a configuration, one function each. This table is the only list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from depcheck.config.values import Values
from depcheck.model import Route
from depcheck.record import NamedTuple
from depcheck.settings import Choice

SEVERITIES = ("error", "warning", "info", "off")
FAIL_ON = ("error", "warning", "info", "never")
TOOLS = ("uv", "poetry", "pdm", "hatch", "pip")
_HOLDS_NONE = {"empty": True, "unknown": False}

Fields = Mapping[str, Any]  # of `Settings`


class Key(NamedTuple):
    """read: what a value means for the settings. default: what counts where nothing is said."""

    read: Callable[[Values, Any, Route], Fields]
    default: Any


def _exclude(values: Values, value: Any, route: Route) -> Fields:
    return {"exclude": tuple(_patterns(values, value, route))}


def _fixtures(values: Values, value: Any, route: Route) -> Fields:
    return {"fixtures": tuple(_patterns(values, value, route))}


def _patterns(values: Values, value: Any, route: Route) -> Iterator[Choice]:
    """What matches, and with a `!` before it what does not after all."""
    for text, place in values.strings(value, route):
        yield from values.pattern(text.removeprefix("!"), place, not text.startswith("!"))


def _owners(values: Values, value: Any, route: Route) -> Fields:
    found: list[Choice] = []
    for pattern, tools, place in values.table(value, route):
        words = [values.one_of(tool, TOOLS, at) for tool, at in values.strings(tools, place)]
        if words == [] and tools == []:
            values.complain(place, "name one tool at least")
        found += values.pattern(pattern, place, tuple(dict.fromkeys(filter(None, words))), is_key=True)
    return {"owners": tuple(found)}


def _requirements_directory(values: Values, value: Any, route: Route) -> Fields:
    found: list[Choice] = []
    for pattern, directory, place in values.table(value, route):
        found += values.pattern(pattern, place, values.place(directory, place), is_key=True)
    return {"requirements_directory": tuple(found)}


def _contexts(values: Values, value: Any, route: Route) -> Fields:
    found: list[Choice] = []
    for pattern, listed, place in values.table(value, route):
        several = [listed] if isinstance(listed, str) else listed
        contexts = [
            values.place(text, at if several is listed else place)
            for text, at in values.strings(several, place)
        ]
        if several == []:
            values.complain(place, "name one directory at least")
        found += values.pattern(
            pattern, place, tuple(path for path in contexts if path is not None), is_key=True
        )
    return {"contexts": tuple(found)}


def _baseline(values: Values, value: Any, route: Route) -> Fields:
    return {"baseline": values.place(value, route, "file") or ""}


def _base_images(values: Values, value: Any, route: Route) -> Fields:
    found = []
    for pattern, word, place in values.table(value, route):
        holds = values.one_of(word, _HOLDS_NONE, place)
        found.append((pattern, holds == "empty"))
    return {"base_images": tuple(found)}


def _per_path_ignores(values: Values, value: Any, route: Route) -> Fields:
    found: list[Choice] = []
    for pattern, listed, place in values.table(value, route):
        found += values.pattern(pattern, place, values.rules(listed, place), is_key=True)
    return {"ignores": tuple(found)}


def _severities(values: Values, value: Any, route: Route) -> Fields:
    found: dict[str, str | None] = {}
    for rule, word, place in values.table(value, route):
        severity = values.one_of(word, SEVERITIES, place)
        for name in values.rule(rule, place, is_key=True):
            found[name] = None if severity == "off" else severity
    return {"severities": found}


def _select(values: Values, value: Any, route: Route) -> Fields:
    return {"selected": values.rules(value, route) if value != [] else None}


def _ignore(values: Values, value: Any, route: Route) -> Fields:
    return {"ignored": values.rules(value, route)}


def _fail_on(values: Values, value: Any, route: Route) -> Fields:
    word = values.one_of(value, FAIL_ON, route)
    return {"fail_on": None if word == "never" else word}


KEYS: Mapping[str, Key] = {
    "baseline": Key(_baseline, ""),
    "base-images": Key(_base_images, {}),
    "contexts": Key(_contexts, {}),
    "exclude": Key(_exclude, []),
    "fail-on": Key(_fail_on, "error"),
    "fixtures": Key(_fixtures, []),
    "ignore": Key(_ignore, []),
    "owners": Key(_owners, {}),
    "per-path-ignores": Key(_per_path_ignores, {}),
    "requirements-directory": Key(_requirements_directory, {}),
    "select": Key(_select, []),
    "severities": Key(_severities, {}),
}
