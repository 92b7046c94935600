"""uv: what its commands load, and where they fail.

`project` reads one pyproject.toml, `workspace` finds its members, `lowering` turns requirements into
places, `package` makes metadata, `resolve` follows paths, `conflicts` compares them, `locking` puts it
together, `install` builds, `plain` knows where there is nothing to find.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load import backend, conditions
from depcheck.load.tool import Judged
from depcheck.load.uv import command, install, location, locking, package, plain, project, settings
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.lockfile import NAME as LOCK
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import NO_NAMES
from depcheck.load.uv.workspace import Unreadable, Workspace
from depcheck.manifest.pyproject import PyProject, Requirement, route_text
from depcheck.manifest.uv import Source
from depcheck.model import Fault, Outcome, Reference
from depcheck.sources import Sources

NAME = "uv"
NAMES = ("uv",)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `uv WORDS` does in `cwd`. Raises UsageError."""
    return command.run(sources, cwd, words, env)


def owns(sources: Sources, manifest: PyProject) -> bool:
    """Whether uv manages the project: its table, lock, settings or backend, or a workspace around it."""
    table = manifest.tool("uv")
    if table is not None and set(table) - {"build-backend", "pip", "cache-keys"}:
        return table.get("managed") is not False
    if any(sources.tree.is_file(paths.join(manifest.directory, name)) for name in (LOCK, settings.UV_TOML)):
        return True
    if manifest.build is not None and (manifest.build.backend or "") == "uv_build":
        return True
    above = sources.get(spaces.enclosing, manifest.directory)
    return isinstance(above, str) or (isinstance(above, Unreadable) and above.is_root)


def judge(sources: Sources, manifest: PyProject) -> Judged:
    """Reading the workspace, `uv lock`, then `uv sync`, with `manifest` as the current one."""
    around = sources.get(spaces.around, manifest.directory)
    if around is None or isinstance(around, Unreadable):
        faults, unknowns = (around.faults, around.unknowns) if around is not None else ((), ())
        broken = Outcome(faults, unknowns)
        return Judged(broken, broken)
    current = sources.get(project.read, manifest.directory)
    if isinstance(current, Project) and (faults := project.unmanaged(current)):
        return Judged(Outcome(faults), Outcome(faults))
    configured = sources.get(settings.find, around.directory)
    loads = Outcome((*around.faults, *configured.faults), around.unknowns)
    if plain.is_plain(sources, around):
        return Judged(loads, Outcome(latent=tuple(_dormant(sources, manifest, around))), Outcome())
    locked = locking.resolved(sources, around.directory, manifest.directory)
    resolves = locked.outcome._replace(latent=tuple(_dormant(sources, manifest, around)))
    builds = Outcome()
    if locked.walked is not None and isinstance(current, Project):
        members = [current] if current.name else list(around.members.values())
        if not current.name or current.directory in sources.get(_trouble, around.directory):
            builds = install.install(sources, locked.walked, around, members, install.Wish())
    return Judged(loads, resolves, builds)


def _trouble(sources: Sources, root: str) -> frozenset[str]:
    """Which members `uv sync` is worth looking at for: in a large workspace, few."""
    around = sources.get(spaces.of_root, root)
    walked = locking.resolved(sources, root, root).walked
    if walked is None or isinstance(around, Unreadable):
        return NO_NAMES
    return install.reaching_trouble(sources, walked, around)


def _dormant(sources: Sources, manifest: PyProject, around: Workspace) -> Iterator[Fault]:
    """Sources that nothing asks for, and that would lead nowhere."""
    current = sources.get(project.read, manifest.directory)
    if not isinstance(current, Project):
        return
    asking: tuple[Project, ...] = (current,)
    if around.directory == manifest.directory:
        asking = (current, *around.members.values())
    asked = frozenset[str]().union(*map(_names, asking)) if current.uv.sources else NO_NAMES
    for name, listed in current.uv.sources.items():
        for source in listed:
            if name not in asked and (fact := _leads_nowhere(sources, around, current, name, source)):
                made = [sources.get(package.read, one.directory, NO_NAMES) for one in asking]
                if any(wanted.name == name for one in made for wanted in one.requires):
                    continue  # what a setup.py lists: the resolution speaks of it
                raw = name if source.value is True else str(source.value)
                reference = _reference(sources, current, name, source)._replace(raw=raw)
                computed = next((one.manifest.path for one in asking if _is_computed(one)), "")
                use, note = "nothing asks for it", "uv does not look at a source that no requirement names"
                if computed:
                    use = "whether anything asks for it is not known"
                    note = f"the dependencies of `{computed}` are dynamic"
                message = f"the source of `{name}` leads to {fact}; {use}"
                yield Fault("dormant-path", source.site, message, reference, (note,), NAME)


