"""What cargo demands of the graph of packages as a whole: no circle, no two packages of one identity.

Source: cargo's resolver (`check_cycles`, `check_duplicate_pkgs_in_lockfile`, the `links` of its
context) and `extern_crate_name_and_dep_name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.load.cargo.package import Package
from depcheck.manifest.cargo import Dependency
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple


class Edge(NamedTuple):
    """A dependency that was followed. `reference`: of its path, or of the patch that answers it."""

    target: str
    dependency: Dependency
    reference: Reference


Packages = Mapping[str, Package]
Edges = Mapping[str, list[Edge]]


def check(packages: Packages, edges: Edges) -> Iterator[Fault]:
    """Every fault of the graph. packages: those that are part of it."""
    reached = {edge.target: edge.reference for out in edges.values() for edge in out}
    yield from _collisions(packages, reached)
    yield from _links(packages, reached)
    yield from _cycles(packages, edges)


def names(packages: Packages, edges: Edges) -> Iterator[tuple[str, Fault]]:
    """(manifest, fault) where a crate has one package under two names; who compiles the crate meets it."""
    for path, out in edges.items():
        if len(out) > 1:
            for fault in _names(packages, packages[path], out):
                yield path, fault


def _collisions(packages: Packages, reached: Mapping[str, Reference]) -> Iterator[Fault]:
    """Two directories, one name and version: the lock file has room for one."""
    seen: dict[tuple[str, str], str] = {}
    for path, package in packages.items():
        if not package.version or (first := seen.setdefault((package.name, package.version), path)) == path:
            continue
        reference = reached.get(path) or reached.get(first)
        site = reference.site if reference else Site(path, ("package", "name"))
        message = (
            f"two different packages `{package.name}` {package.version} are asked for: `{first}` and `{path}`"
        )
        yield Fault("duplicate-package", site, message, reference, tool="cargo")


def _links(packages: Packages, reached: Mapping[str, Reference]) -> Iterator[Fault]:
    """One package links to a native library."""
    seen: dict[str, str] = {}
    for path, package in packages.items():
        links = package.manifest.package.links if package.manifest.package else None
        if links is not None and (first := seen.setdefault(links, path)) != path:
            site = Site(path, ("package", "links"))
            message = f"two packages link to the native library `{links}`: `{first}` and `{path}`"
            yield Fault("duplicate-package", site, message, reached.get(path), tool="cargo")


def _names(packages: Packages, package: Package, out: list[Edge]) -> Iterator[Fault]:
    names: dict[str, str] = {}
    for edge in out:
        target, entry = packages[edge.target], edge.dependency
        library = next((source for source in target.sources if source.kind == "lib"), None)
        if library is None:
            continue
        name = (entry.key if entry.renamed else library.name).replace("-", "_")
        if names.setdefault(edge.target, name) != name:
            message = (
                f"`{package.name}` depends on `{target.name}` under two names, "
                f"`{names[edge.target]}` and `{name}`"
            )
            yield Fault("duplicate-package", edge.reference.site, message, edge.reference, tool="cargo")


def _cycles(packages: Packages, edges: Edges) -> Iterator[Fault]:
    """Normal and build dependencies must not come back (dev ones may)."""
    state: dict[str, int] = {}
    for start in edges:
        if state.get(start):
            continue
        stack = [(start, iter(edges[start]))]
        state[start] = 1
        while stack:
            path, ahead = stack[-1]
            for edge in ahead:
                if edge.dependency.kind == "dev":
                    continue
                if state.get(edge.target) == 1:
                    yield _cycle(packages, [step for step, _ in stack], edge)
                elif not state.get(edge.target):
                    state[edge.target] = 1
                    stack.append((edge.target, iter(edges.get(edge.target, ()))))
                    break
            else:
                state[path] = 2
                stack.pop()


def _cycle(packages: Packages, stack: list[str], edge: Edge) -> Fault:
    names = [packages[path].name for path in stack[stack.index(edge.target) :]]
    around = " -> ".join([*names, names[0]])
    message = f"the packages depend on each other in a circle: {around}"
    return Fault("dependency-cycle", edge.reference.site, message, edge.reference, tool="cargo")
