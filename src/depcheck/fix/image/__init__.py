"""What a person would do about what is wrong in an image, the best first; nothing here is proved yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from depcheck.fix.image import compose, contexts, copies
from depcheck.fix.image.basis import Basis
from depcheck.fix.image.place import Place, find
from depcheck.model import Edit, Fault, Fix

InDockerfile: TypeAlias = Callable[[Basis, Place, Fault], Iterator[Fix]]
InCompose: TypeAlias = Callable[[Basis, Fault], Iterator[Fix]]

# Rule -> what is tried for it. A rule that is not here has nothing that one clear edit would mend.
DOCKERFILES: dict[str, tuple[InDockerfile, ...]] = {
    "image-missing-path": (copies.parented, copies.copied, copies.widened, copies.earlier),
    "image-missing-member": (copies.parented, copies.copied, copies.widened, copies.earlier),
    "image-missing-file": (copies.parented, copies.copied, copies.widened, copies.earlier),
    "image-layout": (copies.copied,),
    "image-ignored": (contexts.unignored,),
    "context-escape": (contexts.named,),
    "copy-source-missing": (copies.sourced,),
}
COMPOSE: dict[str, tuple[InCompose, ...]] = {
    "missing-dockerfile": (compose.reached, compose.climbed),
    "missing-context": (compose.climbed,),
    "missing-env-file": (compose.climbed,),
    "missing-include": (compose.climbed,),
    "missing-bind-source": (compose.climbed,),
}
RULES = frozenset({*DOCKERFILES, *COMPOSE})


def proposers(rule: str) -> tuple[InDockerfile | InCompose, ...]:
    """What is tried for a rule, in order."""
    return *DOCKERFILES.get(rule, ()), *COMPOSE.get(rule, ())


def propose(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The repairs of a fault, each once, the safe ones first."""
    seen: dict[tuple[Edit, ...], Fix] = {}
    for found in _proposed(basis, fault):
        seen.setdefault(found.edits, found)
    yield from sorted(seen.values(), key=lambda found: found.applicability != "safe")


def _proposed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    for proposer in COMPOSE.get(fault.rule, ()):
        yield from proposer(basis, fault)
    place = find(basis.sources, fault) if fault.rule in DOCKERFILES else None
    if place is not None:
        for dockerfile in DOCKERFILES[fault.rule]:
            yield from dockerfile(basis, place, fault)
