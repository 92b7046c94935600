"""`poetry lock`, `install`, `sync`, `update`, `add` and `build`.

Sources: poetry `console/commands/*.py`, `installation/installer.py`.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.load import backend
from depcheck.load.poetry import lockfile, package, project, resolve
from depcheck.load.poetry.lockfile import Lock, Locked
from depcheck.load.poetry.package import Package
from depcheck.load.tool import UsageError
from depcheck.load.words import Words
from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind


class Selection(NamedTuple):
    """What an installation is asked for. `only` empty: the default groups and `added` less `removed`."""

    only: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    extras: tuple[str, ...] = ()
    all_groups: bool = False
    all_extras: bool = False
    root: bool = True
    dependencies: bool = True
    directories: bool = True
    dry: bool = False


def selection(words: Words) -> Selection:
    """The options of `poetry install`."""

    def names(option: str) -> frozenset[str]:
        return frozenset(map(pyproject.normalise, words.listed(option)))

    picked = any(words.has(option) for option in ("with", "without", "only"))
    if (
        (words.has("extras") and words.has("all-extras"))
        or (words.has("only-root") and (picked or words.has("all-groups") or words.has("no-root")))
        or (picked and words.has("all-groups"))
    ):
        raise UsageError("Poetry refuses these options together")
    extras = (extra for value in words.options.get("extras", ()) for extra in value.split())
    return Selection(
        names("only"),
        names("with"),
        names("without"),
        tuple(map(pyproject.normalise, extras)),
        words.has("all-groups"),
        words.has("all-extras"),
        not words.has("no-root"),
        not words.has("only-root"),
        not words.has("no-directory"),
        words.has("dry-run"),
    )


def lock(sources: Sources, read: Package, *, fresh: bool = False) -> Outcome:
    """`poetry lock`: an old lock is read first, unless it is to be made anew."""
    path = project.beside(read.manifest, lockfile.NAME)
    old = None if fresh else lockfile.read(sources, path)
    if isinstance(old, Fault):
        return Outcome((old,))
    locked = (
        frozenset(lockfile.target(sources, old, one) for one in old.packages if one.kind == "file")
        if isinstance(old, Lock)
        else frozenset[str]()
    )
    return resolve.lock(sources, read, locked)._replace(writes=(path,))


def install(sources: Sources, read: Package, wish: Selection) -> Outcome:  # noqa: PLR0911
    """`poetry install`: from the lock, which has to be fresh, or after locking."""
    path = project.beside(read.manifest, lockfile.NAME)
    groups = _groups(read, wish)
    if isinstance(groups, Fault):
        return Outcome((groups,))
    found = lockfile.read(sources, path)
    match found:
        case Fault():
            return Outcome((found,))
        case toml.Unknown():
            return Outcome(unknowns=(found.because,))
        case None:
            return _and_root(sources, read, wish, _unlocked(sources, read, wish, groups))
    stale = lockfile.stale(read.manifest, found)
    if stale is not None:
        return Outcome((stale,))
    unknown = _unknown_extras(read, wish, found.extras)
    if unknown:
        return Outcome(unknown)
    extras = frozenset(read.extras) if wish.all_extras else frozenset(wish.extras)
    wanted = list(lockfile.installed(found, groups, extras))
    faults: list[Fault] = []
    unknowns: list[str] = []
    for locked in wanted:
        outcome = _installed(sources, read, found, locked, wish)
        faults += outcome.faults
        unknowns += outcome.unknowns
    return _and_root(sources, read, wish, Outcome(tuple(faults), tuple(unknowns)))


def update(sources: Sources, read: Package, wish: Selection, *, only_lock: bool) -> Outcome:
    """`poetry update`: a resolution, then an installation of it."""
    groups = _groups(read, wish)
    if isinstance(groups, Fault):
        return Outcome((groups,))
    path = project.beside(read.manifest, lockfile.NAME)
    old = lockfile.read(sources, path)
    if isinstance(old, Fault):
        return Outcome((old,))
    return (
        resolve.lock(sources, read)._replace(writes=(path,))
        if only_lock
        else _unlocked(sources, read, wish, groups)
    )


def build(sources: Sources, read: Package, target: str | None) -> Outcome:
    """`poetry build`: the declared backend, Poetry's own where none is declared."""
    if not read.package_mode:
        message = "a project that is no package cannot be built"
        site = Site(read.manifest.path, ("tool", "poetry", "package-mode"))
        return Outcome((Fault("invalid-manifest", site, message, tool="poetry"),))
    if target not in (None, "all", "wheel", "sdist"):
        raise UsageError(f"`{target}` is no format that Poetry builds")
    faults: list[Fault] = []
    unknowns: list[str] = []
    for one in ("sdist", "wheel"):
        if target in (None, "all", one):
            outcome = backend.build(sources, _declared(read.manifest), "sdist" if one == "sdist" else "wheel")
            faults += (fault for fault in outcome.faults if fault not in faults)
            unknowns += outcome.unknowns
    return Outcome(tuple(faults), tuple(dict.fromkeys(unknowns)))


