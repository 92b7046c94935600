"""`pdm lock`: every path that a resolution follows, and where it fails.

Sources: pdm `cli/actions.py` (do_lock), `models/candidates.py`, `resolver/providers.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.load import backend, closure, conditions
from depcheck.load.closure import Edge
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.pdm import project, requirement
from depcheck.load.pdm.requirement import Backend, Wanted
from depcheck.load.poetry import requirement as poetry_requirement
from depcheck.manifest import pdm as dialect
from depcheck.manifest import poetry as poetry_dialect
from depcheck.manifest import pyproject, strict, toml
from depcheck.manifest.pdm import DEFAULT, Include, Line, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree


class Found(NamedTuple):
    """The project at a path: its name, what it and its extras want, the Python it supports."""

    name: str = ""
    requires: tuple[Wanted, ...] = ()
    extras: tuple[tuple[str, tuple[Wanted, ...]], ...] = ()
    python: Condition = ALWAYS
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


def lock(sources: Sources, manifest: PyProject, read: Pdm, groups: Sequence[str]) -> Outcome:
    """What `pdm lock` does with these groups of the project."""
    if _is_plain(sources, manifest, read, groups):
        return Outcome()
    walk = _Walk(sources, manifest, read)
    walk.start(groups)
    return Outcome(tuple(walk.faults), tuple(dict.fromkeys(walk.unknowns)))


def _is_plain(sources: Sources, manifest: PyProject, read: Pdm, groups: Sequence[str]) -> bool:
    if read.overrides or project.workspace(sources, manifest) is not None:
        return False
    asked = tuple(wanted_in(sources, manifest, read, groups))
    edges = _edges(sources, asked, _python(read))
    return edges is not None and closure.is_plain(sources, _look, manifest.directory, edges)


def _look(sources: Sources, directory: str) -> tuple[Edge, ...] | None:
    if sources.get(_leaves_open, directory):
        return None
    found = sources.get(_read, directory, None)
    return None if found.faults or found.unknowns else _edges(sources, found.requires, found.python)


def _edges(sources: Sources, asked: tuple[Wanted | Fault, ...], python: Condition) -> tuple[Edge, ...] | None:
    """What is asked for by path; None where a walk could stumble over it, or goes on otherwise."""
    edges = []
    tree = sources.tree
    for wanted in asked:
        if isinstance(wanted, Fault) or wanted.fault or wanted.unknown:
            return None
        if wanted.target is None:
            continue
        if wanted.extras or wanted.when != ALWAYS or tree.kind(wanted.target) is not Kind.DIR:
            return None
        directory = tree.resolve(wanted.target)
        if defect(tree, wanted) is not None or sources.get(_leaves_open, directory):
            return None
        found = sources.get(_read, directory, None)
        if found.python != python or not found.name:
            return None
        edges.append(Edge(found.name, tree.at("", wanted.target), directory))
    return tuple(edges)


def wanted_in(
    sources: Sources, manifest: PyProject, read: Pdm, groups: Sequence[str]
) -> Iterator[Wanted | Fault]:
    """The requirements of these groups and of what they include; faults of what they name."""
    name = pyproject.normalise(read.name) if read.name else ""
    waiting, seen = list(groups), set(groups)
    backend_kind = requirement.backend_of(manifest)
    while waiting:
        group = waiting.pop(0)
        metadata = group == DEFAULT or group in read.extras
        for item in read.groups.get(group, ()):
            referred: tuple[str, ...] = ()
            if isinstance(item, Include):
                if item.name not in read.dev:
                    yield _missing(item.site, group, item.name)
                    continue
                referred = (item.name,)
            elif metadata and (item.text or "").startswith("-e "):
                continue  # skipped with a warning
            else:
                wanted = requirement.parse(sources.tree, manifest.directory, backend_kind, item)
                if not (name and wanted.name == name and wanted.fault is None and wanted.target is None):
                    yield wanted
                    continue
                referred = tuple(sorted(wanted.extras))
                unknown = [
                    extra for extra in referred if extra not in (read.extras if metadata else read.groups)
                ]
                if unknown:
                    yield _missing(item.site, group, unknown[0])
                    continue
            waiting += [ref for ref in referred if ref not in seen]
            seen.update(referred)


def _missing(site: Site, group: str, included: str) -> Fault:
    message = f"the group `{group}` includes `{included}`, which is not defined"
    reference = pyproject.path_reference("", site, included, kind="path")
    return Fault("invalid-manifest", site, message, reference, tool="pdm")


def defect(tree: Tree, wanted: Wanted) -> Fault | None:
    """What is wrong at the path of `wanted` (`FileRequirement.check_installable`)."""
    if wanted.target is None or wanted.reference is None:
        return None
    reference, kind = wanted.reference, tree.kind(wanted.target)
    shown = tree.resolve(wanted.target) or "."

    def fault(rule: str, message: str, *notes: str) -> Fault:
        return Fault(rule, reference.site, message, reference, notes, "pdm")

    match kind:
        case Kind.MISSING:
            return fault("missing-path", f"`{reference.raw}` leads to `{shown}`, which does not exist")
        case Kind.DIR:
            if not any(tree.exists(f"{wanted.target}/{name}") for name in ("setup.py", "pyproject.toml")):
                note = "PDM looks for a pyproject.toml or a setup.py"
                message = f"`{reference.raw}` leads to `{shown}`, which holds no Python project"
                return fault("not-a-package", message, note)
        case Kind.FILE if wanted.editable or not shown.endswith(
            (".whl", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".tar")
        ):
            return fault("not-a-package", f"`{reference.raw}` leads to a file that is no distribution")
    return None


class _Walk:
    """The projects reached so far, and the faults on the way."""

    def __init__(self, sources: Sources, manifest: PyProject, read: Pdm) -> None:
        self.sources = sources
        self.manifest = manifest
        self.read = read
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.python = _python(read)
        self._places: dict[str, Wanted] = {}
        self._visited: set[tuple[str, frozenset[str]]] = set()
        self._reported: set[Site] = set()
        self._overridden: set[str] = set()

    def start(self, groups: Sequence[str]) -> None:
        """Follow everything from the root."""
        waiting: deque[tuple[Wanted, Condition]] = deque()
        for wanted in wanted_in(self.sources, self.manifest, self.read, groups):
            if isinstance(wanted, Fault):
                self._report(wanted)
            elif conditions.together(self.python, wanted.when) is not False:
                waiting.append((wanted, wanted.when))
        if DEFAULT in groups:
            waiting += [(wanted, ALWAYS) for wanted in self._members()]
        while waiting:
            wanted, when = waiting.popleft()
            waiting += self._follow(wanted, when)

    def _members(self) -> Iterator[Wanted]:
        found = project.workspace(self.sources, self.manifest)
        for directory in found.members if found is not None else ():
            path = paths.join(directory, "pyproject.toml")
            manifest = self.sources.get(pyproject.read, path)
            read = self.sources.get(dialect.read, path)
            if isinstance(manifest, Fault):
                self._report(manifest._replace(tool="pdm"))
            elif read is not None and read.name and read.distribution:
                site = Site(path, ("project", "name"))
                yield Wanted(site, pyproject.normalise(read.name), directory or ".", editable=True)

    def _follow(self, wanted: Wanted, when: Condition) -> Iterator[tuple[Wanted, Condition]]:
        override = self.read.overrides.get(wanted.name)
        if override is not None:
            if wanted.name in self._overridden:
                return
            self._overridden.add(wanted.name)
            # PDM reads the line beside the project, whoever wants the package.
            here = requirement.backend_of(self.manifest)
            extras = wanted.extras
            wanted = requirement.parse(self.sources.tree, self.manifest.directory, here, override)
            wanted = wanted._replace(extras=extras | wanted.extras)
        if wanted.unknown:
            self.unknowns.append(wanted.unknown)
        fault = wanted.fault or defect(self.sources.tree, wanted)
        if fault is not None:
            self._report(fault)
            return
        if wanted.target is None or self.sources.tree.kind(wanted.target) is not Kind.DIR:
            return
        directory = self.sources.tree.resolve(wanted.target)
        found = _project(self.sources, directory, self.manifest)
        for inner in found.faults:
            self._report(inner)
        self.unknowns += found.unknowns
        if found.faults or not self._agrees(wanted, found, directory):
            return
        if conditions.covers(found.python, self.python, when) is False and override is None:
            self._narrow(wanted)
            return
        key = (directory, wanted.extras)
        if key in self._visited:
            return
        self._visited.add(key)
        for inner_wanted in _needed(found, wanted):
            chained = conditions.both(when, inner_wanted.when)
            if conditions.together(self.python, found.python, chained) is not False:
                yield inner_wanted, chained

    def _agrees(self, wanted: Wanted, found: Found, directory: str) -> bool:
        """Whether every path that asks for this package is the same."""
        name = found.name or wanted.name
        first = self._places.setdefault(name, wanted)
        if first is wanted or not name or first.target is None or wanted.target is None:
            return True
        tree = self.sources.tree
        if tree.at("", first.target) == tree.at("", wanted.target) or wanted.reference is None:
            return True
        message = (
            f"`{name}` comes from `{directory or '.'}` here and from `{tree.resolve(first.target) or '.'}`"
        )
        message += f" in `{first.site.file}`"
        self._report(Fault("duplicate-package", wanted.reference.site, message, wanted.reference, tool="pdm"))
        return False

    def _narrow(self, wanted: Wanted) -> None:
        site = wanted.reference.site if wanted.reference is not None else wanted.site
        shown = (
            f"`{wanted.reference.raw}` leads to a package" if wanted.reference is not None else "the member"
        )
        message = f"{shown} that does not support every Python of this project"
        note = "PDM locks for all of `project.requires-python`"
        self._report(Fault("version-mismatch", site, message, wanted.reference, (note,), "pdm"))

    def _report(self, fault: Fault) -> None:
        if fault.site not in self._reported:
            self._reported.add(fault.site)
            self.faults.append(fault)


def _needed(found: Found, wanted: Wanted) -> Iterator[Wanted]:
    yield from found.requires
    table, seen = dict(found.extras), set[str]()
    waiting = sorted(wanted.extras)
    while waiting:
        extra = waiting.pop()
        if extra in seen:
            continue
        seen.add(extra)
        for inner in table.get(extra, ()):
            if inner.target is None and inner.fault is None and inner.name == pyproject.normalise(found.name):
                waiting += sorted(inner.extras)
            else:
                yield inner


def _project(sources: Sources, directory: str, root: PyProject) -> Found:
    """What stands in `directory`: the same for every project that is locked, but for fields left open."""
    filler = (root.directory, requirement.backend_of(root))
    return sources.get(_read, directory, filler if sources.get(_leaves_open, directory) else None)


def _leaves_open(sources: Sources, directory: str) -> bool:
    """Whether a requirement has a field that the project's own backend does not fill in."""
    path = paths.join(directory, "pyproject.toml")
    manifest, read = sources.get(pyproject.read, path), sources.get(dialect.read, path)
    if not isinstance(manifest, PyProject) or read is None:
        return False
    kind = requirement.backend_of(manifest)
    lines = (line for group in read.groups.values() for line in group if isinstance(line, Line))
    return not all(requirement.fills_in(kind, line) for line in lines)


