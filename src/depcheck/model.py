"""The records that every stage passes to the next: frozen, and free of TOML, git and terminals.

Paths are POSIX strings in canonical form: relative to the root of the tree, without `.`, `..`
or a trailing slash (`""` is the root itself); a path outside the root is absolute. `paths.at`
makes them. Records are NamedTuples: importing `dataclasses` costs a fifth of the start-up budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from depcheck.record import NamedTuple

Verdict = Literal["loads", "fails", "unknown"]
Severity = Literal["error", "warning", "info"]
Route = tuple[str | int, ...]


_RANK: dict[Verdict, int] = {"fails": 0, "unknown": 1, "loads": 2}


def is_worse(verdict: Verdict, than: Verdict) -> bool:
    """Whether one verdict promises less than another."""
    return _RANK[verdict] < _RANK[than]


class Site(NamedTuple):
    """A place named by meaning; `locate` turns it into lines and columns once it is reported.

    file:   path of the file.
    route:  the keys that lead to the value in a TOML document (`("dependencies", "b", "path")`,
            integers index arrays). Empty: the file as a whole.
    within: the part of the value (or of the line) that is meant; empty: all of it.
    line, column: the place itself where it is known already (a parser's error, a line of a
            requirements file); 0 for unknown. Lines and columns count from 1.
    """

    file: str
    route: Route = ()
    within: str = ""
    line: int = 0
    column: int = 0


class Reference(NamedTuple):
    """A local path that a manifest names.

    site:   where it stands.
    key:    the route as a person writes it: `dependencies.b.path`.
    raw:    the text of the value.
    target: the path it leads to, by the owning tool's own rules (a glob: as written, joined).
    kind:   what has to be there.
    wanted: the package name that the tool expects at the target, as written; empty: any.
    image_path: where it leads inside an image, absolute; empty: it is looked at in the tree itself.
    """

    site: Site
    key: str
    raw: str
    target: str
    kind: Literal["package", "member", "glob", "workspace", "file", "directory", "path"] = "package"
    wanted: str = ""
    image_path: str = ""


class Fault(NamedTuple):
    """One thing that stops a command, as a loader found it.

    rule:      name of the rule that reports it (`missing-path`).
    site:      the place to mend.
    message:   what is wrong, one lower-case sentence without a full stop, things in backticks.
    reference: the reference that leads nowhere, where one is to blame.
    notes:     further sentences: what the path resolves to, what the tool would say, why a
               seemingly harmless setting (`optional = true`) does not help.
    tool:      the tool that fails (`cargo`).
    """

    rule: str
    site: Site
    message: str
    reference: Reference | None = None
    notes: tuple[str, ...] = ()
    tool: str = ""


class Outcome(NamedTuple):
    """What one command would do.

    faults:   what makes it fail, in the order in which the tool would meet it.
    unknowns: what could not be known, a sentence each.
    latent:   faults that this command tolerates and another one meets (reported as warnings, or
              by `dormant-path`).
    writes:   files that a successful run creates, as far as later commands of the same line ask
              for them (a lock file).
    """

    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()
    latent: tuple[Fault, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """`fails` if anything is known to stop it, else `unknown` if anything is not known."""
        return "fails" if self.faults else "unknown" if self.unknowns else "loads"


class Judgement(NamedTuple):
    """One manifest as the current one, judged by the tools that own it.

    name:       of the package, None for a virtual workspace root.
    loads:      the manifest and its workspace are read (`cargo metadata --no-deps`).
    resolves:   all local paths of a full resolution (`cargo metadata`, `uv lock`); holds what
                `loads` holds and more.
    builds:     the other commands of everyday use (`cargo build --all-targets`, the wheel).
    references: every local path that the manifest itself names, followed or not.
    alone:      those of the faults that are met only by who works on the package by itself, outside of
                a workspace and without a lock file, and by nobody who merely depends on it.
    """

    manifest: str
    ecosystem: Literal["cargo", "python"]
    tools: tuple[str, ...]
    name: str | None
    loads: Outcome
    resolves: Outcome
    builds: Outcome
    references: tuple[Reference, ...] = ()
    alone: tuple[Fault, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, Outcome, Outcome]:
        """`loads`, `resolves` and `builds`."""
        return self.loads, self.resolves, self.builds

    @property
    def faults(self) -> Iterator[Fault]:
        """What is wrong in any of them, latent or not; the same fault may come again."""
        for outcome in self.outcomes:
            yield from outcome.faults
            yield from outcome.latent


class Built(NamedTuple):
    """A build command of an image stage.

    service: of a compose project; None where no compose file builds this image.
    faults:  what makes it fail: those of manifests, and those of the Dockerfile.
    """

    dockerfile: str
    service: str | None
    context: str
    stage: str
    line: int
    command: str
    workdir: str
    verdict: Verdict
    masked: bool = False
    because: str | None = None
    faults: tuple[Fault, ...] = ()


class Position(NamedTuple):
    """A line and a column, from 1; columns in characters."""

    line: int
    column: int


class Range(NamedTuple):
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position


class Candidate(NamedTuple):
    """A "did you mean": the text to write instead, where it leads, and why it is meant.

    is_certain: nothing else has the name that is wanted, or git itself says that it was renamed.
    """

    replacement: str
    target: str
    reason: str
    is_certain: bool = False


class Edit(NamedTuple):
    """Other text for what stands in a file between two offsets; every other byte stays.

    start, end: in characters of the text without a byte order mark, bytes that are no UTF-8 one each.
    """

    file: str
    start: int
    end: int
    replacement: str


class Fix(NamedTuple):
    """A repair: what it does in a few words, and its edits, none of which overlaps another.

    applicability: `safe` where nothing else can be meant, `unsafe` where it chooses for the user.
    """

    title: str
    applicability: Literal["safe", "unsafe"]
    edits: tuple[Edit, ...]


class Diagnostic(NamedTuple):
    """A finding as it is reported. `range` is None until `locate` has worked it out.

    fixes: those that are proved, the best first.
    """

    code: str
    name: str
    severity: Severity
    message: str
    site: Site
    reference: Reference | None = None
    notes: tuple[str, ...] = ()
    candidate: Candidate | None = None
    packages: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    fingerprint: str = ""
    range: Range | None = None
    fixes: tuple[Fix, ...] = ()


FaultKey = tuple[str, str, Route, str, int]


def fault_key(fault: Fault | Diagnostic) -> FaultKey:
    """What makes two faults one finding, and names it: the rule and the place, but for its column."""
    rule = fault.rule if isinstance(fault, Fault) else fault.name
    site = fault.site
    return rule, site.file, site.route, site.within, site.line
