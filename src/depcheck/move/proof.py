"""A move held against the tree as it was: what loaded loads, what failed fails for the same reasons."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from depcheck import fixtures, images, judging, paths, pipeline
from depcheck.discover import Listing
from depcheck.load.cargo import toolchain, workspace
from depcheck.load.uv import workspace as uv
from depcheck.model import Built, Fault, Judgement, is_worse
from depcheck.move.course import Course
from depcheck.move.plan import Plan
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_WHAT = ("load", "resolve", "build")


class Seen(NamedTuple):
    """What is judged of a tree. members: of the workspace of each manifest."""

    judgements: dict[str, Judgement]
    members: dict[str, frozenset[str]]
    builds: tuple[Built, ...]
    faults: tuple[Fault, ...]


def differences(sources: Sources, listing: Listing, plan: Plan) -> list[str]:
    """What would be judged otherwise after the move, a sentence each; none where it is proved.

    The directory is in the scope, so that it is judged wherever it lies, among fixtures too.
    """
    course = plan.course
    apart = fixtures.apart(sources.tree, listing.manifests, listing.scope)
    judgements, left = judging.judge(sources, listing, apart)
    named = [judgement.manifest for judgement in judgements]
    before = _seen(sources, listing, judgements, left)
    after_sources = Sources(plan.tree)
    after_listing = _moved(listing, course)
    moved = {course.of(path): course.of(folder) for path, folder in left.items()}
    order = [path for path in after_listing.everything if path in {course.of(one) for one in named}]
    after = _seen(after_sources, after_listing, tuple(judging.judge_each(after_sources, order)), moved)
    return list(dict.fromkeys((*_of_loads(course, before, after), *_of_images(course, before, after))))


def _moved(listing: Listing, course: Course) -> Listing:
    listed = sorted(map(course.of, (*listing.everything, *listing.images)))
    after = Listing(listing.root, tuple(listed), tuple(map(course.of, listing.scope)))
    after.has_git = listing.has_git
    after.untracked = frozenset(map(course.of, listing.untracked))
    return after


def _seen(
    sources: Sources, listing: Listing, judgements: tuple[Judgement, ...], left: fixtures.Apart
) -> Seen:
    by_path = {judgement.manifest: judgement for judgement in judgements}
    members = {path: _members(sources, path) for path in by_path}
    if not listing.images:
        return Seen(by_path, members, (), ())
    found = images.examine(sources, listing, pipeline.merge(judgements), None, left)
    faults = tuple(
        one.fault
        for listed in found.findings.values()
        for one in listed
        if one.fault.site.file not in by_path and one.severity != "info"
    )
    return Seen(by_path, members, found.builds, faults)


def _members(sources: Sources, path: str) -> frozenset[str]:
    """The directories of the workspace that a manifest belongs to."""
    if paths.name(path) == "Cargo.toml":
        chosen = toolchain.of(sources, paths.parent(path), os.environ)
        loaded = sources.get(workspace.load, path, chosen)
        return frozenset(map(paths.parent, loaded.members))
    if paths.name(path) == "pyproject.toml":
        found = sources.get(uv.around, paths.parent(path))
        if isinstance(found, uv.Workspace) and found.explicit:
            return frozenset(one.directory for one in found.members.values())
    return frozenset()


def _of_loads(course: Course, before: Seen, after: Seen) -> Iterator[str]:
    """What each manifest would do otherwise; the same reason for several of them is told once."""
    told: dict[str, list[str]] = {}
    for where, reason in _differing(course, before, after):
        told.setdefault(reason, []).append(where)
    for reason, places in told.items():
        others = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        yield f"{places[0]}{others} {reason}"


def _differing(course: Course, before: Seen, after: Seen) -> Iterator[tuple[str, str]]:
    """(manifest, what it would do otherwise)."""
    for path, old in before.judgements.items():
        place = course.of(path)
        new = after.judgements.get(place)
        where = f"`{path}`" if place == path else f"`{path}`, at `{place}`,"
        if new is None:
            yield where, "would not be judged as a manifest"
            continue
        worse = dict.fromkeys(_worse(course, old, new))
        yield from ((where, reason) for reason in worse)
        if worse:
            continue
        members = frozenset(map(course.of, before.members[path]))
        for lost in sorted(members - after.members[place])[:1]:
            yield where, f"would no longer be in a workspace with `{lost or '.'}`"
        for more in sorted(after.members[place] - members)[:1]:
            yield where, f"would be in a workspace with `{more or '.'}`"


def _worse(course: Course, old: Judgement, new: Judgement) -> Iterator[str]:
    """Reasons for which something fails, or is not known, that did not and was."""
    if old.tools != new.tools:
        yield f"would belong to {', '.join(new.tools) or 'no tool'}"
    here = Course(course.root, course.new, course.new)  # paths of the new tree are as they are
    told = set[str]()
    for what, one, other in zip(_WHAT, old.outcomes, new.outcomes, strict=True):
        known = {_mark(course, fault) for fault in one.faults}
        fresh = [fault.message for fault in other.faults if _mark(here, fault) not in known]
        if fresh and fresh[0] not in told:
            told.add(fresh[0])
            yield f"would not {what}: {fresh[0]}"
        elif not fresh and is_worse(other.verdict, one.verdict):
            yield f"would {what} no longer for certain: {next(iter(other.unknowns), other.verdict)}"


def _of_images(course: Course, before: Seen, after: Seen) -> Iterator[str]:
    old = _by_image(before.builds, course)
    new = _by_image(after.builds, Course(course.root, course.new, course.new))
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key, []), new.get(key, [])
        where = f"`{key[0]}`" + (f" (service `{key[1]}`)" if key[1] else "")
        if len(one) != len(other):
            yield f"{where} would have {len(other)} build commands in place of {len(one)}"
            continue
        for was, will in zip(one, other, strict=True):
            if is_worse(will.verdict, was.verdict):
                reason = will.faults[0].message if will.faults else will.because or "for another reason"
                yield f"{where}, line {will.line}: `{will.command[:60]}` {will.verdict}: {reason}"
    known = Counter((fault.rule, course.of(fault.site.file)) for fault in before.faults)
    for fault in after.faults:
        key_of = (fault.rule, fault.site.file)
        known[key_of] -= 1
        if known[key_of] < 0:
            yield f"`{fault.site.file}`: {fault.message}"


def _by_image(builds: Iterable[Built], course: Course) -> dict[tuple[str, str], list[Built]]:
    found: dict[tuple[str, str], list[Built]] = {}
    for built in builds:
        found.setdefault((course.of(built.dockerfile), built.service or ""), []).append(built)
    return found


def _mark(course: Course, fault: Fault) -> tuple[object, ...]:
    """What makes a fault the same one after the move; numbers of items in a list may change."""
    return (
        fault.rule,
        course.of(fault.site.file),
        tuple(key for key in fault.site.route if isinstance(key, str)),
    )
