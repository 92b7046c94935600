"""A requirement as `uv pip` takes it, from the command line or from a requirements file.

Source: uv `uv-requirements-txt/src/requirement.rs`, `uv-pep508/src/unnamed.rs`,
`uv-requirements/src/unnamed.rs` (how a path gets its name).
"""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.load.uv import location, package, project
from depcheck.load.uv.location import Place
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.resolve import How
from depcheck.manifest import pyproject
from depcheck.manifest.pyproject import Requirement, normalise
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_EXTRAS = re.compile(r"(?P<url>.+?)\s*\[(?P<extras>[^\]]*)\]\Z", re.DOTALL)
_MARKED = re.compile(r"(?P<url>.*?)(?:\s+;|;\s)(?P<marker>.*)\Z", re.DOTALL)
_ARCHIVE_NAME = re.compile(r"(?P<name>.+?)-\d")


class Asked(NamedTuple):
    """A requirement on its way: its text, where it stands, and how it is asked for."""

    text: str
    site: Site
    editable: bool = False
    hashed: bool = False


def is_named(asked: Asked) -> bool:
    """Whether the text gives a name; else it is nothing but a path or a URL."""
    return _named(asked) is not None


def lower(sources: Sources, how: How, asked: Asked) -> Wanted | Fault | str:
    """Where the requirement leads; a text says why that cannot be known."""
    item = _named(asked)
    if item is None:
        return _unnamed(sources, how, asked)
    when = project.marker(item.marker)
    if when is None:
        return Fault("invalid-manifest", asked.site, f"`{item.marker}` is no valid marker", tool="uv")
    wanted = Wanted(
        asked.site, item.name, frozenset(item.extras), item.specifier, raw=item.url or item.text, when=when
    )
    if not item.url:
        if asked.editable:
            message = f"`{asked.text}` names a package of an index, which cannot be editable"
            return Fault("invalid-manifest", asked.site, message, tool="uv")
        return wanted
    place = location.of_url(sources.tree, how.cwd, item.url, how.env, base=how.cwd)
    return place if isinstance(place, str) else _placed(sources, asked, wanted._replace(place=place))


def _named(asked: Asked) -> Requirement | None:
    item = pyproject.requirement(asked.site, asked.text)
    if item is None or item.url:
        return item
    if item.name and asked.text.strip().lower().endswith(location.ARCHIVES):
        return None
    return None if asked.editable and not item.specifier else item


def _unnamed(sources: Sources, how: How, asked: Asked) -> Wanted | Fault | str:
    text = asked.text.strip()
    marked = _MARKED.match(text)
    text, marker = (marked["url"], marked["marker"]) if marked is not None else (text, "")
    when = project.marker(marker.strip())
    if when is None:
        return Fault("invalid-manifest", asked.site, f"`{marker}` is no valid marker", tool="uv")
    bracketed = _EXTRAS.match(text)
    extras = frozenset[str]()
    if bracketed is not None:
        text = bracketed["url"]
        extras = frozenset(
            normalise(extra.strip()) for extra in bracketed["extras"].split(",") if extra.strip()
        )
    place = location.of_url(sources.tree, how.cwd, text, how.env, base=how.cwd)
    if isinstance(place, str):
        return place
    name = _name(sources, how, place)
    return _placed(sources, asked, Wanted(asked.site, name, extras, place=place, raw=text, when=when))


def _name(sources: Sources, how: How, place: Place) -> str:
    """The name that the place itself gives; the path where it gives none."""
    if place.kind == "archive":
        match = _ARCHIVE_NAME.match(paths.name(place.path))
        return normalise(match["name"]) if match is not None else place.path
    if place.kind == "directory" and sources.tree.is_dir(place.path):
        return sources.get(package.read, place.path, how.no_sources).name or place.path
    return place.path


def _placed(sources: Sources, asked: Asked, wanted: Wanted) -> Wanted | Fault:
    place = wanted.place
    if place is not None and place.kind == "invalid":
        if not sources.tree.exists(place.path):
            note = "uv takes the part after the dot for the ending of an archive"
            return missing(sources, wanted, note)
        message = f"`{wanted.raw}` leads to `{place.path}`, which {place.why}"
        return Fault("not-a-package", asked.site, message, _reference(wanted), (), "uv")
    if asked.editable and place is not None and place.kind == "archive":
        message = f"`{wanted.raw}` is an archive, and only a directory can be editable"
        rule = "not-a-package" if sources.tree.exists(place.path) else "missing-path"
        return Fault(rule, asked.site, message, _reference(wanted), (), "uv")
    return wanted._replace(editable=True) if asked.editable else wanted


def missing(sources: Sources, wanted: Wanted, *notes: str) -> Fault:
    """The fault of a path where nothing stands."""
    target = wanted.place.path if wanted.place is not None else ""
    shown = f"`{wanted.raw}`" if wanted.raw == target else f"`{wanted.raw}` leads to `{target or '.'}`, which"
    fact = "does not exist" if sources.tree.kind(target) is Kind.MISSING else "is no directory"
    return Fault("missing-path", wanted.site, f"{shown} {fact}", _reference(wanted), notes, "uv")


def _reference(wanted: Wanted) -> Reference:
    target = wanted.place.path if wanted.place is not None else ""
    return Reference(wanted.site, "", wanted.raw, target, "package", wanted.name)
