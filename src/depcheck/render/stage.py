"""A stage of an image: as a tree for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from depcheck import paths
from depcheck.image.builds import Planned
from depcheck.image.view import Item, View
from depcheck.record import NamedTuple
from depcheck.render.json import dump
from depcheck.render.screen import Screen
from depcheck.render.text import count, plain, width

_MANIFESTS = ("Cargo.toml", "pyproject.toml", "setup.py")


def as_json(plan: Planned, view: View, items: Iterable[Item]) -> str:
    """The contract of `schema/image-1.json`: every entry, none folded."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "dockerfile": plan.dockerfile,
        "context": plan.context or ".",
        "stage": view.stage,
        "line": view.instruction.line if view.instruction else None,
        "before": view.before,
        "workdir": view.workdir,
        "entries": [
            {
                "path": item.path,
                "kind": item.kind,
                "link": item.link,
                "source": item.source if item.source != "" else ".",
                "line": item.line or None,
                "because": item.because or None,
            }
            for item in items
        ],
    }
    return dump(document)


def as_text(plan: Planned, view: View, items: Iterable[Item], screen: Screen) -> str:
    """The tree, a directory that was copied as a whole on one line."""
    lines = list(_heading(plan, view, screen))
    rows = list(_rows(_folded(items)))
    column = min(max((width(row.text) for row in rows), default=0), 60) + 2
    for row in rows:
        note = f"{' ' * max(2, column - width(row.text))}{screen.style(row.note, 'dim')}" if row.note else ""
        lines.append(f"{row.text}{note}")
    if not rows:
        lines.append("nothing of the repository is there")
    return "".join(f"{line}\n" for line in lines)


def _heading(plan: Planned, view: View, screen: Screen) -> Iterator[str]:
    place = plain(f"{plan.dockerfile}, stage {view.stage}")
    if view.instruction is None:
        yield screen.style(f"{place}, as it begins", "bold")
    else:
        how = "as line {} finds it" if view.before else "as line {} leaves it"
        yield screen.style(f"{place}, {how.format(view.instruction.line)}", "bold")
        yield f"  {plain(' '.join(view.instruction.text.split()))[:100]}"
    yield f"  context {plain(plan.context or '.')}, working directory {plain(view.workdir)}"
    yield ""


class _Folded:
    """An item, and what was counted in it instead of being listed."""

    def __init__(self, item: Item, *, implied: bool) -> None:
        self.item = item
        self.implied = implied  # it comes with its directory, from the same place
        self.files = 0
        self.manifests: list[str] = []


def _folded(items: Iterable[Item]) -> Iterator[_Folded]:
    """The items; files that only came along with their directory are counted in it."""
    found: dict[str, _Folded] = {}
    whole: _Folded | None = None
    for item in items:
        if whole is not None and paths.is_below(item.path, whole.item.path) and not item.because:
            if item.kind != "directory":
                whole.files += 1
                if paths.name(item.path) in _MANIFESTS:
                    whole.manifests.append(item.path[len(whole.item.path) + 1 :])
            continue
        above = found.get(paths.parent(item.path))
        implied = above is not None and _came_along(item, above.item)
        if implied and above is not None and item.kind == "file" and paths.name(item.path) not in _MANIFESTS:
            above.files += 1
            continue
        one = found[item.path] = _Folded(item, implied=implied)
        whole = one if item.whole else None
    yield from found.values()


def _came_along(item: Item, above: Item) -> bool:
    if item.because or above.source is None or item.line != above.line:
        return False
    return item.source == paths.join(above.source, paths.name(item.path))


class _Row(NamedTuple):
    text: str
    note: str


def _rows(folded: Iterable[_Folded]) -> Iterator[_Row]:
    """Lines as `tree` draws them; directories that hold one thing only share its line."""
    children: dict[str, list[str]] = {}
    known: dict[str, _Folded] = {}
    for one in folded:
        known[one.item.path] = one
        path = one.item.path
        while path != "/" and path not in children.get(paths.parent(path), ()):
            children.setdefault(paths.parent(path), []).append(path)
            path = paths.parent(path)
    ahead = [(path, "", "") for path in reversed(children.get("/", []))]
    while ahead:
        path, lead, branch = ahead.pop()
        name = path if not branch else paths.name(path)
        while len(below := children.get(path, [])) == 1 and not _says(known.get(path)):
            path = below[0]
            name = f"{name}/{paths.name(path)}"
        yield _row(f"{lead}{branch}{plain(name)}", known.get(path), is_open=bool(below))
        inner = lead + {"": "", "├── ": "│   ", "└── ": "    "}[branch]
        ends = ["├── "] * (len(below) - 1) + ["└── "]
        ahead.extend((child, inner, end) for child, end in reversed(list(zip(below, ends, strict=False))))


def _says(one: _Folded | None) -> bool:
    return one is not None and bool(one.item.because or one.item.source or one.files)


def _row(text: str, one: _Folded | None, *, is_open: bool) -> _Row:
    if one is None:
        return _Row(text + "/", "")
    item = one.item
    mark = {"directory": "/", "link": f" -> {plain(item.link or '')}", "unknown": " ?", "file": ""}[item.kind]
    notes = []
    if item.source is not None and item.kind != "link" and not one.implied:
        notes.append(plain(item.source or "."))
    if one.files:
        held = f" with {', '.join(map(plain, one.manifests[:3]))}" if one.manifests else ""
        more = f" and {len(one.manifests) - 3} more" if len(one.manifests) > 3 else ""
        notes.append(count(one.files, "more file" if is_open else "file") + held + more)
    if item.line and not one.implied and not (item.kind == "directory" and is_open and item.source is None):
        notes.append(f"line {item.line}")
    if item.because:
        notes.append(f"{'may hold more' if item.kind == 'directory' else 'unknown'}: {plain(item.because)}")
    return _Row(text + mark, ", ".join(notes))
