"""The shape that Poetry demands of a pyproject.toml before it looks at anything else.

Source: poetry-core `json/schemas/*.json` and `factory.py` (validate), poetry `json/schemas/poetry.json`
and `factory.py` (validate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from depcheck.manifest import pyproject
from depcheck.manifest.poetry import Poetry
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple

_NAME = r"^[a-zA-Z-_.0-9]+$"
_LONGEST = 1_000  # a pattern is not tried on a text that may be made to keep it busy
_URI = r"^\w+:(\/?\/?)[^\s]+\Z"
_EMAIL = r"^(?!.*\.\..*@)[^@.][^@]*(?<!\.)@[^@]+\.[^@]+\Z"
_VERSION = (
    r"^v?((([0-9]+)!)?([0-9]+(\.[0-9]+)*)([-_\.]?(alpha|a|beta|b|preview|pre|c|rc)[-_\.]?([0-9]+)?)?"
    r"((-([0-9]+))|([-_\.]?(post|rev|r)[-_\.]?([0-9]+)?))?([-_\.]?(dev)[-_\.]?([0-9]+)?)?)"
    r"(\+([a-zA-Z0-9]+([-_\.][a-zA-Z0-9]+)*))?$"
)


class Text(NamedTuple):
    """A string; `pattern` is searched for in it, `choices` are all that it may be."""

    pattern: str = ""
    choices: tuple[str, ...] = ()


class Flag(NamedTuple):
    """A boolean."""


class Items(NamedTuple):
    """An array of `of`, at least `least` of them."""

    of: Shape
    least: int = 0


class Keys(NamedTuple):
    """A table: known keys, keys that match `pattern` (empty: all others), whether others may be."""

    known: Mapping[str, Shape] = {}
    required: tuple[str, ...] = ()
    others: Shape | None = None
    pattern: str = ""
    closed: bool = False


class One(NamedTuple):
    """Exactly one of `of` (at least one where `more` is allowed)."""

    of: tuple[Shape, ...]
    more: bool = False


class Anything(NamedTuple):
    """Any value."""


Shape: TypeAlias = Text | Flag | Items | Keys | One | Anything

_COMMON: Mapping[str, Shape] = {"python": Text(), "platform": Text(), "markers": Text()}
_FULL: Mapping[str, Shape] = {**_COMMON, "optional": Flag(), "extras": Items(Text())}
_PRERELEASES: Mapping[str, Shape] = {"allow-prereleases": Flag()}
_PLACED: Mapping[str, Shape] = {**_FULL, "subdirectory": Text()}
_CONSTRAINTS: tuple[Shape, ...] = (
    Text(),
    Keys(
        {**_FULL, **_PRERELEASES, "allows-prereleases": Flag(), "version": Text(), "source": Text()},
        ("version",),
        closed=True,
    ),
    Keys(
        {
            **_PLACED,
            **_PRERELEASES,
            "git": Text(),
            "branch": Text(),
            "tag": Text(),
            "rev": Text(),
            "develop": Flag(),
        },
        ("git",),
        closed=True,
    ),
    Keys({**_PLACED, "file": Text()}, ("file",), closed=True),
    Keys({**_PLACED, "path": Text(), "develop": Flag()}, ("path",), closed=True),
    Keys({**_PLACED, "url": Text()}, ("url",), closed=True),
    Keys({**_COMMON, **_PRERELEASES, "source": Text(), "develop": Flag()}, closed=True),
)
_DEPENDENCIES = Keys(others=One((*_CONSTRAINTS, Items(One(_CONSTRAINTS), 1))), pattern=_NAME)
_FORMAT = Text(choices=("sdist", "wheel"))
_FORMATS = One((_FORMAT, Items(_FORMAT)))
_SCRIPT = One(
    (
        Text(),
        One(
            (
                Keys({"callable": Text(), "extras": Items(Text())}, closed=True),
                Keys(
                    {"reference": Text(), "type": Text(choices=("file", "console")), "extras": Items(Text())},
                    ("reference", "type"),
                    closed=True,
                ),
            )
        ),
    )
)
_GROUP = One(
    (
        Keys(required=("dependencies",)),
        Keys(required=("include-groups",)),
        Keys(required=("optional",)),
    ),
    more=True,
)
_GROUP_KEYS = Keys(
    {"optional": Flag(), "include-groups": Items(Text()), "dependencies": _DEPENDENCIES}, closed=True
)
TABLE = Keys(
    {
        "package-mode": Flag(),
        "name": Text(),
        "version": Text(),
        "description": Text(r"\A[^\n]*\Z"),
        "keywords": Items(Text()),
        "homepage": Text(_URI),
        "repository": Text(_URI),
        "documentation": Text(_URI),
        "license": Text(),
        "authors": Items(Text()),
        "maintainers": Items(Text()),
        "readme": One((Text(), Items(Text())), more=True),
        "classifiers": Items(Anything()),
        "packages": Items(
            Keys(
                {"include": Text(), "from": Text(), "format": _FORMATS, "to": Text()},
                ("include",),
                closed=True,
            )
        ),
        "include": Items(
            One((Text(), Keys({"path": Text(), "format": _FORMATS}, ("path",), closed=True)), more=True)
        ),
        "exclude": Items(Anything()),
        "dependencies": _DEPENDENCIES,
        "dev-dependencies": _DEPENDENCIES,
        "extras": Keys(others=Items(Text(_NAME)), pattern=_NAME),
        "build": One((Text(), Keys({"generate-setup-file": Flag(), "script": Text()}, closed=True))),
        "scripts": Keys(others=_SCRIPT, pattern=_NAME),
        "plugins": Keys(others=Keys(others=Text(), pattern=_NAME), pattern=_NAME),
        "urls": Keys(others=Text()),
    }
)
# Only Poetry itself looks at these, its build backend does not.
MANAGER = Keys(
    {
        "requires-poetry": Text(),
        "requires-plugins": _DEPENDENCIES,
        "source": Items(
            Keys(
                {
                    "name": Text(),
                    "url": Text(_URI),
                    "priority": Text(choices=("primary", "supplemental", "explicit")),
                    "links": Flag(),
                    "indexed": Flag(),
                },
                ("name",),
                closed=True,
            )
        ),
        "build-constraints": Keys(others=_DEPENDENCIES, pattern=_NAME),
    }
)
_AUTHORS = Items(
    One(
        (
            Keys({"name": Text(), "email": Text(_EMAIL)}, ("name",), closed=True),
            Keys({"name": Text(), "email": Text(_EMAIL)}, ("email",), closed=True),
        ),
        more=True,
    )
)
PROJECT = Keys(
    {
        "name": Text(r"^([a-zA-Z\d]|[a-zA-Z\d][\w.-]*[a-zA-Z\d])$"),
        "version": Text(_VERSION),
        "description": Text(),
        "readme": One(
            (
                Text(),
                Keys({"content-type": Text(), "file": Text()}, ("content-type", "file"), closed=True),
                Keys({"content-type": Text(), "text": Text()}, ("content-type", "text"), closed=True),
            )
        ),
        "requires-python": Text(),
        "license": One(
            (
                Keys({"file": Text()}, ("file",), closed=True),
                Keys({"text": Text()}, ("text",), closed=True),
                Text(),
            )
        ),
        "license-files": Items(Text()),
        "authors": _AUTHORS,
        "maintainers": _AUTHORS,
        "keywords": Items(Text()),
        "classifiers": Items(Text()),
        "urls": Keys(others=Text(_URI)),
        "scripts": Keys(others=Text()),
        "gui-scripts": Keys(others=Text()),
        "dependencies": Items(Text()),
        "optional-dependencies": Keys(
            others=Items(Text()), pattern=r"^([a-z\d]|[a-z\d]([a-z\d-](?!--))*[a-z\d])$"
        ),
        "dynamic": Items(
            Text(
                choices=(
                    "version",
                    "description",
                    "readme",
                    "requires-python",
                    "license",
                    "license-files",
                    "authors",
                    "maintainers",
                    "keywords",
                    "classifiers",
                    "urls",
                    "scripts",
                    "gui-scripts",
                    "entry-points",
                    "dependencies",
                    "optional-dependencies",
                )
            )
        ),
    },
    ("name",),
)
GROUPS = Keys(others=Items(One((Text(), Keys({"include-group": Text()}, ("include-group",), closed=True)))))


def is_version(text: str) -> bool:
    """Whether `text` is a version (PEP 440, as far as its shape goes)."""
    return len(text) > _LONGEST or re.match(_VERSION, text.strip(), re.IGNORECASE) is not None


def complaints(value: object, shape: Shape, route: Route) -> Iterator[tuple[Route, str]]:
    """Each place below `route` where `value` does not have the shape, with what belongs there."""
    match shape:
        case Text(pattern, choices):
            if not isinstance(value, str):
                yield route, "should be a string"
            elif choices and value not in choices:
                yield route, "should be " + " or ".join(f"`{choice}`" for choice in choices)
            elif pattern and len(value) < _LONGEST and not re.search(pattern, value):
                yield route, "is not written as Poetry demands"
        case Flag():
            if not isinstance(value, bool):
                yield route, "should be `true` or `false`"
        case Items(of, least):
            if not isinstance(value, list):
                yield route, "should be an array"
            elif len(value) < least:
                yield route, "is empty"
            else:
                for index, item in enumerate(value):
                    yield from complaints(item, of, (*route, index))
        case Keys():
            yield from _key_complaints(value, shape, route)
        case One(of, more):
            fitting = sum(not any(complaints(value, one, route)) for one in of)
            if fitting == 0 or (fitting > 1 and not more):
                yield route, "is no combination of keys and types that Poetry accepts"


def _key_complaints(value: object, shape: Keys, route: Route) -> Iterator[tuple[Route, str]]:
    if not isinstance(value, dict):
        yield route, "should be a table"
        return
    for key in shape.required:
        if key not in value:
            yield route, f"needs the key `{key}`"
    for key, item in value.items():
        inner = shape.known.get(key)
        if (
            inner is None
            and shape.others is not None
            and (not shape.pattern or re.search(shape.pattern, key))
        ):
            inner = shape.others
        if inner is not None:
            yield from complaints(item, inner, (*route, key))
        elif shape.closed:
            yield (*route, key), "is no key that Poetry knows here"


def core_faults(manifest: PyProject, table: Poetry) -> Iterator[Fault]:
    """What poetry-core refuses: in the project itself and in a dependency."""
    data = manifest.data
    found: list[tuple[Route, str]] = []
    if "project" in data:
        found += complaints(data["project"], PROJECT, ("project",))
    found += complaints(table.table, TABLE, ("tool", "poetry"))
    groups = table.table.get("group")
    if groups is not None:
        found += complaints(groups, Keys(others=_GROUP_KEYS, pattern=_NAME), ("tool", "poetry", "group"))
        found += complaints(groups, Keys(others=_GROUP, pattern=_NAME), ("tool", "poetry", "group"))
    if "dependency-groups" in data:
        found += complaints(data["dependency-groups"], GROUPS, ("dependency-groups",))
    for route, message in found:
        yield fault(manifest, route, f"`{pyproject.route_text(route)}` {message}")
    if found:
        return
    if table.package_mode:
        project = manifest.project
        for key, value in (
            ("name", (project and project.name) or table.name),
            ("version", (project and project.version) or table.version),
        ):
            if not value:
                route = ("project",) if project else ("tool", "poetry") if table.table else ()
                yield fault(manifest, route, f"neither `project.{key}` nor `tool.poetry.{key}` is given")
    yield from _group_faults(manifest, table)


def manager_faults(manifest: PyProject, table: Poetry) -> Iterator[Fault]:
    """What Poetry refuses besides, in the project itself."""
    for route, message in complaints(table.table, MANAGER, ("tool", "poetry")):
        yield fault(manifest, route, f"`{pyproject.route_text(route)}` {message}")
    name = (manifest.project and manifest.project.name) or table.name
    listed = [*(table.dependencies or ()), *(table.dev or ())]
    for group in table.groups:
        listed += group.dependencies
    for constraint in listed:
        if name and pyproject.normalise(constraint.name) == pyproject.normalise(name):
            yield Fault("dependency-cycle", constraint.site, f"`{name}` depends on itself", tool="poetry")


def _group_faults(manifest: PyProject, table: Poetry) -> Iterator[Fault]:
    written: dict[str, set[str]] = {}
    includes: dict[str, list[tuple[Site, str]]] = {}
    raw_groups = manifest.data.get("dependency-groups") or {}
    for name in raw_groups:
        written.setdefault(pyproject.normalise(name), set()).add(name)
    for name, entries in manifest.groups.items():
        included = [(item.site, item.name) for item in entries if isinstance(item, pyproject.IncludeGroup)]
        includes.setdefault(name, []).extend(included)
    for group in table.groups:
        normal = pyproject.normalise(group.name)
        written.setdefault(normal, set()).add(group.name)
        includes.setdefault(normal, []).extend(
            (site, pyproject.normalise(name)) for site, name in group.includes
        )
    for normal, names in written.items():
        if len(names) > 1:
            both = ", ".join(f"`{name}`" for name in sorted(names))
            yield fault(manifest, ("dependency-groups",), f"{both} are one group, `{normal}`")
    for root in includes:
        for site in _cycle(root, includes):
            message = f"the group `{root}` includes itself"
            yield Fault("dependency-cycle", site, message, tool="poetry")


def _cycle(root: str, includes: Mapping[str, list[tuple[Site, str]]]) -> Iterator[Site]:
    """The site of an include that leads back to `root`, if there is one."""
    seen: set[str] = set()
    waiting = [(name, site) for site, name in includes.get(root, ())]
    while waiting:
        name, site = waiting.pop()
        if name == root:
            yield site
            return
        if name not in seen:
            seen.add(name)
            waiting += [(included, site) for _, included in includes.get(name, ())]


def fault(manifest: PyProject, route: Route, message: str) -> Fault:
    """A fault of a key that Poetry refuses."""
    return Fault("invalid-manifest", Site(manifest.path, tuple(route)), message, tool="poetry")
