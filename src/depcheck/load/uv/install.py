"""What `uv sync` builds and installs once everything is locked, and `uv build`.

Source: uv `crates/uv/src/commands/project/sync.rs`, `install_target.rs`, `commands/build_frontend.rs`.
"""

from __future__ import annotations

from collections.abc import Iterable

from depcheck import paths
from depcheck.load import backend, conditions
from depcheck.load.backend import Target
from depcheck.load.backend.findings import license_file, readme_file
from depcheck.load.uv import lowering, package, project, settings
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import NO_NAMES, How, Rules, Walk
from depcheck.load.uv.workspace import Unreadable, Workspace
from depcheck.manifest.pyproject import PyProject, normalise
from depcheck.manifest.uv import DEV
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_MATCHING = "uv_build"  # uv builds it itself, without looking at what the build requires


class Wish(NamedTuple):
    """What an installation is asked for.

    extras, groups: None stands for all of them.
    without:        groups that are left out.
    defaults:       the default groups are installed.
    only:           nothing but groups.
    skip:           `project`, `workspace`, `local`: what is not installed itself.
    skipped:        packages that are not installed.
    dry:            nothing is built, and all of it only said.
    isolated:       a build finds nothing but what it requires.
    """

    extras: frozenset[str] | None = NO_NAMES
    groups: frozenset[str] | None = NO_NAMES
    without: frozenset[str] = NO_NAMES
    defaults: bool = True
    only: bool = False
    skip: frozenset[str] = NO_NAMES
    skipped: frozenset[str] = NO_NAMES
    editable: bool = True
    no_sources: frozenset[str] | None = NO_NAMES
    dry: bool = False
    isolated: bool = True


def chosen_groups(member: Project, wish: Wish) -> frozenset[str]:
    """The groups of a member that are installed."""
    table = {*member.manifest.groups} | ({DEV} if member.uv.dev is not None else set())
    if wish.groups is None:
        return frozenset(table - wish.without)
    groups = set(wish.groups)
    if wish.defaults and not wish.only:
        named = member.uv.groups
        if named is not None:
            groups |= {normalise(group.text) for group in named}
        else:
            groups |= table if member.manifest.tool("uv") and _all_groups(member) else {DEV}
    return frozenset((groups & table) - wish.without)


def _all_groups(member: Project) -> bool:
    return (member.manifest.tool("uv") or {}).get("default-groups") == "all"


def install(
    sources: Sources, walked: Walk, around: Workspace, members: Iterable[Project], wish: Wish
) -> Outcome:
    """Build what is installed of `members` and what they need here."""
    making = _Installation(sources, walked, around, wish)
    for member in members:
        making.member(member)
    if not around.root.name and around.root not in around.members.values():
        making.root_groups()
    making.run()
    return Outcome(tuple(dict.fromkeys(making.faults)), tuple(dict.fromkeys(making.unknowns)))


def reaching_trouble(sources: Sources, walked: Walk, around: Workspace) -> frozenset[str]:
    """The directories of the packages whose installation meets anything: one walk for all members."""
    making = _Installation(sources, walked, around, Wish())
    for member in around.members.values():
        making.member(member)
    making.run()
    incoming: dict[str, set[str]] = {}
    for edges in walked.edges.values():
        for edge in edges:
            incoming.setdefault(edge.path, set()).add(edge.parent)
    for parent, wanted in walked.named:
        for edge in walked.edges.get(wanted.name, ()):
            incoming.setdefault(edge.path, set()).add(parent)
    found: set[str] = set()
    ahead = list(making.troubled)
    while ahead:
        directory = ahead.pop()
        if directory not in found:
            found.add(directory)
            ahead += incoming.get(directory, ())
    return frozenset(found)


class _Installation:
    def __init__(self, sources: Sources, walked: Walk, around: Workspace, wish: Wish) -> None:
        self.sources = sources
        self.walked = walked
        self.around = around
        self.wish = wish
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.troubled: list[str] = []
        self._members = {member.directory: name for name, member in around.members.items()}
        self._current: set[str] = set()
        self._built: set[str] = set()
        self._seen: set[tuple[str, frozenset[str]]] = set()
        self._ahead: list[Wanted] = []

    def member(self, member: Project) -> None:
        found = self.sources.get(package.read, member.directory, self.wish.no_sources)
        self._current.add(member.directory)
        groups = chosen_groups(member, self.wish)
        self._ahead += [one for group in sorted(groups) for one in found.groups.get(group, ())]
        if self.wish.only:
            return
        extras = found.extras if self.wish.extras is None else self.wish.extras & found.extras
        itself = Wanted(Site(member.manifest.path), member.name, extras, editable=True)
        self._directory(member.directory, itself)

    def root_groups(self) -> None:
        found = self.sources.get(package.of_virtual_root, self.around.directory, self.wish.no_sources)
        for group in sorted(chosen_groups(self.around.root, self.wish)):
            self._ahead += found.groups.get(group, ())

    def run(self) -> None:
        while self._ahead:
            wanted = self._ahead.pop()
            if wanted.when != conditions.ALWAYS and not conditions.holds(wanted.when, conditions.HERE):
                continue
            place = self.walked.place(wanted)
            edges = self.walked.edges.get(wanted.name, ())
            if place is None and edges:
                first = edges[0].wanted._replace(extras=wanted.extras)
                self._directory(edges[0].path, first)
            elif place is not None and place.kind == "directory":
                self._directory(place.path, wanted)

    def _directory(self, path: str, wanted: Wanted) -> None:
        key = path, wanted.extras
        found = self.walked.packages.get(path)
        if key in self._seen or found is None or found.refused or found.name not in {"", wanted.name}:
            return
        self._seen.add(key)
        if path not in self._built and not self._skipped(path, wanted):
            self._built.add(path)
            self._build(found.manifest, path, editable=bool(wanted.editable) and self.wish.editable)
        self._ahead += [one for one in found.requires if not one.extra or one.extra in wanted.extras]

    def _skipped(self, path: str, wanted: Wanted) -> bool:
        skip = self.wish.skip
        if "local" in skip or wanted.name in self.wish.skipped:
            return True
        member = self._members.get(path)
        if member is not None:
            if not spaces.is_package(self.around, self.around.members[member]):
                return True
            return "workspace" in skip or ("project" in skip and path in self._current)
        if wanted.editable or wanted.package is not None:
            return not wanted.editable and wanted.package is False
        found = self.sources.get(project.read, path)
        return isinstance(found, Project) and spaces.virtual(found.uv)

    def _build(self, manifest: PyProject | None, path: str, *, editable: bool) -> None:
        if manifest is None or self.wish.dry:
            return
        if self.wish.isolated and (empty := unequipped(self.sources, manifest, self.around.directory)):
            self.faults.append(empty)
            self.troubled.append(path)
            return
        made = self.sources.get(built, path, "editable" if editable else "wheel", self.wish.no_sources)
        self.faults += made.faults
        self.unknowns += made.unknowns
        if made.faults or made.unknowns:
            self.troubled.append(path)


