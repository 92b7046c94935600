"""The images of a repository: which there are, what is wrong with them, put beside the rest.

Imported where a Dockerfile or a compose file is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from depcheck import clone, fixtures, paths
from depcheck.discover import Listing, is_bake, is_compose, is_dockerfile
from depcheck.image.builds import Planned
from depcheck.image.judge import Images
from depcheck.image.trial import Known
from depcheck.image.verdict import Found
from depcheck.model import Built, Fault, Site, fault_key
from depcheck.record import NamedTuple
from depcheck.rules.facts import Finding
from depcheck.settings import chosen
from depcheck.sources import Sources
from depcheck.tree.base import Tree

if TYPE_CHECKING:
    from depcheck.fix.mend import Repairs
    from depcheck.image.compose import Project

Findings = dict[str, tuple[Finding, ...]]
# What steps before a build make: whether it is there when the image is built is not known.
_MADE = frozenset(
    {"target", "dist", "build", "out", "bin", "artifacts", "node_modules", "release", "wheels", "wheelhouse"}
)
_FOREIGN = frozenset({"vendor", "third_party", "third-party", "node_modules", "site-packages"})


class Examined(NamedTuple):
    """What images come to.

    reached: manifests that were left out and that a command reads in an image. plans: how each is built.
    declared: where compose files say what the contexts are. left_out: manifests that are not judged.
    """

    builds: tuple[Built, ...]
    findings: Findings
    reached: frozenset[str]
    plans: tuple[Planned, ...]
    declared: tuple[tuple[str, Site], ...]
    left_out: fixtures.Apart | None


class _Survey(NamedTuple):
    """The builds of a tree, what is wrong before any is judged, and the files that findings count in."""

    plans: list[Planned]
    found: list[Found]
    among: set[str]
    declared: tuple[tuple[str, Site], ...]


def examine(
    sources: Sources,
    listing: Listing,
    findings: Findings,
    mended: tuple[Tree, Known] | None,
    left_out: fixtures.Apart | None,
) -> Examined:
    """The build commands of the images, and the findings with those of the images.

    mended: the repository with its manifests put right, and what is wrong with it even so.
    left_out: manifests that look like fixtures and are not judged; None: whatever looks so counts.
    """
    from depcheck.image import judge

    plans, found, among, declared = _survey(sources, listing, left_out)
    known = {fault_key(one.fault): one.fault for listed in findings.values() for one in listed}
    images = judge.judge(sources, plans, known, mended, left_out or {})
    found += images.found
    merged = _merged(findings, images, list(_settled(sources.tree.root, listing, found, among)))
    return Examined(images.builds, merged, images.reached, tuple(plans), declared, left_out)


def repairs(
    sources: Sources, listing: Listing, examined: Examined, base: tuple[Tree, Known], *, all_of_them: bool
) -> Repairs | None:
    """The proved repairs of what is wrong in images; None where nothing is.

    base: the tree that they are tried on, and what is wrong with its manifests.
    """
    from depcheck.fix import image
    from depcheck.fix.image import proof
    from depcheck.fix.image.basis import Basis, Declared
    from depcheck.fix.mend import mend
    from depcheck.fix.trial import Trials

    tree, known = base
    faults = [
        found.fault for rule, listed in examined.findings.items() if rule in image.RULES for found in listed
    ]
    if not faults:
        return None

    again = _Again(listing, examined.left_out, known)
    declared = tuple(Declared(*one) for one in examined.declared)
    basis = Basis(Sources(tree), examined.plans, declared)
    trials = Trials(proof.Proof(tree, again).attempt)
    found = mend(trials, faults, partial(image.propose, basis), all_of_them=all_of_them)
    if not all_of_them or tree is sources.tree:
        return found
    ways = proof.around(sources, faults, again)
    return found._replace(
        fixes={key: (*found.fixes.get(key, ()), *ways.get(key, ())) for key in {**found.fixes, **ways}}
    )


def harm(
    sources: Sources, listing: Listing, left_out: fixtures.Apart | None, faults: Iterable[Fault]
) -> Callable[[Tree, frozenset[str]], bool]:
    """Whether a build gets worse in a tree that differs in some files, of those that can hold one of them."""
    from depcheck.fix.image.proof import is_worse

    again = _Again(listing, left_out, {fault_key(fault): fault for fault in faults})
    known: dict[frozenset[str], tuple[Built, ...]] = {}

    def gets_worse(tree: Tree, files: frozenset[str]) -> bool:
        before = known.get(files)
        if before is None:
            before = known[files] = again(sources.tree, files).builds
        return any(one.verdict != "fails" for one in before) and is_worse(before, again(tree, files).builds)

    return gets_worse


class _Again:
    """Judges the builds that some files have to do with, in whatever tree."""

    def __init__(self, listing: Listing, left_out: fixtures.Apart | None, known: Known) -> None:
        self._listing = listing
        self._left_out = left_out
        self._known = known

    def __call__(self, tree: Tree, files: Collection[str]) -> Images:
        from depcheck.image import judge

        sources = Sources(tree)
        survey = _survey(sources, self._listing, self._left_out)
        plans = [plan for plan in survey.plans if _concerns(plan, files)]
        images = judge.judge(sources, plans, self._known, None, {})
        return images._replace(found=(*survey.found, *images.found))


def _concerns(plan: Planned, files: Collection[str]) -> bool:
    """Whether a build may read one of these files; what declares builds may concern all of them."""
    directories = (plan.context, *(path for _, path in plan.contexts if path is not None))
    return any(
        path == plan.dockerfile
        or is_compose(path)
        or is_bake(path)
        or path == f"{plan.dockerfile}.dockerignore"
        or any(paths.is_below(path, directory) for directory in directories)
        for path in files
    )


def _survey(sources: Sources, listing: Listing, left_out: fixtures.Apart | None) -> _Survey:
    tree = sources.tree
    apart = {} if left_out is None else fixtures.apart(tree, listing.images, listing.scope)
    inside = [
        path
        for path in listing.images
        if path not in apart and any(paths.is_below(path, top) for top in listing.scope)
    ]
    composed = [path for path in listing.images if is_compose(path) and path not in apart]
    baked = [path for path in listing.images if is_bake(path) and path not in apart]
    dockerfiles = [path for path in inside if is_dockerfile(path)]
    found: list[Found] = []
    projects: list[Project] = []
    if composed:
        from depcheck.image import compose, services

        projects = list(compose.projects(sources, composed))
        found += services.check(tree, projects)
    from depcheck.image import builds

    targets: tuple[Planned, ...] = ()
    if baked:
        from depcheck.image import bake

        targets, missing = bake.declared(sources, baked)
        found += missing
    plans = builds.planned(sources, dockerfiles, projects, targets)
    plans = [
        plan
        for plan in plans
        if _counts(plan, inside, listing.scope) and not chosen(tree.settings.exclude, plan.dockerfile)
    ]
    among = {*inside, *(plan.dockerfile for plan in plans)}
    return _Survey(plans, found, among, tuple(_declared(tree, projects)))


def _declared(tree: Tree, projects: Iterable[Project]) -> Iterator[tuple[str, Site]]:
    """Each Dockerfile that a service is built from, and the place of the context."""
    from depcheck.image import builds

    for service in (service for project in projects for service in project.services.values()):
        if service.build is not None and service.build.context is not None:
            context = builds.context_of(tree, service.build)
            dockerfile = None if context is None else builds.dockerfile_of(tree, service.build, context)
            if dockerfile is not None:
                yield dockerfile, service.build.context.site


def _counts(plan: Planned, inside: Sequence[str], scope: Sequence[str]) -> bool:
    """Whether a build is judged: what is declared may be called anything, and lie anywhere in the scope."""
    if plan.guesses:
        return plan.dockerfile in inside and not _foreign(plan.dockerfile)
    return any(paths.is_below(plan.dockerfile, top) for top in scope)


def _foreign(path: str) -> bool:
    """Whether a Dockerfile that nothing names lies among what others have made, or what tests read."""
    return any(part in _FOREIGN or part.startswith("testfile") for part in path.split("/")[:-1])


def _settled(root: str, listing: Listing, found: Sequence[Found], among: set[str]) -> Iterator[Found]:
    """What is among these files; what git ignores, or a step before makes, may be there when it counts."""
    asked = [path for one in found if (path := _absent(one.fault))]
    ignored = clone.ignored(root, asked) if asked and listing.has_git else frozenset[str]()
    for one in found:
        if one.fault.site.file not in among:
            continue
        path = _absent(one.fault)
        made = path in ignored or not _MADE.isdisjoint(path.split("/"))
        if not made:
            yield one
        elif one.fault.rule != "missing-bind-source":
            yield one._replace(severity="warning")


def _absent(fault: Fault) -> str:
    """The path of the repository that is not there; empty where it is another fault."""
    if fault.rule not in ("copy-source-missing", "missing-env-file", "missing-bind-source"):
        return ""
    target = "" if fault.reference is None else fault.reference.target
    return "" if paths.is_outside(target) else target


def _merged(findings: Findings, images: Images, found: Sequence[Found]) -> Findings:
    """The findings of the manifests with the services that they block, and those of the images."""
    blocking: Mapping[object, tuple[str, ...]] = {fault_key(fault): names for fault, names in images.blocking}
    merged = {
        rule: [one._replace(services=blocking.get(fault_key(one.fault), ())) for one in listed]
        for rule, listed in findings.items()
    }
    raised = set(blocking)
    for rule, listed in merged.items():
        # What only other commands meet is an error where the command of a RUN meets it.
        merged[rule] = [
            one._replace(severity="error") if fault_key(one.fault) in raised else one for one in listed
        ]
    for one in found:
        merged.setdefault(one.fault.rule, []).append(Finding(one.fault, one.severity, (), one.services))
    return {rule: tuple(listed) for rule, listed in merged.items()}
