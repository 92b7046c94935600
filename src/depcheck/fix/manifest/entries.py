"""Entries beside a path: the name, the version, the file of a target, a key that is inherited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.fix import document
from depcheck.fix.manifest.basis import Basis
from depcheck.fix.offer import offer
from depcheck.fixtures import looks_like_fixture
from depcheck.manifest import cargo, pyproject, toml
from depcheck.model import Fault, Fix, Route
from depcheck.tree.base import Kind

_REQUIREMENT = re.compile(r"([\^~=]?\s*)(\d+(?:\.\d+){0,2})")
_DROPPED = frozenset({"readme", "license-file", "license"})


def named(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The name that the package has."""
    reference = fault.reference
    if reference is None or fault.tool not in ("cargo", "poetry") or not reference.site.route:
        return
    name = basis.hints.packages.name(fault, reference.target)
    text = basis.document(reference.site.file)
    entry = reference.site.route[:-1]
    if name is None or text is None or name == reference.wanted:
        return
    key = str(entry[-1])
    if (*entry, "package") in text.spans:
        edit = document.value(text, (*entry, "package"), name)
        yield from offer(f'write `package = "{name}"`', edit)
        return
    alike = pyproject.normalise(name) == pyproject.normalise(key)
    renamed = document.renamed(text, entry, name) if alike or fault.tool == "poetry" else None
    yield from offer(f"name the dependency `{name}`", renamed)
    if fault.tool == "cargo":
        edit = document.with_key(text, entry, "path", "package", document.quoted(name))
        yield from offer(f'write `package = "{name}"` beside the path', edit)


def versioned(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The version that the package has, as precisely as another one is asked for."""
    reference = fault.reference
    if reference is None or fault.tool != "cargo" or fault.site.route[-1:] != ("version",):
        return
    manifest = basis.sources.get(cargo.read, paths.join(reference.target, "Cargo.toml"))
    package = manifest.package if isinstance(manifest, cargo.Manifest) else None
    wanted = toml.value_at(basis.sources, fault.site.file, fault.site.route)
    text = basis.document(fault.site.file)
    if package is None or not package.version or not isinstance(wanted, str) or text is None:
        return
    version, match = package.version, _REQUIREMENT.fullmatch(wanted.strip())
    if match is not None and "-" not in version:
        parts = version.partition("+")[0].split(".")
        least = next((index for index, part in enumerate(parts) if part != "0"), len(parts) - 1)
        version = match[1] + ".".join(parts[: max(match[2].count("."), least) + 1])
    edit = document.value(text, fault.site.route, version)
    yield from offer(f"ask for version `{version}`", edit)


def dropped(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A key of the metadata whose file is not there taken out."""
    route = next(
        (fault.site.route[: index + 1] for index, part in enumerate(fault.site.route) if part in _DROPPED),
        None,
    )
    text = basis.document(fault.site.file)
    if route is None or text is None or any(isinstance(part, int) for part in fault.site.route):
        return
    key = ".".join(str(part) for part in route)
    yield from offer(f"take `{key}` out", document.without_key(text, route))


def placed(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """The file of a target that has another name than the target."""
    text, route = basis.document(fault.site.file), fault.site.route
    if text is None or fault.tool != "cargo":
        return
    here = paths.parent(fault.site.file)
    if (
        route == ("package",)
        and toml.value_at(basis.sources, fault.site.file, ("package", "autobins")) is False
    ):
        edit = document.without_key(text, ("package", "autobins"))
        yield from offer("take `package.autobins` out", edit)
    elif route[:1] == ("bin",) and route[-1] == "name":
        main = "src/main.rs"
        if basis.sources.tree.kind(paths.join(here, main)) is Kind.FILE:
            edit = document.with_key(text, route[:-1], "name", "path", document.quoted(main))
            yield from offer(f'write `path = "{main}"`', edit)


def inherited(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A dependency that members inherit put into the table of the workspace."""
    reference = fault.reference
    name = _inherited_name(fault.site.route)
    if reference is None or fault.tool != "cargo" or name is None:
        return
    root = reference.target
    found = basis.hints.packages.directories_of(fault, name)
    text = basis.document(root)
    if text is None or len(found) != 1 or looks_like_fixture(basis.sources.tree, found[0]):
        return
    where = paths.relative(found[0], paths.parent(root))
    line = f"{document.bare(name)} = {{ path = {document.quoted(where)} }}"
    edit = document.under(text, ("workspace", "dependencies"), line)
    yield from offer(f"write `{line}` into `workspace.dependencies` of `{root}`", edit, safe=True)


def sourced(basis: Basis, fault: Fault) -> Iterator[Fix]:
    """A member of a uv workspace that is depended upon said to be taken from the workspace."""
    reference = fault.reference
    if reference is None or fault.tool != "uv" or not fault.message.endswith("no entry in `tool.uv.sources`"):
        return
    text = basis.document(fault.site.file)
    line = f"{document.bare(reference.wanted)} = {{ workspace = true }}"
    edit = None if text is None else document.under(text, ("tool", "uv", "sources"), line)
    yield from offer(f"write `{line}` into `tool.uv.sources`", edit, safe=True)


def _inherited_name(route: Route) -> str | None:
    """The dependency of a route such as `dependencies.b.workspace`."""
    if len(route) < 3 or route[-1] != "workspace" or not str(route[-3]).endswith("dependencies"):
        return None
    return str(route[-2])
