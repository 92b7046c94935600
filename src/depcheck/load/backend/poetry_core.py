"""poetry-core: `[project]` and `[tool.poetry]`.

Source of the rules: poetry-core 2.5, `poetry/core/factory.py`, `poetry/core/masonry/metadata.py`,
`poetry/core/masonry/utils/module.py`, `package_include.py`, `masonry/builders/builder.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
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
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, requirement
from depcheck.model import Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "poetry", "readme")),
    Key(("tool", "poetry", "packages", "*", "from"), "directory"),
    Key(("tool", "poetry", "include"), "glob"),
    Key(("tool", "poetry", "include", "*", "path"), "glob"),
    Key(("tool", "poetry", "build", "script")),
    Key(("tool", "poetry", "scripts", "*", "reference")),
)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend; `packages` are taken from their `from`."""
    for found in named(sources, manifest, KEYS):
        kind = (
            manifest.tool("poetry", "scripts", str(found.site.route[3]))
            if "scripts" in found.site.route
            else None
        )
        if kind is None or kind.get("type") == "file":
            yield found
    for index, table in enumerate(_tables(manifest, "packages")):
        raw, base = table.get("include"), table.get("from")
        if isinstance(raw, str):
            site = Site(manifest.path, ("tool", "poetry", "packages", index, "include"))
            directory = sources.tree.at(manifest.directory, base if isinstance(base, str) else "")
            key = f"tool.poetry.packages[{index}].include"
            yield Reference(site, key, raw, sources.tree.at(directory, raw), "glob")


def build(findings: Findings, target: str) -> None:
    """What poetry-core does for `target`; a project that is no package is not built."""
    table = findings.manifest.tool("poetry") or {}
    if table.get("package-mode") is False:
        findings.invalid(
            findings.site("tool", "poetry", "package-mode"), "poetry-core builds nothing in non-package mode"
        )
        return
    project = findings.manifest.project
    for field in ("name", "version"):
        if not table.get(field) and (project is None or not project.table.get(field)):
            findings.invalid(findings.site(), f"neither `project.{field}` nor `tool.poetry.{field}` is given")
            return
    files(findings)
    if target != "metadata":
        packages(findings, target)
    if target in {"wheel", "editable"}:
        _scripts(findings)
    script = _build_script(findings)
    if script and target in {"wheel", "editable"}:
        if findings.is_file(script):
            findings.unknowns.append(f"`{script}` is code that the build runs")
        else:
            findings.missing(
                findings.site("tool", "poetry", "build"), script, "poetry-core runs it to build the wheel"
            )


def files(findings: Findings) -> None:
    """The files that go into the metadata: readme and licenses (`masonry/metadata.py`)."""
    for site, raw in _readmes(findings):
        if not findings.is_file(raw):
            findings.missing(site, raw, f"poetry-core says: Readme path `{raw}` does not exist.")
    if found := license_file(findings.manifest):
        site, raw = found
        if not findings.is_file(raw):
            findings.missing(site, raw, f"poetry-core says: license file '{raw}' not found")
    for site, pattern in license_globs(findings.manifest):
        if "\\" in pattern or ".." in pattern.split("/") or pattern.startswith("/"):
            findings.refused(site, pattern, f"poetry-core refuses the pattern `{pattern}`")
        elif not any(
            map(findings.tree.is_file, globs.expand(findings.tree, findings.directory, pattern, "pathlib"))
        ):
            findings.refused(site, pattern, f"`{pattern}` matches no file, which poetry-core refuses")


def _readmes(findings: Findings) -> Iterator[tuple[Site, str]]:
    if found := readme_file(findings.manifest):
        yield found
        return
    project, table = findings.manifest.project, findings.manifest.tool("poetry") or {}
    if project is not None and project.table.get("readme"):
        return
    raw = table.get("readme")
    if isinstance(raw, str) and raw:
        yield findings.site("tool", "poetry", "readme"), raw
    for index, item in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(item, str) and item:
            yield findings.site("tool", "poetry", "readme", index), item


def packages(findings: Findings, target: str) -> None:
    """The packages that are built: those of `packages`, or the one named like the project."""
    kind = "sdist" if target == "sdist" else "wheel"
    listed = False
    for index, table in enumerate(_tables(findings.manifest, "packages")):
        formats = table.get("format", [kind])
        if kind not in (formats if isinstance(formats, list) else [formats]):
            continue
        listed = True
        _package(findings, index, table)
    if not listed:
        _default_package(findings)


