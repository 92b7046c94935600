"""One name, several places: what uv's resolver does not allow.

Source: uv `uv-resolver/src/resolver/urls.rs`, `fork_urls.rs`; how it forks: `resolver/mod.rs` (Forks).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, All, Condition, Some, Test
from depcheck.load.uv import project
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import Edge, Walk
from depcheck.model import Fault, Reference
from depcheck.sources import Sources

_MOST_EDGES = 60  # of one name that lead to several places
# Of the markers on all ways to one package; beyond it is taken to be reached everywhere. A test may be
# two calls deep in the next, so this bounds how deep a condition is walked.
_MOST_TESTS = 300


def check(walked: Walk, forks: Forks, *, declared: bool) -> Iterator[Fault]:
    """Every conflict. declared: some extras or groups are declared to exclude each other."""
    for name, edges in walked.edges.items():
        if name not in walked.failed and len({_key(edge) for edge in edges}) > 1:
            yield from _of_name(name, edges, forks, declared=declared)
    yield from _by_extras(walked)


def _key(edge: Edge) -> tuple[str, bool | None]:
    return edge.real, edge.wanted.editable


def _of_name(name: str, edges: list[Edge], forks: Forks, *, declared: bool) -> Iterator[Fault]:
    distinct = list({(_key(edge), edge.parent, edge.wanted.site): edge for edge in edges}.values())
    for one, other in combinations(distinct[:_MOST_EDGES], 2):
        if one.real == other.real and (
            one.wanted.editable is None
            or other.wanted.editable is None
            or one.wanted.editable == other.wanted.editable
        ):
            continue
        if declared and one.wanted.site.file == other.wanted.site.file:
            continue
        if forks.exclude(one, other):
            continue
        yield _conflict(name, *sorted((one, other), key=_blame))
        return


def _blame(edge: Edge) -> int:
    """Which of two is rather to be mended: a path before `workspace = true`, a member's own place last."""
    route = edge.wanted.site.route
    return 2 if not route else 1 if route[-1] == "workspace" else 0


def _conflict(name: str, blamed: Edge, other: Edge) -> Fault:
    wanted = blamed.wanted
    if blamed.real != other.real:
        message = (
            f"`{name}` is taken from `{blamed.path or '.'}` here and from `{other.path or '.'}` elsewhere"
        )
    else:
        how = "editable" if wanted.editable else "not editable"
        message = f"`{wanted.raw}` is {how} here and the other way elsewhere"
    note = f"the other place is `{_place(other)}`; uv says: Requirements contain conflicting URLs"
    return Fault("duplicate-package", wanted.site, message, wanted.reference(blamed.path), (note,), "uv")


def _place(edge: Edge) -> str:
    site = edge.wanted.site
    return f"{site.file}: {'.'.join(map(str, site.route))}" if site.route else site.file


class Forks:
    """In which environments a package is reached.

    uv forks only where one package asks for one name twice, or not for every Python that is locked for.
    pythons: those that are.
    """

    def __init__(self, walked: Walk, pythons: Condition = ALWAYS) -> None:
        self._incoming: dict[str, list[Edge]] = {}
        self._several: dict[tuple[str, str], set[tuple[str, bool | None]]] = {}
        for name, edges in walked.edges.items():
            for edge in edges:
                self._incoming.setdefault(edge.path, []).append(edge)
                self._several.setdefault((edge.parent, name), set()).add(_key(edge))
        for parent, wanted in walked.named:
            self._several.setdefault((parent, wanted.name), set()).add(("", None))
        self._known: dict[str, Condition] = {}
        self._raising: dict[Condition, bool] = {}
        self._pythons = pythons

    def exclude(self, one: Edge, other: Edge) -> bool:
        """Whether no fork holds both."""
        fork = All((self._pythons, self.of(one), self.of(other)))
        if conditions.together(fork) is False:
            return True
        return not (self._is_reached(fork, one) and self._is_reached(fork, other))

    def _is_reached(self, fork: Condition, edge: Edge) -> bool:
        """Whether the edge is met in a fork, in which uv passes over what its markers leave out."""
        ahead, seen = [edge], set[str]()
        while ahead:
            at = ahead.pop()
            if conditions.together(fork, at.wanted.when) is False:
                continue
            above = self._incoming.get(at.parent, ())
            if not above or at.parent == at.path or not at.wanted.site.route:
                return True  # nothing asks for it, it is locked itself
            if at.parent not in seen:
                seen.add(at.parent)
                ahead += above
        return False

    def of(self, edge: Edge) -> Condition:
        """Where the edge is followed, as far as uv tells environments apart."""
        above = self._reached(edge.parent)
        when = edge.wanted.when
        several = len(self._several.get((edge.parent, edge.wanted.name), ())) > 1
        if when == ALWAYS or not (several or self._raises(when)):
            return above
        return conditions.both(above, when)

    def _raises(self, when: Condition) -> bool:
        """Whether a marker leaves out the oldest Python."""
        if when not in self._raising:
            self._raising[when] = self._without_oldest(when)
        return self._raising[when]

    def _without_oldest(self, when: Condition) -> bool:
        if not any(test.variable.startswith("python") for test in conditions.tests((when,))):
            return False
        places = conditions.environments((self._pythons, when)) or ()
        allowed = [place for place in places if conditions.holds(self._pythons, place)]
        oldest = allowed[0]["python_full_version"] if allowed else ""
        return not any(
            conditions.holds(when, place) for place in allowed if place["python_full_version"] == oldest
        )

    def _reached(self, path: str) -> Condition:
        """Without recursion: a chain of packages may be longer than the stack is deep."""
        if path in self._known:
            return self._known[path]
        ahead = [(path, self._above(path))]
        while ahead:
            at, above = ahead[-1]
            parent = next((one for one in above if one not in self._known), None)
            if parent is None:
                ahead.pop()
                self._known[at] = self._by_ways(at)
            else:
                ahead.append((parent, self._above(parent)))
        return self._known[path]

    def _above(self, path: str) -> Iterator[str]:
        """What asks for a package; meanwhile a circle through it adds nothing."""
        self._known[path] = ALWAYS
        parents = [edge.parent for edge in self._incoming.get(path, ())]
        return iter(() if path in parents else parents)

    def _by_ways(self, path: str) -> Condition:
        incoming = self._incoming.get(path, ())
        if not incoming or any(edge.parent == path for edge in incoming):
            return ALWAYS
        parts = tuple(dict.fromkeys(self.of(edge) for edge in incoming))
        if ALWAYS in parts or sum(map(_size, parts)) >= _MOST_TESTS:
            return ALWAYS
        return parts[0] if len(parts) == 1 else Some(parts)


