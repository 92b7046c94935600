"""hatchling: `[tool.hatch]` of pyproject.toml, and hatch.toml, whose tables replace those.

Source of the rules: hatchling 1.33, `hatchling/metadata/core.py` (the fields of `[project]`),
`hatchling/builders/wheel.py` (default file selection), `hatchling/builders/plugin/interface.py`
(forced files), `hatchling/version/`, `hatchling/utils/context.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from depcheck import paths
from depcheck.load.backend import globs
from depcheck.load.backend.code import is_inert
from depcheck.load.backend.findings import (
    PROJECT_KEYS,
    Findings,
    Key,
    is_dynamic,
    license_file,
    named,
    readme_file,
    text_of,
)
from depcheck.manifest import toml
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, requirement, table_at
from depcheck.model import Fault, Reference, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "hatch", "version", "path")),
    Key(("tool", "hatch", "metadata", "hooks", "custom", "path")),
    Key(("tool", "hatch", "build", "hooks", "custom", "path")),
    Key(("tool", "hatch", "build", "targets", "*", "hooks", "custom", "path")),
    Key(("tool", "hatch", "build", "force-include"), "path", keys=True),
    Key(("tool", "hatch", "build", "targets", "*", "force-include"), "path", keys=True),
    Key(("tool", "hatch", "build", "packages"), "directory"),
    Key(("tool", "hatch", "build", "targets", "*", "packages"), "directory"),
    Key(("tool", "hatch", "build", "only-include"), "path"),
    Key(("tool", "hatch", "build", "targets", "*", "only-include"), "path"),
    Key(("tool", "hatch", "build", "targets", "*", "shared-data"), "path", keys=True),
    Key(("tool", "hatch", "build", "targets", "*", "sbom-files"), "file"),
)
_DEFAULT_VERSION = re.compile(r"(?im)^(__version__|VERSION) *= *(['\"])v?.+?\2")
_FIELD = re.compile(r"\{(root|home|env)((?::[^{}]*)?)\}")
_UNKNOWN_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::[^{}]*)?\}")
_README_TYPES = (".md", ".rst", ".txt")


class Table(NamedTuple):
    """A table of hatch's configuration and where it stands; empty where there is none."""

    file: str
    route: Route
    data: toml.Table

    def get(self, *keys: str) -> Table:
        """The table at `keys` below this one."""
        found = table_at(self.data, *keys)
        return Table(self.file, (*self.route, *keys), {} if found is None else found)

    def site(self, *keys: str | int) -> Site:
        """The place of a key below this table."""
        return Site(self.file, (*self.route, *keys))


def config(sources: Sources, manifest: PyProject, name: str) -> Table:
    """The table `name` (`build`, `version`, `metadata`, `envs`) of hatch's configuration.

    `hatchling/metadata/core.py`, ProjectMetadata.hatch: hatch.toml is laid over `[tool.hatch]`,
    top-level table by table.
    """
    path = paths.join(manifest.directory, "hatch.toml")
    if sources.tree.is_file(path):
        document = sources.get(toml.read, path)
        if isinstance(document, toml.Document) and name in document.data:
            own = document.data[name]
            return Table(path, (name,), own if isinstance(own, dict) else {})
    found = manifest.tool("hatch", name)
    return Table(manifest.path, ("tool", "hatch", name), {} if found is None else found)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    yield from named(sources, manifest, KEYS)
    path = paths.join(manifest.directory, "hatch.toml")
    document = sources.get(toml.read, path) if sources.tree.is_file(path) else None
    if isinstance(document, toml.Document):
        bare = PyProject(path, manifest.directory, document.data, None, {}, None, ())
        own = tuple(Key(key.route[2:], key.kind, key.keys) for key in KEYS if key.route[0] == "tool")
        yield from named(sources, bare, own)


def build(findings: Findings, target: str) -> None:
    """What hatchling does for `target`.

    pip asks for no metadata alone: under PIP_BUILD_TRACKER `hatchling/build.py` offers no
    `prepare_metadata_for_build_wheel`, so pip builds the wheel.
    """
    if findings.manifest.project is None:
        findings.invalid(findings.site(), "hatchling needs a `[project]` table")
        return
    path = paths.join(findings.directory, "hatch.toml")
    if findings.tree.is_file(path):
        document = findings.sources.get(toml.read, path)
        if isinstance(document, Fault):
            findings.faults.append(document._replace(tool=findings.tool))
            return
    kind = "sdist" if target == "sdist" else "wheel"
    options = config(findings.sources, findings.manifest, "build")
    _metadata(findings)
    _version(findings)
    certain = _hooks(findings, options, kind)
    if kind == "wheel":
        _selection(findings, options, certain)
        _sbom_files(findings, options.get("targets", "wheel"))
    _forced(findings, options, kind, certain)