def _is_computed(member: Project) -> bool:
    """Whether the build backend says what the project asks for."""
    declared = member.manifest.project
    return declared is not None and bool({"dependencies", "optional-dependencies"} & declared.dynamic)


def _names(member: Project) -> frozenset[str]:
    manifest, uv = member.manifest, member.uv
    listed = [*(uv.dev or ()), *uv.constraints, *uv.overrides, *uv.build_constraints]
    if manifest.project is not None:
        listed += manifest.project.dependencies
        listed += (item for items in manifest.project.optional.values() for item in items)
    listed += (item for group in manifest.groups.values() for item in group if isinstance(item, Requirement))
    listed += manifest.build.requires if manifest.build is not None else ()
    return frozenset(item.name for item in listed)


def _leads_nowhere(sources: Sources, around: Workspace, current: Project, name: str, source: Source) -> str:
    if source.kind == "workspace" and source.value is True:
        return "" if name in around.members or name in around.lost else "no member of the workspace"
    if source.kind not in {"path", "workspace"} or source.value is False:
        return ""
    target = sources.tree.at(current.directory, str(source.value))
    return "" if sources.tree.exists(target) else f"`{target}`, which does not exist"


def _reference(sources: Sources, current: Project, name: str, source: Source) -> Reference:
    key = route_text(source.site.route)
    raw = str(source.value)
    if source.kind == "workspace" and source.value is True:
        return Reference(source.site, key, name, "", "workspace", name)
    kind = "package" if source.kind == "path" else "workspace"
    return Reference(source.site, key, raw, sources.tree.at(current.directory, raw), kind, name)  # type: ignore[arg-type]


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """Every path of sources, members, direct URLs and links, and what the backend is told to use."""
    current = sources.get(project.read, manifest.directory)
    found = list(backend.references(sources, manifest))
    if not isinstance(current, Project):
        return tuple(found)
    for name, listed in current.uv.sources.items():
        found += [
            _reference(sources, current, name, source)
            for source in listed
            if source.kind == "path" or (source.kind == "workspace" and isinstance(source.value, str))
        ]
    found += _taken(sources, current)
    for pattern in current.uv.members or ():
        key = route_text(pattern.site.route)
        kind = "glob" if any(char in pattern.text for char in "*?[") else "member"
        target = sources.tree.at(manifest.directory, pattern.text)
        found.append(Reference(pattern.site, key, pattern.text, target, kind))  # type: ignore[arg-type]
    found += _urls(sources, current)
    return tuple(found)


def _taken(sources: Sources, current: Project) -> Iterator[Reference]:
    """The members that sources take from the workspace, each where it lies."""
    around = sources.get(spaces.around, current.directory)
    if not isinstance(around, Workspace):
        return
    for name, listed in current.uv.sources.items():
        member = around.members.get(name)
        if member is not None and member is not current:
            for source in listed:
                if source.kind == "workspace" and source.value is True:
                    yield _reference(sources, current, name, source)._replace(target=member.directory)


def _urls(sources: Sources, current: Project) -> Iterator[Reference]:
    made = sources.get(package.read, current.directory, NO_NAMES)
    for wanted in (*made.requires, *(one for group in made.groups.values() for one in group)):
        if wanted.url:
            place = location.of_url(sources.tree, current.directory, wanted.url, None)
            if not isinstance(place, str) and place.path and conditions.together(wanted.when) is not False:
                yield wanted.reference(place.path)
