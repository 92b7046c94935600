"""uv_build: `[project]` and `[tool.uv.build-backend]`.

Source of the rules: uv 0.12.5, `uv-build-backend/src/lib.rs` (find_roots,
module_path_from_module_name), `wheel.rs` (write_data_files), `metadata.rs`; verdicts are recorded with
uv 0.13.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.load.backend import globs
from depcheck.load.backend.findings import (
    PROJECT_KEYS,
    Findings,
    Key,
    license_file,
    license_globs,
    named,
    readme_file,
)
from depcheck.manifest import toml
from depcheck.manifest.pyproject import PyProject, normalise
from depcheck.model import Reference, Site
from depcheck.paths import is_below, join
from depcheck.sources import Sources

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "uv", "build-backend", "module-root"), "directory"),
    Key(("tool", "uv", "build-backend", "data", "*"), "directory"),
)
_IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    return named(sources, manifest, KEYS)


def build(findings: Findings, target: str) -> None:
    """What uv_build does: the metadata's files, then the modules and the data directories."""
    project = findings.manifest.project
    if project is None or not project.name:
        findings.invalid(findings.site("project"), "uv_build needs `project.name`")
        return
    if "version" not in project.table:
        findings.invalid(findings.site("project"), "uv_build needs `project.version`")
    _files(findings)
    if target == "metadata":
        return
    _modules(findings, findings.manifest.tool("uv", "build-backend") or {}, project.name)
    if target in {"wheel", "editable"}:
        _data(findings, findings.manifest.tool("uv", "build-backend", "data") or {})


def _files(findings: Findings) -> None:
    if found := readme_file(findings.manifest):
        site, raw = found
        if not findings.is_file(raw):
            findings.missing(site, raw, f"uv_build says: failed to open file `{raw}`")
    if found := license_file(findings.manifest):
        site, raw = found
        if not findings.is_file(raw):
            findings.missing(site, raw, f"uv_build says: failed to open file `{raw}`")
    for site, pattern in license_globs(findings.manifest):
        if ".." in pattern.split("/"):
            findings.refused(site, pattern, f"uv_build refuses the pattern `{pattern}`, which leads out")
        elif not any(
            map(findings.tree.is_file, globs.expand(findings.tree, findings.directory, pattern, "pathlib"))
        ):
            findings.refused(site, pattern, f"`{pattern}` matches no file, which uv_build refuses")


def _modules(findings: Findings, table: toml.Table, project: str) -> None:
    raw = table.get("module-root", "src")
    root = findings.at(raw if isinstance(raw, str) else "src")
    if not is_below(root, findings.directory):
        site = findings.site("tool", "uv", "build-backend", "module-root")
        findings.refused(
            site, str(raw), f"`{raw}` leads out of the project, which uv_build refuses", "missing-target-file"
        )
        return
    if table.get("namespace") is True:
        return
    name = table.get("module-name")
    site = findings.site("tool", "uv", "build-backend", "module-name")
    if isinstance(name, str):
        _module(findings, site, root, name)
    elif isinstance(name, list):
        for index, item in enumerate(name):
            if isinstance(item, str):
                _module(findings, site._replace(route=(*site.route, index)), root, item)
    else:
        _named_like_project(findings, root, project)


def _module(findings: Findings, site: Site, root: str, name: str) -> None:
    parts = name.split(".")
    stubs = parts[0].endswith("-stubs")
    first = parts[0].removesuffix("-stubs")
    if not all(_IDENTIFIER.match(part) for part in (first, *parts[1:])):
        findings.invalid(site, f"`{name}` is no name of a module")
        return
    init = "__init__.pyi" if stubs else "__init__.py"
    path = join(root, f"{'/'.join(parts)}/{init}")
    if not findings.tree.is_file(path):
        findings.needs_module(
            site, name, f"`{path}` does not exist", f"uv_build says: Expected a Python module at: {path}"
        )
        return
    for depth in range(len(parts)):
        parent = join(root, "/".join(parts[:depth]))
        if any(findings.tree.exists(join(parent, init)) for init in ("__init__.py", "__init__.pyi")):
            findings.invalid(site, f"`{parent}` is a parent of `{name}` and holds an `__init__.py`")
            return


def _named_like_project(findings: Findings, root: str, project: str) -> None:
    """lib.rs, find_module_path_from_package_name; a `-stubs` project is a stub package."""
    plain = normalise(project).replace("-", "_")
    site = findings.site("project", "name")
    stem = plain.removesuffix("_stubs")
    if stem != plain and findings.tree.is_file(join(root, f"{stem}-stubs/__init__.pyi")):
        return
    path = join(root, f"{stem}-stubs/__init__.pyi" if stem != plain else f"{plain}/__init__.py")
    if not findings.tree.is_file(path):
        findings.needs_module(
            site, plain, f"`{path}` does not exist", f"uv_build says: Expected a Python module at: {path}"
        )


def _data(findings: Findings, table: toml.Table) -> None:
    for name, raw in table.items():
        if not isinstance(raw, str):
            continue
        site = findings.site("tool", "uv", "build-backend", "data", name)
        if not is_below(findings.at(raw), findings.directory):
            findings.refused(
                site, raw, f"`{raw}` leads out of the project, which uv_build refuses", "missing-target-file"
            )
        elif not findings.is_dir(raw):
            findings.missing(site, raw, "uv_build says: No such file or directory", "directory")