def _read(sources: Sources, directory: str, filler: tuple[str, Backend] | None) -> Found:
    path = paths.join(directory, "pyproject.toml")
    if not sources.tree.exists(path):
        return Found(
            unknowns=(f"`{paths.join(directory, 'setup.py')}` would have to run to tell what it needs",)
        )
    manifest = sources.get(pyproject.read, path)
    if isinstance(manifest, toml.Unknown):
        return Found(unknowns=(manifest.because,))
    unread = manifest if isinstance(manifest, Fault) else sources.get(strict.read, path)
    if unread is not None or isinstance(manifest, Fault):
        return Found(faults=(unread._replace(tool="pdm"),) if unread is not None else ())
    read = sources.get(dialect.read, path)
    own = manifest.project
    if read is None or own is None or not read.name or own.dynamic & _DYNAMIC:
        return _built(sources, manifest, directory)
    kind = requirement.backend_of(manifest)

    def parsed(group: str) -> tuple[Wanted, ...]:
        lines = (line for line in read.groups.get(group, ()) if isinstance(line, Line))
        return tuple(_nested(parse(line), line) for line in lines)

    def parse(line: Line) -> Wanted:
        # What its own backend leaves as it is, the one of the project that is locked fills in.
        at, filled_by = filler if filler and not requirement.fills_in(kind, line) else (directory, kind)
        return requirement.parse(sources.tree, at, filled_by, line)

    extras = tuple((extra, parsed(extra)) for extra in read.extras)
    return Found(read.name, parsed(DEFAULT), extras, _python(read))


