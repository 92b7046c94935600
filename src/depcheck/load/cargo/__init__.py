"""What cargo would load, and where it would fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck.load.cargo.judge import judge, metadata
from depcheck.load.cargo.references import references
from depcheck.model import Outcome
from depcheck.sources import Sources

__all__ = ["NAMES", "judge", "metadata", "references", "run"]

NAMES = ("cargo",)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `cargo WORDS` does in `cwd`. Raises UsageError."""
    from depcheck.load.cargo import command  # `scan` reads no command line

    return command.run(sources, cwd, words, env)
