"""`poetry check` (poetry `console/commands/check.py`; poetry-core `factory.py`, validate with strict).

It looks at the shape, the readme and the lock, never at the path of a dependency or at packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load.poetry import lockfile, project
from depcheck.load.poetry.package import Package
from depcheck.manifest import poetry as dialect
from depcheck.manifest import pyproject
from depcheck.manifest.poetry import Poetry
from depcheck.model import Fault, Outcome, Route, Site
from depcheck.sources import Sources

# Keys of `[tool.poetry]` that `[project]` replaces: old name, whether it is outdated, new name.
_REPLACED = (
    ("name", True, "name"),
    ("version", False, "version"),
    ("description", True, "description"),
    ("readme", False, "readme"),
    ("license", True, "license"),
    ("authors", True, "authors"),
    ("maintainers", True, "maintainers"),
    ("keywords", True, "keywords"),
    ("classifiers", False, "classifiers"),
    ("homepage", True, "urls"),
    ("repository", True, "urls"),
    ("documentation", True, "urls"),
    ("urls", True, "urls"),
    ("plugins", True, "entry-points"),
    ("extras", True, "optional-dependencies"),
)


def check(sources: Sources, read: Package, *, demand_lock: bool, strict: bool) -> Outcome:
    """`poetry check`, with `--lock` and `--strict`."""
    table = sources.get(dialect.read, read.manifest.path)
    if table is None:
        return Outcome()
    faults = [*_readmes(sources, read, table), *_extras(read, table), *_sources(table)]
    path = project.beside(read.manifest, lockfile.NAME)
    found = lockfile.read(sources, path)
    match found:
        case None if demand_lock:
            message = f"there is no `{path}`"
            faults.append(Fault("missing-metadata-file", Site(read.manifest.path), message, tool="poetry"))
        case lockfile.Lock():
            stale = lockfile.stale(read.manifest, found)
            faults += [stale] if stale is not None else []
        case Fault() if demand_lock or found.message.startswith("not valid TOML"):
            faults.append(found)
    if strict:
        faults += _warnings(read, table)
    return Outcome(tuple(faults))


def _readmes(sources: Sources, read: Package, table: Poetry) -> Iterator[Fault]:
    given: list[tuple[Route, object]] = []
    readme = table.table.get("readme")
    route: Route = ("tool", "poetry", "readme")
    if isinstance(readme, list):
        given += [((*route, index), item) for index, item in enumerate(readme)]
    elif readme is not None:
        given.append((route, readme))
    own = read.manifest.project.table.get("readme") if read.manifest.project else None
    if isinstance(own, dict):
        if own.get("file") is not None:
            given.append((("project", "readme", "file"), own["file"]))
    elif own is not None:
        given.append((("project", "readme"), own))
    for where, raw in given:
        if not isinstance(raw, str):
            continue
        site = Site(read.manifest.path, where)
        if not raw:
            yield Fault("missing-metadata-file", site, "the name of the readme is empty", tool="poetry")
            continue
        joined = paths.unresolved(read.directory, raw)
        if not sources.tree.exists(joined):
            target = sources.tree.at(read.directory, raw)
            reference = pyproject.path_reference(target, site, raw, kind="file")
            message = f"`{raw}` leads to `{target}`, which does not exist"
            yield Fault("missing-metadata-file", site, message, reference, tool="poetry")


def _extras(read: Package, table: Poetry) -> Iterator[Fault]:
    known = {pyproject.normalise(constraint.name) for constraint in table.dependencies or ()}
    if table.python is not None:
        known.add("python")
    for extra, names in table.extras.items():
        for name in names:
            if name not in known:
                site = Site(read.manifest.path, ("tool", "poetry", "extras"))
                message = f"the extra `{extra}` names `{name}`, which is no main dependency"
                yield Fault("invalid-manifest", site, message, tool="poetry")
    scripts = table.table.get("scripts")
    for name, script in scripts.items() if isinstance(scripts, dict) else ():
        for extra in pyproject.strings(script.get("extras")) if isinstance(script, dict) else ():
            if extra not in (table.table.get("extras") or {}):
                site = Site(read.manifest.path, ("tool", "poetry", "scripts", name, "extras"))
                message = f"the script `{name}` names the extra `{extra}`, which is not defined"
                yield Fault("invalid-manifest", site, message, tool="poetry")


def _sources(table: Poetry) -> Iterator[Fault]:
    listed = table.table.get("source")
    known = {"PyPI"}
    for source in listed if isinstance(listed, list) else ():
        if isinstance(source, dict) and isinstance(source.get("name"), str):
            known.add(source["name"])
    constraints = [*(table.dependencies or ())]
    for group in table.groups:
        constraints += group.dependencies
    for constraint in constraints:
        if constraint.source and constraint.source.lower() not in {name.lower() for name in known}:
            site = constraint.site._replace(route=(*constraint.site.route, "source"))
            yield Fault("invalid-manifest", site, f"there is no source `{constraint.source}`", tool="poetry")


def _warnings(read: Package, table: Poetry) -> Iterator[Fault]:
    """What only `--strict` refuses."""
    for route, message in _outdated(read, table):
        yield Fault("invalid-manifest", Site(read.manifest.path, route), message, tool="poetry")


def _outdated(read: Package, table: Poetry) -> Iterator[tuple[Route, str]]:
    project_table = read.manifest.project.table if read.manifest.project else {}
    dynamic = read.manifest.project.dynamic if read.manifest.project else frozenset[str]()
    for name, outdated, new in _REPLACED:
        if name in table.table and (new in project_table or outdated or new not in dynamic):
            yield ("tool", "poetry", name), f"`tool.poetry.{name}` stands where `project.{new}` belongs"
    if "dev-dependencies" in table.table:
        yield ("tool", "poetry", "dev-dependencies"), "`dev-dependencies` is outdated"
    scripts = table.table.get("scripts")
    for name, script in scripts.items() if isinstance(scripts, dict) else ():
        if not isinstance(script, dict) or script.get("type") != "file":
            yield ("tool", "poetry", "scripts", name), f"the script `{name}` belongs in `project.scripts`"
    if read.manifest.project is None:
        return
    if isinstance(project_table.get("license"), dict):
        yield ("project", "license"), "`project.license` is outdated as a table"
    if "dependencies" in table.table and not ({"dependencies"} & (set(project_table) | dynamic)):
        yield ("tool", "poetry", "dependencies"), "`project.dependencies` is neither given nor dynamic"
    if table.python is not None and not ({"requires-python"} & (set(project_table) | dynamic)):
        yield (
            ("tool", "poetry", "dependencies", "python"),
            "`project.requires-python` is neither given nor dynamic",
        )
