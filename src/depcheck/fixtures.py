"""Trees that are meant to be broken."""

from __future__ import annotations

from depcheck.sources import Sources


def meant_to_be_broken(
    manifests: tuple[str, ...], scope: tuple[str, ...], sources: Sources
) -> frozenset[str]:
    """Those of `manifests` that are counted and not judged."""
    return frozenset()
