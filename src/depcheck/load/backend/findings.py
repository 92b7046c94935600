"""What one backend finds in one project: faults in its order, and the paths it is told to use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from depcheck import paths
from depcheck.manifest import toml
from depcheck.manifest.pyproject import PyProject, route_text
from depcheck.model import Fault, Outcome, Reference, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

Wanted = Literal["file", "directory", "path", "glob"]


class Key(NamedTuple):
    """A key whose value is a path (or an array of paths). `*` in a route: any key or index.

    keys: the paths are the keys of the table at `route`, not its values.
    """

    route: tuple[str, ...]
    kind: Wanted = "file"
    keys: bool = False


PROJECT_KEYS = (
    Key(("project", "readme")),
    Key(("project", "readme", "file")),
    Key(("project", "license", "file")),
    Key(("project", "license-files"), "glob"),
)


class Findings:
    """Collects what a backend meets; `outcome` closes it."""

    def __init__(self, sources: Sources, manifest: PyProject, tool: str) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.manifest = manifest
        self.directory = manifest.directory
        self.tool = tool
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.latent: list[Fault] = []

    def outcome(self) -> Outcome:
        """All of it."""
        return Outcome(tuple(self.faults), tuple(dict.fromkeys(self.unknowns)), tuple(self.latent))

    def at(self, raw: str) -> str:
        """Where `raw` leads from the project, `..` taken lexically."""
        return self.tree.at(self.directory, raw)

    def physical(self, raw: str) -> str:
        """The path as the operating system is asked for it: `..` is left in."""
        if raw.startswith("/"):
            return paths.inside(self.tree.root, raw)
        return f"{self.directory}/{raw}" if self.directory else raw

    def kind(self, raw: str, *, lexical: bool = False) -> Kind:
        """What stands at `raw`; UNKNOWN is put on record."""
        kind = self.tree.kind(self.at(raw) if lexical else self.physical(raw))
        if kind is Kind.UNKNOWN:
            self.unknowns.append(f"what stands at `{self.at(raw)}` cannot be known")
        return kind

    def is_file(self, raw: str, *, lexical: bool = False) -> bool:
        """Whether `raw` is a file, or may be one for all that is known."""
        return self.kind(raw, lexical=lexical) in {Kind.FILE, Kind.UNKNOWN}

    def is_dir(self, raw: str, *, lexical: bool = False) -> bool:
        """Whether `raw` is a directory, or may be one for all that is known."""
        return self.kind(raw, lexical=lexical) in {Kind.DIR, Kind.UNKNOWN}

    def site(self, *route: str | int) -> Site:
        """A place in the pyproject.toml."""
        return Site(self.manifest.path, route)

    def reference(self, site: Site, raw: str, kind: Wanted = "file") -> Reference:
        """A reference to a path relative to the project."""
        return Reference(site, route_text(site.route), raw, self.at(raw), kind)

    def missing(self, site: Site, raw: str, note: str, kind: Wanted = "file") -> None:
        """Record that `raw` leads nowhere. `note`: what the backend says."""
        target = self.at(raw)
        shown = f"`{raw}`" if target == raw else f"`{raw}` leads to `{target or '.'}`, which"
        told = site.route[:1] == ("project",) or site.route[:3] == ("tool", "poetry", "readme")
        rule = "missing-metadata-file" if told else "missing-target-file"
        stands = self.tree.kind(self.physical(raw))
        fact = "does not exist" if stands is Kind.MISSING else _is_instead(stands, kind)
        self.faults.append(
            Fault(
                rule,
                site,
                f"{shown} {fact}",
                self.reference(site, raw, kind),
                (note,),
                self.tool,
            )
        )

    def refused(self, site: Site, raw: str, message: str, rule: str = "missing-metadata-file") -> None:
        """Record that the backend refuses `raw` itself: an absolute path, one that leads out."""
        self.faults.append(Fault(rule, site, message, self.reference(site, raw), (), self.tool))

    def invalid(self, site: Site, message: str, *notes: str) -> None:
        """Record a fault that is no path."""
        self.faults.append(Fault("invalid-manifest", site, message, None, notes, self.tool))

    def needs_module(self, site: Site, name: str, message: str, note: str) -> None:
        """Record that no module or package of the name `name` was found."""
        reference = Reference(site, route_text(site.route), name, self.at(name), "path")
        self.faults.append(Fault("missing-target-file", site, message, reference, (note,), self.tool))


def _is_instead(stands: Kind, wanted: Wanted) -> str:
    if stands is Kind.DIR:
        return "is a directory"
    if stands is Kind.FILE and wanted == "directory":
        return "is no directory"
    return "cannot be used"


def readme_file(manifest: PyProject) -> tuple[Site, str] | None:
    """The readme file that `[project]` names, and where."""
    readme = manifest.project.table.get("readme") if manifest.project else None
    if isinstance(readme, str):
        return Site(manifest.path, ("project", "readme")), readme
    if isinstance(readme, dict) and isinstance(file := readme.get("file"), str):
        return Site(manifest.path, ("project", "readme", "file")), file
    return None


def license_file(manifest: PyProject) -> tuple[Site, str] | None:
    """The file of `license = {file = ...}`, and where."""
    table = manifest.project.table.get("license") if manifest.project else None
    if isinstance(table, dict) and isinstance(file := table.get("file"), str):
        return Site(manifest.path, ("project", "license", "file")), file
    return None


def license_globs(manifest: PyProject) -> list[tuple[Site, str]]:
    """The patterns of `license-files`, each with its place."""
    listed = manifest.project.table.get("license-files") if manifest.project else None
    return [
        (Site(manifest.path, ("project", "license-files", index)), pattern)
        for index, pattern in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(pattern, str)
    ]


def is_dynamic(manifest: PyProject, field: str) -> bool:
    """Whether the backend is to fill in `field`."""
    return manifest.project is not None and field in manifest.project.dynamic


def named(sources: Sources, manifest: PyProject, keys: tuple[Key, ...]) -> Iterator[Reference]:
    """The paths that `manifest` names under `keys`, followed or not."""
    for key in keys:
        for route, raw in _values(manifest.data, key.route, (), key.keys):
            site = Site(manifest.path, route)
            yield Reference(site, route_text(route), raw, _target(sources, manifest, raw), key.kind)


def _target(sources: Sources, manifest: PyProject, raw: str) -> str:
    return sources.tree.at(manifest.directory, raw)


def _values(data: Any, ahead: tuple[str, ...], route: Route, keys: bool) -> Iterator[tuple[Route, str]]:
    if not ahead:
        if isinstance(data, str) and not keys:
            yield route, data
        elif isinstance(data, list) and not keys:
            for index, item in enumerate(data):
                if isinstance(item, str):
                    yield (*route, index), item
        elif isinstance(data, dict) and keys:
            for name in data:
                yield (*route, name), name
        return
    head, rest = ahead[0], ahead[1:]
    if head != "*":
        if isinstance(data, dict) and head in data:
            yield from _values(data[head], rest, (*route, head), keys)
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _values(value, rest, (*route, name), keys)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _values(value, rest, (*route, index), keys)


def text_of(findings: Findings, raw: str, *, lexical: bool = False) -> str | None:
    """The text of a file of the project; None where it can't be had (and is then unknown)."""
    path = findings.at(raw) if lexical else findings.physical(raw)
    text = findings.sources.get(toml.read_text, path)
    if isinstance(text, str):
        return text
    if isinstance(text, toml.Unknown):
        findings.unknowns.append(text.because)
    return None
