"""A configuration file, what the environment and the flags say over it, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from depcheck import paths
from depcheck.config import Complaint, Configuration, ConfigurationError, Said, Told
from depcheck.config.keys import KEYS
from depcheck.config.values import Values, Wrong, nearest
from depcheck.locate import Locator
from depcheck.manifest import toml
from depcheck.model import Fault, Position, Route, Site
from depcheck.settings import Settings
from depcheck.sources import Sources


def read(sources: Sources, found: tuple[str, Route] | None, told: Told) -> Configuration:
    """What counts. found: the file, and the table in it. Raises ConfigurationError with all that is wrong."""
    complaints: list[Complaint] = []
    fields: dict[str, Any] = {}
    said: dict[str, Said] = {}
    file, route = (told.file, ()) if told.file else found or ("", ())
    if file:
        document = _document(sources, file, told)
        if isinstance(document, Complaint):
            raise ConfigurationError([document])
        if told.file and paths.name(file) == "pyproject.toml":
            route = ("tool", "depcheck")
        values = Values(sources.tree.root, told.base if told.file else paths.parent(file))
        for key, value in _table(document.data, route, values):
            said[key] = Said(value, file)
            fields.update(KEYS[key].read(values, value, (*route, key)))
        complaints += _placed(file, document.text, values.wrong)
    for word in told.words:
        values = Values(sources.tree.root, "")
        said[word.key] = Said(word.value, word.origin)
        fields.update(KEYS[word.key].read(values, word.value, (word.key,)))
        complaints += [
            Complaint("", None, f"{word.origin}: {wrong.message}", wrong.hint) for wrong in values.wrong
        ]
    if complaints:
        raise ConfigurationError(complaints)
    return Configuration(Settings(**fields), said, file)


def _document(sources: Sources, file: str, told: Told) -> toml.Document | Complaint:
    read = toml.document(file, told.content) if told.file else sources.get(toml.read, file)
    match read:
        case Fault():
            return Complaint(file, Position(read.site.line, read.site.column), read.message)
        case toml.Unknown():
            return Complaint(file, None, f"cannot be read: {read.because}")
        case _:
            return read


def _table(data: Mapping[str, Any], route: Route, values: Values) -> Iterator[tuple[str, Any]]:
    """The keys that there are, with their values; the others are wrong."""
    table: Any = data
    for part in route:
        table = table.get(part, {}) if isinstance(table, dict) else table
    if not isinstance(table, dict):
        values.complain(route, f"`{'.'.join(map(str, route))}` is a table")
        return
    for key, value in table.items():
        if key in KEYS:
            yield key, value
        else:
            values.wrong.append(Wrong((*route, key), f"unknown key `{key}`", nearest(key, KEYS), is_key=True))


def _placed(file: str, text: str, wrong: list[Wrong]) -> Iterator[Complaint]:
    locator = Locator(text)
    for one in wrong:
        # a route that goes on names the key that is its last part but one
        at = locator.range(Site(file, (*one.route, "") if one.is_key else one.route)).start
        yield Complaint(file, at, one.message, one.hint)
