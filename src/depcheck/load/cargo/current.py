"""The current manifest of a command: what `--manifest-path` and `--path` name, or the nearest one."""

from __future__ import annotations

from depcheck import paths
from depcheck.load.cargo.invocation import Invocation
from depcheck.model import Fault, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind


def find(sources: Sources, cwd: str, invocation: Invocation) -> str | Fault:
    """The manifest that the command in `cwd` is about (cargo: `find_root_manifest_for_wd`).

    Only its existence is tested.
    """
    named = invocation.values("--manifest-path")
    if invocation.command == "install":
        named = [f"{path}/Cargo.toml" for path in invocation.values("--path")]
        if not named:
            return Fault(
                "invalid-manifest",
                Site(paths.join(cwd, "Cargo.toml")),
                "`cargo install` without `--path` needs a registry",
            )
    if named:
        path = sources.tree.at(cwd, named[-1])
        if sources.tree.kind(path) is Kind.FILE and (
            paths.name(path) == "Cargo.toml" or path.endswith(".rs")
        ):
            return path
        what = "does not exist" if not sources.tree.exists(path) else "is no `Cargo.toml`"
        return Fault("missing-path", Site(path), f"the manifest path `{named[-1]}` {what}", tool="cargo")
    for directory in paths.ancestors(cwd):
        path = paths.join(directory, "Cargo.toml")
        if sources.tree.exists(path):
            return path
    message = f"no `Cargo.toml` in `{cwd or '.'}` or any directory above it"
    return Fault("missing-path", Site(paths.join(cwd, "Cargo.toml")), message, tool="cargo")