def _package(findings: Findings, index: int, table: dict[str, object]) -> None:
    """`package_include.py`: the pattern must match, and hold Python somewhere."""
    raw, base = table.get("include"), table.get("from")
    if not isinstance(raw, str):
        return
    site = findings.site("tool", "poetry", "packages", index, "include")
    start = findings.physical(base) if isinstance(base, str) else findings.directory
    if isinstance(base, str) and _is_outside(findings, start):
        findings.refused(
            findings.site("tool", "poetry", "packages", index, "from"),
            base,
            f"`{base}` leads out of the project, which poetry-core refuses",
            "missing-target-file",
        )
        return
    found = list(globs.expand(findings.tree, start, raw, "pathlib"))
    if not found:
        target = f"{base}/{raw}" if isinstance(base, str) else raw
        if isinstance(base, str) and findings.kind(base) is Kind.MISSING:
            from_site = findings.site("tool", "poetry", "packages", index, "from")
            findings.missing(
                from_site, base, f"poetry-core says: {target} does not contain any element", "directory"
            )
        else:
            reference = findings.reference(site, raw, "glob")._replace(target=findings.at(target))
            findings.missing(site, raw, f"poetry-core says: {target} does not contain any element", "glob")
            findings.faults[-1] = findings.faults[-1]._replace(reference=reference)
        return
    first = min(found)
    if len(found) == 1 and findings.tree.is_dir(first):
        found = list(globs.expand(findings.tree, first, "**/*", "pathlib"))
    elif len(found) == 1:
        return
    if not any(name.endswith((".py", ".pyi")) for name in found):
        findings.refused(
            site, raw, f"`{raw}` holds no Python module, which poetry-core refuses", "missing-target-file"
        )


def _is_outside(findings: Findings, path: str) -> bool:
    real = findings.tree.resolve(path)
    return not paths.is_below(real, findings.tree.resolve(findings.directory))


def _default_package(findings: Findings) -> None:
    """`module.py`: `<name>/`, `<name>.py`, then both in `src/`."""
    project, table = findings.manifest.project, findings.manifest.tool("poetry") or {}
    own = project.name if project and project.name else table.get("name")
    if not isinstance(own, str):
        return
    name = re.sub(r"[-.]+", "_", normalise(own))
    site = (
        findings.site("project", "name")
        if project and project.name
        else findings.site("tool", "poetry", "name")
    )
    for prefix in ("", "src/"):
        package, module = findings.is_dir(f"{prefix}{name}"), findings.is_file(f"{prefix}{name}.py")
        if package and module:
            findings.invalid(site, f"`{prefix}{name}/` and `{prefix}{name}.py` both exist")
        if package and not any(
            found.endswith((".py", ".pyi"))
            for found in globs.expand(findings.tree, findings.physical(f"{prefix}{name}"), "**/*", "pathlib")
        ):
            findings.refused(
                site,
                name,
                f"`{prefix}{name}` holds no Python module, which poetry-core refuses",
                "missing-target-file",
            )
        if package or module:
            return
    findings.needs_module(
        site,
        name,
        f"no code for `{name}`: neither `{name}/`, `{name}.py`, `src/{name}/` nor `src/{name}.py`",
        f"poetry-core says: No file/folder found for package {own}",
    )


def _build_script(findings: Findings) -> str | None:
    table = findings.manifest.tool("poetry") or {}
    script = table.get("build")
    if isinstance(script, dict):
        script = script.get("script")
    return script if isinstance(script, str) and script else None


def _scripts(findings: Findings) -> None:
    """`builder.py`, convert_script_files: `{type = "file", reference = ...}`."""
    if _build_script(findings):
        return
    for name, table in (findings.manifest.tool("poetry", "scripts") or {}).items():
        raw = table.get("reference") if isinstance(table, dict) and table.get("type") == "file" else None
        if not isinstance(raw, str):
            continue
        site = findings.site("tool", "poetry", "scripts", name, "reference")
        if raw.startswith("/"):
            findings.refused(
                site, raw, f"`{raw}` is absolute, which poetry-core refuses", "missing-target-file"
            )
        elif not findings.is_file(raw):
            findings.missing(
                site, raw, f"poetry-core says: {raw} in script specification ({name}) is not found."
            )


def _tables(manifest: PyProject, key: str) -> list[dict[str, object]]:
    listed = (manifest.tool("poetry") or {}).get(key)
    return [item if isinstance(item, dict) else {} for item in listed] if isinstance(listed, list) else []


def requires(findings: Findings) -> list[Requirement]:
    """`factory.py`: path dependencies become `name @ file:///absolute` in the metadata."""
    project, table = findings.manifest.project, findings.manifest.tool("poetry") or {}
    if project is not None and project.dependencies:
        return list(project.dependencies)
    found = []
    listed = table.get("dependencies")
    for name, value in listed.items() if isinstance(listed, dict) else ():
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            raw = (item.get("path") or item.get("file")) if isinstance(item, dict) else None
            if not isinstance(raw, str) or item.get("optional") is True:
                continue
            place = (name, index) if isinstance(value, list) else (name,)
            site = findings.site(
                "tool", "poetry", "dependencies", *place, "path" if "path" in item else "file"
            )
            real = findings.tree.resolve(findings.physical(raw))
            absolute = real if real.startswith("/") else f"{findings.tree.root.rstrip('/')}/{real}"
            made = requirement(site, f"{name} @ file://{absolute.replace(' ', '%20')}")
            if made is not None:
                found.append(made._replace(text=raw))
    return found
