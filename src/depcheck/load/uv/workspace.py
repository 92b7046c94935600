"""Which workspace a project belongs to, and its members.

Source: uv `uv-workspace/src/workspace.rs` (find_workspace, collect_members_only,
collect_required_members); where the recorded runs differ from it, they decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from posixpath import normpath

from depcheck import paths
from depcheck.load import globs
from depcheck.load.uv import project
from depcheck.load.uv.project import MANIFEST, Project, Refused
from depcheck.manifest import gitignore, pyproject, toml
from depcheck.manifest.pyproject import normalise, route_text
from depcheck.manifest.uv import Named, Source, Uv
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree


class Workspace(NamedTuple):
    """A root with its members; a project that stands alone is a workspace of one.

    root:     the project at the root (without a name: a virtual root).
    explicit: there is a `[tool.uv.workspace]`, so the root's sources hold for all.
    members:  by normalised name, the root among them where it is a project.
    required: members that some entry of `[tool.uv.sources]` takes from the workspace, and whether
              it says `editable`.
    lost:     names of directories that were to be members and cannot be read: what is missing
              under such a name is missing because of that.
    faults:   what keeps uv from reading the workspace.
    tolerated: those of them that `--frozen` does not mind: members that are not there.
    """

    root: Project
    explicit: bool
    members: Mapping[str, Project]
    required: Mapping[str, bool | None]
    lost: frozenset[str]
    faults: tuple[Fault, ...]
    tolerated: frozenset[Fault]
    unknowns: tuple[str, ...]

    @property
    def sources(self) -> Mapping[str, tuple[Source, ...]]:
        """The sources that hold for every member which has none of its own."""
        return self.root.uv.sources if self.explicit else {}

    @property
    def directory(self) -> str:
        """Where the root is."""
        return self.root.directory


class Unreadable(NamedTuple):
    """There is no saying which workspace it is. is_root: the faults are those of what is meant as root."""

    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()
    is_root: bool = False


def around(sources: Sources, directory: str) -> Workspace | Unreadable | None:
    """The workspace of the project in `directory`; None where it holds no pyproject.toml."""
    found = sources.get(project.read, directory)
    match found:
        case None:
            return None
        case Refused(faults):
            return Unreadable(faults)
        case toml.Unknown(_, because):
            return Unreadable(unknowns=(because,))
    if found.uv.members is not None or not found.name:
        return sources.get(of_root, directory)
    above = sources.get(enclosing, directory)
    if isinstance(above, Unreadable):
        return above
    return sources.get(of_root, directory if above is None else above)


def enclosing(sources: Sources, directory: str) -> str | Unreadable | None:
    """The root of the workspace above that lists `directory`: the first pyproject.toml above decides."""
    for above in paths.ancestors(directory)[1:]:
        found = sources.get(project.read, above)
        match found:
            case None:
                continue
            case toml.Unknown(_, because):
                return Unreadable(unknowns=(because,))
            case Refused(faults) if sources.get(pyproject.is_meant_as_root, paths.join(above, MANIFEST)):
                return Unreadable(faults, is_root=True)
            case Refused(faults):
                return Unreadable((_search_fails(directory, above, faults[0]),))
        written = paths.relative(directory, above)
        listed = (
            found.uv.members is not None
            and any(_includes(sources.tree, pattern.text, above, directory) for pattern in found.uv.members)
            and not any(_excludes(pattern.text, written) for pattern in found.uv.exclude)
        )
        return above if listed else None
    return None


def _search_fails(directory: str, above: str, fault: Fault) -> Fault:
    site = Site(paths.join(directory, MANIFEST))
    target = paths.join(above, MANIFEST)
    raw = paths.relative(target, directory)
    reference = Reference(site, "(upward search)", raw, target, "workspace")
    message = f"uv looks for a workspace above the project and cannot read `{target}`"
    return Fault("missing-workspace-root", site, message, reference, (f"`{target}`: {fault.message}",), "uv")


def _includes(tree: Tree, pattern: str, root: str, directory: str) -> bool:
    """Whether a pattern of `members` hits a directory below the root, component by component."""
    if pattern.startswith("/"):
        pattern = paths.relative(paths.inside(tree.root, normpath(pattern)), root)
    parts = [part for part in normpath(pattern).split("/") if part not in ("", ".")]
    if not paths.is_below(directory, root):
        return False
    names = [part for part in paths.relative(directory, root).split("/") if part != "."]
    return not names if not parts else len(names) in globs.matches(parts, names)


def _excludes(pattern: str, written: str) -> bool:
    """Whether a pattern of `exclude` hits a path from the root: here `*` matches `/` too."""
    if pattern.startswith("/") or written.startswith("/"):
        return False
    return globs.compile_crossing(normpath(pattern)).fullmatch(written) is not None


def _written(tree: Tree, root: str, pattern: str, hit: str) -> str:
    """The path of a hit from the root, as the pattern spells it.

    uv compares paths without following a `..` in them: to it `o` and `o/../o` are two directories.
    """
    if pattern.startswith("/"):
        return paths.relative(hit, root) if paths.is_below(hit, root) else f"/{hit}"
    parts = pattern.split("/")
    above = [*takewhile(lambda part: part == "..", parts)]
    rest = paths.relative(hit, tree.at(root, "/".join(above)) if above else root)
    return "/".join(above if above and rest == "." else [*above, rest])


def of_root(sources: Sources, directory: str) -> Workspace | Unreadable:
    """The workspace whose root is in `directory`, which holds a pyproject.toml that uv can read."""
    root = sources.get(project.read, directory)
    if not isinstance(root, Project):
        return Unreadable()
    collected = _Collection(sources, root)
    for pattern in root.uv.members or ():
        collected.pattern(pattern)
    collected.nested()
    required = _required(collected, root)
    return Workspace(
        root,
        root.uv.members is not None,
        collected.members,
        required,
        frozenset(collected.lost),
        tuple(collected.faults),
        frozenset(collected.tolerated),
        tuple(collected.unknowns),
    )


class _Collection:
    """The members of one root as they are found."""

    def __init__(self, sources: Sources, root: Project) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.root = root
        self.members: dict[str, Project] = {root.name: root} if root.name else {}
        self.seen = {"."} if root.name else set[str]()
        self.lost: set[str] = set()
        self.faults: list[Fault] = []
        self.tolerated: list[Fault] = []
        self.unknowns: list[str] = []

    def pattern(self, pattern: Named) -> None:
        text = normpath(pattern.text) if pattern.text else "."
        try:
            hits = globs.expand(self.tree, self.root.directory, text, escaped=True)
        except globs.EndlessError:
            self.unknowns.append(f"the pattern `{text}` matches too many places to look at all")
            return
        for hit in hits:
            written = _written(self.tree, self.root.directory, text, hit)
            if written not in self.seen:
                self.seen.add(written)
                if not any(_excludes(other.text, written) for other in self.root.uv.exclude):
                    self._member(pattern, hit)

    def _member(self, pattern: Named, directory: str) -> None:
        if paths.is_outside(directory):
            self.unknowns.append(f"the member `{directory}` lies outside the repository")
            self.lost.add(normalise(paths.name(directory)))
            return
        found = self.sources.get(project.read, directory)
        match found:
            case None:
                self._without_manifest(pattern, directory)
            case toml.Unknown(_, because):
                self.unknowns.append(because)
                self.lost.add(normalise(paths.name(directory)))
            case Refused(faults):
                place = faults[0].site
                where = f"{place.file}:{place.line}" if place.line else place.file
                note = f"`{where}`: {faults[0].message}"
                self._fault("invalid-manifest", pattern, directory, "cannot be read by uv", note)
            case Project() if not found.uv.managed:
                return
            case Project() if not found.name:
                self._fault("not-a-package", pattern, directory, "holds a pyproject.toml without `[project]`")
            case Project():
                self._add(pattern, found)

    def _add(self, pattern: Named, found: Project) -> None:
        other = self.members.get(found.name)
        if other is None:
            self.members[found.name] = found
        else:
            message = f"holds `{found.name}`, and so does `{other.directory or '.'}`"
            if other.directory == found.directory:
                message = "is a member already, by another path"
            note = f"uv says: Two workspace members are both named `{found.name}`"
            self._fault("duplicate-package", pattern, found.directory, message, note)

    def _without_manifest(self, pattern: Named, directory: str) -> None:
        """What a pattern may hit without harm (uv: collect_members_only)."""
        kind = self.tree.kind(directory)
        if kind is Kind.MISSING:
            self._fault("missing-member", pattern, directory, "is a link that leads nowhere")
            self.tolerated.append(self.faults[-1])
        elif kind is Kind.UNKNOWN:
            self.unknowns.append(f"what stands at `{directory}` cannot be known")
        elif kind is Kind.DIR and not paths.name(directory).startswith("."):
            if self.tree.exists(paths.join(directory, MANIFEST)):
                self._fault("invalid-manifest", pattern, directory, "holds a pyproject.toml that is no file")
            elif not gitignore.holds_only_ignored(self.sources, directory):
                note = (
                    "uv passes over a directory only if it is hidden, empty, or all of it is ignored by git"
                )
                self._fault("not-a-package", pattern, directory, "holds no pyproject.toml", note)
                self.tolerated.append(self.faults[-1])

    def nested(self) -> None:
        for member in self.members.values():
            if member.uv.members is not None and member is not self.root:
                site = Site(member.manifest.path, ("tool", "uv", "workspace"))
                message = "a member of a workspace cannot be a workspace root itself"
                reference = Reference(site, route_text(site.route), ".", self.root.directory, "workspace")
                self.faults.append(Fault("invalid-manifest", site, message, reference, (), "uv"))

    def _fault(self, rule: str, pattern: Named, directory: str, what: str, *notes: str) -> None:
        self.lost.add(normalise(paths.name(directory)))
        reference = Reference(pattern.site, route_text(pattern.site.route), pattern.text, directory, "member")
        message = f"`{pattern.text}` matches `{directory or '.'}`, which {what}"
        self.faults.append(Fault(rule, pattern.site, message, reference, notes, "uv"))


def _required(collected: _Collection, root: Project) -> dict[str, bool | None]:
    """Members that are taken from the workspace, used or not (uv: collect_required_members).

    In the order of the members' names each entry is compared with the one before, and takes its place.
    """
    found: dict[str, bool | None] = {}
    tables = [(root.name, root.uv.sources)] if root.uv.members is not None else []
    tables += [(name, member.uv.sources) for name, member in sorted(collected.members.items())]
    for owner, table in tables:
        for name, listed in table.items():
            for source in listed:
                if name == owner or source.kind != "workspace" or source.value is not True:
                    continue
                before = found.get(name)
                if before is not None and source.editable is not None and before != source.editable:
                    message = f"the member `{name}` is wanted both with and without `editable`"
                    site = source.site._replace(route=(*source.site.route[:-1], "editable"))
                    collected.faults.append(Fault("invalid-manifest", site, message, tool="uv"))
                found[name] = source.editable
    return found


def default_groups(workspace: Workspace) -> Iterator[Fault]:
    """`default-groups` has to name groups that are there, in every member."""
    every = [*workspace.members.values(), *(() if workspace.root.name else (workspace.root,))]
    for member, group in ((one, group) for one in every for group in one.uv.groups or ()):
        if normalise(group.text) not in member.manifest.groups:
            reference = Reference(group.site, route_text(group.site.route), group.text, "", "path")
            message = f"the default group `{group.text}` is not defined"
            yield Fault("invalid-manifest", group.site, message, reference, (), "uv")


def is_package(workspace: Workspace, member: Project) -> bool:
    """Whether a member is built and installed, and not only what it depends on."""
    return member.uv.is_package(require_build_system=member.name not in workspace.required)


def virtual(uv: Uv) -> bool:
    """Whether a path dependency is only what it depends on."""
    return not uv.is_package(require_build_system=False)
