"""Which local packages uv follows while it locks, and what stops it there.

Source: uv `uv-requirements/src/lookahead.rs` (what is followed), `uv-resolver/src/resolver/urls.rs`
(which locations are allowed together). uv stops at the first failure; this goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from depcheck.load import conditions
from depcheck.load.uv import archive, location, package
from depcheck.load.uv.location import Place
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.package import Package
from depcheck.model import Fault
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NO_NAMES = frozenset[str]()


class How(NamedTuple):
    """What uv is told besides the manifests.

    cwd:        where it runs, for `${PROJECT_ROOT}`.
    env:        its environment; None: not known.
    no_sources: packages whose `[tool.uv.sources]` are not looked at; None: all.
    direct:     what is asked for is not followed any further (`--no-deps`).
    here:       markers are those of this machine, and not of every platform.
    """

    cwd: str
    env: Mapping[str, str] | None = None
    no_sources: frozenset[str] | None = NO_NAMES
    direct: bool = False
    here: bool = False


class Rules(NamedTuple):
    """Constraints and overrides of the root, lowered, and excluded names."""

    constraints: tuple[Wanted, ...] = ()
    overrides: tuple[Wanted, ...] = ()
    excluded: frozenset[str] = NO_NAMES


class Edge(NamedTuple):
    """A package asks for another at a place. `real`: the place, links followed."""

    parent: str
    wanted: Wanted
    path: str
    real: str


class Walk:
    """One lookahead: everything that is reached by a path."""

    def __init__(self, sources: Sources, how: How, rules: Rules) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.how = how
        self.rules = rules
        self.faults: dict[Fault, None] = {}
        self.unknowns: dict[str, None] = {}
        self.edges: dict[str, list[Edge]] = {}  # by name
        self.named: list[tuple[str, Wanted]] = []  # what any index may supply: (parent, wanted)
        self.packages: dict[str, Package] = {}
        self.failed: set[str] = set()  # names whose place does not hold them
        self.uses_cwd = False
        self._held: set[str] = set()  # directories of which the metadata is made
        self._seen: set[tuple[str, str, frozenset[str], frozenset[str]]] = set()
        self._ahead: deque[tuple[str, Wanted, frozenset[str]]] = deque()
        self._constraints = _by_name(rules.constraints)
        self._overrides = _by_name(rules.overrides)

    def run(self, wanted: Iterable[tuple[str, Wanted, frozenset[str]]]) -> None:
        """Follow `wanted` (parent, requirement, dependency groups of it that are asked for)."""
        self._ahead += wanted
        while self._ahead:
            parent, one, groups = self._ahead.popleft()
            for applied in self._apply(one):
                self._one(parent, applied, groups)

    def _apply(self, wanted: Wanted) -> Iterator[Wanted]:
        """`wanted` with what overrides and constraints make of it."""
        if wanted.name in self.rules.excluded:
            return
        replaced = self._overrides.get(wanted.name)
        if replaced is not None:
            yield from replaced
            return
        yield wanted
        yield from self._constraints.get(wanted.name, ())

    def _one(self, parent: str, wanted: Wanted, groups: frozenset[str]) -> None:
        if self.how.here and not conditions.holds(wanted.when, conditions.HERE):
            return
        place = self.place(wanted)
        if place is None:
            self.named.append((parent, wanted))
            return
        if place.kind == "remote":
            return
        if place.kind == "invalid":
            self._fault("missing-path", wanted, place.path, place.why)
            return
        edge = Edge(parent, wanted, place.path, self.sources.get(_real, place.path))
        self.edges.setdefault(wanted.name, []).append(edge)
        key = (place.path, wanted.name, wanted.extras, groups)
        if key in self._seen:
            return
        self._seen.add(key)
        kind = self.tree.kind(place.path)
        if kind is Kind.UNKNOWN:
            self.unknowns[f"what stands at `{place.path}` cannot be known"] = None
        elif kind is Kind.MISSING:
            self.failed.add(wanted.name)
            self._fault("missing-path", wanted, place.path, "does not exist")
        elif place.kind == "archive":
            self._record(archive.check(self.sources, wanted, place.path))
        else:
            self._directory(wanted, place.path, groups)

    def place(self, wanted: Wanted) -> Place | None:
        """Where a requirement leads; None for one that an index supplies."""
        if wanted.place is not None:
            return wanted.place
        if not wanted.url:
            return None
        place = location.of_url(self.tree, self.how.cwd, wanted.url, self.how.env)
        if isinstance(place, str):
            self.unknowns[place] = None
            return Place("remote")
        self.uses_cwd = self.uses_cwd or place.at_cwd
        return place

    def _directory(self, wanted: Wanted, directory: str, groups: frozenset[str]) -> None:
        found = self.sources.get(package.read, directory, self.how.no_sources)
        self.packages[directory] = found
        if found.refused:
            self.failed.add(wanted.name)
            note = (f"`{found.faults[0].site.file}`: {found.faults[0].message}",) if found.faults else ()
            rule = "invalid-manifest" if found.faults else "not-a-package"
            self._fault(rule, wanted, directory, found.refused, *note)
            return
        self.faults.update(dict.fromkeys(found.faults))
        self.unknowns.update(dict.fromkeys(found.unknowns))
        if found.name and found.name != wanted.name and directory not in self._held:
            self.failed.add(wanted.name)
            declared = found.manifest.project.name if found.manifest and found.manifest.project else None
            self._fault(
                "name-mismatch",
                wanted,
                directory,
                f"holds `{declared or found.name}`, not `{wanted.name}`",
                _renamed(declared or found.name),
            )
            return
        self._held.add(directory)  # uv looks at the name only when it makes the metadata, once a directory
        if self.how.direct:
            return
        asked = [one for one in found.requires if not one.extra or one.extra in wanted.extras]
        asked += [one for group in sorted(groups) for one in found.groups.get(group, ())]
        for one in asked:
            if one.name == wanted.name and one.place is None and not one.url:
                one = wanted._replace(extras=one.extras)  # noqa: PLW2901 (extras that ask for extras)
            self._ahead.append((directory, one, NO_NAMES))

    def _record(self, found: Fault | str | None) -> None:
        if isinstance(found, Fault):
            self.faults[found] = None
        elif found is not None:
            self.unknowns[found] = None

    def _fault(self, rule: str, wanted: Wanted, target: str, fact: str, *notes: str) -> None:
        shown = (
            f"`{wanted.raw}`" if wanted.raw == target else f"`{wanted.raw}` leads to `{target or '.'}`, which"
        )
        fault = Fault(rule, wanted.site, f"{shown} {fact}", wanted.reference(target), notes, "uv")
        self.faults[fault] = None


def _renamed(name: str) -> str:
    return f"if the package has a new name, ask for `{name}` in the dependencies and as the key of the source"


def _real(sources: Sources, path: str) -> str:
    return sources.tree.resolve(path)


def _by_name(items: tuple[Wanted, ...]) -> dict[str, list[Wanted]]:
    found: dict[str, list[Wanted]] = {}
    for item in items:
        found.setdefault(item.name, []).append(item)
    return found
