"""Bake files: variables, groups and targets of `docker buildx bake`, as HCL or JSON.

One file at a time; `image.bake` puts files together. Source: buildx `bake/bake.go`, `bake/hclparser`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from depcheck.manifest import hcl, toml, yaml
from depcheck.manifest.hcl import OPAQUE
from depcheck.manifest.yaml import Node
from depcheck.model import Fault
from depcheck.record import NamedTuple
from depcheck.sources import Sources

LONGEST = 100_000  # characters that a text may come to
MOST = 200  # targets that a matrix may come to

_REFERENCE = re.compile(r"\$\$\{|%%\{|\$\{\s*(?P<name>[^\W\d][\w.-]*)\s*\}|(?P<other>[$%]\{)")
_BLOCKS = ("target", "group", "variable", "function")
Scope = Mapping[str, str | None]  # what a name stands for; None: it cannot be known


class File(NamedTuple):
    """A bake file as it is written. whole: all of it has been understood."""

    path: str
    variables: Mapping[str, Node]
    groups: Mapping[str, Node]
    targets: Mapping[str, Node]
    whole: bool


def read(sources: Sources, path: str) -> File | Fault | toml.Unknown:
    """The bake file at `path`."""
    if path.endswith(".json"):
        documents = sources.get(yaml.read, path)
        if isinstance(documents, Fault):
            return documents._replace(message=documents.message.replace("YAML", "JSON"), tool="docker")
        if isinstance(documents, toml.Unknown):
            return documents
        blocks = dict(documents[0].entries) if documents else {}
        attributes = {name: node for name, node in blocks.items() if name not in _BLOCKS}
        return _file(path, attributes, {name: dict(blocks[name].entries) for name in blocks}, whole=True)
    text = sources.get(toml.read_text, path)
    if not isinstance(text, str):
        return text
    body = hcl.parse(text, path)
    return _file(path, body.attributes, body.blocks, whole=body.whole)


def _file(
    path: str, attributes: Mapping[str, Node], blocks: Mapping[str, Mapping[str, Node]], *, whole: bool
) -> File:
    variables = {
        name: default
        for name, node in blocks.get("variable", {}).items()
        if (default := node.get("default")) is not None
    }
    return File(path, {**attributes, **variables}, blocks.get("group", {}), blocks.get("target", {}), whole)


def scope(variables: Mapping[str, Node]) -> Scope:
    """What the variables stand for by their defaults, which may name others."""
    found: dict[str, str | None] = {}

    def value(name: str, above: tuple[str, ...]) -> str | None:
        if name not in found:
            node = variables.get(name)
            known = node is not None and name not in above and len(above) < MOST
            if known and node is not None and node.text is not None and node.tag != OPAQUE:
                wanted = {match["name"] for match in _REFERENCE.finditer(node.text) if match["name"]}
                found[name] = fill(node.text, {other: value(other, (*above, name)) for other in wanted})
            else:
                found[name] = None
        return found[name]

    return {name: value(name, ()) for name in variables}


def fill(text: str, known: Scope) -> str | None:
    """`text` with its templates filled in; None where one cannot be."""
    if "${" not in text and "%{" not in text:
        return text
    done, at, length = [], 0, 0
    for match in _REFERENCE.finditer(text):
        done.append(text[at : match.start()])
        at = match.end()
        value = known.get(match["name"]) if match["name"] else match[0][1:]
        if match["other"] or value is None:
            return None
        done.append(value)
        length += len(value)
        if length > LONGEST:
            return None
    return "".join((*done, text[at:]))


def filled(node: Node, known: Scope) -> Node:
    """The node with all its texts filled in; one that cannot be is tagged `OPAQUE`."""
    if node.text is not None:
        value = fill(node.text, known)
        return node._replace(value=value, tag=OPAQUE if value is None else node.tag)
    if isinstance(node.value, dict):
        return node._replace(value={name: filled(entry, known) for name, entry in node.value.items()})
    if isinstance(node.value, tuple):
        return node._replace(value=tuple(filled(item, known) for item in node.items))
    return node


def expanded(
    name: str, target: Node, known: Scope, variables: Mapping[str, Node]
) -> Iterator[tuple[str, Node]]:
    """The targets that a target comes to, by their names: several with a `matrix`."""
    matrix = target.get("matrix")
    if matrix is None:
        yield name, filled(target, known)
        return
    axes = [
        [dict(_named(axis, filled(item, known))) for item in _listed(node, variables).items]
        for axis, node in matrix.entries.items()
    ]
    written = target.get("name")
    count = 1
    for axis_values in axes:
        count *= len(axis_values)
    if written is None or written.text is None or count > MOST:
        return
    for values in product(*axes):
        mine = {**known, **{key: value for one in values for key, value in one.items()}}
        own = fill(written.text, mine)
        if own is not None:
            rest = {key: node for key, node in target.entries.items() if key not in ("matrix", "name")}
            yield own, filled(target._replace(value=rest), mine)


def _listed(node: Node, variables: Mapping[str, Node]) -> Node:
    """A list, or that which a variable holds."""
    match = _REFERENCE.fullmatch(node.text or "")
    return variables.get(match["name"], node) if match is not None and match["name"] else node


def _named(axis: str, node: Node) -> Iterator[tuple[str, str | None]]:
    """A value of a matrix by the names that it has: `axis`, or `axis.field`."""
    if node.entries:
        for field, entry in node.entries.items():
            yield f"{axis}.{field}", entry.text
    else:
        yield axis, node.text
