"""What the build backends do with a project: which files a build opens, and where it fails.

One module a backend. `build` answers for the hook that a frontend calls; what the frontend
itself checks first (`[build-system]`) is in it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Literal

from depcheck import paths
from depcheck.load.backend.findings import PROJECT_KEYS, Findings, Key, named
from depcheck.manifest.pyproject import PyProject, Requirement
from depcheck.model import Outcome, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources

Target = Literal["wheel", "sdist", "editable", "metadata"]

# The modules are imported when a manifest asks for them: start-up time.
MODULES = {
    "setuptools.build_meta": "setuptools",
    "setuptools.build_meta:__legacy__": "setuptools",
    "hatchling.build": "hatchling",
    "hatchling.ouroboros": "hatchling",
    "poetry.core.masonry.api": "poetry_core",
    "pdm.backend": "pdm_backend",
    "flit_core.buildapi": "flit_core",
    "uv_build": "uv_build",
    "maturin": "maturin",
}
BACKEND_PATH = Key(("build-system", "backend-path"), "directory")


class Metadata(NamedTuple):
    """The core metadata that a backend makes, as far as installers need it.

    name:     as written; None where it can't be known.
    requires: of the project, backend fields (`{root:uri}`, `${PROJECT_ROOT}`) filled in.
    extras:   the same of each extra, by its normalised name.
    unknowns: why part of it can't be known, a sentence each.
    """

    name: str | None
    requires: tuple[Requirement, ...] = ()
    extras: tuple[tuple[str, tuple[Requirement, ...]], ...] = ()
    unknowns: tuple[str, ...] = ()


def name_of(manifest: PyProject) -> str:
    """The backend that builds `manifest`, as `[build-system]` declares it (PEP 517)."""
    if manifest.build is None or manifest.build.backend is None:
        return "setuptools.build_meta:__legacy__"
    return manifest.build.backend


def build(sources: Sources, manifest: PyProject, target: Target) -> Outcome:
    """What the declared backend would do for `target`, with `manifest` as the project.

    A directory with a setup.py and no pyproject.toml has an empty manifest (`bare`).
    """
    backend = name_of(manifest)
    module = MODULES.get(backend)
    findings = Findings(sources, manifest, (module or backend.partition(".")[0]).replace("_", "-"))
    if module in {"uv_build", "flit_core", "setuptools_rust"}:
        findings.tool = module
    findings.faults += [
        fault._replace(tool=findings.tool)
        for fault in manifest.faults
        if fault.site.route[:1] in {("project",), ("build-system",)}
    ]
    if findings.faults:
        return findings.outcome()
    if _frontend(findings) is False:
        return findings.outcome()
    if module is None:
        findings.unknowns.append(f"the build backend `{backend}` is not one that depcheck knows")
    else:
        run: Callable[[Findings, str], None] = import_module(f"{__name__}.{module}").build
        run(findings, target)
        if module == "setuptools" and manifest.tool("setuptools-rust") is not None:
            import_module(f"{__name__}.setuptools_rust").build(findings, target)
    return findings.outcome()


def _frontend(findings: Findings) -> bool:
    """`build`, `pip` and pyproject_hooks: `[build-system]` itself; whether the backend is asked."""
    manifest, table = findings.manifest, findings.manifest.data.get("build-system")
    if not isinstance(table, dict):
        return True
    if "requires" not in table:
        findings.invalid(findings.site("build-system"), "`build-system.requires` is missing")
        return False
    listed = manifest.build.backend_path if manifest.build else ()
    for index, raw in enumerate(listed):
        site = findings.site("build-system", "backend-path", index)
        real = findings.tree.resolve(findings.physical(raw))
        if not paths.is_below(real, findings.tree.resolve(findings.directory)):
            message = f"`{raw}` leads out of the project, which the build refuses"
            findings.refused(site, raw, message, "missing-target-file")
        elif not findings.is_dir(raw):
            note = f"build says: `backend-path` entry '{raw}' does not exist or is not a directory"
            findings.missing(site, raw, note, "directory")
    if findings.faults:
        return False
    if listed and manifest.build and manifest.build.backend:
        dotted = manifest.build.backend.partition(":")[0]
        place = dotted.replace(".", "/")
        tried = [f"{raw}/{place}{end}" for raw in listed for end in (".py", "/__init__.py")]
        if any(findings.is_file(name) for name in tried):
            findings.unknowns.append(f"the build backend `{dotted}` is code of the repository")
        elif dotted not in MODULES:
            shown = " nor ".join(f"`{name}`" for name in tried)
            message = f"the backend `{dotted}` was not found at {shown}"
            findings.needs_module(
                findings.site("build-system", "build-backend"), dotted, message, "no build can start"
            )
        return False
    return True


def metadata(sources: Sources, manifest: PyProject) -> Metadata:
    """The metadata that the declared backend would make of `manifest`, where it would make any."""
    project, module = manifest.project, MODULES.get(name_of(manifest))
    findings = Findings(sources, manifest, module or "")
    if module == "poetry_core":
        from depcheck.load.backend import poetry_core

        name = project.name if project and project.name else (manifest.tool("poetry") or {}).get("name")
        extras = tuple(project.optional.items()) if project else ()
        return Metadata(
            name if isinstance(name, str) else None, tuple(poetry_core.requires(findings)), extras
        )
    if project is None and module == "setuptools":
        from depcheck.load.backend import legacy

        return Metadata(*legacy.read(sources, manifest.directory))
    if project is None:
        return Metadata(None, unknowns=("the name and the dependencies are not in the pyproject.toml",))
    fill: Callable[[Findings, Requirement], Requirement | None] = _as_it_is
    if module in {"hatchling", "pdm_backend"}:
        fill = import_module(f"{__name__}.{module}").fill_in
    if "dependencies" in project.dynamic:
        findings.unknowns.append("the dependencies are dynamic")

    def filled(items: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
        return tuple(made for item in items if (made := fill(findings, item)) is not None)

    optional = tuple((extra, filled(items)) for extra, items in project.optional.items())
    return Metadata(project.name, filled(project.dependencies), optional, tuple(findings.unknowns))


def _as_it_is(findings: Findings, item: Requirement) -> Requirement | None:  # noqa: ARG001
    return item


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """Every local path that the manifest names for its backend, followed or not."""
    module = MODULES.get(name_of(manifest))
    found = list(named(sources, manifest, (BACKEND_PATH,)))
    if module is None:
        return (*found, *named(sources, manifest, PROJECT_KEYS))
    list_of: Callable[[Sources, PyProject], Iterator[Reference]] = import_module(
        f"{__name__}.{module}"
    ).references
    found += list_of(sources, manifest)
    if module == "setuptools" and manifest.tool("setuptools-rust") is not None:
        found += import_module(f"{__name__}.setuptools_rust").references(sources, manifest)
    return tuple(found)


def bare(directory: str) -> PyProject:
    """The manifest of a directory that has a setup.py and no pyproject.toml."""
    return PyProject(paths.join(directory, "pyproject.toml"), directory, {}, None, {}, None, ())
