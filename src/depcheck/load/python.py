"""Which tools own a Python project, and what they make of it together.

Evidence is a `[tool.X]` table with project data, X's lock file, or X as the
build backend; without any, pip and the declared backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from depcheck import paths
from depcheck.load.tool import Owner
from depcheck.manifest import pyproject, setup_py, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.manifest.setup_py import SetupPy
from depcheck.model import Fault, Judgement, Outcome, Reference
from depcheck.record import NamedTuple
from depcheck.settings import chosen
from depcheck.sources import Sources


class _Evidence(NamedTuple):
    """What makes the loader of a tool worth importing; the loader itself decides (`owns`)."""

    module: str
    files: tuple[str, ...]
    backend: str
    workspaces: bool = False  # a project can belong to the tool by what stands above it


_OWNERS = (
    _Evidence("uv", ("uv.lock", "uv.toml"), "uv_build", workspaces=True),
    _Evidence("poetry", ("poetry.lock",), "poetry"),
    _Evidence("pdm", ("pdm.lock",), "pdm"),
    _Evidence("hatch", ("hatch.toml",), "hatchling"),
)


def judge(sources: Sources, path: str) -> Judgement:
    """The pyproject.toml at `path` as the current manifest of the tools that own it."""
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, Fault):
        broken = Outcome((manifest,))
        return Judgement(path, "python", (), None, broken, broken, Outcome())
    if isinstance(manifest, toml.Unknown):
        unknown = Outcome(unknowns=(manifest.because,))
        return Judgement(path, "python", (), None, unknown, unknown, Outcome())
    owners = list(owners_of(sources, manifest))
    judged = [owner.judge(sources, manifest) for owner in owners]
    named = [reference for owner in owners for reference in owner.references(sources, manifest)]
    return Judgement(
        path,
        "python",
        tuple(owner.NAME for owner in owners),
        name_of(sources, manifest),
        _together([one.loads for one in judged]),
        _together([one.resolves for one in judged]),
        _together([one.builds for one in judged]),
        tuple(dict.fromkeys(named)),
        tuple(fault for one in judged for fault in one.alone),
    )


def name_of(sources: Sources, manifest: PyProject) -> str | None:
    """What the package is called: by `[project]`, by the table of its tool, by setup.py or setup.cfg."""
    poetry, flit = manifest.tool("poetry") or {}, manifest.tool("flit", "metadata") or {}
    told = (
        manifest.project.name if manifest.project else None,
        poetry.get("name"),
        flit.get("dist-name"),
        flit.get("module"),
    )
    if name := next((text for text in told if text and isinstance(text, str)), None):
        return name
    beside = (paths.join(manifest.directory, file) for file in ("setup.py", "setup.cfg"))
    if not any(map(sources.tree.is_file, beside)):
        return None
    from depcheck.load.backend import legacy

    return legacy.read(sources, manifest.directory).name


def judge_legacy(sources: Sources, path: str) -> Judgement | None:
    """The setup.py at `path` as the current project, which pip builds by setuptools.

    None where a pyproject.toml beside it speaks for it, and where it never calls `setup`: a module.
    """
    directory = paths.parent(path)
    script = sources.get(setup_py.read, path)
    if isinstance(script, SetupPy) and not script.calls:
        return None
    if sources.tree.exists(paths.join(directory, "pyproject.toml")):
        return None
    from depcheck.load import backend, pip

    manifest = backend.bare(directory)
    judged, made = pip.judge(sources, manifest), backend.metadata(sources, manifest)
    references = (*pip.references(sources, manifest), *backend.references(sources, manifest))
    outcomes = (judged.loads, judged.resolves, judged.builds)
    return Judgement(path, "python", ("pip",), made.name, *outcomes, tuple(dict.fromkeys(references)))


def references(sources: Sources, path: str) -> tuple[Reference, ...]:
    """Every local path that the pyproject.toml at `path` names for one of its tools."""
    manifest = sources.get(pyproject.read, path)
    if not isinstance(manifest, PyProject):
        return ()
    return tuple(
        reference
        for owner in owners_of(sources, manifest)
        for reference in owner.references(sources, manifest)
    )


def owners_of(sources: Sources, manifest: PyProject) -> Iterator[Owner]:
    """The loaders of the tools that own the project: one or more, pip where no other does.

    What configuration says goes before all evidence.
    """
    told = chosen(sources.tree.settings.owners, manifest.path)
    if told is not None:
        yield from map(_load, told)
        return
    found = False
    for evidence in _OWNERS:
        if _worth_asking(sources, manifest, evidence):
            owner = _load(evidence.module)
            if owner.owns(sources, manifest):
                found = True
                yield owner
    if not found:
        pip = _load("pip")
        if pip.owns(sources, manifest):
            yield pip


def _worth_asking(sources: Sources, manifest: PyProject, evidence: _Evidence) -> bool:
    if manifest.tool(evidence.module) is not None:
        return True
    if manifest.build and (manifest.build.backend or "").startswith(evidence.backend):
        return True
    here = sources.tree.names(manifest.directory)
    if any(
        name in here and sources.tree.is_file(paths.join(manifest.directory, name)) for name in evidence.files
    ):
        return True
    return evidence.workspaces and any(
        sources.get(_has_workspace, paths.join(above, "pyproject.toml"))
        for above in paths.ancestors(manifest.directory)[1:]
    )


def _has_workspace(sources: Sources, path: str) -> bool:
    if not sources.tree.is_file(path):
        return False
    above = sources.get(pyproject.read, path)
    if isinstance(above, Fault):
        return sources.get(pyproject.is_meant_as_root, path)
    return isinstance(above, PyProject) and above.tool("uv", "workspace") is not None


def _load(module: str) -> Owner:
    return cast(Owner, import_module(f"depcheck.load.{module}"))


def _together(outcomes: list[Outcome]) -> Outcome:
    """The outcome of a manifest that several tools read: each has its say."""
    faults: dict[Fault, None] = {}
    unknowns: dict[str, None] = {}
    latent: dict[Fault, None] = {}
    for outcome in outcomes:
        faults.update(dict.fromkeys(outcome.faults))
        unknowns.update(dict.fromkeys(outcome.unknowns))
        latent.update(dict.fromkeys(outcome.latent))
    return Outcome(tuple(faults), tuple(unknowns), tuple(latent))
