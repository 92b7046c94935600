"""YAML text to nodes that know their places. Scalars stay text: `22:22`, `on` and `010` are what was written.

Merge keys (`<<`) are resolved; aliases share one node. A document that grows by its aliases beyond
any real file, or that contains itself, is refused as Compose refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from depcheck.manifest import toml
from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

LARGEST = 200_000  # nodes, each alias counted with all that it stands for

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node(NamedTuple):
    """A value with its place. `value`: text, None for null, entries by key, or items.

    keys: the place of each key of a mapping. tag: `!reset` and `!override` of Compose; else empty.
    size: how many nodes it stands for, aliases followed.
    """

    site: Site
    value: Value
    keys: Mapping[str, Site] = {}
    tag: str = ""
    size: int = 1

    def get(self, key: str) -> Node | None:
        """The entry `key` of a mapping; None where there is none, or no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def text(self) -> str | None:
        """The text of a scalar."""
        return self.value if isinstance(self.value, str) else None

    @property
    def entries(self) -> Mapping[str, Node]:
        """The entries of a mapping, none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a sequence, none of anything else."""
        return self.value if isinstance(self.value, tuple) else ()


Value: TypeAlias = str | dict[str, Node] | tuple[Node, ...] | None


def read(sources: Sources, path: str) -> tuple[Node, ...] | Fault | toml.Unknown:
    """The documents of the file at `path`."""
    text = sources.get(toml.read_text, path)
    return parse(text, path) if isinstance(text, str) else text


def parse(text: str, path: str) -> tuple[Node, ...] | Fault:
    """The documents of `text`, which stands in `path`."""
    try:
        return tuple(_Reading(path).document(node) for node in yaml.compose_all(text, _Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Site(path, line=mark.line + 1, column=mark.column + 1) if mark else Site(path)
        return Fault("invalid-manifest", place, f"not valid YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Fault("invalid-manifest", Site(path), f"not valid YAML: {error}")
    except _RefusedError as error:
        return Fault("invalid-manifest", error.site, error.reason)


class _RefusedError(Exception):
    """A document that is YAML and yet is not taken."""

    def __init__(self, site: Site, reason: str) -> None:
        super().__init__(reason)
        self.site = site
        self.reason = reason


class _Reading:
    def __init__(self, path: str) -> None:
        self.path = path
        self.done: dict[int, Node] = {}
        self.begun: set[int] = set()

    def document(self, node: Any) -> Node:
        return self.node(node, ())

    def node(self, node: Any, route: Route) -> Node:
        known = self.done.get(id(node))
        if known is not None:
            return known
        site = self.site(node, route)
        if id(node) in self.begun:
            raise _RefusedError(site, "an alias contains itself")
        self.begun.add(id(node))
        found = self.made(node, route, site)
        if found.size > LARGEST:
            raise _RefusedError(site, "the aliases of the document stand for too much")
        self.done[id(node)] = found
        return found

    def made(self, node: Any, route: Route, site: Site) -> Node:
        tag = node.tag if node.tag in ("!reset", "!override") else ""
        if isinstance(node, yaml.ScalarNode):
            null = node.tag == "tag:yaml.org,2002:null"
            return Node(site, None if null else node.value, tag=tag)
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.node(item, (*route, index)) for index, item in enumerate(node.value))
            return Node(site, items, tag=tag, size=1 + sum(item.size for item in items))
        entries: dict[str, Node] = {}
        keys: dict[str, Site] = {}
        merged: list[Node] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.tag == "tag:yaml.org,2002:merge":
                merged.extend(self.merged(self.node(value, (*route, "<<"))))
            else:
                keys[key.value] = self.site(key, (*route, key.value))
                entries[key.value] = self.node(value, (*route, key.value))
        for other in merged:
            for name, entry in other.entries.items():
                if name not in entries:
                    entries[name], keys[name] = entry, other.keys[name]
        return Node(site, entries, keys, tag, 1 + sum(entry.size for entry in entries.values()))

    def merged(self, node: Node) -> Iterator[Node]:
        yield from node.items or (node,)

    def site(self, node: Any, route: Route) -> Site:
        start, end = node.start_mark, node.end_mark
        within = ""
        if isinstance(node, yaml.ScalarNode) and start.line == end.line:
            within = "x" * (end.column - start.column)  # only its length is asked for
        return Site(self.path, route, within, start.line + 1, start.column + 1)
