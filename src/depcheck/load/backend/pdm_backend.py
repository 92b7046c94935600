"""pdm-backend: `[project]` and `[tool.pdm.build]`.

Source of the rules: pdm-backend 2.5, `pdm/backend/config.py`, `pdm/backend/base.py`,
`pdm/backend/hooks/version/`, and the pyproject_metadata 0.11 in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck.load.backend import globs
from depcheck.load.backend.code import is_inert
from depcheck.load.backend.findings import (
    PROJECT_KEYS,
    Findings,
    Key,
    is_dynamic,
    license_file,
    license_globs,
    named,
    readme_file,
    text_of,
)
from depcheck.manifest.pyproject import PyProject, Requirement, requirement
from depcheck.model import Reference
from depcheck.sources import Sources

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "pdm", "version", "path")),
    Key(("tool", "pdm", "build", "package-dir"), "directory"),
    Key(("tool", "pdm", "build", "custom-hook")),
    Key(("tool", "pdm", "build", "includes"), "glob"),
    Key(("tool", "pdm", "build", "source-includes"), "glob"),
)
_VERSION = re.compile(r"^(?:__version__|VERSION)\s*=\s*[\"'](.+?)[\"']\s*(?:#.*)?$", re.MULTILINE)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    return named(sources, manifest, KEYS)


def build(findings: Findings, target: str) -> None:
    """What pdm-backend does: `Config.validate`, the version, then the files of the package."""
    project = findings.manifest.project
    if project is None or not project.name:
        findings.invalid(findings.site("project"), "pdm-backend needs `project.name`")
        return
    _files(findings)
    _version(findings)
    options = findings.manifest.tool("pdm", "build") or {}
    hook = options.get("custom-hook", "pdm_build.py")
    hooked = isinstance(hook, str) and findings.is_file(hook)
    if isinstance(hook, str) and hooked:
        text = text_of(findings, hook)
        if text is not None and not is_inert(text):
            findings.unknowns.append(f"`{hook}` is code that the build runs")
    raw = options.get("package-dir")
    if target == "metadata" or options.get("includes") or not isinstance(raw, str) or not raw:
        return
    if not findings.is_dir(raw):
        site = findings.site("tool", "pdm", "build", "package-dir")
        findings.missing(site, raw, f"pdm-backend says: No such file or directory: '{raw}'", "directory")


def _files(findings: Findings) -> None:
    """pyproject_metadata: get_readme, get_license, get_license_files."""
    if found := readme_file(findings.manifest):
        site, raw = found
        if site.route[-1] == "readme" and not raw.endswith((".md", ".rst")):
            findings.invalid(site, f"`{raw}` has no extension that tells pdm-backend its content type")
        elif not findings.is_file(raw):
            findings.missing(site, raw, f"pdm-backend says: Readme file not found ('{raw}')")
    if found := license_file(findings.manifest):
        site, raw = found
        if not findings.is_file(raw):
            findings.missing(site, raw, f"pdm-backend says: License file not found ('{raw}')")
    for site, pattern in license_globs(findings.manifest):
        if pattern.startswith("/") or ".." in pattern.split("/"):
            findings.refused(site, pattern, f"pdm-backend refuses the pattern `{pattern}`, which leads out")
        elif not any(
            map(findings.tree.is_file, globs.expand(findings.tree, findings.directory, pattern, "pathlib"))
        ):
            findings.refused(site, pattern, f"`{pattern}` matches no file, which pdm-backend refuses")


def _version(findings: Findings) -> None:
    """`hooks/version/__init__.py`, DynamicVersionBuildHook."""
    project = findings.manifest.project
    table = findings.manifest.tool("pdm", "version")
    if project is None or "version" in project.table:
        return
    if not is_dynamic(findings.manifest, "version"):
        findings.invalid(findings.site("project"), "`project.version` is neither given nor listed as dynamic")
        return
    if not table:
        return
    site = findings.site("tool", "pdm", "version", "path")
    raw, source = table.get("path"), table.get("source")
    if source is None and isinstance(raw, str) and raw:
        if findings.is_file(raw):
            source = "file"
        else:
            findings.missing(site, raw, "pdm-backend says: tool.pdm.version.source is required")
    if source == "file" and isinstance(raw, str):
        if not findings.is_file(raw):
            findings.missing(site, raw, f"pdm-backend says: No such file or directory: '{raw}'")
        elif not table.get("pattern"):
            text = text_of(findings, raw)
            if text is not None and not _VERSION.search(text):
                findings.invalid(site, f'`{raw}` holds no `__version__ = "..."`')
    elif source in {"scm", "call"}:
        findings.unknowns.append(f"the version is taken from its source `{source}`")


def fill_in(findings: Findings, item: Requirement) -> Requirement | None:
    """`utils.py`, expand_vars; None where a variable of the environment is asked for."""
    if "$" not in item.text:
        return item
    root = (
        findings.tree.root
        if not findings.directory
        else f"{findings.tree.root.rstrip('/')}/{findings.directory}"
    )
    text = item.text.replace("file:///${PROJECT_ROOT}", f"file://{root.replace(' ', '%20')}")
    start = text.find("${")
    end = text.find("}", start + 3) if start >= 0 else -1
    if end >= 0:
        findings.unknowns.append(f"`{text[start : end + 1]}` depends on the environment")
        return None
    return requirement(item.site, text)
