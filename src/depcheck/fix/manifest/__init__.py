"""What a person would do about a fault, the best first; nothing here is proved yet."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.fix.manifest import comments, entries, members, rewrite
from depcheck.fix.manifest.basis import Basis, Proposer
from depcheck.model import Edit, Fault, Fix

# Rule -> what is tried for it. A rule that is not here has nothing that one clear edit would mend.
PROPOSERS: dict[str, tuple[Proposer, ...]] = {
    "invalid-manifest": (entries.sourced, members.spelt_out),
    "missing-path": (rewrite.meant,),
    "not-a-package": (rewrite.meant, members.spelt_out, members.undotted, members.excluded, members.removed),
    "missing-member": (rewrite.meant, members.listed, members.spelt_out, members.removed),
    "unmatched-member-glob": (members.spelt_out,),
    "unlisted-member": (members.listed, members.excluded),
    "missing-workspace-root": (rewrite.meant, members.pointed, members.unpointed),
    "missing-inherited-key": (entries.inherited,),
    "missing-target-file": (rewrite.meant, entries.placed),
    "missing-metadata-file": (rewrite.meant, entries.dropped),
    "name-mismatch": (rewrite.meant, entries.named),
    "version-mismatch": (rewrite.meant, entries.versioned),
    "duplicate-package": (members.excluded, rewrite.other, members.removed),
    "broken-patch": (rewrite.meant, entries.named),
    "dormant-path": (rewrite.meant,),
    "absolute-path": (rewrite.portable,),
    "backslash-path": (rewrite.portable,),
    "case-mismatch": (rewrite.portable,),
    "unused-suppression": (comments.removed,),
}


def propose(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The repairs of a fault, each once, the safe ones first."""
    seen: dict[tuple[Edit, ...], Fix] = {}
    for proposer in PROPOSERS.get(fault.rule, ()):
        for fix in proposer(basis, fault):
            seen.setdefault(fix.edits, fix)
    yield from sorted(seen.values(), key=lambda fix: fix.applicability != "safe")
