"""What a person would do about a fault, the best first; nothing here is proved yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from depcheck import form, paths
from depcheck.fix import document
from depcheck.fix.splice import decode
from depcheck.hints import Hints
from depcheck.model import Candidate, Edit, Fault, Fix, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError


class Bench(NamedTuple):
    """What a proposal is made from."""

    sources: Sources
    hints: Hints


Proposer = Callable[[Bench, Fault], Iterator[Fix]]


def propose(bench: Bench, fault: Fault) -> Iterator[Fix]:
    """The repairs of a fault, each once."""
    seen = set[tuple[Edit, ...]]()
    for proposer in _PROPOSERS.get(fault.rule, ()):
        for fix in proposer(bench, fault):
            if fix.edits not in seen:
                seen.add(fix.edits)
                yield fix


def rewritten(bench: Bench, fault: Fault) -> Iterator[Fix]:
    """The path written so that it leads to what is meant."""
    for candidate in bench.hints.candidates(fault):
        reference = form.as_written(bench.sources, fault.reference) if fault.reference else None
        edit = None if reference is None else _written(bench.sources, reference, candidate)
        if edit is not None and reference is not None:
            title = f"write `{candidate.replacement}` in place of `{reference.raw}`"
            yield Fix(title, "safe" if candidate.is_certain else "unsafe", (edit,))


def _written(sources: Sources, reference: Reference, candidate: Candidate) -> Edit | None:
    site = reference.site
    if not site.line:
        text = document.of(sources, site.file)
        return None if text is None else document.part(text, site.route, reference.raw, candidate.replacement)
    try:
        lines = decode(sources.tree.read(site.file)).split("\n")
    except (OSError, UnknownContentError):
        return None
    at = lines[site.line - 1].find(reference.raw) if site.line <= len(lines) else -1
    if at < 0:
        return None
    start = sum(len(line) + 1 for line in lines[: site.line - 1]) + at
    return Edit(site.file, start, start + len(reference.raw), candidate.replacement)


def unlisted(bench: Bench, fault: Fault) -> Iterator[Fix]:
    """The member taken out of the list that names it."""
    reference = fault.reference
    if reference is None or not reference.site.route or not isinstance(reference.site.route[-1], int):
        return
    text = document.of(bench.sources, reference.site.file)
    edit = None if text is None else document.without(text, reference.site.route)
    if edit is not None:
        key = ".".join(str(part) for part in reference.site.route[:-1])
        yield Fix(f"take `{reference.raw}` out of `{key}`", "unsafe", (edit,))


def listed(bench: Bench, fault: Fault) -> Iterator[Fix]:
    """The package put into the list of members that misses it."""
    reference = fault.reference
    if reference is None or fault.tool != "uv" or reference.kind != "workspace":
        return
    root = paths.join(reference.target, "pyproject.toml")
    text = document.of(bench.sources, root)
    for candidate in bench.hints.candidates(fault):
        route = ("tool", "uv", "workspace", "members")
        edit = None if text is None else document.with_item(text, route, candidate.replacement)
        if edit is not None:
            title = f"put `{candidate.replacement}` into `{'.'.join(route)}`"
            yield Fix(title, "safe" if candidate.is_certain else "unsafe", (edit,))


_PROPOSERS: dict[str, tuple[Proposer, ...]] = {
    "missing-path": (rewritten,),
    "not-a-package": (rewritten, unlisted),
    "missing-member": (rewritten, listed, unlisted),
    "unmatched-member-glob": (unlisted,),
    "missing-workspace-root": (rewritten,),
    "missing-target-file": (rewritten,),
    "missing-metadata-file": (rewritten,),
    "name-mismatch": (rewritten,),
    "version-mismatch": (rewritten,),
    "broken-patch": (rewritten,),
    "dormant-path": (rewritten,),
}
