"""The settings that uv finds for a workspace: uv.toml, or the nearest `[tool.uv]` at or above the root.

Source: uv `uv-settings/src/lib.rs` (FilesystemOptions::find): an invalid `[tool.uv]` is warned about and
passed over, an invalid uv.toml is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.load.uv import location
from depcheck.load.uv.project import MANIFEST
from depcheck.manifest import toml
from depcheck.manifest import uv_settings as dialect
from depcheck.manifest.pyproject import route_text
from depcheck.manifest.uv_settings import Settings
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

UV_TOML = "uv.toml"


class Found(NamedTuple):
    """The settings, the directory that their paths start from, and why they cannot be read."""

    settings: Settings
    directory: str
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


NONE = Found(Settings(), "")


def find(sources: Sources, directory: str) -> Found:
    """The settings that hold for a workspace whose root is in `directory`."""
    for above in paths.ancestors(directory):
        path = paths.join(above, UV_TOML)
        if sources.tree.is_file(path):
            document = sources.get(toml.read, path)
            if isinstance(document, toml.Unknown):
                return Found(Settings(), above, unknowns=(document.because,))
            if isinstance(document, Fault):
                return Found(Settings(), above, (document._replace(tool="uv"),))
            read = dialect.settings(path, (), document.data)
            return Found(read, above, tuple(fault._replace(tool="uv") for fault in read.faults))
        path = paths.join(above, MANIFEST)
        if sources.tree.is_file(path) and isinstance(document := sources.get(toml.read, path), toml.Document):
            table = dialect.table(document.data)
            if table is None:
                continue
            read = dialect.settings(path, ("tool", "uv"), table)
            if not read.faults:
                return Found(read, above)
    return NONE


def links_of_pip(sources: Sources, found: Found) -> Iterator[Fault | str]:
    """Directories of links for `uv pip` alone."""
    for link in found.settings.pip.find_links:
        yield from _missing(sources, link.site, link.text, found.directory)


def links(
    sources: Sources, found: Found, cwd: str, given: tuple[str, ...], env: Mapping[str, str]
) -> Iterator[Fault | str]:
    """Directories of links, which have to be there whether they are used or not."""
    for link in found.settings.find_links:
        yield from _missing(sources, link.site, link.text, found.directory)
    for raw in (*given, *filter(None, env.get("UV_FIND_LINKS", "").split(","))):
        yield from _missing(sources, Site(sources.tree.at(cwd, raw)), raw, cwd)


def indexes(sources: Sources, found: Found, used: frozenset[str], *, looks_up: bool) -> Iterator[Fault | str]:
    """Flat indexes that are read. used: those that a source names; looks_up: some package has no source."""
    for index in found.settings.indexes:
        if index.flat and (index.name in used or (looks_up and not index.explicit)):
            yield from _missing(sources, index.site, index.url, found.directory)


def _missing(sources: Sources, site: Site, raw: str, base: str) -> Iterator[Fault | str]:
    place = location.of_link(sources.tree, base, raw)
    kind = sources.tree.kind(place) if place is not None else Kind.DIR
    if place is None or kind is Kind.UNKNOWN:
        yield from [] if place is None else [f"what stands at `{place}` cannot be known"]
    elif kind is Kind.MISSING:
        reference = Reference(site, route_text(site.route) or "--find-links", raw, place, "directory")
        message = f"`{raw}` leads to `{place}`, which does not exist"
        note = "uv says: Failed to read `--find-links` directory"
        yield Fault("missing-path", site, message, reference, (note,), "uv")
