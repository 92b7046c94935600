"""Whether all that a project reaches by path is plain: then a walk of it can find no fault.

A tool walks all that a project reaches, whichever project it is asked for; where many projects ask for
each other, that is as many walks of nearly the same. What is plain is found in one walk for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Edge(NamedTuple):
    """A project of this name is asked for at a place, and taken from this directory; None: from an index."""

    name: str
    place: str
    directory: str | None


# What the project in a directory asks for by path; None where something about it is not plain, so that
# it has to be walked.
Look = Callable[[Sources, str], "tuple[Edge, ...] | None"]


class _Group(NamedTuple):
    """Directories between which there is a way, the place of each name there, and names of several places.

    Which directory reaches both is not known: where there is one, no more of the group is plain.
    """

    members: list[str]
    places: dict[str, str]
    several: set[str]


class _Known:
    """What was found out so far."""

    def __init__(self) -> None:
        self.plain: dict[str, bool] = {}
        self._groups: dict[str, _Group] = {}

    def agree(self, directory: str, edges: Iterable[Edge]) -> bool:
        """Whether each name has one place, among all that were met around the directory."""
        group = self._group(directory)
        for other in _directories(edges):
            group = self._joined(group, self._group(other))
        one = all(group.places.setdefault(edge.name, edge.place) == edge.place for edge in edges)
        return one and not group.several

    def _group(self, directory: str) -> _Group:
        return self._groups.setdefault(directory, _Group([directory], {}, set()))

    def _joined(self, one: _Group, other: _Group) -> _Group:
        if one is other:
            return one
        large, small = (one, other) if len(one.members) > len(other.members) else (other, one)
        large.members.extend(small.members)
        self._groups.update(dict.fromkeys(small.members, large))
        large.several.update(small.several)
        for name, place in small.places.items():
            if large.places.setdefault(name, place) != place:
                large.several.add(name)
        return large


def is_plain(sources: Sources, look: Look, directory: str, edges: tuple[Edge, ...]) -> bool:
    """Whether these, which the project in `directory` asks for, and all that they lead to are plain."""
    known = sources.get(_known, look)
    settled = (_settled(sources, look, known, at) for at in _directories(edges))
    return known.agree(directory, edges) and all(settled)


def _directories(edges: Iterable[Edge]) -> Iterator[str]:
    return (edge.directory for edge in edges if edge.directory is not None)


def _known(_sources: Sources, _look: Look) -> _Known:
    return _Known()


def _settled(sources: Sources, look: Look, known: _Known, start: str) -> bool:
    """Depth first; what stands in a circle is taken not to be plain."""
    ahead, entered = [start], set[str]()
    while ahead:
        at = ahead[-1]
        edges = None if at in known.plain else sources.get(look, at)
        if edges is None or not known.agree(at, edges):
            known.plain.setdefault(at, False)
        elif at not in entered:
            entered.add(at)
            ahead += [other for other in _directories(edges) if other not in known.plain]
            continue
        else:
            known.plain[at] = all(map(known.plain.get, _directories(edges)))
        ahead.pop()
    return known.plain[start]
