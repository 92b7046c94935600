"""References of manifests: what their tools read, and what else is plainly a path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from depcheck import form, judging, paths
from depcheck.form import Form
from depcheck.load.cargo import config
from depcheck.load.pip.location import unquote
from depcheck.manifest import toml
from depcheck.model import Edit, Reference, Route, Site
from depcheck.move import spots
from depcheck.move.course import Course, plain_head
from depcheck.sources import Sources

# Lists of paths that no reference stands for, in which a name without a slash is a path too.
_LISTS: tuple[Route, ...] = (
    ("workspace", "exclude"),
    ("workspace", "default-members"),
    ("workspace", "package", "readme"),
    ("workspace", "package", "license-file"),
    ("tool", "uv", "workspace", "exclude"),
    ("tool", "pytest", "ini_options", "testpaths"),
    ("tool", "pytest", "ini_options", "pythonpath"),
    ("tool", "ruff", "src"),
    ("tool", "ruff", "exclude"),
    ("tool", "ruff", "extend-exclude"),
    ("tool", "mypy", "files"),
    ("tool", "pyright", "include"),
    ("tool", "pyright", "exclude"),
)
# What build backends fill in before a path, and `file:` alone, which pip takes from where it runs.
_URL = re.compile(
    r"(?:(?:file:/*)?\$\{PROJECT_ROOT\}|\{root(?::parent)*(?::uri)?\}|file:(?=[^/$]))/?(?P<path>[^\s;#\"']*)"
)
_TOML = ("Cargo.toml", "pyproject.toml", "uv.toml", "hatch.toml")


def edits(sources: Sources, course: Course, manifests: Sequence[str]) -> Iterator[Edit]:
    """The references of manifests, and of the configuration of cargo around them, written anew."""
    done = set[tuple[str, Route]]()
    for reference in _references(sources, manifests):
        done.add((reference.site.file, reference.site.route))
        edit = _edit(sources, course, reference)
        if edit is not None:
            yield edit
    for path in manifests:
        if paths.name(path) in _TOML:
            yield from _others(sources, course, path, done)


def _references(sources: Sources, manifests: Sequence[str]) -> Iterator[Reference]:
    configurations: dict[str, None] = {}
    for path in manifests:
        yield from judging.references(sources, (path,))
        if paths.name(path) == "Cargo.toml":
            files = config.files(sources, paths.parent(path))
            configurations.update((file, None) for file in files if not paths.is_outside(file))
    for file in configurations:
        for reference in sources.get(config.read, (file,)).references:
            if not paths.is_outside(reference.site.file):
                yield reference


def _edit(sources: Sources, course: Course, reference: Reference) -> Edit | None:
    site = reference.site
    if reference.kind in ("glob", "member") or (site.route and site.route[-1] == reference.raw):
        value = toml.value_at(sources, site.file, site.route)
        raw = value if isinstance(value, str) else reference.raw
        base = paths.parent(site.file)
        if raw.startswith("{") or _is_lost(sources, course, base, sources.tree.at(base, plain_head(raw)[0])):
            return None
        new = course.pattern(base, raw)
        return None if new is None else spots.at(sources, site, raw, new)
    written = form.as_written(sources, _settled(sources, course, reference))
    shape = None if written is None else form.of(sources.tree, written)
    if shape is not None and _is_lost(sources, course, shape.base, shape.reference.target):
        return None
    new = None if shape is None else _again(course, shape)
    if new is None or written is None:
        return None
    return spots.at(sources, site._replace(column=0), written.raw, new)


def _is_lost(sources: Sources, course: Course, base: str, target: str) -> bool:
    """Whether a path leads out of what moves to nothing: it stays as it is.

    So it is in a tree in which a move was killed, before the files had been written: the way back mends it.
    """
    return course.takes(base) and not course.takes(target) and not sources.tree.exists(target)


def _settled(sources: Sources, course: Course, reference: Reference) -> Reference:
    """A path of a requirements file from the directory that pip runs in: the nearest in which it is there."""
    if not reference.site.line or sources.tree.exists(reference.target):
        return reference
    for directory in paths.ancestors(paths.parent(reference.site.file)):
        target = sources.tree.at(directory, reference.raw.removeprefix("file:"))
        if sources.tree.exists(target) or course.takes(target):
            return reference._replace(target=target)
    return reference


def _again(course: Course, shape: Form) -> str | None:
    """The path in the same form, where it has to be another one."""
    target = shape.reference.target
    base = course.of(shape.base)
    if ":parent" in shape.head:  # it names the directory by its distance from the file
        here = course.of(paths.parent(shape.reference.site.file))
        for _ in range(shape.head.count(":parent")):
            here = paths.parent(here)
        base = here
    if shape.path.startswith("/") and (shape.head or shape.reference.site.line):
        return None if course.of(target) == target else shape.write(course.of(target))
    if not shape.head and not shape.is_url and not shape.reference.site.line:
        return course.written(shape.base, shape.path)
    if course.way(course.of(target), base) == course.way(target, shape.base):
        return None
    return shape._replace(base=base).write(course.of(target))


def _others(sources: Sources, course: Course, path: str, done: set[tuple[str, Route]]) -> Iterator[Edit]:
    """Whatever else in a document is a path: it has a slash, and leads to something that is there."""
    document = sources.get(toml.read, path)
    if not isinstance(document, toml.Document):
        return
    base = paths.parent(path)
    for route, raw in texts(document.data):
        if (path, route) in done:
            continue
        if (url := _URL.search(raw)) is not None:
            edit = _edit(sources, course, _direct(sources, Site(path, route), url))
            if edit is not None:
                yield edit
            continue
        new = new_text(sources, course, base, raw, is_path=_is_listed(route))
        edit = None if new is None else spots.at(sources, Site(path, route), raw, new)
        if edit is not None:
            yield edit


def new_text(sources: Sources, course: Course, base: str, raw: str, *, is_path: bool = False) -> str | None:
    """What has to stand in place of a text that is plainly a path from `base`, or known to be one."""
    if not (is_path or _is_path(raw)) or not course.leads(base, raw):
        return None
    head = plain_head(raw)[0]
    target = sources.tree.at(base, head)
    is_there = course.takes(target) or sources.tree.exists(target)
    return course.pattern(base, raw) if head and is_there else None


def _direct(sources: Sources, site: Site, url: re.Match[str]) -> Reference:
    """A requirement's direct reference to a path from the project, or from a directory above it."""
    base = paths.parent(site.file)
    for _ in range(url[0].count(":parent")):
        base = paths.parent(base)
    return Reference(site, "", url[0], sources.tree.at(base, unquote(url["path"])))


def _is_path(raw: str) -> bool:
    return "/" in raw and raw[0] != "/" and "://" not in raw and not any(char in raw for char in " \t\n$@:")


def _is_listed(route: Route) -> bool:
    return route in _LISTS or route[:-1] in _LISTS


def texts(data: toml.Table) -> Iterator[tuple[Route, str]]:
    """Every text of a document, and every key with a slash in it, each with its route."""
    waiting: list[tuple[Route, object]] = [((), data)]
    while waiting:
        route, value = waiting.pop()
        if isinstance(value, str):
            if value:
                yield route, value
        elif isinstance(value, dict):
            for key, inner in value.items():
                if "/" in key:
                    yield (*route, key), key
                waiting.append(((*route, key), inner))
        elif isinstance(value, list):
            waiting.extend(((*route, index), inner) for index, inner in enumerate(value))
