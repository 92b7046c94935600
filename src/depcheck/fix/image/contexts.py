"""What a build context lacks: exceptions of ignore files, further contexts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.fix.image.basis import Basis
from depcheck.fix.image.place import Place
from depcheck.fix.offer import offer
from depcheck.fix.splice import text_of
from depcheck.image.context import open_context
from depcheck.model import Edit, Fault, Fix


def unignored(basis: Basis, _: Place, fault: Fault) -> Iterator[Fix]:
    """An exception in the ignore file that keeps it out."""
    reference = fault.reference
    if reference is None:
        return
    for top in basis.tops(fault.site.file):
        ignore = open_context(basis.sources, top, fault.site.file).ignore
        text = text_of(basis.tree, ignore) if ignore else None
        if text is None or not paths.is_below(reference.target, top):
            continue
        inner = paths.below(reference.target, top)
        newline = "\r\n" if "\r\n" in text else "\n"
        # After the last exception: patterns behind it that keep secrets out go on doing so.
        at = max((match.end() for match in re.finditer(r"^!.*\n?", text, re.MULTILINE)), default=len(text))
        head = "" if not text[:at] or text[:at].endswith("\n") else newline
        edit = Edit(ignore, at, at, f"{head}!{inner}{newline}")
        yield from offer(f"put `!{inner}` into `{ignore}`", edit)


def named(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
    """What lies outside of the context given to the build as a named one, and copied from there."""
    reference = fault.reference
    if reference is None or not reference.image_path or paths.is_outside(reference.target):
        return
    name = re.sub(r"[^a-z0-9]+", "-", paths.name(reference.target).lower()).strip("-")
    for declared in basis.declared:
        if declared.dockerfile != fault.site.file:
            continue
        file, line = declared.site.file, declared.site.line
        text = text_of(basis.tree, file)
        lines = [] if text is None else text.split("\n")
        if not name or line > len(lines) or not re.match(r"\s*context\s*:", lines[line - 1]):
            continue
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        if any(one.startswith(f"{indent}additional_contexts") for one in lines):
            continue
        where = paths.relative(reference.target, paths.parent(file))
        where = where if where.startswith(".") else f"./{where}"
        at = sum(len(one) + 1 for one in lines[:line])
        newline = "\r\n" if lines[line - 1].endswith("\r") else "\n"
        added = f"{indent}additional_contexts:{newline}{indent}  {name}: {where}{newline}"
        head = newline if text is not None and at > len(text) else ""
        edits = (
            Edit(file, min(at, len(text or "")), min(at, len(text or "")), head + added),
            place.put(f"COPY --from={name} . {reference.image_path}"),
        )
        yield from offer(f"give `{where}` to the build as the context `{name}`", *edits)
