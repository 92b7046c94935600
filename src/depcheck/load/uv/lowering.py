"""From a requirement and `[tool.uv.sources]` to where uv takes a package from.

Source: uv `uv-distribution/src/metadata/lowering.rs`, `requires_dist.rs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.load.uv import location, project
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.location import Place
from depcheck.load.uv.project import MANIFEST, Project
from depcheck.load.uv.workspace import Unreadable, Workspace
from depcheck.manifest.pyproject import Requirement, route_text
from depcheck.manifest.uv import Source
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_SHOWN = 6  # patterns of members that a note names


class Wanted(NamedTuple):
    """A requirement with its source.

    place:     None: any index, or whatever else supplies the name.
    url:       a URL of the requirement itself, which is worked out where uv runs.
    editable:  None: either will do.
    extra:     the extra of the declaring project that it belongs to, or nothing.
    when:      its marker and the source's.
    """

    site: Site
    name: str
    extras: frozenset[str] = frozenset()
    specifier: str = ""
    place: Place | None = None
    url: str = ""
    raw: str = ""
    editable: bool | None = None
    package: bool | None = None
    extra: str = ""
    when: Condition = ALWAYS

    def reference(self, target: str = "") -> Reference:
        """The path that leads there."""
        there = target or (self.place.path if self.place is not None else "")
        return Reference(self.site, route_text(self.site.route), self.raw, there, "package", self.name)


class Context(NamedTuple):
    """Who asks: a project in its workspace (no workspace: a script)."""

    sources: Sources
    directory: str
    name: str
    own: Mapping[str, tuple[Source, ...]]
    indexes: frozenset[str]
    workspace: Workspace | None


def of_project(sources: Sources, found: Project, around: Workspace) -> Context:
    """The context of a project's own requirements."""
    indexes = found.uv.indexes | (around.root.uv.indexes if around.explicit else frozenset())
    return Context(sources, found.directory, found.name, found.uv.sources, indexes, around)


def lower(
    context: Context, item: Requirement, *, extra: str = "", group: str = ""
) -> Iterator[Wanted | Fault | str]:
    """What uv makes of `item`: wanted packages, faults, and why something cannot be known."""
    plain = _plain(item, extra)
    if isinstance(plain, Fault):
        yield plain
        return
    listed, from_root = context.own.get(item.name), False
    around = context.workspace
    if listed is None and around is not None:
        listed, from_root = around.sources.get(item.name), True
    applying = None
    if listed is not None:
        applying = [one for one in listed if one.extra in {"", extra} and one.group in {"", group}]
    if around is not None and item.name in around.members and item.name != context.name:
        fault = _member_without_workspace(item, applying)
        if fault is not None:
            yield fault
            return
    if applying is None:
        yield plain
        return
    if not _covered(applying, plain.when):
        yield plain
    for one in applying:
        when = _both(plain.when, project.marker(one.marker) or ALWAYS)
        found = _from_source(context, plain, one, from_root)
        if not isinstance(found, Wanted):
            yield found
        elif when == ALWAYS or conditions.together(when) is not False:
            yield found._replace(when=when)


def _both(one: Condition, other: Condition) -> Condition:
    return other if one == ALWAYS else one if other == ALWAYS else conditions.All((one, other))


def _covered(listed: list[Source], when: Condition) -> bool:
    """Whether some source applies wherever the requirement does."""
    if any(not source.marker for source in listed):
        return True
    markers = tuple(project.marker(source.marker) or ALWAYS for source in listed)
    return bool(markers) and conditions.covers(conditions.Some(markers), when) is True


def _plain(item: Requirement, extra: str) -> Wanted | Fault:
    when = project.marker(item.marker)
    raw = item.url if item.url and item.url in item.text else item.text
    site = item.site if item.site.within else item.site._replace(within=raw)
    if when is None:
        return Fault("invalid-manifest", site, f"`{item.marker}` is no valid marker", tool="uv")
    return Wanted(
        site,
        item.name,
        frozenset(item.extras),
        item.specifier,
        url=item.url,
        raw=raw,
        extra=extra,
        when=when,
    )


def _member_without_workspace(item: Requirement, listed: list[Source] | None) -> Fault | None:
    """A member of the workspace has to be asked for as one."""
    if listed is None:
        site = item.site if item.site.within else item.site._replace(within=item.text)
        reference = Reference(site, route_text(site.route), item.text, "", "package", item.name)
        message = f"`{item.name}` is a member of the workspace and has no entry in `tool.uv.sources`"
        note = f"write `{item.name} = {{ workspace = true }}` under `[tool.uv.sources]`"
        return Fault("invalid-manifest", site, message, reference, (note,), "uv")
    for source in listed:
        if source.kind != "workspace" or source.value is not True:
            raw = str(source.value)
            reference = Reference(source.site, route_text(source.site.route), raw, "", "package", item.name)
            message = f"`{item.name}` is a member of the workspace, and its source is not `workspace = true`"
            return Fault("invalid-manifest", source.site, message, reference, (), "uv")
    return None


def _from_source(context: Context, plain: Wanted, source: Source, from_root: bool) -> Wanted | Fault | str:
    around = context.workspace
    base = around.directory if from_root and around is not None else context.directory
    raw = str(source.value)
    wanted = plain._replace(site=source.site, url="", raw=raw, specifier="", package=source.package)
    match source.kind, source.value:
        case (("git" | "url"), _):
            return _remote(wanted, source)
        case "index", name:
            if name in context.indexes:
                return plain._replace(url="", raw=raw, site=source.site)
            reference = Reference(source.site, route_text(source.site.route), raw, "", "path", plain.name)
            message = f"the index `{name}` is not declared under `[[tool.uv.index]]`"
            return Fault("invalid-manifest", source.site, message, reference, (), "uv")
        case "path", _:
            return _by_path(context, wanted, base, source)
        case _, bool(value):
            return _by_workspace(context, wanted, value)
    return _by_other_workspace(context, wanted, base, source)


