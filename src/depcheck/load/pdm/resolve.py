"""`pdm lock`: every path that a resolution follows, and where it fails.

Sources: pdm `cli/actions.py` (do_lock), `models/candidates.py`, `resolver/providers.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.load import closure, conditions
from depcheck.load.closure import Edge
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.pdm import project, requirement
from depcheck.load.pdm.found import Found, leaves_open, locked_for, python_of, read_at
from depcheck.load.pdm.requirement import Wanted
from depcheck.manifest import pdm as dialect
from depcheck.manifest import pyproject
from depcheck.manifest.pdm import DEFAULT, Include, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree


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
    edges = _edges(sources, asked, python_of(read))
    return edges is not None and closure.is_plain(sources, _look, manifest.directory, edges)


def _look(sources: Sources, directory: str) -> tuple[Edge, ...] | None:
    if sources.get(leaves_open, directory):
        return None
    found = sources.get(read_at, directory, None)
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
        if defect(tree, wanted) is not None or sources.get(leaves_open, directory):
            return None
        found = sources.get(read_at, directory, None)
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
        self.python = python_of(read)
        self._places: dict[str, Wanted] = {}
        self._visited: set[tuple[str, frozenset[str]]] = set()
        self._reported: set[Site] = set()
        self._overridden: set[str] = set()
        self._overrides = {self._called(wanted): wanted for wanted in self._overriding()}

    def _overriding(self) -> Iterator[Wanted]:
        """What `[tool.pdm.resolution.overrides]` asks for: read beside the project, whoever wants it."""
        here = requirement.backend_of(self.manifest)
        for line in self.read.overrides.values():
            yield requirement.parse(self.sources.tree, self.manifest.directory, here, line)

    def _called(self, wanted: Wanted) -> str:
        """The name by which PDM tells packages apart: that of what a path leads to, where it has one."""
        target = wanted.target
        if target is None or wanted.fault or self.sources.tree.kind(target) is not Kind.DIR:
            return wanted.name
        found = locked_for(self.sources, self.sources.tree.resolve(target), self.manifest)
        return pyproject.normalise(found.name) if found.name else wanted.name

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
        override = self._overrides.get(self._called(wanted)) if self._overrides else None
        if override is not None:
            if override.name in self._overridden:
                return
            self._overridden.add(override.name)
            wanted = override._replace(extras=wanted.extras | override.extras)
        if wanted.unknown:
            self.unknowns.append(wanted.unknown)
        fault = wanted.fault or defect(self.sources.tree, wanted)
        if fault is not None:
            self._report(fault)
            return
        if wanted.target is None or self.sources.tree.kind(wanted.target) is not Kind.DIR:
            return
        directory = self.sources.tree.resolve(wanted.target)
        found = locked_for(self.sources, directory, self.manifest)
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
