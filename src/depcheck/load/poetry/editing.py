"""What `poetry add`, `remove` and `update` name: dependencies that are there, paths that lead somewhere.

Sources: poetry `console/commands/{remove,update}.py`, `utils/dependency_specification.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from depcheck import paths
from depcheck.load.poetry import install, lockfile, project, resolve
from depcheck.load.poetry.package import Package
from depcheck.load.words import Words
from depcheck.manifest import locks, pyproject, toml
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind


def not_asked_for(sources: Sources, read: Package, names: Sequence[str]) -> Fault | None:
    """The fault of what `poetry update` is to update, and neither the project nor its lock holds."""
    there = {one.name for group in read.groups.values() for one in (*group.listed, *group.poetry)}
    document = sources.get(locks.read, project.beside(read.manifest, lockfile.NAME)) if names else None
    listed = document.data.get("package") if isinstance(document, toml.Document) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            there.add(pyproject.normalise(str(one.get("name"))))
    return _first_missing(read, names, there, "is no dependency of the project")


def not_there(read: Package, words: Words) -> Fault | None:
    """The fault of what `poetry remove` is to remove and no list holds (`console/commands/remove.py`)."""
    named = "dev" if words.has("dev") else words.value("group")
    there: set[str] = set()
    for name, group in read.groups.items():
        if named is None or name == pyproject.normalise(named) != "main":
            there.update(one.name for one in group.listed if not one.in_extras)
            there.update(one.name for one in group.poetry)
    return _first_missing(read, words.operands, there, "is not among the dependencies, to be removed")


def _first_missing(read: Package, names: Sequence[str], there: set[str], fact: str) -> Fault | None:
    for raw in names:
        if pyproject.normalise(raw) not in there:
            return Fault("invalid-manifest", Site(read.manifest.path), f"`{raw}` {fact}", tool="poetry")
    return None


def edit(sources: Sources, read: Package, added: Sequence[str]) -> Outcome:
    """`poetry add` and `poetry remove`: the resolution that follows; a path to add has to be there."""
    resolved = resolve.lock(sources, read)
    paths_added = [word for word in added if "/" in word or word == "."]
    faults = [fault for word in paths_added if (fault := _not_found(sources, read, word))]
    if faults:
        return Outcome(tuple(faults), resolved.unknowns)
    if paths_added:
        return resolved._replace(
            unknowns=(*resolved.unknowns, "what an added path asks for is not looked at")
        )
    return resolved


def _not_found(sources: Sources, read: Package, word: str) -> Fault | None:
    """Why Poetry does not find what `word` names, from the project's directory."""
    raw = re.sub(r"\[[^\]]*\]$", "", word.rpartition("@")[2].strip())
    if "://" in word and not raw.startswith("file:///"):
        return None
    raw = raw.removeprefix("file://")
    target = sources.tree.resolve(paths.unresolved(read.manifest.directory, raw))
    site = Site(read.manifest.path)
    reference = pyproject.path_reference(target, site, raw, "")
    kind = sources.tree.kind(target)
    if kind is Kind.MISSING or raw == ".":
        what = "does not exist" if raw != "." else "is a name without a `/`, and no path, to Poetry"
        message = f"`{raw}` leads to `{target or '.'}`, which {what}"
        return Fault("missing-path", site, message, reference, (), "poetry")
    if kind is Kind.DIR and not paths.is_outside(target) and not install.is_project(sources, target):
        message = f"`{raw}` leads to `{target or '.'}`, which holds no Python project"
        return Fault("not-a-package", site, message, reference, (), "poetry")
    return None