def unequipped(sources: Sources, manifest: PyProject, root: str) -> Fault | None:
    """A build that requires nothing has no backend, unless settings bring one."""
    table, name = manifest.data.get("build-system"), backend.name_of(manifest)
    if manifest.build is None or manifest.build.backend_path or name not in backend.MODULES:
        return None
    if not isinstance(table, dict) or table.get("requires") != []:
        return None
    if settings.find(sources, root).settings.equips:
        return None
    site = Site(manifest.path, ("build-system", "requires"))
    message = f"the build requires nothing, so that its backend `{name}` is not there"
    return Fault("invalid-manifest", site, message, tool="uv")


def built(sources: Sources, directory: str, target: Target, no_sources: frozenset[str] | None) -> Outcome:
    """What building the project in `directory` comes to: what the build itself requires, then the backend."""
    found = sources.get(package.read, directory, no_sources)
    if found.manifest is None:  # only what a build reads of the file stops it
        faults = (
            fault for fault in found.faults if fault.site.route[:1] in {(), ("project",), ("build-system",)}
        )
        return Outcome(tuple(faults), found.unknowns)
    required = requires(sources, found.manifest, no_sources)
    if required.faults:
        return required
    made = backend.build(sources, found.manifest, target)
    return Outcome(made.faults, (*required.unknowns, *made.unknowns))


def requires(sources: Sources, manifest: PyProject, no_sources: frozenset[str] | None) -> Outcome:
    """`build-system.requires`, which has sources as other requirements do."""
    if manifest.build is None or backend.name_of(manifest) == _MATCHING:
        return Outcome()
    around = sources.get(spaces.around, manifest.directory)
    found = sources.get(project.read, manifest.directory)
    if not isinstance(found, Project) or not found.name or not found.uv.managed:
        return Outcome()
    if no_sources is None or around is None:
        return Outcome()
    if isinstance(around, Unreadable):
        return Outcome(around.faults, around.unknowns)
    if around.faults:
        return Outcome(around.faults)
    context = lowering.of_project(sources, found, around)
    wanted, lowered = package.lower_all(context, manifest.build.requires)
    walked = Walk(sources, How(manifest.directory, None, no_sources), Rules())
    walked.run(
        (manifest.directory, one, NO_NAMES) for one in wanted if conditions.holds(one.when, conditions.HERE)
    )
    return Outcome((*lowered.faults, *walked.faults), (*lowered.unknowns, *walked.unknowns))


def distribute(sources: Sources, manifest: PyProject, kinds: tuple[str, ...], wish: Wish) -> Outcome:
    """`uv build`: sdist and wheel from it, or just those of `kinds`."""
    if wish.isolated and (empty := unequipped(sources, manifest, manifest.directory)):
        return Outcome((empty,))
    no_sources = wish.no_sources
    required = requires(sources, manifest, no_sources)
    if required.faults:
        return required
    faults: dict[Fault, None] = {}
    unknowns: dict[str, None] = {}
    for target in kinds or ("sdist", "wheel"):
        made = backend.build(sources, manifest, "sdist" if target == "sdist" else "wheel")
        faults.update(dict.fromkeys(made.faults))
        unknowns.update(dict.fromkeys(made.unknowns))
    if not kinds and not faults:
        faults.update(dict.fromkeys(_left_behind(sources, manifest)))
    return Outcome(tuple(faults), tuple(unknowns))


def _left_behind(sources: Sources, manifest: PyProject) -> list[Fault]:
    """Files outside of the project, which the wheel that is built from the sdist does not find."""
    found = []
    for place in (readme_file(manifest), license_file(manifest)):
        if place is None:
            continue
        site, raw = place
        target = sources.tree.at(manifest.directory, raw)
        if not paths.is_below(target, manifest.directory):
            message = f"`{raw}` leads out of the project, so the wheel that is built from the sdist misses it"
            reference = Reference(site, ".".join(map(str, site.route)), raw, target, "file")
            found.append(Fault("missing-metadata-file", site, message, reference, (), "uv"))
    return found