def _metadata(findings: Findings) -> None:
    """`hatchling/metadata/core.py`, CoreMetadata.validate_fields."""
    project = findings.manifest.project
    hooks = config(findings.sources, findings.manifest, "metadata").get("hooks")
    for name in hooks.data:
        if name == "custom":
            _script(findings, hooks.get("custom"))
        else:
            findings.unknowns.append(f"the metadata hook `{name}` is a plugin")
    if project is None:
        return
    if found := readme_file(findings.manifest):
        site, raw = found
        if (
            raw.startswith("/")
            or findings.at(raw).startswith("/")
            or not paths.is_below(findings.at(raw), findings.directory)
        ):
            findings.refused(
                site, raw, f"`{raw}` leads out of the project, which hatchling refuses for a readme"
            )
        elif not findings.is_file(raw, lexical=True):
            findings.missing(site, raw, f"hatchling says: Readme file does not exist: {raw}")
        elif site.route[-1] == "readme" and not raw.lower().endswith(_README_TYPES):
            findings.invalid(site, f"`{raw}` has no extension that tells its content type")
    if found := license_file(findings.manifest):
        site, raw = found
        if not findings.is_file(raw, lexical=True):
            findings.missing(site, raw, f"hatchling says: License file does not exist: {raw}")
    _dependencies(findings)


def _dependencies(findings: Findings) -> None:
    project = findings.manifest.project
    allowed = (
        config(findings.sources, findings.manifest, "metadata").data.get("allow-direct-references") is True
    )
    if project is None:
        return
    listed = [*project.dependencies, *(item for extra in project.optional.values() for item in extra)]
    for item in listed:
        for match in _UNKNOWN_FIELD.finditer(item.text):
            if match[1] not in {"root", "home", "env"}:
                findings.invalid(item.site, f"`{match[0]}` is no context field that hatchling knows")
        if item.url and not allowed:
            findings.invalid(
                item.site,
                f"`{item.name}` is a direct reference, which hatchling refuses",
                "`tool.hatch.metadata.allow-direct-references = true` allows it",
            )


def _version(findings: Findings) -> None:
    """`project.version`, or the source that `[tool.hatch.version]` names for it."""
    project = findings.manifest.project
    if project is None or "version" in project.table:
        return
    if not is_dynamic(findings.manifest, "version"):
        findings.invalid(findings.site("project"), "`project.version` is neither given nor listed as dynamic")
        return
    table = config(findings.sources, findings.manifest, "version")
    source, raw = table.data.get("source", "regex"), table.data.get("path")
    if not table.data:
        if not config(findings.sources, findings.manifest, "metadata").get("hooks").data:
            findings.invalid(findings.site("project", "dynamic"), "`tool.hatch.version` is missing")
    elif not isinstance(source, str) or not source:
        findings.invalid(table.site("source"), "`tool.hatch.version.source` should be a string")
    elif source == "env":
        findings.unknowns.append("the version is taken from an environment variable")
    elif source not in {"regex", "code"}:
        findings.unknowns.append(f"the version comes from the plugin `{source}`")
    elif not isinstance(raw, str) or not raw:
        findings.invalid(table.site(), "`tool.hatch.version.path` must be given")
    elif source == "regex" and not isinstance(table.data.get("pattern", ""), str):
        findings.invalid(table.site("pattern"), "`tool.hatch.version.pattern` should be a string")
    elif not findings.is_file(raw, lexical=True):
        findings.missing(
            table.site("path"),
            raw,
            f"hatchling says: Error getting the version from source `{source}`: file does not exist: {raw}",
        )
    elif source == "code":
        findings.unknowns.append(f"the version is what the code of `{raw}` says when it is run")
    elif table.data.get("pattern", "") == "":
        text = text_of(findings, raw, lexical=True)
        if text is not None and not _DEFAULT_VERSION.search(text):
            findings.invalid(table.site("path"), f'`{raw}` holds no `__version__ = "..."`')


def _hooks(findings: Findings, options: Table, kind: str) -> bool:
    """The build hooks; whether it is known that they add nothing to the wheel."""
    tables = {name: options.get("hooks", name) for name in options.get("hooks").data}
    own = options.get("targets", kind, "hooks")
    tables |= {name: own.get(name) for name in own.data}
    nothing = True
    for name, table in tables.items():
        if table.data.get("enable-by-default") is False:
            continue
        nothing = False
        if name == "custom":
            _script(findings, table)
        elif name == "version":
            _version_hook(findings, table)
        else:
            findings.unknowns.append(f"the build hook `{name}` is a plugin")
    return nothing


