"""Every local path that a manifest names, and those that nothing follows yet."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.load.cargo.package import Package, path_dependency, read
from depcheck.load.cargo.resolve import Resolved
from depcheck.manifest.cargo import Manifest
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind


def references(sources: Sources, path: str) -> tuple[Reference, ...]:
    """Every local path that the manifest itself names, followed or not."""
    manifest = read(sources, path)
    if not isinstance(manifest, Manifest):
        return ()
    entries = [*manifest.dependencies, *(entry for _, entry in manifest.patches), *manifest.replacements]
    if manifest.workspace is not None:
        entries.extend(manifest.workspace.dependencies.values())
    found = [path_dependency(sources, path, entry).reference for entry in entries if entry.has_path]
    found.extend(_files(sources, manifest))
    if manifest.workspace is not None:
        for index, raw in enumerate(manifest.workspace.members or ()):
            site = Site(path, ("workspace", "members", index))
            glob = any(char in raw for char in "*?[")
            target = sources.tree.at(manifest.directory, raw)
            found.append(Reference(site, route_text(site.route), raw, target, "glob" if glob else "member"))
    return tuple(found)


def _files(sources: Sources, manifest: Manifest) -> Iterator[Reference]:
    package = manifest.package
    if package is None:
        return
    named: list[tuple[tuple[str | int, ...], object]] = [
        (("package", "readme"), package.readme),
        (("package", "license-file"), package.license_file),
        (("package", "build"), package.build),
        *(((*target.route, "path"), target.path) for target in manifest.targets if target.path),
    ]
    for route, raw in named:
        if isinstance(raw, str):
            target = sources.tree.at(manifest.directory, raw)
            yield Reference(Site(manifest.path, route), route_text(route), raw, target, "file")
    if package.workspace is not None:
        site = Site(manifest.path, ("package", "workspace"))
        target = sources.tree.at(manifest.directory, package.workspace)
        yield Reference(site, "package.workspace", package.workspace, target, "workspace")


def dormant(sources: Sources, package: Package, resolved: Resolved) -> Iterator[Fault]:
    """Paths that lead nowhere and that no command reads yet."""
    manifest = package.manifest
    entries = list(manifest.replacements)
    if manifest.workspace is not None:
        used = {
            (dependency.reference.site.file, dependency.reference.site.route)
            for member in resolved.packages.values()
            for dependency in member.dependencies
        }
        listed = manifest.workspace.dependencies.values()
        entries.extend(entry for entry in listed if (manifest.path, (*entry.route, "path")) not in used)
    for entry in entries:
        if not entry.has_path:
            continue
        dependency = path_dependency(sources, manifest.path, entry)
        if sources.tree.kind(dependency.manifest) is Kind.MISSING:
            reference = dependency.reference
            message = (
                f"`{reference.raw}` leads to `{reference.target}`, which holds no package; nothing "
                "uses it yet"
            )
            yield Fault("dormant-path", reference.site, message, reference, tool="cargo")
