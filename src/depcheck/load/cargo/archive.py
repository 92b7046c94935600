"""What `cargo package` puts into a crate's archive, and what it refuses to go without.

Source: cargo's `ops/cargo_package` (`build_ar_list`, `check_for_file_and_add`) and
`prepare_for_publish`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.load import globs
from depcheck.load.cargo.package import Package, read
from depcheck.load.cargo.targets import Source
from depcheck.load.cargo.workspace import Loaded
from depcheck.manifest.cargo import Manifest
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Route, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_STARS = r"\*\*+"


def packaged(sources: Sources, loaded: Loaded, package: Package) -> Iterator[Fault]:
    """The files that `cargo package` refuses to go without: readme and licence.

    Inherited ones are relative to the workspace root (cargo: `check_for_file_and_add`).
    """
    manifest = package.manifest
    table = manifest.package
    if table is None:
        return
    for key, value in (("readme", table.readme), ("license-file", table.license_file)):
        at, given = manifest.path, value
        route: Route = ("package", key)
        above = manifest.path if manifest.workspace is not None else loaded.root  # though it excludes itself
        if key in table.inherits and above is not None:
            root = read(sources, above)
            if not isinstance(root, Manifest) or root.workspace is None:
                continue
            at, route = above, ("workspace", "package", key)
            given = root.workspace.package.get(key)
        raw = "README.md" if given is True and key == "readme" else given
        if not isinstance(raw, str):
            continue
        target = sources.tree.at(paths.parent(at), raw)
        if sources.tree.kind(target) not in (Kind.MISSING, Kind.DIR):
            continue
        site = Site(at, route)
        reference = Reference(site, route_text(route), raw, target, "file")
        what = "readme" if key == "readme" else "licence file"
        message = f"the {what} `{raw}` leads to `{target}`, which does not exist"
        note = "`cargo package` and `cargo publish` refuse the crate without it"
        yield Fault("missing-metadata-file", site, message, reference, (note,), "cargo")
    yield from _script(sources, package)


def _script(sources: Sources, package: Package) -> Iterator[Fault]:
    """The build script has to be a file inside the package."""
    for source in package.sources:
        if source.kind == "build script" and source.route:
            below = paths.is_below(source.path, package.directory)
            if below and sources.tree.is_file(source.path):
                continue
            site = Site(package.manifest.path, source.route)
            reference = Reference(site, route_text(source.route), source.raw, source.path, "file")
            what = "which does not exist" if below else "outside the package"
            message = f"the build script is at `{source.path}`, {what}; `cargo package` refuses it"
            yield Fault("missing-target-file", site, message, reference, tool="cargo")


def unversioned(package: Package) -> Iterator[Fault]:
    """Path dependencies that `cargo package` refuses: without a version, dev ones apart."""
    for dependency in package.dependencies:
        entry = dependency.dependency
        if not entry.version and entry.kind != "dev":
            message = f"dependency `{entry.key}` has a path and no version, which `cargo package` needs"
            yield Fault(
                "missing-metadata-file",
                dependency.reference.site,
                message,
                dependency.reference,
                tool="cargo",
            )


def outside(package: Package) -> Iterator[Fault]:
    """Targets that lie outside the package directory: they build, and cannot be packaged."""
    for source in package.sources:
        if source.route and source.raw and not paths.is_below(source.path, package.directory):
            site = Site(
                package.manifest.path,
                source.route if source.kind == "build script" else (*source.route, "path"),
            )
            reference = Reference(site, route_text(site.route), source.raw, source.path, "file")
            message = f"the {source.kind} `{source.name}` is at `{source.path}`, outside the package"
            yield Fault("missing-target-file", site, message, reference, tool="cargo")


def left_out(package: Package) -> Iterator[Fault]:
    """`package.include` keeps the source of every target out of the archive."""
    table = package.manifest.package
    if table is None or table.include is None:
        return
    built = [source for source in package.sources if source.kind != "build script"]
    inside = [paths.relative(source.path, package.directory) for source in built]
    if built and not any(_included(pattern, path) for path in inside for pattern in table.include):
        site = Site(package.manifest.path, ("package", "include"))
        reference = Reference(site, "package.include", inside[0], built[0].path, "file")
        message = f"`include` leaves out every target (`{inside[0]}`), so the packaged crate has none"
        yield Fault("missing-target-file", site, message, reference, tool="cargo")


def nothing_left(package: Package, absent: tuple[tuple[Source, Fault], ...]) -> Iterator[Fault]:
    """The packaged crate needs a target, and each without its file is left out of its manifest."""
    gone = {source for source, _ in absent}
    built = [source for source in package.sources if source.kind != "build script"]
    if built and all(source in gone for source in built):
        yield from (fault for source, fault in absent if source.kind != "build script")


def _included(pattern: str, path: str) -> bool:
    """Whether a gitignore pattern of `include` covers the file or a directory above it."""
    anchored = "/" in pattern.rstrip("/")
    wanted = [part if part == "**" else re.sub(_STARS, "*", part) for part in pattern.strip("/").split("/")]
    if not anchored:
        wanted.insert(0, "**")
    try:
        return any(globs.matches(wanted, path.split("/")))
    except globs.PatternError:  # a `[` without an end
        return False