def _version_hook(findings: Findings, table: Table) -> None:
    """The version hook writes its file; with a pattern it reads it first."""
    raw = table.data.get("path")
    if not isinstance(raw, str) or not raw:
        findings.invalid(table.site(), "the version hook needs a `path`")
    elif table.data.get("pattern") and not findings.is_file(raw, lexical=True):
        findings.missing(table.site("path"), raw, f"hatchling says: file does not exist: {raw}")


def _script(findings: Findings, table: Table) -> None:
    raw = table.data.get("path", "hatch_build.py")
    if not isinstance(raw, str) or not raw:
        findings.invalid(table.site("path"), "the custom hook's `path` must be a string that is not empty")
    elif not findings.is_file(raw, lexical=True):
        site = table.site("path") if "path" in table.data else table.site()
        findings.missing(site, raw, f"hatchling says: Build script does not exist: {raw}")
    else:
        text = text_of(findings, raw, lexical=True)
        if text is not None and not is_inert(text):
            findings.unknowns.append(f"`{raw}` is code that the build runs")


def _selection(findings: Findings, options: Table, certain: bool) -> None:
    """`hatchling/builders/wheel.py`, WheelBuilderConfig.default_file_selection_options."""
    project = findings.manifest.project
    target = options.get("targets", "wheel")
    if target.data.get("bypass-selection") is True or project is None or not project.name:
        return
    for name in ("include", "packages", "only-include"):
        if target.data.get(name, options.data.get(name)):
            return
    for name in dict.fromkeys((_file_name(project.name), _file_name(normalise(project.name)))):
        if (
            findings.is_file(f"{name}/__init__.py")
            or findings.is_file(f"src/{name}/__init__.py")
            or findings.is_file(f"{name}.py")
            or len(list(globs.expand(findings.tree, findings.directory, f"*/{name}/__init__.py", "glob")))
            == 1
        ):
            return
    if _force_include(options, "wheel").data:
        return
    if not certain:
        findings.unknowns.append("what the build hooks put into the wheel is not known")
        return
    name = _file_name(normalise(project.name))
    findings.needs_module(
        findings.site("project", "name"),
        name,
        f"no code for `{name}`: neither `{name}/__init__.py`, `src/{name}/__init__.py`, `{name}.py` "
        f"nor `*/{name}/__init__.py`",
        "hatchling says: Unable to determine which files to ship inside the wheel",
    )


def _file_name(name: str) -> str:
    """`BuilderInterface.normalize_file_name_component`."""
    return re.sub(r"[^\w\d.]+", "_", name)


def _force_include(options: Table, kind: str) -> Table:
    own = options.get("targets", kind)
    return own.get("force-include") if "force-include" in own.data else options.get("force-include")


def _forced(findings: Findings, options: Table, kind: str, certain: bool) -> None:
    """`BuilderInterface.recurse_forced_files`; the path is taken lexically."""
    table = _force_include(options, kind)
    for raw in table.data:
        if raw.startswith("~"):
            findings.unknowns.append(f"`{raw}` lies in the home directory")
        elif findings.is_file(raw, lexical=True) or findings.is_dir(raw, lexical=True):
            continue
        elif not certain:
            findings.unknowns.append(f"`{raw}` may be made by a build hook")
        else:
            findings.missing(table.site(raw), raw, f"hatchling says: Forced include not found: {raw}", "path")


def _sbom_files(findings: Findings, table: Table) -> None:
    listed: Any = table.data.get("sbom-files")
    for index, raw in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(raw, str) and not findings.is_file(raw, lexical=True):
            findings.missing(table.site("sbom-files", index), raw, f"hatchling says: No such file: {raw}")


def fill_in(findings: Findings, item: Requirement) -> Requirement | None:
    """`item` with the context fields replaced; None where one depends on the environment."""
    if "{" not in item.text:
        return item
    root = (
        findings.tree.root
        if not findings.directory
        else f"{findings.tree.root.rstrip('/')}/{findings.directory}"
    )

    def replace(match: re.Match[str]) -> str:
        if match[1] != "root":
            raise LookupError(match[0])
        modifiers = match[2].split(":")[1:]
        path = root
        while modifiers and modifiers[0] == "parent":
            path = paths.parent(path) or "/"
            modifiers.pop(0)
        if modifiers == ["uri"]:
            return "file://" + path.replace(" ", "%20")
        return path

    try:
        text = _FIELD.sub(replace, item.text)
    except LookupError as error:
        findings.unknowns.append(f"`{error.args[0]}` depends on the environment")
        return None
    return requirement(item.site, text)
