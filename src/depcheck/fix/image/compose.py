"""Paths of compose files written so that they lead to what is there."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.fix.image.basis import Basis
from depcheck.fix.offer import offer
from depcheck.fix.splice import in_line, text_of
from depcheck.model import Fault, Fix, Site
from depcheck.tree.base import Kind

_MOST_UP = 2  # `../` that are put before or taken away


def climbed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The path with a `../` more or fewer, where that leads to something."""
    reference = fault.reference
    if reference is None:
        return
    here = paths.parent(reference.site.file)
    if fault.rule == "missing-dockerfile":
        here = _base(basis, reference.target, reference.raw)
    for raw in _nearby(reference.raw):
        target = basis.tree.at(here, raw)
        if not paths.is_outside(target) and basis.tree.kind(target) in (Kind.FILE, Kind.DIR):
            written = raw if raw.startswith((".", "/")) or not reference.raw.startswith(".") else f"./{raw}"
            yield from _instead(basis, reference.site, reference.raw, written)


def reached(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The context with a `../` more or fewer, where the Dockerfile is found from there."""
    reference = fault.reference
    if reference is None:
        return
    for declared in basis.declared:
        raw = _value(basis, declared.site) if declared.dockerfile == reference.target else None
        for other in _nearby(raw) if raw else ():
            base = basis.tree.at(paths.parent(declared.site.file), other)
            if raw and basis.tree.kind(basis.tree.at(base, reference.raw)) is Kind.FILE:
                yield from _instead(basis, declared.site, raw, other)


def _base(basis: Basis, target: str, raw: str) -> str:
    """The context that the path of a Dockerfile starts in."""
    above = next((base for base in paths.ancestors(target) if basis.tree.at(base, raw) == target), None)
    return paths.parent(target) if above is None else above


def _nearby(raw: str) -> Iterator[str]:
    for count in range(1, _MOST_UP + 1):
        yield "../" * count + raw.removeprefix("./")
        if raw.startswith("../" * count):
            yield raw[3 * count :] or "."


def _value(basis: Basis, site: Site) -> str | None:
    """The plain scalar that stands at a place of a YAML file."""
    lines = (text_of(basis.tree, site.file) or "").split("\n")
    if not site.line or site.line > len(lines):
        return None
    rest = lines[site.line - 1][site.column - 1 :].partition(" #")[0].strip()
    return None if not rest or any(char in rest for char in " #{}[]\"'$") else rest


def _instead(basis: Basis, site: Site, raw: str, written: str) -> Iterator[Fix]:
    text = text_of(basis.tree, site.file) or ""
    yield from offer(f"write `{written}` in place of `{raw}`", in_line(text, site, raw, written))
