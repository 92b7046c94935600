"""What pip or uv does with the paths that Hatch hands it: builds what is there, follows what that needs.

Sources: hatch `env/virtual.py` (install_project_dev_mode, sync_dependencies).
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from depcheck import paths
from depcheck.load import backend, conditions
from depcheck.load.hatch import plain
from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject, Requirement
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind


class Installation:
    """The packages handed over so far, and the faults on the way."""

    def __init__(self, sources: Sources, *, uv: bool) -> None:
        self.sources = sources
        self.uv = uv
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self._seen: set[tuple[str, str]] = set()
        self._ahead: list[tuple[PyProject, tuple[str, ...]]] = []

    def project(
        self, manifest: PyProject, features: tuple[str, ...], target: backend.Target = "editable"
    ) -> None:
        """Build and install a project with some of its extras, and the local projects that it asks for."""
        self._build(manifest, features, target)
        self._follow()

    def _build(self, manifest: PyProject, features: tuple[str, ...], target: backend.Target) -> None:
        key = manifest.directory, ",".join(features)
        if key in self._seen:
            return
        self._seen.add(key)
        built = backend.build(self.sources, manifest, target)
        self.faults += (fault for fault in built.faults if fault not in self.faults)
        self.unknowns += built.unknowns
        if built.faults:
            return
        metadata = backend.metadata(self.sources, manifest)
        self.unknowns += metadata.unknowns
        table = dict(metadata.extras)
        for item in (*metadata.requires, *(one for feature in features for one in table.get(feature, ()))):
            self._requirement(item, manifest.directory)

    def requirement(self, item: Requirement, directory: str) -> None:
        """Install a requirement; only a local URL is looked at. `directory`: where it runs."""
        self._requirement(item, directory)
        self._follow()

    def _requirement(self, item: Requirement, directory: str) -> None:
        when = conditions.marker(item.marker) if item.marker else conditions.ALWAYS
        if when is None or not conditions.holds(when, conditions.HERE):
            return
        reference = self.local(item, directory)
        if reference is None:
            return
        if self.uv and not unquote(urlsplit(item.url).path).startswith("/"):
            message = f"`{reference.raw}` is no absolute URL, which uv demands"
            self._report(Fault("invalid-manifest", reference.site, message, reference, tool="hatch"))
            return
        self._path(reference.target, reference, item.extras)

    def local(self, item: Requirement, directory: str) -> Reference | None:
        """The local path that the URL of a requirement names."""
        parts = urlsplit(item.url)
        if not item.url or parts.scheme not in ("file", ""):
            return None
        return self._reference(item, self.sources.tree.at(directory, unquote(parts.path)))

    def path(self, target: str, reference: Reference, features: tuple[str, ...] = ()) -> None:
        """Install what lies at `target`, which `reference` names."""
        self._path(target, reference, features)
        self._follow()

    def _path(self, target: str, reference: Reference, features: tuple[str, ...]) -> None:
        tree = self.sources.tree
        kind = tree.kind(target)
        shown = target or "."
        if kind is Kind.MISSING:
            message = f"`{reference.raw}` leads to `{shown}`, which does not exist"
            self._report(Fault("missing-path", reference.site, message, reference, tool="hatch"))
        elif kind is Kind.DIR:
            self._directory(target, reference, features)
        elif kind is Kind.UNKNOWN:
            self.unknowns.append(f"what lies at `{shown}` cannot be known")

    def _directory(self, target: str, reference: Reference, features: tuple[str, ...]) -> None:
        tree = self.sources.tree
        path = paths.join(target, "pyproject.toml")
        if not tree.exists(path):
            if tree.exists(paths.join(target, "setup.py")):
                self.unknowns.append(f"`{paths.join(target, 'setup.py')}` would have to run")
                return
            message = f"`{reference.raw}` leads to `{target or '.'}`, which holds no Python project"
            self._report(Fault("not-a-package", reference.site, message, reference, tool="hatch"))
            return
        manifest = self.sources.get(pyproject.read, path)
        if isinstance(manifest, toml.Unknown):
            self.unknowns.append(manifest.because)
        elif isinstance(manifest, Fault):
            self._report(manifest._replace(tool="hatch"))
        else:
            name = backend.metadata(self.sources, manifest).name
            wanted = pyproject.normalise(reference.wanted)
            if name is not None and wanted and pyproject.normalise(name) != wanted:
                message = f"`{reference.raw}` leads to the package `{name}`, not `{wanted}`"
                self._report(Fault("name-mismatch", reference.site, message, reference, tool="hatch"))
                return
            if features or not plain.is_plain(self.sources, target):
                self._ahead.append((manifest, features))

    def _follow(self) -> None:
        """Install the projects that were asked for on the way."""
        while self._ahead:
            manifest, features = self._ahead.pop()
            self._build(manifest, features, "wheel")

    def _reference(self, item: Requirement, target: str) -> Reference:
        """The reference as the manifest writes it: fields were filled in on the way."""
        written = self._written(item.site)
        raw = written.url if written is not None and written.url else item.url
        site = item.site._replace(within=raw) if written is not None else item.site
        return pyproject.path_reference(target, site, raw, item.name)

    def _written(self, site: Site) -> Requirement | None:
        document = self.sources.get(toml.read, site.file)
        value: object = document.data if isinstance(document, toml.Document) else None
        for key in site.route:
            if isinstance(value, dict) and isinstance(key, str):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return pyproject.requirement(site, value) if isinstance(value, str) else None

    def _report(self, fault: Fault) -> None:
        if all(known.site != fault.site for known in self.faults):
            self.faults.append(fault)
