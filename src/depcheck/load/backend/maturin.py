"""maturin: `[tool.maturin]`, and the Cargo.toml that it builds.

Source of the rules: maturin 1.14 to 1.16, `src/project_layout.rs` (ProjectResolver,
ProjectLayout), `src/metadata.rs` (merge_pyproject_toml, from_cargo_toml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from depcheck import paths
from depcheck.load.backend.findings import (
    PROJECT_KEYS,
    Findings,
    Key,
    license_file,
    license_globs,
    named,
    readme_file,
)
from depcheck.manifest.pyproject import PyProject, strings
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

if TYPE_CHECKING:
    from depcheck.load.cargo.workspace import Loaded

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "maturin", "manifest-path")),
    Key(("tool", "maturin", "python-source"), "directory"),
    Key(("tool", "maturin", "data"), "directory"),
    Key(("tool", "maturin", "sbom", "include")),
    Key(("tool", "maturin", "include"), "glob"),
    Key(("tool", "maturin", "include", "*", "path"), "glob"),
)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    return named(sources, manifest, KEYS)


def build(findings: Findings, target: str) -> None:
    """What maturin does as the backend of its project."""
    cargo_toml = cargo_manifest(findings)
    if cargo_toml is not None:
        load(findings, cargo_toml, compiles=target in {"wheel", "editable"})


def cargo_manifest(findings: Findings) -> str | None:
    """The Cargo.toml that is built (`resolve_manifest_paths`); None, with a fault, without one."""
    table = findings.manifest.tool("maturin") or {}
    raw = table.get("manifest-path")
    if isinstance(raw, str):
        site = findings.site("tool", "maturin", "manifest-path")
        kind = findings.kind(raw)
        if kind is Kind.MISSING:
            findings.missing(site, raw, f"maturin says: manifest path `{raw}` does not exist or is invalid")
        elif kind is Kind.DIR:
            findings.missing(site, raw, f"maturin says: {raw} is not the path to a Cargo.toml")
        elif kind is Kind.FILE:
            return findings.tree.resolve(findings.physical(raw))
        return None
    if findings.tree.is_file(paths.join(findings.directory, "rust/Cargo.toml")) and (
        isinstance(table.get("python-source"), str) or _has_python(findings)
    ):
        return paths.join(findings.directory, "rust/Cargo.toml")
    path = paths.join(findings.directory, "Cargo.toml")
    if findings.tree.kind(path) is Kind.MISSING:
        site = findings.site("build-system", "build-backend") if findings.manifest.build else findings.site()
        note = f"maturin says: Can't find Cargo.toml (in {findings.directory or '.'})"
        reference = Reference(site, "tool.maturin.manifest-path", "Cargo.toml", path, "file")
        message = f"maturin builds `{path}`, which does not exist"
        findings.faults.append(Fault("missing-target-file", site, message, reference, (note,), findings.tool))
        return None
    return path


def _has_python(findings: Findings) -> bool:
    """Whether `src/<project>/__init__.py` is there: the layout with `rust/` beside `src/`."""
    project, table = findings.manifest.project, findings.manifest.tool("maturin") or {}
    names = list(strings(table.get("python-packages")))
    if project is None or not project.name:
        return False
    names.append(project.name.replace("-", "_"))
    return any(findings.is_file(f"src/{name}/__init__.py") for name in names)


def load(findings: Findings, cargo_toml: str, *, compiles: bool, options: Sequence[str] = ()) -> None:
    """`cargo metadata`, the metadata's files, the layout, and with `compiles` the sources."""
    from depcheck.load import cargo  # start-up time

    words = ("build" if compiles else "metadata", "--manifest-path", paths.name(cargo_toml), *options)
    outcome = cargo.run(findings.sources, paths.parent(cargo_toml), words, {})
    findings.faults += outcome.faults
    findings.unknowns += outcome.unknowns
    if not outcome.faults:
        _cargo_files(findings, cargo_toml)
    _project_files(findings, cargo_toml)
    _layout(findings)


def workspace_of(sources: Sources, cargo_toml: str) -> Loaded:
    """What cargo reads around `cargo_toml`, by the toolchain that its directory asks for."""
    from depcheck.load.cargo import toolchain, workspace

    chosen = toolchain.of(sources, paths.parent(cargo_toml), {})
    return sources.get(workspace.load, cargo_toml, chosen)


def _cargo_files(findings: Findings, cargo_toml: str) -> None:
    """`from_cargo_toml` opens the crate's readme and licence file, where pyproject gives none."""
    from depcheck.load.cargo.judge import packaged

    loaded = workspace_of(findings.sources, cargo_toml)
    package = loaded.members.get(cargo_toml)
    if package is None:
        return
    if package.is_virtual:
        findings.invalid(
            Site(cargo_toml), f"`{cargo_toml}` holds a workspace and no package, which maturin cannot build"
        )
        return
    for fault in packaged(findings.sources, loaded, package):
        note = "maturin reads it for the metadata of the wheel, though cargo would build without it"
        findings.faults.append(fault._replace(notes=(note,), tool=findings.tool))


def _project_files(findings: Findings, cargo_toml: str) -> None:
    """`merge_readme` and `merge_license`: `..` may lead up to the root of the cargo workspace."""
    for found in (readme_file(findings.manifest), license_file(findings.manifest)):
        if found is None:
            continue
        site, raw = found
        if raw.startswith("/"):
            findings.refused(site, raw, f"`{raw}` is absolute, which maturin refuses")
        elif not findings.is_file(raw):
            findings.missing(site, raw, f"maturin says: failed to open file `{raw}`")
        elif ".." in raw.split("/") and not paths.is_below(
            findings.tree.resolve(findings.physical(raw)), _allowed(findings, cargo_toml)
        ):
            findings.refused(site, raw, f"`{raw}` leads out of the project, which maturin refuses")
    for site, pattern in license_globs(findings.manifest):
        if ".." in pattern.split("/") or pattern.startswith("/"):
            findings.refused(site, pattern, f"maturin refuses the pattern `{pattern}`")


def _allowed(findings: Findings, cargo_toml: str) -> str:
    root = paths.parent(workspace_of(findings.sources, cargo_toml).root or cargo_toml)
    return root if paths.is_below(findings.directory, root) else findings.directory


def _layout(findings: Findings) -> None:
    """`ProjectLayout::determine`: the directories of Python code and of data."""
    table = findings.manifest.tool("maturin") or {}
    raw = table.get("python-source")
    if isinstance(raw, str):
        site = findings.site("tool", "maturin", "python-source")
        if findings.kind(raw) is Kind.MISSING:
            note = f"maturin says: python-source is set to `{raw}` but the directory does not exist."
            findings.missing(site, raw, note, "directory")
        else:
            _python_module(findings, site, raw, table.get("module-name"))
    raw = table.get("data")
    if isinstance(raw, str) and not findings.is_dir(raw):
        site = findings.site("tool", "maturin", "data")
        findings.missing(site, raw, f"maturin says: No such data directory {raw}", "directory")


def _python_module(findings: Findings, site: Site, raw: str, name: object) -> None:
    """With a python-source the package of the module's name has to be in it."""
    project = findings.manifest.project
    if not isinstance(name, str):
        return  # NOTE: the name may be that of the Cargo library, and the check is only a recent one
    module = f"{raw}/{name.partition('.')[0]}"
    if not findings.is_dir(module) and project is not None:
        findings.needs_module(
            site,
            name,
            f"`{module}` does not exist",
            f"maturin says: python-source is set to `{raw}`, "
            f"but the python module at `{module}` does not exist",
        )
