"""Whether cargo can read a Cargo.lock, which all but a few commands do.

Source: cargo's `resolver/encode.rs` (`into_resolve`, the encodable types). As cargo writes it, such a file
is recognised in a tenth of the time that parsing takes, which is more than that of all manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.manifest import semver, toml
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Route, Site
from depcheck.sources import Sources

_TEXT = r'"[ !#-\[\]-~]*+"'
_SOURCE = r'"(?:registry|sparse|git)\+[a-z]+://[ !#-\[\]-~]*+"'
_NUMBER = r"(?:0|[1-9][0-9]*+)"
_PRE = rf"(?:[0-9]*+[A-Za-z-][0-9A-Za-z-]*+|{_NUMBER})"
_BUILD = r"\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
_VERSION = rf'"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PRE}(?:\.{_PRE})*+)?+(?:{_BUILD})?+"'
_HEAD = re.compile(r"(?:#[ -~]*+\n)*+\n?(?:version = [34]\n)?\n?")
_PACKAGE = re.compile(
    rf"\[\[package\]\]\n(name = {_TEXT}\nversion = {_VERSION}\n(?:source = {_SOURCE}\n)?+)"
    rf"(?:checksum = {_TEXT}\n)?+(?:dependencies = \[\n(?: {_TEXT},\n)*+\]\n)?+\n?"
)
_NEWEST = 4
_LOCATED = re.compile(r"(?:registry|sparse|git|path)\+[A-Za-z][A-Za-z0-9+.-]*+:.*+", re.DOTALL)


def refused(sources: Sources, path: str) -> Fault | None:
    """Why cargo refuses the Cargo.lock at `path`; None where it doesn't, or there is none."""
    if not sources.tree.exists(path):
        return None
    text = toml.read_text(sources, path)
    if isinstance(text, toml.Unknown) or (isinstance(text, str) and _is_as_written(text)):
        return None
    document = sources.get(toml.read, path)
    if isinstance(document, Fault):
        return document._replace(tool="cargo")
    if isinstance(document, toml.Document):
        for route, message in _mistakes(document.data):
            return Fault("invalid-manifest", Site(path, route), message, tool="cargo")
    return None


def _is_as_written(text: str) -> bool:
    head = _HEAD.match(text)
    place = head.end() if head else 0
    seen = set()
    while match := _PACKAGE.match(text, place):
        place = match.end()
        if match[1] in seen:
            return False
        seen.add(match[1])
    return place == len(text)


def _mistakes(data: toml.Table) -> Iterator[tuple[Route, str]]:
    version = data.get("version", _NEWEST)
    if type(version) is not int or not _NEWEST - 1 <= version <= _NEWEST:
        yield ("version",), f"version `{version}` of a lock file is none that cargo understands"
    metadata = data.get("metadata", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        yield ("metadata",), "`metadata` should be a table of strings"
    listed, patch = data.get("package", []), data.get("patch", {})
    unused = patch.get("unused", []) if isinstance(patch, dict) else None
    if not isinstance(listed, list) or not isinstance(unused, list):
        key = "patch" if isinstance(listed, list) else "package"
        yield (key,), f"`{key}` should hold arrays of tables"
        return
    for index, table in enumerate(unused):
        if isinstance(table, dict):
            yield from _of_package(table, ("patch", "unused", index))
    seen: set[tuple[str, ...]] = set()
    for index, table in enumerate(listed):
        route = ("package", index)
        if not isinstance(table, dict):
            yield route, "`package` should be an array of tables"
            continue
        yield from _of_package(table, route)
        if (entry := tuple(str(table.get(name)) for name in ("name", "version", "source"))) in seen:
            yield (*route, "name"), f"the package `{entry[0]}` stands twice in the lock file"
        seen.add(entry)


def _of_package(table: toml.Table, route: Route) -> Iterator[tuple[Route, str]]:
    for key in ("name", "version", "source", "checksum", "replace"):
        value = table.get(key, None if key in ("name", "version") else "")
        if not isinstance(value, str):
            at = (*route, key) if key in table else route
            yield at, f"`{route_text((*route, key))}` should be a string"
    needs = table.get("dependencies", [])
    if not isinstance(needs, list):
        needs = [needs]
    if not all(isinstance(need, str) for need in needs):
        yield (*route, "dependencies"), "`dependencies` should be an array of strings"
    version, source = table.get("version"), table.get("source")
    if isinstance(version, str) and semver.parse_version(version) is None:
        yield (*route, "version"), f"`{version}` is no version"
    named = [source] if isinstance(source, str) else []
    named += [end[:-1] for need in needs if isinstance(need, str) and (end := need.partition(" (")[2])]
    for text in named:
        if not _LOCATED.fullmatch(text):
            yield route, f"`{text}` is no source of packages"
