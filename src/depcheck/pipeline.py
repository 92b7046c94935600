"""The flow of `scan`: discover, parse and load, check, locate. Rendering is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from depcheck import config, discover, fixtures, git, judging, paths, sift
from depcheck.model import Built, Candidate, Diagnostic, Fault, FaultKey, Fix, Judgement, Severity, fault_key
from depcheck.record import NamedTuple
from depcheck.rules.facts import Facts, Finding
from depcheck.settings import Settings
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError
from depcheck.tree.worktree import WorkTree

if TYPE_CHECKING:
    from depcheck.baseline import Baseline
    from depcheck.fix.mend import Repairs
    from depcheck.git import Question
    from depcheck.snapshot import Snapshot
    from depcheck.tree.base import Tree


class Request(NamedTuple):
    """What to scan.

    root:    absolute path of the tree. scope: canonical paths; what lies below one of them is judged.
    reached: manifests that are judged whatever folder they are in.
    all_fixes: every repair that can be proved is wanted, not only the best of each finding.
    at: what is judged in the place of the work tree: `index`, or `commit:` and a revision.
    told: what the command line says of the configuration. settings: what counts, where that is known.
    baseline: in the place of one that the configuration names.
    """

    root: str
    scope: tuple[str, ...] = ("",)
    include_fixtures: bool = False
    reached: frozenset[str] = frozenset()
    all_fixes: bool = False
    at: str = ""
    told: config.Told = config.Told()
    settings: Settings | None = None
    baseline: Baseline | None = None


_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class NoSuchTreeError(Exception):
    """The tree that is asked for is not there; the argument says why."""


class Report(NamedTuple):
    """What a scan found.

    blocked: manifest -> fingerprints of the diagnostics that keep it from loading or resolving.
    builds: the build commands of images, each with the fingerprints of what makes it fail.
    manifests: how many were found in the scope. not_judged: those of them that are meant to be broken,
    each with the folder that says so.
    """

    root: str
    tree: str
    judgements: tuple[Judgement, ...]
    diagnostics: tuple[Diagnostic, ...]
    blocked: dict[str, tuple[str, ...]]
    builds: tuple[tuple[Built, tuple[str, ...]], ...]
    manifests: int
    references: int
    not_judged: fixtures.Apart
    notes: tuple[str, ...]
    sources: Sources
    repairs: tuple[Repairs, ...] = ()
    settings: Settings = Settings()
    known: tuple[Diagnostic, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many diagnostics have this severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)

    @property
    def fails(self) -> bool:
        """Whether anything is as severe as makes the exit code 1."""
        least = self.settings.fail_on
        return least is not None and any(
            self.count(one) for one in _SEVERITIES[: _SEVERITIES.index(least) + 1]
        )

    def chosen(self, *, unsafe: bool = False) -> list[Fix]:
        """The repairs to make: the best of each finding, as far as they hold together."""
        made = [proposal.fix for one in self.repairs for proposal in one.chosen(unsafe=unsafe)]
        return list(dict.fromkeys(made))


def scan(
    request: Request,
    progress: discover.Progress | None = None,
    asked: Question | None = None,
    sources: Sources | None = None,
) -> Report:
    """Judge every manifest in the scope of the request. Raises NoSuchTreeError and ConfigurationError.

    asked: the question of `discover`, where git has it already.
    sources: of the work tree with edits over it, in the place of what the disk has.
    """
    listing, sources = _opened(request, progress, asked, sources)
    settings = sources.tree.settings
    apart: fixtures.Apart = {}
    if not request.include_fixtures:
        apart = fixtures.apart(sources.tree, listing.manifests, request.scope)
        apart = {path: folder for path, folder in apart.items() if path not in request.reached}
    judgements, left_out = judging.judge(sources, listing, apart, progress)
    references = tuple(reference for judgement in judgements for reference in judgement.references)
    warnings: tuple[Fault, ...] = ()
    if references:
        from depcheck import portability

        judgements, warnings = portability.examine(sources, listing, judgements)
    findings = merge(judgements, warnings)
    faults = tuple(finding.fault for found in findings.values() for finding in found)
    candidate: Callable[[Fault], Candidate | None] = _no_candidate
    repairs: tuple[Repairs, ...] = ()
    not_judged = None if request.include_fixtures else left_out
    if faults:
        from depcheck.fix.manifest import proof
        from depcheck.hints import Hints
        from depcheck.portability import Examined

        hints = Hints(sources, listing, faults)
        candidate = hints.candidate
        harm = None
        if listing.images:
            from depcheck import images

            harm = images.harm(sources, listing, not_judged, faults)
        examined = Examined(judgements, warnings)
        repairs = (proof.repairs(hints, listing, examined, harm, all_of_them=request.all_fixes),)
    builds: tuple[Built, ...] = ()
    if listing.images:
        from depcheck import images

        mended = _mended(sources, repairs)
        found = images.examine(sources, listing, findings, mended, not_judged)
        if found.reached:  # rare enough to begin again
            request = request._replace(reached=request.reached | found.reached, settings=settings)
            return scan(request, progress, sources=sources)
        builds, findings = found.builds, found.findings
        base = mended or (sources.tree, {fault_key(fault): fault for fault in faults})
        more = images.repairs(sources, listing, found, base, all_of_them=request.all_fixes)
        repairs += () if more is None else (more,)
    judged = sift.Judged(listing, left_out, request.baseline)
    diagnostics, repairs, known = sift.sift(sources, judged, Facts(findings, candidate), repairs)
    return Report(
        sources.tree.root,
        sources.tree.label,
        judgements,
        diagnostics,
        blocked(diagnostics, judgements),
        _builds(diagnostics, builds),
        len(listing.manifests),
        len(references),
        left_out,
        listing.notes,
        sources,
        repairs,
        settings,
        known,
    )


def _opened(
    request: Request,
    progress: discover.Progress | None,
    asked: Question | None,
    sources: Sources | None,
) -> tuple[discover.Listing, Sources]:
    """What there is to judge, and where it is read, under the settings that count."""
    snapshot = _snapshot(request) if request.at else None
    if sources is None:
        sources = Sources(snapshot or WorkTree(request.root))
    settings = request.settings or config.settings(sources, request.scope, request.told).settings
    sources.tree.settings = settings
    if snapshot is None:
        listing = discover.discover(request.root, request.scope, progress, asked)
    else:
        from depcheck.snapshot import listing as listed

        listing = listed(snapshot, request.scope)
    if settings.exclude:
        listing.exclude(settings.exclude)
    return listing, sources


def configured(request: Request) -> config.Configuration:
    """What counts for a scan, and who says so. Raises NoSuchTreeError and ConfigurationError."""
    tree = _snapshot(request) if request.at else WorkTree(request.root)
    return config.settings(Sources(tree), request.scope, request.told)


def _snapshot(request: Request) -> Snapshot:
    """What git has in the place of the work tree. Raises NoSuchTreeError."""
    from depcheck import snapshot

    revision = request.at.removeprefix("commit:")
    found = (
        snapshot.staged(request.root) if request.at == "index" else snapshot.commit(request.root, revision)
    )
    if isinstance(found, git.Refusal):
        raise NoSuchTreeError(
            f"git lists no {'index' if request.at == 'index' else 'commit'}, {found.reason}"
        )
    return found


def merge(judgements: Iterable[Judgement], warnings: Iterable[Fault] = ()) -> dict[str, tuple[Finding, ...]]:
    """Each fault once, with every manifest that it stops, by rule. warnings: of what stops none here."""
    judgements = tuple(judgements)
    faults: dict[FaultKey, Fault] = {}
    errors: set[FaultKey] = set()
    manifests: dict[FaultKey, dict[str, None]] = {}
    for judgement in judgements:
        spared = judgement.alone if judgement.alone and _is_reached(judgement, judgements) else ()
        for outcome in judgement.outcomes:
            for fault in outcome.faults:
                key = fault_key(fault)
                faults.setdefault(key, fault)
                if fault not in spared:
                    errors.add(key)
                manifests.setdefault(key, {})[judgement.manifest] = None
            for fault in outcome.latent:
                key = fault_key(fault)
                faults.setdefault(key, fault)
                manifests.setdefault(key, {})
    for fault in warnings:
        key = fault_key(fault)
        faults.setdefault(key, fault)
        manifests.setdefault(key, {})
    merged: dict[str, list[Finding]] = {}
    for key, fault in faults.items():
        severity: Severity = "error" if key in errors else "warning"
        merged.setdefault(fault.rule, []).append(Finding(fault, severity, tuple(manifests[key])))
    return {rule: tuple(findings) for rule, findings in merged.items()}


def _is_reached(judgement: Judgement, judgements: Iterable[Judgement]) -> bool:
    """Whether another manifest depends on the package: it is there for that, and not used by itself."""
    directory = paths.parent(judgement.manifest)
    return any(
        reference.target == directory and reference.kind == "package"
        for other in judgements
        if other.manifest != judgement.manifest
        for reference in other.references
    )


def _no_candidate(_: Fault) -> None:
    """Nothing is meant by a fault where there is none."""


def _mended(sources: Sources, repairs: Iterable[Repairs]) -> tuple[Tree, dict[FaultKey, Fault]] | None:
    """The tree with the safe repairs made, and what is wrong with it still; None where there are none."""
    made = [proposal for one in repairs for proposal in one.chosen()]
    if not made:
        return None
    from depcheck.fix.splice import overlay

    done = {fault_key(one.fault) for one in made}
    left = {
        fault_key(fault): fault for one in repairs for fault in one.faults if fault_key(fault) not in done
    }
    try:
        return overlay(sources.tree, [one.fix for one in made]), left
    except (OSError, UnknownContentError):  # a file has changed, or is gone, since it was read
        return None


def blocked(
    diagnostics: tuple[Diagnostic, ...], judgements: tuple[Judgement, ...]
) -> dict[str, tuple[str, ...]]:
    """Manifest -> fingerprints of the diagnostics of what keeps it from loading or resolving."""
    prints = _prints(diagnostics)
    found = {
        judgement.manifest: _of(prints, (*judgement.loads.faults, *judgement.resolves.faults))
        for judgement in judgements
    }
    return {manifest: those for manifest, those in found.items() if those}


def _builds(
    diagnostics: tuple[Diagnostic, ...], builds: tuple[Built, ...]
) -> tuple[tuple[Built, tuple[str, ...]], ...]:
    prints = _prints(diagnostics)
    return tuple((built, _of(prints, built.faults)) for built in builds)


def _prints(diagnostics: Iterable[Diagnostic]) -> dict[FaultKey, str]:
    return {fault_key(one): one.fingerprint for one in diagnostics}


def _of(prints: dict[FaultKey, str], faults: Iterable[Fault]) -> tuple[str, ...]:
    """The fingerprints of these faults, each once."""
    keys = (fault_key(fault) for fault in faults)
    return tuple(dict.fromkeys(prints[key] for key in keys if key in prints))
