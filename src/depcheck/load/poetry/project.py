"""Finding the pyproject.toml of a Poetry command, and reading it before anything else.

Sources: poetry-core `factory.py` (locate, create_poetry), poetry `console/application.py`.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.load.poetry import package, schema
from depcheck.manifest import poetry as dialect
from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources

# Keys of `[tool.poetry]` that make a project Poetry's.
DATA = frozenset(
    (
        "name",
        "version",
        "dependencies",
        "dev-dependencies",
        "group",
        "packages",
        "package-mode",
        "include",
        "extras",
        "scripts",
        "source",
        "readme",
        "requires-poetry",
        "requires-plugins",
        "build",
    )
)


def beside(manifest: PyProject, name: str) -> str:
    """The path of `name` in the project's directory."""
    return paths.join(manifest.directory, name)


def start(sources: Sources, cwd: str, directory: str | None, project: str | None) -> str | Fault:
    """The directory where the search for a manifest begins: `-C`, then `-P` from there."""
    here = cwd
    for raw in (directory, project):
        if raw is not None:
            joined = paths.unresolved(here, raw)
            if not sources.tree.is_dir(joined):
                message = f"`{raw}` is no directory"
                return Fault("missing-path", Site(sources.tree.at(here, raw)), message, tool="poetry")
            here = sources.tree.resolve(joined)
    return here


def locate(sources: Sources, directory: str) -> PyProject | Outcome:
    """The nearest pyproject.toml at or above `directory`, or what stops the search."""
    for above in paths.ancestors(directory):
        path = paths.join(above, "pyproject.toml")
        if sources.tree.exists(path):
            manifest = sources.get(pyproject.read, path)
            if isinstance(manifest, PyProject):
                return manifest
            if isinstance(manifest, toml.Unknown):
                return Outcome(unknowns=(manifest.because,))
            return Outcome((manifest._replace(tool="poetry"),))
    message = "there is no pyproject.toml here or above"
    return Outcome(
        (Fault("missing-path", Site(paths.join(directory, "pyproject.toml")), message, tool="poetry"),)
    )


def load(sources: Sources, manifest: PyProject) -> Outcome:
    """Reading the manifest, which every command does first."""
    table = sources.get(dialect.read, manifest.path)
    read = sources.get(package.read, manifest.path)
    if table is None or read is None:
        return Outcome(unknowns=(f"`{manifest.path}` cannot be read",))
    faults = [*read.refused, *schema.manager_faults(manifest, table)]
    sites = {fault.site for fault in faults}
    faults += [
        fault._replace(tool="poetry")
        for fault in manifest.faults
        if fault.site not in sites and fault.site.route[:1] in (("project",), ("dependency-groups",))
    ]
    return Outcome((*faults, *read.faults))
