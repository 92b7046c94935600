"""`poetry lock`: every path that a full resolution follows, and where it fails.

Sources: poetry `puzzle/provider.py` (complete_package, search_for_direct_origin_dependency),
`inspection/info.py` (from_directory). Packages of an index are taken as good.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from depcheck import paths
from depcheck.load import closure, conditions
from depcheck.load.closure import Edge
from depcheck.load.conditions import ALWAYS, All, Condition
from depcheck.load.poetry import archive, package
from depcheck.load.poetry.directory import read as read_directory
from depcheck.load.poetry.found import Found
from depcheck.load.poetry.package import Package
from depcheck.load.poetry.requirement import Origin, Wanted
from depcheck.manifest import pyproject
from depcheck.model import Fault, Outcome, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree

_PLACES = 4  # as often a source of a package is compared with another source of it


class Step(NamedTuple):
    """A requirement on the way: who wants it, where its paths start, what stands before it."""

    wanted: Wanted
    owner: str
    directory: str
    chain: tuple[Condition, ...] = ()

    @property
    def when(self) -> Condition:
        """When this and every requirement before it applies."""
        return All((*self.chain, self.wanted.when))


def lock(sources: Sources, root: Package, locked: frozenset[str] = frozenset()) -> Outcome:
    """What `poetry lock` does for `root`, once its manifest is read without a fault.

    locked: the files of an older lock, which Poetry does not open again.
    """
    asked = tuple(package.for_locking(root))
    edges = _edges(sources, asked, Found(root.name, python=root.python), root.directory)
    if edges is not None and closure.is_plain(sources, _look, root.directory, edges):
        return Outcome()
    walk = _Walk(sources, root, locked)
    walk.start()
    return Outcome(tuple(walk.faults), tuple(dict.fromkeys(walk.unknowns)), tuple(walk.latent))


def directories(sources: Sources, root: Package, groups: frozenset[str]) -> Iterator[str]:
    """The directories that an installation of these groups builds, after a lock without a fault."""
    only = root._replace(groups={name: group for name, group in root.groups.items() if name in groups})
    walk = _Walk(sources, only)
    walk.start()
    for places in walk.places.values():
        origin = places[0].wanted.origin
        if origin is not None and not origin.archive and _here(places[0]):
            yield origin.target


def _here(place: Step) -> bool:
    return not place.wanted.optional and conditions.holds(place.when, conditions.HERE)


def defect(tree: Tree, wanted: Wanted, directory: str) -> Fault | None:  # noqa: PLR0911
    """What is wrong at the path of `wanted`, before anything there is read (`PathDependency._validate`)."""
    origin, reference = wanted.origin, wanted.reference
    if origin is None or reference is None:
        return None
    kind = tree.kind(origin.target)
    if kind is Kind.UNKNOWN or (origin.archive and kind not in (Kind.MISSING, Kind.DIR)):
        return None
    if kind is Kind.DIR and not origin.archive and _holds_project(tree, origin.target):
        return None
    raw, shown = reference.raw, paths.relative(origin.target, "") or "."

    def fault(rule: str, fact: str, *notes: str) -> Fault:
        return Fault(rule, reference.site, f"`{raw}` leads to `{shown}`, {fact}", reference, notes, "poetry")

    if kind is Kind.MISSING:
        notes = (
            ["Poetry resolves every group, extra, marker and platform when it locks"]
            if _excused(wanted)
            else []
        )
        if ".." in raw.split("/") and tree.at(directory, raw) != origin.target:
            notes.append("Poetry follows symbolic links before it takes `..`")
        return fault("missing-path", "which does not exist", *notes)
    if origin.archive:
        return fault("not-a-package", "a directory where a file is expected")
    if kind is not Kind.DIR:
        return fault("not-a-package", "a file where a directory is expected")
    note = "Poetry looks for a pyproject.toml, a setup.py or a setup.cfg"
    return fault("not-a-package", "which holds no Python project", note)


def _holds_project(tree: Tree, directory: str) -> bool:
    names = ("pyproject.toml", "setup.py", "setup.cfg")
    return any(tree.exists(paths.join(directory, name)) for name in names)


def _excused(wanted: Wanted) -> bool:
    route: Route = wanted.site.route
    return bool(
        wanted.optional
        or wanted.in_extras
        or wanted.when != All()
        or {"group", "dev-dependencies"} & set(route)
    )


class _Walk:
    """The packages reached so far, and the faults on the way."""

    def __init__(self, sources: Sources, root: Package, locked: frozenset[str] = frozenset()) -> None:
        self.sources = sources
        self.locked = locked
        self.root = root
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.latent: list[Fault] = []
        self.places: dict[str, list[Step]] = {}
        self._visited: set[tuple[str, frozenset[str]]] = set()
        self._reported: set[Site] = set()
        self._known: dict[str, Found] = {}

    def start(self) -> None:
        """Follow everything from the root, in breadth: what the user wrote nearest first."""
        waiting = deque(Step(wanted, "", self.root.directory) for wanted in package.for_locking(self.root))
        while waiting:
            waiting += self._follow(waiting.popleft())
        self._conflicts()

    def _follow(self, step: Step) -> Iterator[Step]:
        wanted, origin = step.wanted, step.wanted.origin
        if origin is None or not origin.local or (origin.archive and origin.target in self.locked):
            return
        broken = defect(self.sources.tree, wanted, step.directory)
        if conditions.together(self.root.python, wanted.when) is False:
            if broken is not None:
                note = "Poetry skips it: no Python that the project supports wants it"
                self.latent.append(broken._replace(rule="dormant-path", notes=(note,)))
            return
        self._place(step, origin)
        if broken is not None:
            self._report(broken)
            return
        found = self._read(wanted, origin)
        self._add(found)
        key = (origin.identity, wanted.extras)
        if found.faults or found.name is None or not self._matches(step, found) or key in self._visited:
            return
        self._visited.add(key)
        chain = step.chain
        if wanted.when != ALWAYS and wanted.when not in chain:
            chain = (*chain, wanted.when)
        for inner in _needed(found, wanted.name, wanted.extras):
            if (
                inner.name == wanted.name
                and inner.extras == wanted.extras
                and conditions.together(self.root.python, inner.when) is not False
            ):
                self._report(
                    Fault("dependency-cycle", inner.site, f"`{inner.name}` depends on itself", tool="poetry")
                )
            else:
                yield Step(inner, origin.identity, origin.target, chain)

    def _place(self, step: Step, origin: Origin) -> None:
        places = self.places.setdefault(step.wanted.name, [])
        if sum(other.wanted.origin == origin for other in places) < _PLACES:
            places.append(step)

    def _add(self, found: Found) -> None:
        for fault in found.faults:
            self._report(fault)
        self.unknowns += found.unknowns

    def _report(self, fault: Fault) -> None:
        if fault.site not in self._reported:
            self._reported.add(fault.site)
            self.faults.append(fault)

    def _matches(self, step: Step, found: Found) -> bool:
        wanted, reference = step.wanted, step.wanted.reference
        if reference is None or found.name is None:
            return True
        if pyproject.normalise(found.name) != wanted.name:
            target = reference.target or "."
            message = (
                f"`{reference.raw}` leads to `{target}`, whose package is `{found.name}`, not `{wanted.name}`"
            )
            self._report(Fault("name-mismatch", reference.site, message, reference, tool="poetry"))
            return False
        if conditions.covers(found.python, self.root.python, step.when) is False:
            message = (
                f"`{reference.raw}` leads to a package that does not support every Python of this project"
            )
            note = f"Poetry locks for all of `{pyproject.route_text(self.root.python_site.route)}`"
            self._report(Fault("version-mismatch", reference.site, message, reference, (note,), "poetry"))
            return False
        return True

    def _read(self, wanted: Wanted, origin: Origin) -> Found:
        known = self._known.get(origin.identity)
        if known is None:
            known = (
                archive.read(self.sources, wanted)
                if origin.archive
                else self.sources.get(read_directory, origin.target)
            )
            self._known[origin.identity] = known
        return known

    def _conflicts(self) -> None:
        for name, places in self.places.items():
            for index, place in enumerate(places):
                for other in places[:index]:
                    reference, there = place.wanted.reference, other.wanted.reference
                    if reference is None or there is None or {reference.site, there.site} & self._reported:
                        continue
                    if _identity(place) != _identity(other) and self._meet(place, other):
                        message = (
                            f"`{name}` comes from `{reference.target or '.'}` here and from "
                            f"`{there.target or '.'}` in `{there.site.file}`"
                        )
                        self._report(
                            Fault("duplicate-package", reference.site, message, reference, tool="poetry")
                        )

    def _meet(self, place: Step, other: Step) -> bool:
        """Whether one resolution holds both.

        Poetry resolves once for each of several constraints that one package puts on a name, and
        then leaves out what cannot apply there; it does not look at markers across packages.
        """
        if place.owner == other.owner:
            return bool(conditions.together(self.root.python, place.wanted.when, other.wanted.when))
        return self._joins(place, other) and self._joins(other, place)

    def _joins(self, place: Step, other: Step) -> bool:
        alternatives = any(
            rival.owner == place.owner and _identity(rival) != _identity(place)
            for rival in self.places[place.wanted.name]
        )
        return not alternatives or not any(
            conditions.together(place.wanted.when, link) is False
            for link in (*other.chain, other.wanted.when)
        )


def _look(sources: Sources, directory: str) -> tuple[Edge, ...] | None:
    found = sources.get(read_directory, directory)
    if found.name is None or found.faults or found.unknowns:
        return None
    return _edges(sources, found.requires, found, directory)


def _edges(
    sources: Sources, asked: tuple[Wanted, ...], owner: Found, directory: str
) -> tuple[Edge, ...] | None:
    """What is asked for by path; None where a walk could stumble over it, or goes on otherwise."""
    edges = []
    own = pyproject.normalise(owner.name or "")
    for wanted in asked:
        origin = wanted.origin
        if wanted.name == own:
            return None
        if origin is None or not origin.local:
            continue
        conditional = wanted.when != ALWAYS or wanted.optional or wanted.in_extras or wanted.extras
        if conditional or origin.archive or defect(sources.tree, wanted, directory) is not None:
            return None
        found = sources.get(read_directory, origin.target)
        if found.name is None or pyproject.normalise(found.name) != wanted.name:
            return None
        if found.python != owner.python:
            return None
        edges.append(Edge(wanted.name, origin.identity, origin.target))
    return tuple(edges)


def _identity(step: Step) -> str:
    return step.wanted.origin.identity if step.wanted.origin is not None else ""


def _needed(found: Found, name: str, extras: frozenset[str]) -> Iterator[Wanted]:
    """What a package wants, given the extras that are asked of it (`Provider.complete_package`)."""
    table = dict(found.extras)
    active: set[str] = set()
    names: set[str] = set()
    waiting = sorted(extras)
    while waiting:
        extra = waiting.pop()
        if extra in active:
            continue
        active.add(extra)
        for wanted in table.get(extra, ()):
            if wanted.name == name:
                waiting += sorted(wanted.extras)
            else:
                names.add(wanted.name)
    for wanted in found.requires:
        if wanted.optional and wanted.name not in names:
            continue
        if wanted.in_extras and not wanted.in_extras & active:
            continue
        yield wanted
