"""Poetry: what its commands load, and where they fail.

`project` finds and reads the manifest, `resolve` locks, `install` installs, `check` checks;
`package`, `requirement` and `schema` read a manifest as Poetry does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load import words as command
from depcheck.load.poetry import check, editing, install, lockfile, package, project, resolve
from depcheck.load.poetry.package import Package
from depcheck.load.tool import Judged, UsageError
from depcheck.load.words import Words
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources

NAME = "poetry"
NAMES = ("poetry",)

_GLOBAL_FLAGS = "no-plugins no-cache no-interaction/n quiet/q verbose/v ansi no-ansi help/h version/V"
_GLOBAL_VALUED = "project/P directory/C"
_GROUPS = "with without only"
_FLAGS = {
    "lock": "regenerate no-update check",
    "install": "sync no-root no-directory dry-run all-extras all-groups only-root compile",
    "sync": "no-root no-directory dry-run all-extras all-groups only-root compile",
    "update": "sync dry-run lock",
    "build": "clean",
    "check": "lock strict",
    "add": "editable/e optional allow-prereleases dry-run lock dev/D",
    "remove": "dry-run lock dev/D",
    "show": "tree/t latest/l outdated/o all/a top-level/T all-groups no-truncate why",
    "publish": "build dry-run skip-existing",
    "version": "short/s dry-run next-phase",
}
_VALUED = {
    "install": f"{_GROUPS} extras/E",
    "sync": f"{_GROUPS} extras/E",
    "update": _GROUPS,
    "build": "format/f output/o local-version/l config-settings/c",
    "add": "group/G extras/E python platform source markers optional-group",
    "remove": "group/G",
    "show": f"{_GROUPS} format/f",
    "publish": "repository/r username/u password/p cert client-cert dist-dir",
}
_OTHERS = (
    "about",
    "cache",
    "config",
    "debug",
    "init",
    "new",
    "python",
    "search",
    "self",
    "export",
    "shell",
    "help",
    "list",
)


def owns(sources: Sources, manifest: PyProject) -> bool:
    """Whether Poetry manages the project: project data in its table, its lock, or its backend."""
    table = manifest.tool("poetry")
    if table is not None and set(table) & project.DATA:
        return True
    if sources.tree.exists(project.beside(manifest, lockfile.NAME)):
        return True
    return manifest.build is not None and (manifest.build.backend or "").startswith(
        ("poetry.core", "poetry.masonry")
    )


def judge(sources: Sources, manifest: PyProject) -> Judged:
    """`poetry lock`, then the installation of the project itself and its wheel."""
    loaded = project.load(sources, manifest)
    read = sources.get(package.read, manifest.path)
    if loaded.faults or read is None:
        return Judged(loaded, loaded, loaded)
    resolved = resolve.lock(sources, read)
    resolves = Outcome(
        resolved.faults,
        (*loaded.unknowns, *resolved.unknowns),
        (*resolved.latent, *_lock_faults(sources, read)),
    )
    builds = install.root(sources, read) if read.package_mode else Outcome()
    locked = sources.tree.exists(paths.join(manifest.directory, "poetry.lock"))
    return Judged(loaded, resolves, builds, () if locked else resolved.faults)


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """Every path of the project's dependencies."""
    read = sources.get(package.read, manifest.path)
    return tuple(_references(read)) if read is not None else ()


def _references(read: Package) -> Iterator[Reference]:
    for group in read.groups.values():
        for wanted in (*group.listed, *group.poetry):
            if wanted.reference is not None:
                yield wanted.reference
    for fault in (*read.refused, *read.faults):
        if fault.reference is not None:
            yield fault.reference


def _lock_faults(sources: Sources, read: Package) -> Iterator[Fault]:
    """A stale lock: `poetry install` and `poetry check` refuse it, `poetry lock` mends it."""
    lock = lockfile.read(sources, project.beside(read.manifest, lockfile.NAME))
    if isinstance(lock, lockfile.Lock) and (stale := lockfile.stale(read.manifest, lock)) is not None:
        yield stale


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:  # noqa: ARG001
    """What `poetry WORDS...` does in `cwd`. Raises UsageError."""
    first = command.sort(words, _GLOBAL_FLAGS, _GLOBAL_VALUED, leading=True)
    if not first.operands:
        raise UsageError("`poetry` alone runs no command")
    name, rest = first.operands[0], first.operands[1:]
    if name in ("run", "env", "source", "show", "version") or name in _OTHERS:
        here = first
    else:
        if name not in _FLAGS:
            raise UsageError(f"`poetry {name}` is no command that depcheck knows")
        here = command.sort(
            rest, f"{_GLOBAL_FLAGS} {_FLAGS[name]}", f"{_GLOBAL_VALUED} {_VALUED.get(name, '')}"
        )
    if name in _OTHERS:
        return Outcome(unknowns=(f"what `poetry {name}` does is not modelled",))
    start = project.start(sources, cwd, _last(first, here, "directory"), _last(first, here, "project"))
    if isinstance(start, Fault):
        return Outcome((start,))
    found = project.locate(sources, start)
    if not isinstance(found, PyProject):
        return found
    loaded = project.load(sources, found)
    read = sources.get(package.read, found.path)
    if loaded.faults or read is None:
        return loaded
    outcome = _command(sources, read, name, here)
    return outcome._replace(unknowns=(*loaded.unknowns, *outcome.unknowns))


def _last(first: Words, here: Words, name: str) -> str | None:
    return here.value(name) if here.has(name) else first.value(name)


def _command(sources: Sources, read: Package, name: str, words: Words) -> Outcome:  # noqa: PLR0911
    match name:
        case "lock":
            return install.lock(sources, read, fresh=words.has("regenerate"))
        case "install" | "sync":
            return install.install(sources, read, install.selection(words))
        case "update":
            if wrong := editing.not_asked_for(sources, read, words.operands):
                return Outcome((wrong,))
            return install.update(sources, read, install.selection(words), only_lock=words.has("lock"))
        case "build" | "publish":
            if name == "publish" and not words.has("build"):
                return Outcome(unknowns=("what `dist` holds cannot be known",))
            return install.build(sources, read, words.value("format"))
        case "check":
            return check.check(sources, read, demand_lock=words.has("lock"), strict=words.has("strict"))
        case "remove" if wrong := editing.not_there(read, words):
            return Outcome((wrong,))
        case "add" | "remove":
            return editing.edit(sources, read, words.operands if name == "add" else ())
        case "show" if not sources.tree.exists(path := project.beside(read.manifest, lockfile.NAME)):
            message = f"`{path}` does not exist, and `poetry show` reads it"
            fault = Fault("missing-metadata-file", Site(read.manifest.path), message, tool="poetry")
            return Outcome((fault,))
    return Outcome()