def _python(read: Pdm) -> Condition:
    return (conditions.python_range(read.python) if read.python else None) or ALWAYS


_DYNAMIC = frozenset(("name", "version", "dependencies", "optional-dependencies", "requires-python"))


def _nested(wanted: Wanted, line: Line) -> Wanted:
    if not wanted.editable:
        return wanted
    message = f"`{line.text}` is no requirement of a package"
    return wanted._replace(
        fault=Fault("invalid-manifest", wanted.site, message, wanted.reference, tool="pdm")
    )


def _built(sources: Sources, manifest: PyProject, directory: str) -> Found:
    """A project whose metadata the build backend makes; PDM goes on where that fails."""
    table = sources.get(poetry_dialect.read, manifest.path)
    if manifest.tool("poetry") is not None and manifest.project is None and table is not None:
        listed = [one for one in table.dependencies or () if not one.optional]
        return Found(table.name or "", tuple(_converted(sources, directory, one) for one in listed))
    metadata = backend.metadata(sources, manifest)
    unknowns = metadata.unknowns

    def parsed(requires: Sequence[pyproject.Requirement]) -> tuple[Wanted, ...]:
        return tuple(
            requirement.parse(sources.tree, directory, "pdm", Line(one.site, one.text)) for one in requires
        )

    extras = tuple((extra, parsed(requires)) for extra, requires in metadata.extras)
    return Found(metadata.name or "", parsed(metadata.requires), extras, unknowns=unknowns)


def _converted(sources: Sources, directory: str, constraint: poetry_dialect.Constraint) -> Wanted:
    """A dependency of a project of Poetry, which PDM converts (pdm `formats/poetry.py`)."""
    wanted = poetry_requirement.from_constraint(sources, directory, constraint)
    raw = constraint.path
    target = None if not raw else raw if raw.startswith("/") or not directory else f"{directory}/{raw}"
    return Wanted(wanted.site, wanted.name, target, wanted.reference, wanted.extras, wanted.when)
