"""Hatch: what its commands load, and where they fail.

`create` makes an environment, `workspace` finds its members, `installation` hands them to pip or uv.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck import paths
from depcheck.load import backend, pip
from depcheck.load import words as command
from depcheck.load.hatch import create, workspace
from depcheck.load.tool import Judged, UsageError
from depcheck.manifest import hatch as dialect
from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources

NAME = "hatch"
NAMES = ("hatch",)

_FLAGS = "verbose/v quiet/q color no-color interactive no-interactive version help/h"
_VALUED = "env/e project/p data-dir cache-dir config"
_BUILD_FLAGS = "all/a hooks-only no-hooks ext clean/c clean-hooks-after clean-only help/h"
_OTHERS = (
    "check",
    "clean",
    "config",
    "dep",
    "fmt",
    "lock",
    "new",
    "project",
    "publish",
    "python",
    "self",
    "status",
    "version",
)


def owns(sources: Sources, manifest: PyProject) -> bool:
    """Whether Hatch manages environments of the project.

    hatchling as a build backend says nothing about that, nor does `[tool.hatch.build]`, which is
    the backend's.
    """
    table = manifest.tool("hatch")
    if table is not None and set(table) & {"envs", "env", "sources"}:
        return True
    path = paths.join(manifest.directory, "hatch.toml")
    document = sources.get(toml.read, path) if sources.tree.is_file(path) else None
    if isinstance(document, toml.Document):
        return bool(set(document.data) & {"envs", "env", "sources"})
    return isinstance(document, Fault)


def judge(sources: Sources, manifest: PyProject) -> Judged:
    """The environments as configured, then `hatch env create`, then the wheel."""
    found = sources.get(dialect.read, manifest.path)
    loads = Outcome(found.faults)
    if found.faults:
        return Judged(loads, loads, Outcome())
    made = create.create(sources, manifest, dialect.DEFAULT, {})
    known = {fault.site for fault in made.faults}
    latent: dict[Site, Fault] = {}
    for name in found.table:
        if name not in dialect.INTERNAL and name != dialect.DEFAULT:
            for fault in create.create(sources, manifest, name, {}).faults:
                if fault.site not in known:
                    latent.setdefault(fault.site, fault)
    built = backend.build(sources, manifest, "wheel") if manifest.project is not None else Outcome()
    return Judged(loads, made._replace(latent=tuple(latent.values())), built)


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """Every path of the requirements of the project, and of its environments: theirs, sources, members."""
    found: dict[Reference, None] = dict.fromkeys(pip.references(sources, manifest))
    for name, environment in sources.get(dialect.read, manifest.path).table.items():
        if name in dialect.INTERNAL:
            continue
        found.update(dict.fromkeys(create.references(sources, manifest, environment)))
        for fault in workspace.members(sources.tree, manifest.directory, environment):
            if isinstance(fault, Fault) and fault.reference is not None:
                found[fault.reference] = None
            elif isinstance(fault, workspace.Member):
                key = pyproject.route_text(fault.site.route)
                found[Reference(fault.site, key, fault.directory, fault.directory, "member")] = None
    return tuple(found)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:  # noqa: PLR0911
    """What `hatch WORDS...` does in `cwd`. Raises UsageError."""
    first = command.sort(words, _FLAGS, _VALUED, leading=True)
    if not first.operands:
        raise UsageError("`hatch` alone runs no command")
    name, rest = first.operands[0], list(first.operands[1:])
    if name in _OTHERS:
        return Outcome(unknowns=(f"what `hatch {name}` does is not modelled",))
    if name not in ("env", "run", "shell", "build", "test"):
        raise UsageError(f"`hatch {name}` is no command that depcheck knows")
    if first.has("project") or "HATCH_PROJECT" in env:
        return Outcome(unknowns=("which project is meant stands in the configuration of Hatch",))
    found = locate(sources, cwd)
    if not isinstance(found, PyProject):
        return found
    chosen = first.value("env") or env.get("HATCH_ENV") or dialect.DEFAULT
    if name == "build":
        return _build(sources, found, command.sort(rest, _BUILD_FLAGS, "target/t"))
    if name == "test":
        return create.create(sources, found, "hatch-test", env)
    if name == "env":
        return _env(sources, found, rest, env)
    if name == "run" and rest:
        before, colon, _ = next((word for word in rest if word[:1] not in ("+", "-")), "").partition(":")
        chosen = before if colon and before else chosen
    if name == "shell" and rest and not rest[0].startswith("-"):
        chosen = rest[0]
    return create.create(sources, found, chosen, env)


def locate(sources: Sources, cwd: str) -> PyProject | Outcome:
    """The nearest directory at or above `cwd` with a pyproject.toml or a setup.py."""
    for directory in paths.ancestors(cwd):
        path = paths.join(directory, "pyproject.toml")
        if sources.tree.is_file(path):
            manifest = sources.get(pyproject.read, path)
            if isinstance(manifest, PyProject):
                return manifest
            if isinstance(manifest, toml.Unknown):
                return Outcome(unknowns=(manifest.because,))
            return Outcome((manifest._replace(tool="hatch"),))
        if sources.tree.is_file(paths.join(directory, "setup.py")):
            return Outcome(unknowns=(f"`{paths.join(directory, 'setup.py')}` would have to run",))
    message = "there is no pyproject.toml here or above"
    return Outcome((Fault("missing-path", Site(paths.join(cwd, "pyproject.toml")), message, tool="hatch"),))


def _env(sources: Sources, manifest: PyProject, rest: Sequence[str], env: Mapping[str, str]) -> Outcome:
    match rest:
        case ["create", *operands]:
            named = command.sort(operands, "help/h", "").operands
            return create.create(sources, manifest, named[0] if named else dialect.DEFAULT, env)
        case ["run", *_]:
            options = command.sort(
                rest[1:],
                "ignore-compat force-continue help/h",
                "env/e include/i exclude/x filter/f",
                leading=True,
            )
            return create.create(sources, manifest, options.value("env") or dialect.DEFAULT, env)
        case [("show" | "find" | "remove" | "prune" | "lock"), *_]:
            return Outcome(sources.get(dialect.read, manifest.path).faults)
    raise UsageError("`hatch env` needs a command that depcheck knows")


def _build(sources: Sources, manifest: PyProject, words: command.Words) -> Outcome:
    if words.has("all"):
        return Outcome(unknowns=("what `hatch build --all` builds is not modelled",))
    environments = sources.get(dialect.read, manifest.path)
    if environments.faults:
        return Outcome(environments.faults)
    if manifest.build is None or not manifest.build.backend:
        message = "no `build-system.build-backend` is given, and `hatch build` takes none for granted"
        site = Site(manifest.path, ("build-system",))
        return Outcome((Fault("invalid-manifest", site, message, tool="hatch"),))
    targets = [value.partition(":")[0] for value in words.options.get("target", ("sdist", "wheel"))]
    faults: list[Fault] = []
    unknowns: list[str] = []
    for target in targets:
        if target not in ("sdist", "wheel"):
            unknowns.append(f"the build target `{target}` comes from a plugin")
            continue
        outcome = backend.build(sources, manifest, "sdist" if target == "sdist" else "wheel")
        faults += (fault for fault in outcome.faults if fault not in faults)
        unknowns += outcome.unknowns
    return Outcome(tuple(faults), tuple(dict.fromkeys(unknowns)))
