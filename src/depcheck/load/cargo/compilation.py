"""Which files a build compiles below the targets asked for: libraries and build scripts of dependencies.

Source: cargo's `unit_dependencies` and `FeatureResolver`, as far as files go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.load.cargo.activate import activate
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.resolve import Resolved
from depcheck.manifest.cargo import platform
from depcheck.model import Fault


def spread(
    roots: Mapping[str, set[str]], resolved: Resolved, *, dev: bool, libraries: bool = True, host: bool = True
) -> dict[str, set[str]]:
    """The features of every package that a build of the roots compiles, the roots included.

    roots: manifest -> features asked for. dev: their dev-dependencies are built too. libraries: leave
    out what has no library, which a build passes over with a warning. host: and what is for other platforms.
    """
    wanted = {path: set(asked) for path, asked in roots.items()}
    ahead = list(wanted)
    while ahead:
        at = ahead.pop()
        package = resolved.packages[at]
        activation = activate(package, wanted[at])
        builds = any(source.kind == "build script" for source in package.sources)
        for edge in resolved.edges.get(at, ()):
            entry = edge.dependency
            if (entry.kind == "dev" and not (dev and at in roots)) or (entry.kind == "build" and not builds):
                continue
            if (entry.optional and entry.key not in activation.firm) or (
                host and not _on_host(entry.platform)
            ):
                continue
            if libraries and not _has_library(resolved.packages[edge.target]):
                continue
            features = {*entry.features, *activation.requests.get(entry.key, ())}
            if entry.default_features is not False:
                features.add("default")
            known = wanted.get(edge.target)
            if known is None or not features <= known:
                wanted[edge.target] = features | (known or set())
                ahead.append(edge.target)
    return wanted


def below(roots: Mapping[str, set[str]], resolved: Resolved, *, dev: bool) -> Iterator[Fault]:
    """The libraries and build scripts below the roots that a build of them cannot compile."""
    if not resolved.unbuildable:
        return
    for path in spread(roots, resolved, dev=dev):
        if path not in roots:
            for source, fault in resolved.unbuildable.get(path, ()):
                if source.kind in ("lib", "build script"):
                    yield fault


def _has_library(package: Package) -> bool:
    return any(source.kind == "lib" for source in package.sources)


def _on_host(text: str) -> bool:
    try:
        return not text or platform.holds(text)
    except platform.PlatformError:
        return False
