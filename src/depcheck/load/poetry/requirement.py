"""What a dependency of a Poetry project asks for, whichever way it is written.

Sources: poetry-core `factory.py` (create_dependency), `packages/dependency.py` (create_from_pep_508),
`packages/path_dependency.py`, `version/requirements.py`.
"""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, All, Condition
from depcheck.manifest import pyproject
from depcheck.manifest.poetry import Constraint
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree

_EXTRA_TEST = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


class Origin(NamedTuple):
    """Where a direct dependency comes from.

    target:   canonical path, links followed as Poetry follows them.
    identity: the absolute path that Poetry compares two sources by; a URL for what is elsewhere.
    archive:  it is taken for a file, not a directory.
    local:    a path; what is elsewhere is not looked at.
    """

    target: str
    identity: str
    archive: bool = False
    local: bool = True


class Wanted(NamedTuple):
    """One requirement. `name` is normalised; `origin` None for a package of an index."""

    site: Site
    name: str
    origin: Origin | None
    reference: Reference | None
    extras: frozenset[str] = frozenset()
    optional: bool = False
    in_extras: frozenset[str] = frozenset()
    when: Condition = ALWAYS
    develop: bool = False
    version: str = "*"


def from_constraint(sources: Sources, directory: str, constraint: Constraint) -> Wanted:
    """A constraint of `[tool.poetry]`; `directory` is the project's, real."""
    tree = sources.tree
    origin: Origin | None = None
    reference: Reference | None = None
    raw = constraint.file or constraint.path
    if constraint.elsewhere:
        origin = Origin("", constraint.name, local=False)
    elif raw:
        key = "file" if constraint.file else "path"
        site = constraint.site._replace(route=(*constraint.site.route, key))
        archive = bool(constraint.file) or tree.is_file(paths.unresolved(directory, raw))
        inner = raw if archive or not constraint.subdirectory else f"{raw}/{constraint.subdirectory}"
        origin = local_origin(tree, directory, inner, archive=archive)
        reference = pyproject.path_reference(
            origin.target, site, raw, constraint.name, "file" if constraint.file else "package"
        )
    return Wanted(
        constraint.site,
        pyproject.normalise(constraint.name),
        origin,
        reference,
        frozenset(constraint.extras),
        constraint.optional and not constraint.file,  # create_dependency forgets it for `file`
        frozenset(),
        _when(constraint),
        constraint.develop,
        constraint.version,
    )


def _when(constraint: Constraint) -> Condition:
    parts: list[Condition] = []
    if constraint.markers and (marker := conditions.marker(constraint.markers)) is not None:
        parts.append(marker)
    if constraint.python and (python := conditions.python_range(constraint.python)) is not None:
        parts.append(python)
    if constraint.platform:
        parts.append(conditions.platform(constraint.platform))
    return All(tuple(parts))


def is_url(text: str) -> bool:
    """Whether Poetry takes `text` for the `url` of a dependency (`url_dependency.py`)."""
    if ":" not in text:
        return False
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def local_origin(tree: Tree, directory: str, raw: str, *, archive: bool) -> Origin:
    """The origin that the path `raw` names: relative ones are resolved, absolute ones kept."""
    if raw.startswith("/"):
        identity = "/" + "/".join(part for part in raw.split("/") if part not in ("", "."))
        return Origin(tree.at("", raw) if ".." not in raw.split("/") else raw, identity, archive)
    target = tree.resolve(paths.unresolved(directory, raw))
    return Origin(target, target if paths.is_outside(target) else _absolute(tree.root, target), archive)


def _absolute(root: str, target: str) -> str:
    return f"{'' if root == '/' else root}/{target}".rstrip("/")


def from_pep508(
    sources: Sources, directory: str, requirement: pyproject.Requirement, extra: str = ""
) -> Wanted | Fault:
    """A PEP 508 requirement, of the extra `extra` where it is given."""
    origin: Origin | None = None
    reference: Reference | None = None
    if requirement.url:
        found = _url_origin(sources.tree, directory, requirement)
        if isinstance(found, Fault):
            return found
        origin = found
        if origin.local:
            site = requirement.site._replace(within=requirement.url)
            reference = pyproject.path_reference(origin.target, site, requirement.url, requirement.name)
    when = conditions.marker(requirement.marker) if requirement.marker else ALWAYS
    if when is None:
        message = f"`{requirement.marker}` is no valid marker"
        return Fault(
            "invalid-manifest", requirement.site._replace(within=requirement.marker), message, tool="poetry"
        )
    extras = frozenset(map(pyproject.normalise, _EXTRA_TEST.findall(requirement.marker)))
    return Wanted(
        requirement.site,
        requirement.name,
        origin,
        reference,
        frozenset(requirement.extras),
        bool(extra),
        frozenset((extra,)) if extra else extras,
        when,
        version=requirement.specifier or "*",
    )


def _url_origin(tree: Tree, directory: str, requirement: pyproject.Requirement) -> Origin | Fault:
    from urllib.parse import unquote, urlsplit

    url = requirement.url
    try:
        parts = urlsplit(url)
        rebuilt = parts.geturl()
    except ValueError as error:
        return _refused(tree, directory, requirement, str(error))
    path = unquote(parts.path)
    if parts.scheme == "file":
        if rebuilt != url:
            why = f'Poetry refuses a relative file URL: `The requirement is invalid: invalid URL "{url}"`'
            return _refused(tree, directory, requirement, why)
        if parts.netloc not in ("", "localhost"):
            return _refused(tree, directory, requirement, "Poetry supports no file URL with a host")
    elif parts.scheme or parts.netloc:
        return Origin("", url, local=False)
    else:
        path = url
    target = paths.unresolved(directory, path)
    archive = tree.is_file(target) if tree.exists(target) else "." in paths.name(path).lstrip(".")
    if not archive and parts.scheme == "file" and "subdirectory=" in parts.fragment:
        path += "/" + parts.fragment.rpartition("subdirectory=")[2]
    return local_origin(tree, directory, path, archive=archive)


def _refused(tree: Tree, directory: str, requirement: pyproject.Requirement, why: str) -> Fault:
    site = requirement.site._replace(within=requirement.url)
    raw = requirement.url.removeprefix("file:")
    reference = pyproject.path_reference(
        tree.resolve(paths.unresolved(directory, raw)), site, requirement.url, requirement.name
    )
    message = f"`{requirement.url}` is no URL that Poetry accepts"
    note = f'give the path in `[tool.poetry.dependencies]`: `{requirement.name} = {{ path = "..." }}`'
    rule = "invalid-manifest" if tree.exists(reference.target) else "missing-path"
    return Fault(rule, site, message, reference, (why, note), "poetry")
