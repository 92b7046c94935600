"""Did you mean."""

from __future__ import annotations

from depcheck.discover import Listing
from depcheck.model import Candidate, Fault
from depcheck.sources import Sources


class Hints:
    """Candidates for faults."""

    def __init__(self, sources: Sources, listing: Listing) -> None:
        self.sources = sources
        self.listing = listing

    def candidate(self, fault: Fault) -> Candidate | None:
        """The one that is meant."""
        return None
