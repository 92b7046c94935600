"""What is said of image builds: of each command, of a build, of a Dockerfile."""

from __future__ import annotations

from depcheck.image.builds import Planned
from depcheck.image.scene import Scene
from depcheck.model import Fault, Severity, Verdict
from depcheck.record import NamedTuple

STOPPING = ("copy-source-missing", "context-escape", "missing-context")  # rules of what stops the engine


class Found(NamedTuple):
    """A fault of a Dockerfile or a compose file, with the services that it blocks."""

    fault: Fault
    severity: Severity
    services: tuple[str, ...] = ()


class Step(NamedTuple):
    """A build command as it is met. faults: of the Dockerfile; known: of manifests."""

    stage: str
    line: int
    command: str
    workdir: str
    verdict: Verdict
    masked: bool
    because: str | None
    faults: tuple[Fault, ...]
    known: tuple[Fault, ...]

    @property
    def place(self) -> tuple[str, int, str]:
        """The same for a command in another build of its Dockerfile."""
        return self.stage, self.line, self.command


class Judged(NamedTuple):
    """A build: its commands, what else is wrong with its Dockerfile.

    scenes: a command for each `Sources` that commands have read.
    """

    plan: Planned
    steps: tuple[Step, ...] = ()
    faults: tuple[Found, ...] = ()
    scenes: tuple[Scene, ...] = ()

    @property
    def stops(self) -> int:
        """At how many sources of a COPY the engine stops."""
        return sum(found.fault.rule in STOPPING for found in self.faults)

    @property
    def shape(self) -> tuple[object, ...]:
        """What two builds have in common that come to the same."""
        steps = tuple(
            (
                *step.place,
                step.verdict,
                step.masked,
                bool(step.known),
                tuple(fault.site for fault in step.faults),
            )
            for step in self.steps
        )
        return steps, frozenset(found.fault.site for found in self.faults)
