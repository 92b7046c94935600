"""What the rules look at: everything that the loaders found, put together once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from depcheck.discover import Listing
from depcheck.model import Candidate, Diagnostic, Fault, Judgement, Reference, Severity
from depcheck.record import NamedTuple
from depcheck.rules.rule import Rule
from depcheck.sources import Sources


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
    """The input of every rule. Rules never read files, print, count or sort.

    findings: rule name -> its findings, each place once, in the order in which tools meet them.
    candidate: what is meant by the path of a fault (`hints`).
    """

    sources: Sources
    listing: Listing
    judgements: tuple[Judgement, ...]
    findings: dict[str, tuple[Finding, ...]]
    references: tuple[Reference, ...]
    candidate: Callable[[Fault], Candidate | None]


def diagnostics(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    """The faults of a rule's name as diagnostics: what every rule of the manifests begins with."""
    for finding in facts.findings.get(rule.name, ()):
        fault = finding.fault
        yield Diagnostic(
            code=rule.code,
            name=rule.name,
            severity=finding.severity if rule.severity == "error" else rule.severity,
            message=fault.message,
            site=fault.site,
            reference=fault.reference,
            notes=fault.notes,
            candidate=facts.candidate(fault),
            packages=finding.manifests,
            services=finding.services,
        )
