"""Lists of workspace members after a move: the same packages are members, and no others.

Paths in the lists have been rewritten (`manifests`). What is left are patterns that hit a package before and
miss it now, or hit one now that they missed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from depcheck import paths
from depcheck.fix import document
from depcheck.fix.document import Document
from depcheck.load import globs
from depcheck.load.cargo import toolchain, workspace
from depcheck.load.cargo.session import excludes
from depcheck.load.pdm import project as pdm
from depcheck.load.uv import workspace as uv
from depcheck.manifest import cargo, pyproject, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.manifest.spans import spans
from depcheck.model import Edit, Route
from depcheck.move.course import MAGIC, Course
from depcheck.record import NamedTuple
from depcheck.sources import Sources

Step = Callable[[Document], Edit | None]
CARGO: Route = ("workspace",)
UV: Route = ("tool", "uv", "workspace")
PDM: Route = ("tool", "pdm", "workspace")


class Both(NamedTuple):
    """The tree before the move and, with paths rewritten, after it."""

    course: Course
    before: Sources
    after: Sources


def steps(both: Both, manifests: Iterable[str]) -> Iterator[tuple[str, Step]]:
    """What has to change in which manifest, by its new place, one after the other."""
    manifests = tuple(manifests)
    for path in manifests:
        for table in (CARGO,) if paths.name(path) == "Cargo.toml" else (UV, PDM):
            if toml.value_at(both.before, path, table) is not None:
                for step in _list(both, path, table):
                    yield both.course.of(path), step
    for path in manifests:
        if paths.name(path) == "Cargo.toml" and both.course.takes(path):
            yield from _claimed(both, path)


def changed(found: Document, wanted: Iterable[Step]) -> str:
    """The text of a manifest after the steps."""
    text = found.text
    for step in wanted:
        edit = step(Document(found.file, text, spans(text)))
        if edit is not None:
            text = _spliced(text, edit)
    return text


def _list(both: Both, path: str, table: Route) -> Iterator[Step]:
    course, root = both.course, both.course.of(path)
    here = paths.parent(root)
    wanted = {course.of(directory) for directory in _members(both.before, path, table)}
    members = _members(both.after, root, table)
    entries = _entries(both.after, root, table)
    lost = sorted(wanted - members)
    old = {
        index: _hits(both.before, path, raw) for index, raw in enumerate(_entries(both.before, path, table))
    }
    for index, raw in enumerate(entries):
        if table == CARGO and MAGIC.search(raw) and old.get(index) and not _hits(both.after, root, raw):
            mine = [one for one in lost if one in {course.of(hit) for hit in old[index]}]
            yield _instead((*table, "members", index), paths.relative(mine[0], here) if mine else None)
            lost = [one for one in lost if one not in mine[:1]]
    for directory in lost:
        yield _with((*table, "members"), paths.relative(directory, here))
    implied = set(map(course.of, _implied(both.before, path))) if table == CARGO else set[str]()
    for directory in sorted(members - wanted - implied):
        if paths.is_below(directory, course.new):
            yield _with((*table, "exclude"), paths.relative(directory, here))
    for directory in sorted(_empty(both, root, entries) if table != PDM else ()):
        yield _with((*table, "exclude"), paths.relative(directory, here))
    excluded = (*table, "exclude")
    was, now = _texts(both.before, path, excluded), _texts(both.after, root, excluded)
    for old_raw, raw in zip(was, now, strict=False):
        target = both.after.tree.at(here, raw)
        is_outside = raw.startswith("../") and not old_raw.startswith("../")
        if is_outside or (both.before.tree.exists(target) and not both.after.tree.exists(target)):
            yield _dropped(excluded, raw)  # there is nothing to exclude any more
    for index, raw in enumerate(entries):
        target = both.after.tree.at(here, raw)
        others = (other for at, other in enumerate(entries) if at != index)
        if (
            not MAGIC.search(raw)
            and paths.is_below(target, course.new)
            and target in members
            and any(target in _hits(both.after, root, other) for other in others)
        ):
            yield _dropped((*table, "members"), raw)


def _empty(both: Both, root: str, entries: Iterable[str]) -> Iterator[str]:
    """The new directory and those made for it, where they are no packages and a pattern hits them."""
    here, tree = paths.parent(root), both.after.tree
    made = [one for one in paths.ancestors(both.course.new) if not both.before.tree.exists(one)]
    for raw in entries if made else ():
        for hit in _expanded(both.after, root, raw) if MAGIC.search(raw) else ():
            if (
                hit in made
                and paths.is_below(hit, here)
                and not tree.exists(paths.join(hit, paths.name(root)))
            ):
                yield hit


def _members(sources: Sources, path: str, table: Route) -> set[str]:
    """The directories of the packages that the list in the manifest makes members."""
    directory = paths.parent(path)
    if table == UV:
        found = sources.get(uv.of_root, directory)
        return {one.directory for one in found.members.values()} if isinstance(found, uv.Workspace) else set()
    if table == PDM:
        root = sources.get(pyproject.read, path)
        return set(pdm.members(sources, root)) if isinstance(root, PyProject) else set()
    manifest = sources.get(cargo.read, path)
    space = manifest.workspace if isinstance(manifest, cargo.Manifest) else None
    if space is None:
        return set()
    hits = (hit for raw in _entries(sources, path, table) for hit in _hits(sources, path, raw))
    return {hit for hit in hits if not excludes(sources, directory, space, paths.join(hit, "Cargo.toml"))}


def _entries(sources: Sources, path: str, table: Route) -> list[str]:
    return _texts(sources, path, (*table, "members"))


def _texts(sources: Sources, path: str, route: Route) -> list[str]:
    """A list of texts, with an empty one for what is none."""
    listed = toml.value_at(sources, path, route)
    return [raw if isinstance(raw, str) else "" for raw in listed] if isinstance(listed, list) else []


def _hits(sources: Sources, path: str, raw: str) -> set[str]:
    """The packages that an entry leads to, whatever is excluded."""
    hits = _expanded(sources, path, raw)
    return {hit for hit in hits if sources.tree.is_file(paths.join(hit, paths.name(path)))}


def _expanded(sources: Sources, path: str, raw: str) -> set[str]:
    """Whatever an entry leads to."""
    try:
        found = globs.expand(sources.tree, paths.parent(path), raw) if raw else []
    except (globs.PatternError, globs.EndlessError):
        return set()
    return {sources.tree.at("", hit) for hit in found}


def _claimed(both: Both, path: str) -> Iterator[tuple[str, Step]]:
    """A package that finds another workspace root above it now, or that of its own no more."""
    course, place = both.course, both.course.of(path)
    before, after = _root(both.before, path), _root(both.after, place)
    wanted = None if before is None else course.of(before)
    if after == wanted:
        above = None if wanted is None else paths.parent(wanted)
        if above is not None and paths.is_below(place, above) and not paths.is_below(path, above):
            yield place, _unpointing
        return
    if wanted is None and after is not None:
        text = paths.relative(paths.parent(place), paths.parent(after))
        yield after, _with((*CARGO, "exclude"), text)
    elif after is None and wanted is not None:
        yield place, _pointing(paths.relative(paths.parent(wanted), paths.parent(place)))


def _pointing(raw: str) -> Step:
    """A package outside of its workspace told where that is."""
    way = document.quoted(raw)
    return lambda found: document.with_key(found, ("package",), "name", "workspace", way)


def _unpointing(found: Document) -> Edit | None:
    """That taken out where it says nothing any more, and the way back would put it there again."""
    span = found.spans.get(("package", "workspace"))
    edit = None if span is None else document.without_key(found, ("package", "workspace"))
    if span is None or edit is None:
        return None
    raw = found.text[span.value[0] + 1 : span.value[1] - 1]
    return edit if _is_undone(found, edit, _pointing(raw)) else None


def _root(sources: Sources, path: str) -> str | None:
    return _loaded(sources, path).root


def _implied(sources: Sources, path: str) -> list[str]:
    """All members of a workspace, those too that others depend on by path."""
    return [paths.parent(member) for member in _loaded(sources, path).members]


def _loaded(sources: Sources, path: str) -> workspace.Loaded:
    chosen = toolchain.of(sources, paths.parent(path), os.environ)
    return sources.get(workspace.load, path, chosen)


def _with(route: Route, text: str) -> Step:
    """A text put into a list, which is made where it is not there."""

    def step(found: Document) -> Edit | None:
        if route in found.spans:
            return document.with_item(found, route, text)
        table, key, written = route[:-1], str(route[-1]), f"[{document.quoted(text)}]"
        beside = next((one for one in ("members", "resolver") if (*table, one) in found.spans), "")
        if beside:
            return document.with_key(found, table, beside, key, written)
        return document.under(found, table, f"{key} = {written}")

    return step


def _instead(route: Route, text: str | None) -> Step:
    """An item replaced, or taken out."""
    return lambda found: (
        document.without(found, route) if text is None else document.value(found, route, text)
    )


def _dropped(route: Route, raw: str) -> Step:
    """An item that says nothing any more taken out, where the way back would put it there again."""

    def step(found: Document) -> Edit | None:
        items: list[str] = []
        while (span := found.spans.get((*route, len(items)))) is not None:
            items.append(found.text[span.value[0] + 1 : span.value[1] - 1])
        if raw not in items:
            return None
        item = (*route, items.index(raw))
        edit = document.without(found, item) if len(items) > 1 else document.without_key(found, route)
        return edit if edit is not None and _is_undone(found, edit, _with(route, raw)) else None

    return step


def _is_undone(found: Document, edit: Edit, step: Step) -> bool:
    """Whether the step after the edit gives the text as it was."""
    text = _spliced(found.text, edit)
    back = step(Document(found.file, text, spans(text)))
    return back is not None and _spliced(text, back) == found.text


def _spliced(text: str, edit: Edit) -> str:
    return f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
