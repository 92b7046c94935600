"""`hatch env create`: what an environment needs, and where making it fails.

Sources: hatch `env/plugin/interface.py`, `project/core.py` (prepare_environment).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from depcheck import paths
from depcheck.load import groups
from depcheck.load.hatch import workspace
from depcheck.load.hatch.installation import Installation
from depcheck.manifest import hatch as dialect
from depcheck.manifest import pyproject
from depcheck.manifest.hatch import Environment
from depcheck.manifest.pyproject import PyProject, Requirement
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Tree

_FIELD = re.compile(r"\{([A-Za-z_/;][A-Za-z0-9_-]*)((?::[^{}]*)?)\}")
# Fields that environments know besides those of the project.
_ENVIRONMENT_FIELDS = frozenset(("env_name", "env_type", "matrix", "verbosity", "args", "user_args"))
_RELEVANT = frozenset(
    (
        "dependencies",
        "extra-dependencies",
        "features",
        "dependency-groups",
        "workspace",
        "skip-install",
        "sources",
    )
)


def create(sources: Sources, manifest: PyProject, name: str, env: Mapping[str, str]) -> Outcome:
    """What `hatch env create NAME` does."""
    found = sources.get(dialect.read, manifest.path)
    if found.faults:
        return Outcome(found.faults)
    environment = found.table.get(name)
    if environment is None:
        if "." in name and name.partition(".")[0] in found.table:
            environment = found.table[name.partition(".")[0]]  # one of a matrix
        elif found.collectors:
            return Outcome(unknowns=("a plugin collects the environments",))
        else:
            message = f"there is no environment `{name}`"
            return Outcome((Fault("invalid-manifest", Site(manifest.path), message, tool="hatch"),))
    making = _Making(sources, manifest, environment, env)
    making.run()
    return Outcome(tuple(making.faults), tuple(dict.fromkeys(making.unknowns)))


def references(sources: Sources, manifest: PyProject, environment: Environment) -> Iterator[Reference]:
    """Every local path among the dependencies of an environment."""
    making = _Making(sources, manifest, environment, {})
    installation = Installation(sources, uv=False)
    for item in making.dependencies():
        if (source := making.source(item)) is not None:
            yield source
        elif (local := installation.local(item, manifest.directory)) is not None:
            yield local


def fill_in(tree: Tree, directory: str, text: str) -> str | None:
    """`text` with context fields replaced; None where one depends on the environment.

    Raises LookupError with the name of a field that Hatch does not know.
    """
    root = directory if directory.startswith("/") else f"{'' if tree.root == '/' else tree.root}/{directory}"
    root = root.rstrip("/") or "/"
    open_field = False

    def replace(match: re.Match[str]) -> str:
        nonlocal open_field
        field, modifiers = match[1], match[2].split(":")[1:]
        if field == "/":
            return "/"
        if field != "root":
            if field not in {"home", "env", ";"} | _ENVIRONMENT_FIELDS:
                raise LookupError(field)
            open_field = True
            return ""
        path = root
        while modifiers and modifiers[0] == "parent":
            path = paths.parent(path) or "/"
            modifiers.pop(0)
        return f"file://{path}".replace(" ", "%20") if modifiers == ["uri"] else path

    filled = _FIELD.sub(replace, text)
    return None if open_field else filled


class _Making:
    """The making of one environment."""

    def __init__(
        self, sources: Sources, manifest: PyProject, environment: Environment, env: Mapping[str, str]
    ) -> None:
        self.sources = sources
        self.manifest = manifest
        self.environment = environment
        self.keys = environment.keys
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.env = env

    def run(self) -> None:
        """All of it, as far as it goes without an index."""
        kind = self.keys.get("type", "virtual")
        if kind != "virtual":
            self.unknowns.append(f"environments of type `{kind}` come from a plugin")
            return
        self._overrides()
        members = list(self._members())
        features = self._features()
        groups = list(self._groups())
        wanted = [*self.dependencies(), *groups]
        if self.faults:
            return
        installation = Installation(self.sources, uv=self.keys.get("installer", "pip") == "uv")
        skip = self.keys.get("skip-install") is True
        if not skip:
            installation.project(self.manifest, features)
        else:
            wanted += self._of_features(features)
        for member in members:
            path = paths.join(member.directory, "pyproject.toml")
            inner = self.sources.get(pyproject.read, path)
            if isinstance(inner, PyProject):
                installation.project(inner, member.features)
            elif isinstance(inner, Fault):
                installation.faults.append(inner._replace(tool="hatch"))
        for item in wanted:
            self._install(installation, item)
        self.faults += installation.faults
        self.unknowns += installation.unknowns

    def _overrides(self) -> None:
        overrides = self.keys.get("overrides")
        for kind, table in overrides.items() if isinstance(overrides, dict) else ():
            for name, options in table.items() if isinstance(table, dict) else ():
                active = (kind != "platform" or name == "linux") and (kind != "env" or name in self.env)
                if active and isinstance(options, dict) and any(_base(key) in _RELEVANT for key in options):
                    self.unknowns.append(f"`overrides.{kind}.{name}` changes what the environment needs")

    def _members(self) -> Iterator[workspace.Member]:
        for found in workspace.members(self.sources.tree, self.manifest.directory, self.environment):
            if isinstance(found, Fault):
                self.faults.append(found)
            else:
                yield found

    def _features(self) -> tuple[str, ...]:
        project = self.manifest.project
        known = project.optional if project is not None else {}
        dynamic = project is not None and "optional-dependencies" in project.dynamic
        hooked = bool(self.manifest.tool("hatch", "metadata", "hooks"))
        found: list[str] = []
        for index, feature in enumerate(pyproject.strings(self.keys.get("features"))):
            found.append(pyproject.normalise(feature))
            if found[-1] not in known and not dynamic and not hooked:
                self._unknown("features", index, feature, "an extra of the project")
        return tuple(sorted(set(found)))

    def _of_features(self, features: tuple[str, ...]) -> list[Requirement]:
        project = self.manifest.project
        return [item for feature in features if project for item in project.optional.get(feature, ())]

    def _groups(self) -> Iterator[Requirement]:
        for index, name in enumerate(pyproject.strings(self.keys.get("dependency-groups"))):
            group = pyproject.normalise(name)
            if group not in self.manifest.groups:
                self._unknown("dependency-groups", index, name, "a dependency group")
            else:
                flat = groups.flatten(self.manifest.groups, (group,))
                self.faults += map(_wrong, flat.wrong)
                yield from flat.table[group]

    def dependencies(self) -> Iterator[Requirement]:
        """What the environment itself asks for."""
        for key in ("dependencies", "extra-dependencies"):
            yield from self._dependencies(key)

    def _dependencies(self, key: str) -> Iterator[Requirement]:
        listed = self.keys.get(key)
        for index, text in enumerate(listed if isinstance(listed, list) else ()):
            site = self.environment.site(key, index)
            try:
                filled = (
                    fill_in(self.sources.tree, self.manifest.directory, text) if isinstance(text, str) else ""
                )
            except LookupError as error:
                message = f"Hatch does not know the field `{error.args[0]}`"
                self.faults.append(Fault("invalid-manifest", site, message, tool="hatch"))
                continue
            if filled is None:
                self.unknowns.append(f"`{text}` depends on the environment")
                continue
            item = pyproject.requirement(site, filled) if filled else None
            if item is None:
                self.faults.append(
                    Fault("invalid-manifest", site, f"`{text}` is no requirement", tool="hatch")
                )
            else:
                yield item

    def _install(self, installation: Installation, item: Requirement) -> None:
        reference = self.source(item)
        if reference is None:
            installation.requirement(item, self.manifest.directory)
        else:
            installation.path(reference.target, reference, item.extras)

    def source(self, item: Requirement) -> Reference | None:
        """The path that `sources` gives for a requirement, where it leads."""
        source = self._source(item.name) if not item.url else None
        if source is None:
            return None
        reference, subdirectory = source
        raw = f"{reference.raw}/{subdirectory}" if subdirectory else reference.raw
        joined = paths.unresolved(self.manifest.directory, raw)
        return reference._replace(target=self.sources.tree.resolve(joined))

    def _source(self, name: str) -> tuple[Reference, str] | None:
        table = self.keys.get("sources")
        for key, source in table.items() if isinstance(table, dict) else ():
            if pyproject.normalise(key) != name or "HATCH_NO_SOURCES" in self.env:
                continue
            path: Any = source.get("path") if isinstance(source, dict) else source
            if isinstance(path, str) and path:
                inner = ("path",) if isinstance(source, dict) else ()
                site = self.environment.site("sources", key, *inner)
                target = self.sources.tree.at(self.manifest.directory, path)
                subdirectory = source.get("subdirectory") if isinstance(source, dict) else ""
                reference = pyproject.path_reference(target, site, path, key)
                return reference, subdirectory if isinstance(subdirectory, str) else ""
        return None

    def _unknown(self, key: str, index: int, raw: str, what: str) -> None:
        site = self.environment.site(key, index)
        message = f"`{raw}` is not {what}"
        reference = pyproject.path_reference("", site, raw, kind="path")
        self.faults.append(Fault("invalid-manifest", site, message, reference, tool="hatch"))


def _wrong(wrong: groups.Wrong) -> Fault:
    item = wrong.item
    message = f"the group `{wrong.holder}` includes `{item.name}`, which is not defined"
    site = item.site._replace(route=(*item.site.route, "include-group"))
    reference = pyproject.path_reference("", site, item.name, kind="path")
    return Fault("invalid-manifest", site, message, reference, tool="hatch")


def _base(key: str) -> str:
    return key.removeprefix("set-")
