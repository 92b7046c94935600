"""One Cargo.toml as the current manifest, under the commands of everyday use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from depcheck import paths
from depcheck.load.cargo import compilation, config, profiles, toolchain, workspace
from depcheck.load.cargo.activate import enabled, explicit_default
from depcheck.load.cargo.archive import left_out, packaged
from depcheck.load.cargo.config import Config
from depcheck.load.cargo.package import Package, path_dependency, read
from depcheck.load.cargo.patches import Patch, combined
from depcheck.load.cargo.references import dormant, references
from depcheck.load.cargo.resolve import ALL, Resolved, Scope, resolve
from depcheck.load.cargo.workspace import Loaded
from depcheck.load.tool import Judged
from depcheck.manifest.cargo import Manifest
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources

__all__ = ["Scope", "judge", "metadata", "packaged", "references", "resolution"]


def metadata(sources: Sources, manifest: str) -> Outcome:
    """What `cargo metadata --manifest-path manifest` does, run in the manifest's directory."""
    return judge(sources, manifest).resolves


def judge(sources: Sources, path: str, env: Mapping[str, str] | None = None) -> Judged:
    """What cargo's everyday commands do with `path` as the current manifest, from its directory."""
    env = sources.get(_environment) if env is None else env
    chosen = toolchain.of(sources, paths.parent(path), env)
    loaded = sources.get(workspace.load, path, chosen)
    files = sources.get(config.files, paths.parent(path))
    settings = sources.get(config.read, files)
    loads = _loads(sources, loaded, settings, env)
    resolved = resolution(sources, loaded, files)
    latent: tuple[Fault, ...] = ()
    misfits = resolved.latent
    lock_file = paths.join(paths.parent(loaded.root or path), "Cargo.lock")
    if sources.tree.exists(lock_file):
        from depcheck.load.cargo import lock_text

        misfits, latent = (), misfits
        if refused := sources.get(lock_text.refused, lock_file):
            misfits = (refused,)
    if settings.sources and any(one.external for one in resolved.packages.values()):
        misfits = (*misfits, *(fault for _, fault in settings.sources))
    resolves = loads
    named, unsure = unconfigured(sources, resolved.registries, settings, env)
    more = (*resolved.faults, *misfits, *settings.resolving, *settings.running, *settings.overriding, *named)
    if more or resolved.unknowns or unsure:
        unknowns = dict.fromkeys((*loads.unknowns, *resolved.unknowns, *unsure))
        resolves = Outcome(tuple(dict.fromkeys((*loads.faults, *more))), tuple(unknowns))
    package = loaded.members.get(path)
    if package is None:
        return Judged(loads, resolves, Outcome(latent=latent))
    latent = (*latent, *toolchain.outdated(sources, package.manifest, package.edition))
    builds = dict.fromkeys(_builds(sources, loaded, package, (settings, resolved), env))
    latent = (*latent, *dormant(sources, package, resolved))
    return Judged(loads, resolves, Outcome(tuple(builds), latent=latent), _alone(loaded, builds))


def _environment(_: Sources) -> Mapping[str, str]:
    """The variables, copied once: `os.environ` encodes and decodes at each question."""
    return dict(os.environ)


def _alone(loaded: Loaded, builds: Iterable[Fault]) -> tuple[Fault, ...]:
    """Of a dependency cargo compiles the library and the build script, no other target."""
    if loaded.root is not None:
        return ()
    tables = {("bin",), ("example",), ("test",), ("bench",)}
    return tuple(
        fault for fault in builds if fault.rule == "missing-target-file" and fault.site.route[:1] in tables
    )


def _loads(sources: Sources, loaded: Loaded, settings: Config, env: Mapping[str, str]) -> Outcome:
    named, unsure = unconfigured(sources, loaded.registries, settings, env)
    return Outcome((*settings.faults, *loaded.faults, *named), (*loaded.unknowns, *unsure))


def unconfigured(
    sources: Sources, named: tuple[tuple[Site, str], ...], settings: Config, env: Mapping[str, str]
) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    """(faults, unknowns) of the registries that manifests name (see `config.unconfigured`)."""
    if not named:
        return (), ()
    faults, unknowns = config.unconfigured(sources, named, settings, env)
    return tuple(faults), tuple(unknowns)


def _builds(
    sources: Sources,
    loaded: Loaded,
    package: Package,
    found: tuple[Config, Resolved],
    env: Mapping[str, str],
) -> Iterator[Fault]:
    """What `cargo build --all-targets` and `cargo package` meet beyond the resolution."""
    settings, resolved = found
    yield from settings.building
    root = read(sources, loaded.root or package.manifest.path)
    if isinstance(root, Manifest) and (root.profiles or settings.profiles):
        yield from profiles.faults(root, settings, env)
    yield from loaded.recorded
    if package.manifest.package is None:
        return
    path = package.manifest.path
    if resolved.unbuildable:
        default = enabled(package, {"default"})
        for source, fault in resolved.unbuildable.get(path, ()):
            if set(source.required) <= default:
                yield fault
        yield from compilation.below({path: explicit_default(package)}, resolved, dev=True)
    if package.manifest.package.publish:
        yield from packaged(sources, loaded, package)
        yield from left_out(package)


def resolution(sources: Sources, loaded: Loaded, files: tuple[str, ...], scope: Scope = ALL) -> Resolved:
    """The resolution, one for all members of a workspace that read the same configuration."""
    if loaded.shared and loaded.root is not None:
        return sources.get(_shared, loaded.root, loaded.session.toolchain, files, scope)
    return _resolve(sources, loaded, files, scope)


def _shared(
    sources: Sources, root: str, chosen: toolchain.Toolchain, files: tuple[str, ...], scope: Scope
) -> Resolved:
    return _resolve(sources, sources.get(workspace.load_root, root, chosen), files, scope)


def _resolve(sources: Sources, loaded: Loaded, files: tuple[str, ...], scope: Scope) -> Resolved:
    settings = sources.get(config.read, files)
    patches = combined(tuple(_patches(sources, loaded)), settings.patches)
    return resolve(sources, loaded, (patches, settings.overrides if scope.overriding else ()), scope)


def _patches(sources: Sources, loaded: Loaded) -> Iterator[Patch]:
    """`[patch]` counts in the root manifest alone, and there even where it is not used."""
    root = loaded.root or next(iter(loaded.members), None)
    manifest = read(sources, root) if root is not None else None
    if isinstance(manifest, Manifest):
        for source, entry in manifest.patches:
            if entry.has_path:
                yield Patch(source, path_dependency(sources, manifest.path, entry))
