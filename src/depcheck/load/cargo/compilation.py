"""Which files a build compiles: the targets asked for, and the libraries below them.

Source: cargo's `ops/cargo_compile` (`unit_generator`) and `unit_dependencies`, as far as files go.
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.load.cargo.activate import Activation, activate
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.resolve import Resolved
from depcheck.manifest.cargo import Dependency, platform
from depcheck.model import Fault


def below(path: str, resolved: Resolved, asked: set[str], *, dev: bool) -> Iterator[Fault]:
    """The libraries and build scripts below the package `path` that a build of it cannot compile.

    asked: the features of the package. dev: its dev-dependencies are built too.
    """
    if not resolved.unbuildable:
        return
    wanted: dict[str, set[str]] = {path: set(asked)}
    ahead, said = [path], {path}
    while ahead:
        at = ahead.pop()
        if at not in said:
            said.add(at)
            for source, fault in resolved.unbuildable.get(at, ()):
                if source.kind in ("lib", "build script"):
                    yield fault
        package = resolved.packages[at]
        activation = activate(package, wanted[at])
        builds = any(source.kind == "build script" for source in package.sources)
        for edge in resolved.edges.get(at, ()):
            entry = edge.dependency
            if (entry.kind == "dev" and not (dev and at == path)) or (entry.kind == "build" and not builds):
                continue
            if not _is_on(entry, activation):
                continue
            features = {*entry.features, *activation.requests.get(entry.key, ())}
            if entry.default_features is not False:
                features.add("default")
            known = wanted.get(edge.target)
            if known is None or not features <= known:
                wanted[edge.target] = features | (known or set())
                ahead.append(edge.target)


def _is_on(entry: Dependency, activation: Activation) -> bool:
    return (not entry.optional or entry.key in activation.firm) and _on_host(entry.platform)


def default_features(package: Package) -> set[str]:
    """What a build asks of a package that nothing is said about."""
    return {"default"} if "default" in package.manifest.features else set()


def _on_host(text: str) -> bool:
    try:
        return not text or platform.holds(text)
    except platform.PlatformError:
        return False
