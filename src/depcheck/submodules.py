"""Submodules that are not checked out: what a path into one leads to is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from depcheck import paths
from depcheck.model import Fault, Judgement, Outcome, Reference, Route
from depcheck.tree.base import Kind, Tree

Place = tuple[str, Route, int]


def place_of(what: Fault | Reference) -> Place:
    """Where a fault or a reference stands, whatever part of the value it means."""
    return what.site.file, what.site.route, what.site.line


def warn(rule: str, reference: Reference, fact: str, *notes: str) -> Fault:
    """What is reported of a reference that works here."""
    return Fault(rule, reference.site, f"`{reference.raw}` {fact}", reference, notes)


def lost(tree: Tree, faults: Iterable[Fault]) -> dict[Place, str]:
    """Where references that lead nowhere break off, if a submodule that is not checked out could be there."""
    found = {}
    has_modules = tree.is_file(".gitmodules")
    for fault in faults:
        reference = fault.reference
        if reference is None or paths.is_outside(reference.target) or not reference.target:
            continue
        for above in paths.ancestors(reference.target)[-2::-1]:
            kind = tree.kind(above)
            if kind is Kind.DIR and tree.names(above):
                continue
            if kind is Kind.DIR or (kind is Kind.MISSING and has_modules):
                found[place_of(reference)] = above
            break
    return found


def warnings(faults: Iterable[Fault], modules: Mapping[Place, str]) -> Iterator[Fault]:
    """A warning for each reference that breaks off at a submodule; the same place may come again."""
    for fault in faults:
        if fault.reference is not None and (module := modules.get(place_of(fault.reference))):
            yield warning(fault.reference, module)


def warning(reference: Reference, module: str) -> Fault:
    """The warning of a reference into a submodule."""
    fact = f"leads into the submodule `{module}`, which a plain clone leaves empty"
    return warn("submodule-target", reference, fact)


def unsettle(judgement: Judgement, modules: Mapping[Place, str]) -> Judgement:
    """What a submodule would hold is not known, so nothing fails of it for certain."""
    loads, resolves, builds = (unsettle_outcome(outcome, modules) for outcome in judgement.outcomes)
    return judgement._replace(loads=loads, resolves=resolves, builds=builds)


def unsettle_outcome(outcome: Outcome, modules: Mapping[Place, str]) -> Outcome:
    """The outcome with each fault of a path into a submodule that is not checked out made unknown."""
    kept: list[Fault] = []
    unknowns = dict.fromkeys(outcome.unknowns)
    for fault in outcome.faults:
        module = modules.get(place_of(fault.reference)) if fault.reference else None
        if module is None:
            kept.append(fault)
        else:
            unknowns[f"the submodule `{module}` is not checked out"] = None
    latent = [
        one for one in outcome.latent if one.reference is None or place_of(one.reference) not in modules
    ]
    return outcome._replace(faults=tuple(kept), unknowns=tuple(unknowns), latent=tuple(latent))
