"""A project of PDM: where it is found, which groups a command wants, which workspace it is in.

Source: pdm `project/core.py`, `project/workspace.py`, `cli/filters.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

from depcheck import paths
from depcheck.load.backend import globs
from depcheck.load.words import Words
from depcheck.manifest import pdm as dialect
from depcheck.manifest import pyproject, strict, toml
from depcheck.manifest.pdm import DEFAULT, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Workspace(NamedTuple):
    """A workspace root and the directories of its members, real."""

    directory: str
    members: tuple[str, ...]


class Selection(NamedTuple):
    """The options that choose groups; `dev` None where neither `--dev` nor `--prod` is given."""

    default: bool = True
    dev: bool | None = None
    groups: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    @property
    def unset(self) -> bool:
        """Nothing is chosen."""
        return self.default and self.dev is None and not self.groups


def locate(sources: Sources, cwd: str, project: str | None) -> PyProject | Outcome:
    """The project of a command: `-p`, or the nearest pyproject.toml at or above `cwd`."""
    tree = sources.tree
    if project is not None:
        joined = paths.unresolved(cwd, project)
        above = [tree.resolve(joined)]
    else:
        above = paths.ancestors(cwd)
    for directory in above:
        path = paths.join(directory, "pyproject.toml")
        if tree.exists(path):
            manifest = sources.get(pyproject.read, path)
            if isinstance(manifest, PyProject):
                return manifest
            if isinstance(manifest, toml.Unknown):
                return Outcome(unknowns=(manifest.because,))
            return Outcome((manifest._replace(tool="pdm"),))
    message = "there is no pyproject.toml here or above"
    return Outcome(
        (Fault("missing-path", Site(paths.join(above[0], "pyproject.toml")), message, tool="pdm"),)
    )


def load(sources: Sources, manifest: PyProject) -> Outcome:
    """What every command reads first: the project, and the workspace above it."""
    unread = sources.get(strict.read, manifest.path)
    if unread is not None:
        return Outcome((unread._replace(tool="pdm"),))
    read = sources.get(dialect.read, manifest.path)
    if read is None or not read.initialised:
        if manifest.tool("poetry") is not None or manifest.tool("flit") is not None:
            return Outcome(unknowns=("PDM would convert the table of another tool",))
        message = "there is no `[project]` table, PDM takes the project for one that is yet to be made"
        return Outcome((Fault("invalid-manifest", Site(manifest.path), message, tool="pdm"),))
    faults = [found for found in _parents(sources, manifest) if isinstance(found, Fault)]
    return Outcome(tuple(fault._replace(tool="pdm") for fault in faults[:1]))


def _parents(sources: Sources, manifest: PyProject) -> Iterator[PyProject | Fault]:
    """The pyproject.toml files above the project, until one is the root of its workspace."""
    for directory in paths.ancestors(manifest.directory)[1:]:
        path = paths.join(directory, "pyproject.toml")
        if not sources.tree.exists(path):
            continue
        found = sources.get(pyproject.read, path)
        if isinstance(found, toml.Unknown):
            continue
        yield found
        if isinstance(found, PyProject) and manifest.directory in members(sources, found):
            return


def workspace(sources: Sources, manifest: PyProject) -> Workspace | None:
    """The workspace that the project is a member of, or else the root of."""
    here = sources.tree.resolve(manifest.directory)
    for found in _parents(sources, manifest):
        if isinstance(found, PyProject) and here in (inside := members(sources, found)):
            return Workspace(found.directory, inside)
    read = sources.get(dialect.read, manifest.path)
    if read is None or read.members is None:
        return None
    return Workspace(manifest.directory, members(sources, manifest))


def members(sources: Sources, root: PyProject) -> tuple[str, ...]:
    """The members of a workspace root, real; what is missing or no project is skipped."""
    read = sources.get(dialect.read, root.path)
    tree, found = sources.tree, dict[str, None]()
    for line in read.members or () if read is not None else ():
        raw = line.text or ""
        if globs.has_magic(raw):
            candidates = list(globs.expand(tree, root.directory, raw, "pathlib"))
        else:
            candidates = [paths.unresolved(root.directory, raw)]
        for candidate in candidates:
            real = tree.resolve(candidate)
            if tree.is_file(paths.join(real, "pyproject.toml")):
                found[real] = None
    return tuple(found)


def selection(words: Words) -> Selection:
    """The group options of a command."""
    groups, without = words.listed("group"), words.listed("without")
    dev = True if words.has("dev") else False if words.has("prod") else None
    if without and not groups and dev is None:
        groups = (":all",)
    return Selection(not words.has("no-default"), dev, groups, frozenset(map(pyproject.normalise, without)))


def wanted_groups(read: Pdm, chosen: Selection, locked: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The groups that a command works on; None where PDM refuses the choice.

    locked: the groups that a lock file lists, None without a lock file.
    """
    if chosen.unset and locked is not None:
        return tuple(group for group in locked if group in read.groups) if locked else tuple(read.groups)
    dev = chosen.dev is not False
    groups = {group if group == ":all" else pyproject.normalise(group) for group in chosen.groups}
    if groups & read.dev:
        if not dev:
            return None
    elif dev:
        groups |= read.dev
    if ":all" in groups:
        groups |= read.extras
    if chosen.default:
        groups.add(DEFAULT)
    return tuple(
        sorted((groups - chosen.without) & set(read.groups), key=lambda group: (group != DEFAULT, group))
    )


def content_hash(manifest: PyProject) -> str | None:
    """The hash of the parts of a pyproject.toml that matter to a lock (`PyProject.content_hash`)."""
    project = pyproject.table_at(manifest.data, "project") or {}
    settings = manifest.tool("pdm") or {}
    dev: dict[str, list[object]] = {}
    for table in (manifest.data.get("dependency-groups"), settings.get("dev-dependencies")):
        for name, listed in table.items() if isinstance(table, dict) else ():
            dev.setdefault(pyproject.normalise(name), []).extend(listed if isinstance(listed, list) else [])
    relevant = {
        "sources": settings.get("source", []),
        "dependencies": project.get("dependencies", []),
        "dev-dependencies": dev,
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
        "resolution": settings.get("resolution", {}),
    }
    try:
        return sha256(json.dumps(relevant, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
    except (TypeError, ValueError, RecursionError):
        return None
