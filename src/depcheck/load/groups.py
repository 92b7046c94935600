"""Dependency groups with all that they include (PEP 735), whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from depcheck.manifest.pyproject import IncludeGroup, Requirement, route_text
from depcheck.model import Fault, Reference
from depcheck.record import NamedTuple

Table = Mapping[str, tuple[Requirement | IncludeGroup, ...]]


class Wrong(NamedTuple):
    """`item`, in the group `holder`, includes what is not defined or (`circular`) a group around it."""

    holder: str
    item: IncludeGroup
    circular: bool


class Flat(NamedTuple):
    """The requirements of each group that was asked for or included, each once, and what is wrong."""

    table: dict[str, tuple[Requirement, ...]]
    wrong: tuple[Wrong, ...]


def flatten(groups: Table, names: Iterable[str]) -> Flat:
    """The groups `names` and what they include; a group is walked once, however often it is included."""
    table: dict[str, tuple[Requirement, ...]] = {}
    wrong: list[Wrong] = []
    entered: set[str] = set()
    ahead = [*names][::-1]
    while ahead:
        name = ahead[-1]
        if name in entered:
            ahead.pop()
            if name not in table:
                table[name] = tuple(dict.fromkeys(_items(groups, name, table)))
            continue
        entered.add(name)
        inner = [item for item in groups[name] if isinstance(item, IncludeGroup)]
        is_around = {item.name: item.name in entered and item.name not in table for item in inner}
        wrong += (
            Wrong(name, item, is_around[item.name])
            for item in inner
            if is_around[item.name] or item.name not in groups
        )
        ahead += (item.name for item in reversed(inner) if item.name in groups and item.name not in entered)
    return Flat(table, tuple(wrong))


def _items(groups: Table, name: str, table: Mapping[str, tuple[Requirement, ...]]) -> Iterator[Requirement]:
    for item in groups[name]:
        if isinstance(item, Requirement):
            yield item
        else:
            yield from table.get(item.name, ())


def fault(wrong: Wrong, tool: str) -> Fault:
    """What pip and uv say of it."""
    item = wrong.item
    site = item.site._replace(route=(*item.site.route, "include-group"))
    reference = Reference(site, route_text(site.route), item.name, "", "path")
    what = "includes itself" if wrong.circular else "is not defined"
    rule = "dependency-cycle" if wrong.circular else "invalid-manifest"
    return Fault(rule, site, f"the group `{item.name}` {what}", reference, (), tool)
