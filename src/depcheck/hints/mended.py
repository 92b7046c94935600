"""The repository as it would be with the manifests put right: what is meant by name is certain enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck.hints import Hints
from depcheck.manifest import toml
from depcheck.manifest.spans import spans
from depcheck.model import Fault, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.overlay import Overlay, Text


class _Change(NamedTuple):
    """A value to write over another one, which is what is wrong."""

    fault: Fault
    reference: Reference
    replacement: str


class Mended(NamedTuple):
    """The tree, and what is wrong in it no more."""

    tree: Tree
    faults: tuple[Fault, ...]


def mended(sources: Sources, hints: Hints, faults: Iterable[Fault]) -> Mended | None:
    """The tree with each path written as its package's name says; None where there is none to write."""
    by_file: dict[str, dict[int, tuple[int, str]]] = {}
    done = []
    for fault, reference, replacement in _changes(hints, faults):
        file = reference.site.file
        span = spans(sources.get(toml.shown, file)).get(reference.site.route)
        if span is not None:
            by_file.setdefault(file, {})[span.value[0]] = (span.value[1], replacement)
            done.append(fault)
    if not by_file:
        return None
    tree = Overlay(sources.tree)
    for file, edits in by_file.items():
        text = sources.get(toml.shown, file)
        for start, (end, replacement) in sorted(edits.items(), reverse=True):
            text = f"{text[:start]}{_quoted(replacement)}{text[end:]}"
        tree.put(file, Text(text.encode("utf-8", "surrogateescape")))
    return Mended(tree, tuple(done))


def _changes(hints: Hints, faults: Iterable[Fault]) -> Iterator[_Change]:
    for fault in faults:
        found = hints.by_name(fault)
        if found is not None and found[0].site.route:
            yield _Change(fault, *found)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)
