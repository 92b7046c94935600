"""What a tool's loader offers. One module (or folder) a tool; each satisfies `Tool`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class UsageError(Exception):
    """The words are no command that this tool would accept, or not one that depcheck knows."""


class Tool(Protocol):
    """A loader as `predict` uses it: a module with these names.

    NAMES: the programs it answers for (`("cargo",)`, `("pip", "pip3")`).
    """

    NAMES: tuple[str, ...]

    def run(self, sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
        """What the command `words` (without the program's name) does in the directory `cwd`.

        cwd: canonical. env: the variables that the command sees, where they matter
        (`CARGO_HOME`, `UV_FIND_LINKS`). Raises UsageError.
        """


class Judged(NamedTuple):
    """One manifest as the current one, in the eyes of one tool (see `model.Judgement`)."""

    loads: Outcome = Outcome()
    resolves: Outcome = Outcome()
    builds: Outcome = Outcome()
    alone: tuple[Fault, ...] = ()


class Owner(Protocol):
    """A tool that manages Python projects, as `scan` uses it: a module with these names.

    NAME: as it stands in the report (`uv`).
    """

    NAME: str

    def owns(self, sources: Sources, manifest: PyProject) -> bool:
        """Whether evidence says that this tool manages the project (see `load.python`)."""

    def judge(self, sources: Sources, manifest: PyProject) -> Judged:
        """What the tool's everyday commands do with `manifest` as the current one."""

    def references(self, sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
        """Every local path that the manifest's keys of this tool name, followed or not."""
