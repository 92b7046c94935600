"""Lists of workspace members, and of what is excluded from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from depcheck import paths
from depcheck.fix import document
from depcheck.fix.manifest.basis import Basis
from depcheck.fix.offer import offer
from depcheck.hints import near
from depcheck.manifest import toml
from depcheck.model import Candidate, Fault, Fix, Route
from depcheck.tree.base import Kind

_WORKSPACE = {"Cargo.toml": ("workspace",), "pyproject.toml": ("tool", "uv", "workspace")}
_WILD = re.compile(r"[*?\[]")
_BRACES = re.compile(r"([^{}]*)\{([^{}]+)\}([^{}]*)")


def removed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A member taken out of the list that names it, where others are left in it."""
    reference = fault.reference
    if reference is None or not _is_item(reference.site.route) or _WILD.search(reference.raw):
        return
    file, route = reference.site.file, reference.site.route[:-1]
    text = basis.document(file)
    if text is None:
        return
    if len(_items(basis, file, route)) > 1:
        title = f"take `{reference.raw}` out of `{_named(route)}`"
        yield from offer(title, document.without(text, reference.site.route))
    elif route[-1] == "default-members":
        yield from offer(f"take `{_named(route)}` out", document.without_key(text, route))


def undotted(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The root taken out of its own list: where it is listed, cargo excludes nothing (`is_excluded`)."""
    reference = fault.reference
    if reference is None or fault.tool != "cargo" or not _is_item(reference.site.route):
        return
    file, route = reference.site.file, reference.site.route[:-1]
    text, items = basis.document(file), _items(basis, file, route)
    if text is not None and "." in items:
        title = f"take `.` out of `{_named(route)}`: the root is a member anyway, and `exclude` counts again"
        yield from offer(title, document.without(text, (*route, items.index("."))))


def listed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A package put into the list of members that misses it."""
    reference = fault.reference
    if reference is None or reference.kind != "workspace":
        return
    if fault.tool == "uv":
        root = paths.join(reference.target, "pyproject.toml")
        for candidate in basis.hints.candidates(fault):
            yield from _corrected(basis, root, candidate)
            yield from _added(basis, root, "members", candidate.replacement, safe=candidate.is_certain)
    elif fault.rule == "unlisted-member":
        root, directory = reference.target, paths.parent(fault.site.file)
        safe = basis.hints.was_member(fault, root, directory)
        yield from _added(basis, root, "members", paths.relative(directory, paths.parent(root)), safe=safe)


def _corrected(basis: Basis, root: str, candidate: Candidate) -> Iterator[Fix]:
    """The entry that leads nowhere and is spelt nearly as the one that is missing written right."""
    route: Route = (*_WORKSPACE["pyproject.toml"], "members")
    text, tree = basis.document(root), basis.sources.tree
    for index, entry in enumerate(_items(basis, root, route)):
        if text is None or not isinstance(entry, str) or _WILD.search(entry):
            continue
        lost = tree.kind(tree.at(paths.parent(root), entry)) is Kind.MISSING
        if lost and near.is_like(paths.name(entry), paths.name(candidate.replacement)):
            title = f"write `{candidate.replacement}` in place of `{entry}` in `{_named(route)}`"
            edit = document.value(text, (*route, index), candidate.replacement)
            yield from offer(title, edit, safe=candidate.is_certain)


def excluded(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A directory that is none of the workspace's business said to be so."""
    for root, directory in _strays(basis, fault):
        if not _inherits(basis, paths.join(directory, paths.name(root))):
            yield from _added(basis, root, "exclude", paths.relative(directory, paths.parent(root)))


def spelt_out(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A pattern that cargo does not understand as it is meant: `{a,b}`, `**`, or below a root with a `[`."""
    site = fault.site if fault.reference is None else fault.reference.site
    raw = toml.value_at(basis.sources, site.file, site.route)
    if fault.tool != "cargo" or not _is_item(site.route) or not isinstance(raw, str):
        return
    text, match = basis.document(site.file), _BRACES.fullmatch(raw)
    if text is None:
        return
    if match is not None:
        wanted = [f"{match[1]}{inner.strip()}{match[3]}" for inner in match[2].split(",")]
        yield from _instead(text, site.route, raw, wanted, safe=True)
    elif "**" in raw:
        yield from _instead(text, site.route, raw, [re.sub(r"\*\*+", "*", raw)])
    elif fault.rule == "unmatched-member-glob":
        here = paths.parent(site.file)
        found = [
            paths.relative(directory, here)
            for directory in basis.hints.packages.directories(fault)
            if paths.is_below(directory, here) and directory != here
        ]
        wanted = [path for path in found if fnmatchcase(path, raw) and path.count("/") == raw.count("/")]
        if wanted:
            yield from _instead(text, site.route, raw, wanted, safe=True)


def _instead(
    text: document.Document, route: Route, raw: str, wanted: list[str], *, safe: bool = False
) -> Iterator[Fix]:
    quotes = text.source(route)
    written = ", ".join(document.quoted(one, quotes) for one in wanted)
    title = f"write {', '.join(f'`{one}`' for one in wanted)} in place of `{raw}`"
    yield from offer(title, document.source(text, route, written), safe=safe)


def pointed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A member outside of its workspace told where the workspace is."""
    reference = fault.reference
    if reference is None or reference.kind != "member" or fault.tool != "cargo":
        return
    manifest = paths.join(reference.target, "Cargo.toml")
    text = basis.document(manifest)
    if text is None or toml.value_at(basis.sources, manifest, ("package", "workspace")) is not None:
        return
    where = paths.relative(paths.parent(reference.site.file), reference.target)
    edit = document.with_key(text, ("package",), "name", "workspace", document.quoted(where))
    yield from offer(f'write `workspace = "{where}"` into `package` of `{manifest}`', edit)


def unpointed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """`package.workspace`, which leads to no workspace, taken out."""
    if fault.site.route != ("package", "workspace"):
        return
    text = basis.document(fault.site.file)
    if text is not None and not _inherits(basis, fault.site.file):
        yield from offer("take `package.workspace` out", document.without_key(text, fault.site.route))


def _strays(basis: Basis, fault: Fault) -> Iterator[tuple[str, str]]:
    """(root manifest, directory) of what a workspace takes in or stumbles over."""
    reference, site = fault.reference, fault.site
    here = paths.parent(site.file)
    if fault.rule == "unlisted-member" and reference is not None and fault.tool == "cargo":
        yield reference.target, here
    elif fault.rule == "not-a-package" and reference is not None and _WILD.search(reference.raw):
        yield site.file, reference.target
    elif fault.rule == "duplicate-package":
        root = _root_around(basis, site.file)
        if root is None:
            return
        if reference is None:
            yield root, here
        elif not _WILD.search(reference.target):
            yield root, reference.target


def _inherits(basis: Basis, manifest: str) -> bool:
    """Whether a package takes anything over from its workspace, which it could not outside of it."""
    text = basis.document(manifest)
    return text is not None and any(
        route[-1] == "workspace" and text.source(route) == "true" for route in text.spans if route
    )


def _root_around(basis: Basis, manifest: str) -> str | None:
    name = paths.name(manifest)
    for directory in paths.ancestors(paths.parent(manifest)):
        root = paths.join(directory, name)
        if toml.value_at(basis.sources, root, _WORKSPACE.get(name, ())) is not None:
            return root
    return None


def _added(basis: Basis, root: str, key: str, text: str, *, safe: bool = False) -> Iterator[Fix]:
    """A path put into a list of the workspace, which is made where it is not there."""
    table = _WORKSPACE.get(paths.name(root))
    found = basis.document(root)
    if table is None or found is None or text in ("", "."):
        return
    route = (*table, key)
    title = f"put `{text}` into `{_named(route)}`"
    if paths.parent(root) or root != found.file:
        title += f" of `{root}`"
    if route in found.spans:
        yield from offer(title, document.with_item(found, route, text), safe=safe)
        return
    written = f"[{document.quoted(text)}]"
    beside = next(
        (one for one in ("members", "default-members", "resolver") if (*table, one) in found.spans), ""
    )
    if beside:
        yield from offer(title, document.with_key(found, table, beside, key, written), safe=safe)
    elif table in found.spans:
        yield from offer(title, document.under(found, table, f"{key} = {written}"), safe=safe)


def _items(basis: Basis, file: str, route: Route) -> list[object]:
    """The list at a route."""
    items = toml.value_at(basis.sources, file, route)
    return items if isinstance(items, list) else []


def _is_item(route: Route) -> bool:
    return bool(route) and isinstance(route[-1], int)


def _named(route: Route) -> str:
    return ".".join(str(part) for part in route)