def root(sources: Sources, read: Package) -> Outcome:
    """The installation of the project itself, which Poetry does with its own backend."""
    manifest = read.manifest
    own = pyproject.BuildSystem((), "poetry.core.masonry.api", ())
    return backend.build(sources, manifest._replace(build=own), "editable")


def _declared(manifest: PyProject) -> PyProject:
    if manifest.build is not None and manifest.build.backend is not None:
        return manifest
    return manifest._replace(build=pyproject.BuildSystem((), "poetry.core.masonry.api", ()))


def _and_root(sources: Sources, read: Package, wish: Selection, outcome: Outcome) -> Outcome:
    """The outcome of the dependencies, then of the project where it is to be installed."""
    if outcome.faults or not wish.root or wish.dry or not read.package_mode:
        return outcome
    own = root(sources, read)
    return outcome._replace(faults=own.faults, unknowns=(*outcome.unknowns, *own.unknowns))


def _unlocked(sources: Sources, read: Package, wish: Selection, groups: frozenset[str]) -> Outcome:
    unknown = _unknown_extras(read, wish, frozenset(read.extras))
    if unknown:
        return Outcome(unknown)
    resolved = resolve.lock(sources, read)
    if resolved.faults:
        return resolved
    faults: list[Fault] = []
    unknowns = list(resolved.unknowns)
    if not wish.dry and wish.dependencies and wish.directories:
        for directory in resolve.directories(sources, read, groups):
            outcome = _built(sources, directory)
            faults += outcome.faults
            unknowns += outcome.unknowns
    path = project.beside(read.manifest, lockfile.NAME)
    return Outcome(tuple(faults), tuple(unknowns), resolved.latent, () if wish.dry else (path,))


def _groups(read: Package, wish: Selection) -> frozenset[str] | Fault:
    known = {package.MAIN, *read.groups} if package.MAIN in read.groups else set(read.groups)
    for name in sorted(wish.only | wish.added | wish.removed):
        if name not in known and name != package.MAIN:
            message = f"there is no group `{name}`"
            return Fault("invalid-manifest", Site(read.manifest.path), message, tool="poetry")
    if not wish.dependencies:
        return frozenset()
    if wish.only:
        return wish.only
    default = {name for name, group in read.groups.items() if not group.optional or wish.all_groups}
    return frozenset((default | wish.added | {package.MAIN}) - wish.removed)


def _unknown_extras(read: Package, wish: Selection, known: frozenset[str]) -> tuple[Fault, ...]:
    return tuple(
        Fault("invalid-manifest", Site(read.manifest.path), f"there is no extra `{extra}`", tool="poetry")
        for extra in wish.extras
        if extra not in known
    )


def _installed(sources: Sources, read: Package, lock: Lock, locked: Locked, wish: Selection) -> Outcome:  # noqa: PLR0911
    """One local package of the lock, as it is installed."""
    if locked.kind == "directory" and not wish.directories:
        return Outcome()
    target = lockfile.target(sources, lock, locked)
    kind = sources.tree.kind(target)
    wanted = next(
        (one for one in package.for_locking(read) if one.name == locked.name and one.reference), None
    )
    reference = wanted.reference if wanted is not None and wanted.reference is not None else None
    if reference is None or reference.target != target:
        reference = pyproject.path_reference(target, locked.site, locked.url, locked.name)
    note = f"`{lock.path}` wants it installed"

    def fault(rule: str, message: str) -> Outcome:
        return Outcome((Fault(rule, reference.site, message, reference, (note,), "poetry"),))

    if kind is Kind.UNKNOWN:
        return Outcome(unknowns=(f"what lies at `{target}` cannot be known",))
    if kind is Kind.MISSING:
        return fault("missing-path", f"`{reference.raw}` leads to `{target or '.'}`, which does not exist")
    if locked.kind == "directory" and not is_project(sources, target):
        return fault(
            "not-a-package", f"`{reference.raw}` leads to `{target or '.'}`, which holds no Python project"
        )
    if locked.kind == "file" and kind is Kind.DIR:
        return fault("not-a-package", f"`{reference.raw}` leads to `{target or '.'}`, a directory")
    if wish.dry or locked.kind == "file":
        return Outcome()
    return _built(sources, target)


def is_project(sources: Sources, directory: str) -> bool:
    """Whether a directory holds what makes it a Python project to Poetry."""
    names = ("pyproject.toml", "setup.py", "setup.cfg")
    return any(sources.tree.exists(paths.join(directory, name)) for name in names)


def _built(sources: Sources, directory: str) -> Outcome:
    """The build of a dependency's wheel."""
    path = paths.join(directory, "pyproject.toml")
    if not sources.tree.exists(path):
        return Outcome(unknowns=(f"`{paths.join(directory, 'setup.py')}` would have to run",))
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, toml.Unknown):
        return Outcome(unknowns=(manifest.because,))
    if isinstance(manifest, Fault):
        return Outcome((manifest,))
    return backend.build(sources, manifest, "wheel")
