"""`cargo add` and `cargo remove`: what they ask of the words, and of the manifest that they change.

Source: cargo's `bin/cargo/commands/{add,remove}.rs`, `ops/cargo_add/mod.rs`, `ops/cargo_remove.rs`.
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.load.cargo.invocation import Invocation
from depcheck.load.cargo.package import read
from depcheck.manifest import toml
from depcheck.manifest.cargo import Manifest
from depcheck.manifest.pyproject import table_at
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources


def refused(sources: Sources, cwd: str, invocation: Invocation, chosen: tuple[str, ...]) -> Iterator[Fault]:
    """Why the command would not change the only one of the chosen manifests."""
    if len(chosen) != 1:
        what = "several packages are selected" if chosen else "no package is selected"
        site = Site(paths.join(cwd, "Cargo.toml"))
        yield Fault(
            "missing-member", site, f"{what}, and the command changes one: `-p` names it", tool="cargo"
        )
    elif not invocation.operands and not invocation.has("--path", "--git"):
        yield Fault("invalid-manifest", Site(chosen[0]), "the command names no dependency", tool="cargo")
    elif invocation.command == "remove":
        yield from _removed(sources, invocation, chosen[0])
    else:
        yield from _added(sources, cwd, invocation, chosen[0])


def _removed(sources: Sources, invocation: Invocation, path: str) -> Iterator[Fault]:
    kind = "dev-" if invocation.has("--dev") else "build-" if invocation.has("--build") else ""
    route: tuple[str, ...] = (f"{kind}dependencies",)
    for platform in invocation.values("--target"):
        route = ("target", platform, f"{kind}dependencies")
    document = sources.get(toml.read, path)
    data = document.data if isinstance(document, toml.Document) else {}
    old = (*route[:-1], route[-1].replace("-", "_"))
    listed = {**(table_at(data, *old) or {}), **(table_at(data, *route) or {})}
    for name in invocation.operands:
        if name not in listed:
            message = f"`{name}` is not among the `{'.'.join(route)}`"
            yield Fault("missing-member", Site(path), message, tool="cargo")


def _added(sources: Sources, cwd: str, invocation: Invocation, path: str) -> Iterator[Fault]:
    for raw in invocation.values("--path"):
        target = sources.tree.at(cwd, raw)
        manifest = paths.join(target, "Cargo.toml")
        site = Site(path)
        reference = Reference(site, "--path", raw, target, "package", next(iter(invocation.operands), ""))
        if paths.is_outside(target) and sources.tree.exists(target):
            continue
        if not sources.tree.exists(manifest):
            what = "has no `Cargo.toml`" if sources.tree.exists(target) else "does not exist"
            rule = "not-a-package" if sources.tree.exists(target) else "missing-path"
            yield Fault(
                rule, site, f"`{raw}` leads to `{target or '.'}`, which {what}", reference, tool="cargo"
            )
            continue
        found = read(sources, manifest)
        if isinstance(found, Fault):
            yield found
        elif isinstance(found, Manifest):
            named = found.package.name if found.package else ""
            wanted = reference.wanted.partition("@")[0]
            if wanted and wanted != named:
                message = f"`{raw}` leads to `{named or manifest}`, and `{wanted}` is wanted"
                yield Fault("name-mismatch", site, message, reference, tool="cargo")
    for name in invocation.operands:
        if "/" in name or name.startswith("."):
            message = f"`{name}` is no name of a package: `--path` takes a directory"
            yield Fault("missing-path", Site(path), message, tool="cargo")