def _remote(wanted: Wanted, source: Source) -> Wanted | Fault:
    if source.inside and not source.inside.lower().endswith(location.ARCHIVES):
        message = f"`path` beside `git` is that of an archive, and `{source.inside}` is none by its name"
        site = source.site._replace(route=(*source.site.route[:-1], "path"))
        return Fault("invalid-manifest", site, message, tool="uv")
    return wanted._replace(place=Place("remote"))


def _by_path(context: Context, wanted: Wanted, base: str, source: Source) -> Wanted | Fault:
    tree = context.sources.tree
    place = location.of_path(tree, base, wanted.raw)
    found = wanted._replace(place=place, editable=source.editable is True)
    if place.kind == "invalid":
        shown = f"`{wanted.raw}` leads to `{place.path}`, which"
        if not tree.exists(place.path):
            note = "uv takes the part after the dot for the ending of an archive"
            return Fault(
                "missing-path", found.site, f"{shown} does not exist", found.reference(), (note,), "uv"
            )
        return Fault("not-a-package", found.site, f"{shown} {place.why}", found.reference(), (), "uv")
    if place.kind == "archive" and (source.editable or source.package):
        key = "editable" if source.editable else "package"
        message = f"`{wanted.raw}` is an archive, and `{key} = true` asks for a directory"
        rule = "not-a-package" if tree.exists(place.path) else "missing-path"
        return Fault(rule, found.site, message, found.reference(), (), "uv")
    return found


def _by_workspace(context: Context, wanted: Wanted, value: bool) -> Wanted | Fault | str:
    around = context.workspace
    reference = Reference(
        wanted.site, route_text(wanted.site.route), wanted.name, "", "workspace", wanted.name
    )
    if not value or around is None:
        message = "`workspace = false` is not supported" if around else "a script has no workspace"
        return Fault("invalid-manifest", wanted.site, message, reference, (), "uv")
    member = around.members.get(wanted.name)
    if member is None:
        if wanted.name in around.lost:
            return ""
        root = paths.join(around.directory, MANIFEST)
        what = f"the workspace of `{root}`" if around.explicit else f"any workspace: `{root}` stands alone"
        message = f"`{wanted.name}` is not a member of {what}"
        reference = reference._replace(target=around.directory)
        return Fault("missing-member", wanted.site, message, reference, _members(around), "uv")
    packaged = spaces.is_package(around, member)
    editable = around.required.get(wanted.name)
    return wanted._replace(
        place=Place("directory", member.directory),
        editable=packaged and editable is not False,
        package=packaged,
    )


def _members(around: Workspace) -> tuple[str, ...]:
    """A note on what makes a package a member."""
    if not around.explicit:
        return ()
    path = around.root.manifest.path
    listed = [pattern.text for pattern in around.root.uv.members or ()]
    shown = ", ".join(f"`{text}`" for text in listed[:_SHOWN])
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return (
        f"its members are what `tool.uv.workspace.members` of `{path}` matches: {shown or 'nothing'}{more}",
    )


def _by_other_workspace(  # noqa: PLR0911 (one return for each way it can fail)
    context: Context, wanted: Wanted, base: str, source: Source
) -> Wanted | Fault | str:
    """`workspace = "../w"`: a member of another workspace."""
    sources = context.sources
    target = sources.tree.at(base, wanted.raw)
    reference = Reference(
        wanted.site, route_text(wanted.site.route), wanted.raw, target, "workspace", wanted.name
    )
    if paths.is_outside(target) and sources.tree.exists(target):
        return f"`{target}` lies outside the repository"
    start = next((d for d in paths.ancestors(target) if sources.get(project.read, d) is not None), None)
    nearest = sources.get(project.read, start) if start is not None else None
    found = sources.get(spaces.around, start) if start is not None else None
    shown = f"`{wanted.raw}` leads to `{target or '.'}`"
    if isinstance(nearest, Project) and not nearest.uv.managed:
        message = f"{shown}, but uv does not manage the project there"
        note = f"`{nearest.manifest.path}` says `managed = false`"
        return Fault("missing-workspace-root", wanted.site, message, reference, (note,), "uv")
    if isinstance(found, Unreadable):
        if found.unknowns:
            return found.unknowns[0]
        message = f"{shown}, and the workspace there cannot be read"
        note = found.faults[0].message
        return Fault("missing-workspace-root", wanted.site, message, reference, (note,), "uv")
    if found is None or found.directory != target:
        there = (
            "there is no workspace"
            if found is None
            else f"the workspace is that of `{found.directory or '.'}`"
        )
        message = f"{shown}, but {there}"
        return Fault("missing-workspace-root", wanted.site, message, reference, (), "uv")
    if found.faults:
        message = f"{shown}, and the workspace there cannot be read"
        return Fault(
            "missing-workspace-root", wanted.site, message, reference, (found.faults[0].message,), "uv"
        )
    member = found.members.get(wanted.name)
    if member is None:
        message = f"{shown}, a workspace without a member `{wanted.name}`"
        return Fault("missing-member", wanted.site, message, reference, _members(found), "uv")
    packaged = member.uv.is_package(require_build_system=False)
    return wanted._replace(
        place=Place("directory", member.directory),
        editable=packaged and source.editable is not False,
        package=packaged,
    )
