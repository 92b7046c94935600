"""Paths written so that they lead to what is meant."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import form, paths
from depcheck.fix import document
from depcheck.fix.manifest.basis import Basis
from depcheck.fix.offer import offer
from depcheck.fix.splice import in_line, text_of
from depcheck.model import Edit, Fault, Fix, Reference


def meant(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The path to what is meant, in the form of the one that stands there."""
    if fault.tool == "uv" and fault.reference is not None and fault.reference.kind == "workspace":
        return  # what is to be written belongs to the list of members
    for candidate in basis.hints.candidates(fault):
        reference = form.as_written(basis.sources, fault.reference) if fault.reference else None
        if reference is not None:
            absolute = (
                candidate.replacement.removeprefix("file://").startswith("/")
                and "$" not in candidate.replacement
            )
            safe = candidate.is_certain and not absolute  # right on this machine, and on no other
            yield from _instead(basis, reference, candidate.replacement, safe=safe)


def other(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The path to the other package of the same name that is asked for."""
    reference = fault.reference
    if reference is None or reference.kind != "package" or not reference.wanted:
        return
    written = form.of(basis.sources.tree, reference)
    for directory in basis.hints.packages.directories_of(fault, reference.wanted):
        if written is not None and directory != reference.target:
            yield from _instead(basis, reference, written.write(directory))


def portable(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The same path as every machine reads it: relative, with `/`, in the letters of the disk."""
    reference, tree = fault.reference, basis.sources.tree
    written = None if reference is None else form.of(tree, reference)
    if reference is None:
        return
    if fault.rule == "absolute-path" and written is not None:
        relative = paths.relative(reference.target, written.base)
        if not written.head and not reference.site.line:
            yield from _instead(basis, reference, relative, safe=True)
    elif fault.rule == "backslash-path":
        yield from _instead(basis, reference, reference.raw.replace("\\", "/"), safe=True)
    elif fault.rule == "case-mismatch" and written is not None:
        spelt = form.respelt(tree, reference.target)
        if spelt is not None and spelt != reference.target:
            yield from _instead(basis, reference, written.write(spelt), safe=True)


def _instead(basis: Basis, reference: Reference, replacement: str, *, safe: bool = False) -> Iterator[Fix]:
    title = f"write `{replacement}` in place of `{reference.raw}`"
    yield from offer(title, _written(basis, reference, replacement), safe=safe)


def _written(basis: Basis, reference: Reference, replacement: str) -> Edit | None:
    site = reference.site
    if not site.line:
        text = basis.document(site.file)
        return None if text is None else document.part(text, site.route, reference.raw, replacement)
    lines = text_of(basis.sources.tree, site.file)
    return None if lines is None else in_line(lines, site._replace(column=0), reference.raw, replacement)
