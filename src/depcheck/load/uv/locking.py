"""`uv lock`: what a workspace, or a script, has to hold for it.

Source: uv `crates/uv/src/commands/project/lock.rs` (do_lock).
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load.uv import conflicts, lockfile, lowering, package, settings, versions
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.location import Place
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.resolve import NO_NAMES, How, Rules, Walk
from depcheck.load.uv.workspace import Unreadable, Workspace
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources


class Locked(NamedTuple):
    """What came of it; `walked` is None where it did not get so far."""

    outcome: Outcome
    walked: Walk | None = None


def lock(sources: Sources, root: str, cwd: str) -> Outcome:
    """`uv lock` without options, of the workspace whose root is in `root`, run in `cwd`."""
    return resolved(sources, root, cwd).outcome


def resolved(sources: Sources, root: str, cwd: str) -> Locked:
    """The same, with what was walked; only a workspace that speaks of `${PROJECT_ROOT}` asks for `cwd`."""
    made = sources.get(_resolved, root, root)
    if made.walked is not None and made.walked.uses_cwd and cwd != root:
        return sources.get(_resolved, root, cwd)
    return made


def _resolved(sources: Sources, root: str, cwd: str) -> Locked:
    return resolve(sources, root, How(cwd), ())


def resolve(
    sources: Sources, root: str, how: How, links: tuple[str, ...], *, configured: bool = True
) -> Locked:
    """`uv lock` as told by `how`, with `--find-links` and without settings where that is asked for.

    Images run it for one member after another, each time for the whole workspace.
    """
    env = None if how.env is None else tuple(how.env.items())
    return sources.get(_worked_out, root, _Asked(how._replace(env=None), env, links, configured))


class _Asked(NamedTuple):
    """What `resolve` is told, with the variables in a form that can be compared."""

    how: How
    env: tuple[tuple[str, str], ...] | None
    links: tuple[str, ...]
    configured: bool


def _worked_out(sources: Sources, root: str, asked: _Asked) -> Locked:
    env, links = asked.env, asked.links
    how = asked.how._replace(env=None if env is None else dict(env))
    around = sources.get(spaces.of_root, root)
    if isinstance(around, Unreadable):
        return Locked(Outcome(around.faults, around.unknowns))
    found = sources.get(settings.find, root) if asked.configured else settings.NONE
    if found.settings.no_sources:
        how = how._replace(no_sources=None)
    rules, lowered = _rules(sources, around, how)
    walked = Walk(sources, how, rules)
    walked.run(_roots(sources, around, how))
    virtual = None if around.root.name else sources.get(package.of_virtual_root, root, how.no_sources)
    declared = any(one.uv.conflicts for one in (around.root, *around.members.values()))
    given = settings.links(sources, found, how.cwd, links, how.env or {})
    used = frozenset(one.raw for _, one in walked.named if one.site.route[-1:] == ("index",))
    looked_up = [one for _, one in walked.named if one.name not in walked.edges]
    members = frozenset(one.directory for one in around.members.values())
    known = lockfile.from_indexes(sources, root)
    pythons = versions.pythons(around.members)
    forks = conflicts.Forks(walked, pythons)
    later = (
        *settings.indexes(sources, found, used, looks_up=bool(looked_up)),
        *conflicts.check(walked, forks, declared=declared),
        *versions.check(walked, forks),
        *versions.unsupported(walked, forks, pythons),
        *conflicts.unsourced(walked, members, known),
    )
    lock = sources.get(lockfile.read, path_of(root))
    met = (
        *around.faults,
        *spaces.default_groups(around),
        *([lock] if isinstance(lock, Fault) else []),
        *found.faults,
        *lowered.faults,
        *(virtual.faults if virtual is not None else ()),
        *given,
        *walked.faults,
        *later,
    )
    faults = dict.fromkeys(one for one in met if isinstance(one, Fault))
    unknowns = (
        *around.unknowns,
        *found.unknowns,
        *lowered.unknowns,
        *(virtual.unknowns if virtual is not None else ()),
        *walked.unknowns,
        *(one for one in met if isinstance(one, str)),
    )
    return Locked(Outcome(tuple(faults), tuple(dict.fromkeys(unknowns))), walked)


def _rules(sources: Sources, around: Workspace, how: How) -> tuple[Rules, Outcome]:
    """Constraints and overrides count at the root alone, and are lowered as what a build of it requires.

    So the root itself has to be asked for as a member (uv: `BuildRequires::from_workspace`).
    """
    uv = around.root.uv
    if how.no_sources is None:
        return Rules(excluded=uv.excluded), Outcome()
    context = lowering.of_project(sources, around.root, around)._replace(name="")
    constraints, first = package.lower_all(context, uv.constraints)
    overrides, second = package.lower_all(context, uv.overrides)
    _, third = package.lower_all(context, uv.build_constraints)
    outcome = Outcome(
        (*first.faults, *second.faults, *third.faults), (*first.unknowns, *second.unknowns, *third.unknowns)
    )
    return Rules(constraints, overrides, uv.excluded), outcome


def _roots(sources: Sources, around: Workspace, how: How) -> Iterator[tuple[str, Wanted, frozenset[str]]]:
    """Every member with all of its extras and groups, and the groups of a virtual root."""
    for name, member in around.members.items():
        found = sources.get(package.read, member.directory, how.no_sources)
        packaged = spaces.is_package(around, member)
        editable = packaged and around.required.get(name) is not False
        place = Place("directory", member.directory)
        site = Site(member.manifest.path)
        wanted = Wanted(site, name, found.extras, place=place, raw=".", editable=editable, package=packaged)
        yield "", wanted, frozenset(found.groups)
    if not around.root.name:
        virtual = sources.get(package.of_virtual_root, around.directory, how.no_sources)
        for items in virtual.groups.values():
            yield from (("", item, NO_NAMES) for item in items)


def path_of(root: str) -> str:
    """The lock file of the workspace whose root is in `root`."""
    return paths.join(root, lockfile.NAME)
