"""What repairs of images are made from."""

from __future__ import annotations

from collections.abc import Sequence

from depcheck.image.builds import Planned
from depcheck.model import Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree


class Declared(NamedTuple):
    """A `context:` of a compose file, and the Dockerfile that is built with it."""

    dockerfile: str
    site: Site


class Basis(NamedTuple):
    """The tree that the images are built from, and how each is built.

    declared: where compose files say what the context of a Dockerfile is.
    """

    sources: Sources
    plans: Sequence[Planned]
    declared: Sequence[Declared] = ()

    @property
    def tree(self) -> Tree:
        """The tree itself."""
        return self.sources.tree

    def tops(self, dockerfile: str) -> list[str]:
        """The contexts that a Dockerfile is built with."""
        return list(dict.fromkeys(plan.context for plan in self.plans if plan.dockerfile == dockerfile))
