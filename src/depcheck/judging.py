"""Every manifest as the current one, but for those that are meant to be broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from depcheck import discover, fixtures, paths
from depcheck.discover import Listing
from depcheck.load.tool import Judged
from depcheck.model import Judgement, Outcome, Reference
from depcheck.sources import Sources

_LISTING = ("Cargo.toml", "pyproject.toml")  # what may have a workspace


def judge(
    sources: Sources,
    listing: Listing,
    apart: fixtures.Apart,
    progress: discover.Progress | None = None,
) -> tuple[tuple[Judgement, ...], fixtures.Apart]:
    """The judgements of what is listed in the scope, and what is left out of it.

    apart: what looks like a fixture. It is judged all the same where something reaches it that does not:
    a judged manifest, or one of the workspace around the scope.
    """
    apart = dict(apart)
    plain = [path for path in listing.manifests if path not in apart]
    judgements = []
    for judgement in judge_each(sources, plain):
        judgements.append(judgement)
        if progress is not None:
            progress(len(judgements), len(plain))
    if apart:
        named = [*_named(judgements), *references(sources, _around(listing, listing.scope))]
        named += references(sources, filter(discover.is_requirements, plain))
        while found := fixtures.reached(sources, apart, named):
            for path in found:
                del apart[path]
            # A requirements file that is reached is judged with the one that includes it.
            reached = [path for path in found if not discover.is_requirements(path)]
            judged = list(judge_each(sources, reached))
            judgements += judged
            named = [*_named(judged), *references(sources, filter(discover.is_requirements, found))]
    return tuple(judgements), apart


def _named(judgements: Iterable[Judgement]) -> Iterator[Reference]:
    for judgement in judgements:
        yield from judgement.references


def _around(listing: Listing, scope: Sequence[str]) -> Iterator[str]:
    """The manifests above the scope: what lies in it may be a member of theirs."""
    above = {directory for top in scope for directory in paths.ancestors(top)}
    inside = set(listing.manifests)
    for path in listing.everything:
        if path not in inside and paths.parent(path) in above and paths.name(path) in _LISTING:
            yield path


def references(sources: Sources, manifests: Iterable[str]) -> Iterator[Reference]:
    """What manifests name that are not judged, or not on their own."""
    for path in manifests:
        match paths.name(path):
            case "Cargo.toml":
                from depcheck.load import cargo

                yield from cargo.references(sources, path)
            case "pyproject.toml":
                from depcheck.load import python

                yield from python.references(sources, path)
            case name if name.endswith(".py"):
                continue
            case _:
                from depcheck.load import pip

                yield from pip.requirements_references(sources, path)


def judge_each(sources: Sources, manifests: Iterable[str]) -> Iterator[Judgement]:
    """Loaders are imported when a manifest of theirs turns up."""
    requirements = []
    for path in manifests:
        match paths.name(path):
            case "Cargo.toml":
                yield _judge_cargo(sources, path)
            case "pyproject.toml":
                from depcheck.load import python

                yield python.judge(sources, path)
            case "setup.py":
                from depcheck.load import python

                legacy = python.judge_legacy(sources, path)
                if legacy is not None:
                    yield legacy
            case "setup.cfg":
                continue  # read along with its setup.py or pyproject.toml, alone it is no project
            case name if name.endswith(".py"):
                from depcheck.load.uv import script

                outcome = script.judge(sources, path)
                yield Judgement(path, "python", ("uv",), None, outcome, outcome, Outcome())
            case _:
                requirements.append(path)
    if requirements:
        from depcheck.load import pip

        for path in pip.entries(sources, requirements):
            outcome = pip.judge_requirements(sources, path)
            named = pip.requirements_references(sources, path)
            yield Judgement(path, "python", ("pip",), None, outcome, outcome, Outcome(), named)


def _judge_cargo(sources: Sources, path: str) -> Judgement:
    from depcheck.load import cargo
    from depcheck.manifest.cargo import Manifest, read

    judged: Judged = cargo.judge(sources, path)
    manifest = sources.get(read, path)
    name = manifest.package.name if isinstance(manifest, Manifest) and manifest.package else None
    references = cargo.references(sources, path)
    outcomes = (judged.loads, judged.resolves, judged.builds)
    return Judgement(path, "cargo", ("cargo",), name, *outcomes, references, judged.alone)
