"""Two programs, run in turns in one go: how long each takes, and how much memory."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Command(NamedTuple):
    """words: the program (a path, never a shim) and its arguments. codes: the exit codes of success."""

    words: tuple[str, ...]
    directory: str
    codes: tuple[int, ...] = (0,)


class Run(NamedTuple):
    """One run, with the programs that it started. processor: seconds of work. peak: bytes of memory."""

    seconds: float
    processor: float
    peak: int


class Comparison(NamedTuple):
    """A question: how many times as long as `reference` does `subject` take?

    ratio: the budget, None where there is none. peak: the budget of memory in bytes.
    """

    title: str
    subject: Command
    reference: Command
    ratio: float | None
    rounds: int
    peak: int | None = None


class Answer(NamedTuple):
    """What was measured, run by run."""

    comparison: Comparison
    subject: tuple[Run, ...]
    reference: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        """Median by median."""
        return median(self.subject) / median(self.reference)

    @property
    def work(self) -> float:
        """The same by processor time, which other programs on the machine change less."""
        subject, reference = (
            statistics.median(run.processor for run in runs) for runs in (self.subject, self.reference)
        )
        return subject / reference

    @property
    def peak(self) -> int:
        """The most memory that any run of the subject held."""
        return max(run.peak for run in self.subject)

    @property
    def is_kept(self) -> bool:
        """Whether the budgets hold."""
        asked = self.comparison
        return (asked.ratio is None or self.ratio <= asked.ratio) and (
            asked.peak is None or self.peak <= asked.peak
        )


class FailedError(Exception):
    """A command did not end as it should: its time says nothing."""


def median(runs: Sequence[Run]) -> float:
    """The median time."""
    return statistics.median(run.seconds for run in runs)


def environment() -> Mapping[str, str]:
    """The variables of the user, without those that would change what an interpreter imports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "CARGO_NET_OFFLINE": "true"}


def run(command: Command) -> Run:
    """Run it once, output thrown away. Raises FailedError.

    `posix_spawn`, as the child of a large process would start with the memory of that process as its
    peak; this one is kept small.
    """
    null = os.open(os.devnull, os.O_RDWR)
    before = os.getcwd()
    os.chdir(command.directory)
    try:
        started = time.perf_counter()
        child = os.posix_spawn(
            command.words[0],
            command.words,
            environment(),
            file_actions=[(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)],
        )
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - started
    finally:
        os.chdir(before)
        os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code not in command.codes:
        raise FailedError(f"{' '.join(command.words)} in {command.directory}: exit code {code}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def compare(comparison: Comparison) -> Answer:
    """A B A B ...: what slows the machine down for a while slows both. The first pair warms up."""
    pairs = list(_pairs(comparison))[1:]
    return Answer(comparison, tuple(one for one, _ in pairs), tuple(other for _, other in pairs))


def _pairs(comparison: Comparison) -> Iterator[tuple[Run, Run]]:
    for _ in range(comparison.rounds + 1):
        yield run(comparison.subject), run(comparison.reference)
