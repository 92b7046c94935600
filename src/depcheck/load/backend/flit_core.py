"""flit_core: `[project]` and `[tool.flit]`.

Source of the rules: flit_core 4.2, `flit_core/config.py` (read_pep621_metadata,
prep_toml_config), `flit_core/common.py` (Module).
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from depcheck import paths
from depcheck.load.backend import globs
from depcheck.load.backend.code import assigned, parse
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
from depcheck.manifest import pep440
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Reference, Site
from depcheck.sources import Sources

_VERSION = "4.2.0"  # the one that is modelled
KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "flit", "external-data", "directory"), "directory"),
    Key(("tool", "flit", "sdist", "include"), "glob"),
)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    return named(sources, manifest, KEYS)


def build(findings: Findings, target: str) -> None:  # noqa: ARG001  # every hook reads all of it
    """What flit_core does: each of its hooks reads the whole configuration and the module."""
    project = findings.manifest.project
    if findings.manifest.tool("flit", "metadata") is not None:
        _old_metadata(findings)
        return
    if project is None or not project.name:
        findings.invalid(findings.site("project"), "flit_core needs `project.name`")
        return
    _files(findings)
    _external_data(findings)
    for field in ("version", "description"):
        if field not in project.table and field not in project.dynamic:
            findings.invalid(
                findings.site("project"), f"`project.{field}` is neither given nor listed as dynamic"
            )
    _module(findings, project.name)


def _old_metadata(findings: Findings) -> None:
    """`prep_toml_config`: only a flit_core before 4 reads `[tool.flit.metadata]`."""
    asked = findings.manifest.build.requires if findings.manifest.build is not None else ()
    wanted = next((one.specifier for one in asked if one.name in {"flit-core", "flit"}), "")
    if pep440.satisfies(_VERSION, wanted) is not True:
        findings.unknowns.append("a flit_core before 4 is asked for, which is not modelled")
    else:
        site = findings.site("tool", "flit", "metadata")
        findings.invalid(site, f"flit_core {_VERSION} does not take `[tool.flit.metadata]`")


def _files(findings: Findings) -> None:
    if found := readme_file(findings.manifest):
        site, raw = found
        if raw.startswith(("/", "\\")):
            findings.refused(site, raw, f"`{raw}` is absolute, which flit_core refuses for a readme")
        elif _is_outside(findings, raw):
            findings.refused(
                site, raw, f"`{raw}` leads out of the project, which flit_core refuses for a readme"
            )
        elif not findings.is_file(raw):
            findings.missing(site, raw, f"flit_core says: Description file {raw} does not exist")
    if found := license_file(findings.manifest):
        site, raw = found
        plain = normpath(raw)
        if plain.startswith(("/", "\\", "../")):
            findings.refused(
                site, raw, f"`{raw}` leads out of the project, which flit_core refuses for a license"
            )
        elif not findings.is_file(plain):
            findings.missing(site, raw, f"flit_core says: License file {raw} does not exist")
        elif _is_outside(findings, plain):
            findings.refused(
                site, raw, f"`{raw}` leads out of the project, which flit_core refuses for a license"
            )
    for site, pattern in license_globs(findings.manifest):
        if pattern.startswith(("/", "\\")) or ".." in pattern:
            findings.refused(site, pattern, f"flit_core refuses the pattern `{pattern}`")
        elif not any(
            map(findings.tree.is_file, globs.expand(findings.tree, findings.directory, pattern, "pathlib"))
        ):
            findings.refused(site, pattern, f"`{pattern}` matches no file, which flit_core refuses")


def _external_data(findings: Findings) -> None:
    table = findings.manifest.tool("flit", "external-data")
    raw = table.get("directory") if table else None
    if not isinstance(raw, str):
        return
    site = findings.site("tool", "flit", "external-data", "directory")
    plain = normpath(raw)
    if plain.startswith(("/", "\\", "../")) or plain == ".":
        findings.refused(
            site, raw, f"flit_core refuses `{raw}` as the directory of data", "missing-target-file"
        )
    elif not findings.is_dir(raw):
        findings.missing(
            site,
            raw,
            "flit_core says: tool.flit.external-data.directory must refer to a directory",
            "directory",
        )


def _module(findings: Findings, project: str) -> None:
    table = findings.manifest.tool("flit", "module")
    named_module = table.get("name") if table else None
    site = findings.site("tool", "flit", "module", "name")
    if not isinstance(named_module, str):
        stubs = project.endswith("-stubs")
        named_module = project[:-6].replace("-", "_") + "-stubs" if stubs else project.replace("-", "_")
        site = findings.site("project", "name")
    path = named_module.replace(".", "/")
    found = [
        *(raw for raw in (path, f"src/{path}") if findings.is_dir(raw)),
        *(raw for raw in (f"{path}.py", f"src/{path}.py") if findings.is_file(raw)),
    ]
    if not found:
        findings.needs_module(
            site,
            named_module,
            f"no code for `{path}`: neither `{path}/`, `{path}.py`, `src/{path}/` nor `src/{path}.py`",
            f"flit_core says: No file/folder found for module {named_module}",
        )
    elif len(found) > 1:
        listed = " and ".join(f"`{raw}`" for raw in found)
        findings.invalid(site, f"{listed} could both be the module `{named_module}`")
    else:
        _dynamic(findings, site, found[0])


def _dynamic(findings: Findings, site: Site, module: str) -> None:
    """`common.py`, get_info_from_module: the docstring and `__version__` of the module."""
    wanted = [field for field in ("version", "description") if is_dynamic(findings.manifest, field)]
    if not wanted:
        return
    file = f"{module}/__init__.py" if findings.is_dir(module) else module
    text = text_of(findings, file) if findings.is_file(file) else None
    if text is None:
        if not findings.is_file(file):
            findings.missing(site, file, "flit_core reads the version and the description from it")
        return
    tree = parse(text)
    if tree is None:
        findings.unknowns.append(f"`{file}` is no Python that can be read")
        return
    if "version" in wanted and not isinstance(assigned(text, "__version__"), str):
        files = ("version.py", "_version.py", "__version__.py")
        beside = [f"{module}/{name}" for name in files if findings.is_file(f"{module}/{name}")]
        if not any(
            isinstance(assigned(text_of(findings, name) or "", "__version__"), str) for name in beside
        ):
            findings.unknowns.append(f"the version is what `{file}` says when it is imported")


def _is_outside(findings: Findings, raw: str) -> bool:
    real = findings.tree.resolve(findings.physical(raw))
    return not paths.is_below(real, findings.tree.resolve(findings.directory))
