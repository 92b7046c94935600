"""The rules, one file each. This table is the only list of them.

A rule's module has the rule's name with underscores, and in it `RULE`, the value that describes it.
What a rule reports are the faults of its name. Modules are imported when they have something to say:
`scan` loads no manual that it does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from depcheck.model import Diagnostic, Fault
from depcheck.rules.facts import Facts
from depcheck.rules.rule import Rule

# The faults of the manifests are what the loaders found,
MANIFESTS = {
    "invalid-manifest": "DC101",
    "missing-path": "DC102",
    "not-a-package": "DC103",
    "missing-member": "DC104",
    "unmatched-member-glob": "DC105",
    "unlisted-member": "DC106",
    "missing-workspace-root": "DC107",
    "missing-inherited-key": "DC108",
    "missing-target-file": "DC109",
    "missing-metadata-file": "DC110",
    "name-mismatch": "DC111",
    "version-mismatch": "DC112",
    "duplicate-package": "DC113",
    "dependency-cycle": "DC114",
    "broken-patch": "DC115",
    "dormant-path": "DC116",
}
# those of images and of compose files what an engine and Compose would not find,
IMAGES = {
    "image-missing-path": "DC201",
    "image-missing-member": "DC202",
    "image-layout": "DC203",
    "image-missing-file": "DC204",
    "image-ignored": "DC205",
    "copy-source-missing": "DC206",
    "context-escape": "DC207",
    "masked-failure": "DC208",
    "unknown-build": "DC209",
}
COMPOSE = {
    "missing-dockerfile": "DC301",
    "missing-context": "DC302",
    "missing-env-file": "DC303",
    "missing-include": "DC304",
    "missing-bind-source": "DC305",
    "unknown-service": "DC306",
}
# those of the portability what would not work in a clean clone (`portability`).
PORTABILITY = {
    "escapes-repository": "DC401",
    "absolute-path": "DC402",
    "backslash-path": "DC403",
    "case-mismatch": "DC404",
    "untracked-target": "DC405",
    "ignored-target": "DC406",
    "submodule-target": "DC407",
    "symlink-escape": "DC408",
}
# those of depcheck itself what it is told and what is not so (`suppress`, `baseline`).
OWN = {
    "unused-suppression": "DC901",
    "stale-baseline": "DC902",
}
NAMES = {**MANIFESTS, **IMAGES, **COMPOSE, **PORTABILITY, **OWN}


def load(name: str) -> Rule:
    """The rule `name`, which is one of `NAMES`."""
    rule: Rule = import_module(f"depcheck.rules.{name.replace('-', '_')}").RULE
    return rule


def check(facts: Facts) -> Iterator[Diagnostic]:
    """Every diagnostic of every rule."""
    for name, code in NAMES.items():
        for finding in facts.findings.get(name, ()):
            severity, fault = load(name).severity, finding.fault
            yield Diagnostic(
                code=code,
                name=name,
                severity=finding.severity if severity == "error" else severity,
                message=fault.message,
                site=fault.site,
                reference=fault.reference,
                notes=fault.notes,
                candidate=facts.candidate(fault),
                packages=finding.manifests,
                services=finding.services,
            )


def diagnose(faults: Iterable[Fault]) -> Iterator[Diagnostic]:
    """The faults of one command as they are reported, nothing put together or looked up."""
    for fault in faults:
        yield Diagnostic(
            NAMES[fault.rule], fault.rule, "error", fault.message, fault.site, fault.reference, fault.notes
        )


def find(name: str) -> str | None:
    """The name of the rule that is called so, or has this code; None: there is none."""
    if name.lower() in NAMES:
        return name.lower()
    return next((rule for rule, code in NAMES.items() if code == name.upper()), None)