def _size(condition: Condition) -> int:
    return 1 if isinstance(condition, Test) else sum(map(_size, condition.parts))


def _by_extras(walked: Walk) -> Iterator[Fault]:
    """Paths behind extras that were asked for by name only: uv refuses them (`DisallowedUrl`)."""
    ahead = [(wanted.name, wanted.extras) for _, wanted in walked.named if wanted.extras]
    seen: set[tuple[str, frozenset[str]]] = set()
    while ahead:
        name, extras = ahead.pop()
        edges = walked.edges.get(name)
        if not edges or (name, extras) in seen:
            continue
        seen.add((name, extras))
        found = walked.packages.get(edges[0].path)
        for wanted in found.requires if found is not None else ():
            if wanted.extra not in extras:
                continue
            place = walked.place(wanted)
            if place is None or place.kind == "remote":
                ahead.append((wanted.name, wanted.extras))
                continue
            real = walked.tree.resolve(place.path)
            if not any(edge.real == real for edge in walked.edges.get(wanted.name, ())):
                yield _disallowed(wanted, name, place.path)


def _disallowed(wanted: Wanted, name: str, path: str) -> Fault:
    message = f"`{wanted.raw}` is reached only by an extra of `{name}` that is asked for by name"
    note = f"uv takes paths only along paths; give `{wanted.name}` a source where `{name}` is asked for"
    return Fault("invalid-manifest", wanted.site, message, wanted.reference(path), (note,), "uv")


def unsourced(walked: Walk, members: frozenset[str], known: frozenset[str]) -> Iterator[Fault]:
    """Names without a source, asked for by a path dependency that has the project of that name beside it.

    What a member asks for by name only may be meant for an index; a dependency that is reached by a
    path and leaves out its neighbour is meant to find it in the tree. members: their directories.
    known: names that the lock file has from an index already.
    """
    for parent, wanted in walked.named:
        if parent in members or wanted.name in walked.edges or wanted.name in known:
            continue
        neighbour = beside(walked.sources, parent, wanted)
        if neighbour is not None:
            raw = paths.relative(neighbour.directory, parent)
            reference = Reference(
                wanted.site, wanted.reference().key, wanted.raw, neighbour.directory, "package", wanted.name
            )
            message = f"`{wanted.name}` has no source, so uv looks for it in an index and not at `{raw}`"
            note = f'write `{wanted.name} = {{ path = "{raw}" }}` under `[tool.uv.sources]`'
            yield Fault("missing-path", wanted.site, message, reference, (note,), "uv")


def beside(sources: Sources, parent: str, wanted: Wanted) -> Project | None:
    """The project beside `parent` that a plain name is meant for, where there is one."""
    folder = paths.parent(parent)
    if not parent or wanted.specifier:
        return None
    for spelled in dict.fromkeys((wanted.name, wanted.name.replace("-", "_"))):
        directory = paths.join(folder, spelled)
        found = sources.get(project.read, directory) if directory != parent else None
        if isinstance(found, Project) and found.name == wanted.name:
            return found
    return None
