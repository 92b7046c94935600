"""What the rules report: everything that the loaders found, put together once."""

from __future__ import annotations

from collections.abc import Callable

from depcheck.model import Candidate, Fault, Severity
from depcheck.record import NamedTuple


class Finding(NamedTuple):
    """A fault with all that it does.

    severity:  error where a command of everyday use fails of it, else warning.
    manifests: those that, as the current one, cannot be read, resolved or built because of it.
    services:  those of compose whose images cannot be built because of it.
    """

    fault: Fault
    severity: Severity
    manifests: tuple[str, ...]
    services: tuple[str, ...] = ()


class Facts(NamedTuple):
    """The input of the rules.

    findings: rule name -> its findings, each place once, in the order in which tools meet them.
    candidate: what is meant by the path of a fault (`hints`).
    """

    findings: dict[str, tuple[Finding, ...]]
    candidate: Callable[[Fault], Candidate | None]
