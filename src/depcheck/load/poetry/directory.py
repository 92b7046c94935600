"""The package in a directory, as a resolution of Poetry reads it.

Source: poetry `inspection/info.py` (from_directory).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.load import backend
from depcheck.load.conditions import ALWAYS
from depcheck.load.poetry import package, requirement
from depcheck.load.poetry.found import Found
from depcheck.load.poetry.package import Package
from depcheck.load.poetry.requirement import Wanted
from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault
from depcheck.sources import Sources


def read(sources: Sources, directory: str) -> Found:
    """The package in a directory (`PackageInfo.from_directory`)."""
    tree = sources.tree
    path = paths.join(directory, "pyproject.toml")
    if not tree.exists(path):
        return Found(
            None, unknowns=(f"`{paths.join(directory, 'setup.py')}` would have to run to tell what it needs",)
        )
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, toml.Unknown):
        return Found(None, unknowns=(manifest.because,))
    if isinstance(manifest, Fault):
        return Found(None, faults=(manifest._replace(tool="poetry"),))
    if package.is_poetry_project(manifest):
        read = sources.get(package.read, path)
        if read is not None and not read.refused:
            return _poetry_package(read)
        if read is not None and _by_poetry_core(manifest):
            return Found(None, faults=read.refused)
    return _built(sources, manifest, directory)


def _by_poetry_core(manifest: PyProject) -> bool:
    return manifest.build is not None and (manifest.build.backend or "").startswith("poetry.core")


def _poetry_package(read: Package) -> Found:
    main = read.groups.get(package.MAIN)
    return Found(
        read.name,
        package.dependencies(read, main) if main else (),
        tuple(read.extras.items()),
        read.python,
        (*_foreign(read.manifest), *read.faults),
    )


def _foreign(manifest: PyProject) -> Iterator[Fault]:
    """Requirements that are none, where Poetry reads them itself."""
    for fault in manifest.faults:
        if fault.site.route[:1] in (("project",), ("dependency-groups",)):
            yield fault._replace(tool="poetry")


def _built(sources: Sources, manifest: PyProject, directory: str) -> Found:
    """A project whose metadata the build backend makes."""
    outcome = backend.build(sources, manifest, "metadata")
    metadata = backend.metadata(sources, manifest)

    def parsed(requires: Sequence[pyproject.Requirement], extra: str = "") -> tuple[Wanted, ...]:
        read = (requirement.from_pep508(sources, directory, item, extra) for item in requires)
        return tuple(
            one for one in read if isinstance(one, Wanted)
        )  # Poetry skips the others, with a warning

    extras = tuple((extra, parsed(requires, extra)) for extra, requires in metadata.extras)
    requires = (*parsed(metadata.requires), *(one for _, wanted in extras for one in wanted))
    return Found(
        metadata.name,
        requires,
        extras,
        ALWAYS,
        outcome.faults,
        (*outcome.unknowns, *metadata.unknowns),
    )
