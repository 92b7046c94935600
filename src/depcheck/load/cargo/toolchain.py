"""Which cargo answers in a directory: a stable one, or one that takes what only nightly takes.

Source: rustup's `OverrideCfg` (`+toolchain`, `RUSTUP_TOOLCHAIN`, then the nearest `rust-toolchain` or
`rust-toolchain.toml` upwards); cargo's `features.rs` (`RUSTC_BOOTSTRAP=1` makes any cargo a nightly one).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from depcheck import paths
from depcheck.manifest import toml
from depcheck.manifest.cargo import Dependency, Manifest, configuration, dependencies
from depcheck.manifest.pyproject import table_at
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_STABLE = r"(?:stable|beta|\d+\.\d+(?:\.\d+)?(?:-beta(?:\.\d+)?)?)(?:-.*)?"
_VERSION = r"1\.(\d{1,4})(?:\.\d+)?(?:-.*)?"
_NEEDS = {"edition": ("2024", 85), "resolver": ("3", 84)}  # what the minor version of cargo has to be


class Toolchain(NamedTuple):
    """What decides how a manifest is read, beside its text.

    nightly: where another cargo than a stable one is asked for, in words; empty for stable.
    bootstrap: the cargo that is modelled, with nightly features. bases: `[path-bases]`, name and directory.
    """

    nightly: str = ""
    bootstrap: bool = False
    bases: tuple[tuple[str, str], ...] = ()


STABLE = Toolchain()


def of(sources: Sources, directory: str, env: Mapping[str, str], asked: str = "") -> Toolchain:
    """The toolchain of a command in `directory`. asked: `+TOOLCHAIN`, without the sign."""
    named = asked or env.get("RUSTUP_TOOLCHAIN", "")
    place = f"`{'+' if asked else 'RUSTUP_TOOLCHAIN='}{named}`"
    if not named:
        file, named = sources.get(_pinned, directory)
        place = f"`{file}`"
    if named and not re.fullmatch(_STABLE, named):
        return Toolchain(f"{place} asks for another cargo than a stable one")
    if env.get("RUSTC_BOOTSTRAP") not in (None, "0", ""):
        return Toolchain(bootstrap=True, bases=_bases(sources, directory))
    return STABLE


def _pinned(sources: Sources, directory: str) -> tuple[str, str]:
    """(file, channel) of the nearest file that says which toolchain to take."""
    names = sources.tree.names(directory)
    for name in ("rust-toolchain", "rust-toolchain.toml"):
        path = paths.join(directory, name)
        if name in names and sources.tree.kind(path) is Kind.FILE:
            return path, _channel(sources, path)
    if not directory or paths.is_outside(directory):
        return "", ""
    return sources.get(_pinned, paths.parent(directory))


def _channel(sources: Sources, path: str) -> str:
    text = sources.get(toml.read_text, path)
    words = text.split() if isinstance(text, str) else []
    if len(words) == 1 and path.endswith("rust-toolchain"):
        return words[0]
    document = sources.get(toml.read, path)
    table = (table_at(document.data, "toolchain") if isinstance(document, toml.Document) else None) or {}
    channel = table.get("channel")
    return channel if isinstance(channel, str) else "custom" if "path" in table else ""


def _bases(sources: Sources, directory: str) -> tuple[tuple[str, str], ...]:
    found = dict[str, str]()
    for path in sources.get(configuration.files, directory):
        document = sources.get(toml.read, path)
        table = table_at(document.data, "path-bases") if isinstance(document, toml.Document) else None
        for name, raw in (table or {}).items():
            if isinstance(raw, str):
                found.setdefault(name, sources.tree.at(paths.parent(paths.parent(path)), raw))
    return tuple(found.items())


def unstable(manifest: Manifest, toolchain: Toolchain) -> tuple[list[Fault], list[str]]:
    """(faults, unknowns) of what only a nightly cargo reads."""
    faults, unknowns = list[Fault](), list[str]()
    for feature, fault in manifest.unstable:
        if toolchain.nightly:
            unknowns.append(f"{toolchain.nightly}, and `{manifest.path}` needs one: {fault.message}")
        elif not (toolchain.bootstrap and feature in manifest.cargo_features):
            faults.append(fault)
    return faults, unknowns


def base(
    manifest: Manifest, entry: Dependency, toolchain: Toolchain, features: frozenset[str]
) -> Fault | str | tuple[str]:
    """Where the path of an entry with a `base` starts: (the directory,), or what is wrong or not known.

    manifest: the one that says it; features: the `cargo-features` of the one that is read, which may
    inherit it (cargo: `lookup_path_base`).
    """
    if toolchain.nightly:
        return f"{toolchain.nightly}, and what `{entry.base}` stands for is up to it"
    if not toolchain.bootstrap or "path-bases" not in features:
        return dependencies.based(manifest.path, entry)
    known = dict(toolchain.bases)
    if entry.base in known:
        return (known[entry.base],)
    if entry.base == "workspace":
        return (
            (manifest.directory,)
            if manifest.workspace
            else f"which workspace `{manifest.path}` belongs to is not asked"
        )
    message = f"the path base `{entry.base}` is not defined in `[path-bases]` of any `.cargo/config.toml`"
    return dependencies.based(manifest.path, entry, message)


def outdated(sources: Sources, manifest: Manifest, edition: str) -> list[Fault]:
    """What the older cargo that the repository pins refuses."""
    file, channel = sources.get(_pinned, manifest.directory)
    version = re.fullmatch(_VERSION, channel)
    if version is None:
        return []
    resolver = manifest.workspace.resolver if manifest.workspace else ""
    resolver = resolver or (manifest.package.resolver if manifest.package else "")
    faults = []
    for key, value in (("edition", edition), ("resolver", resolver)):
        needed, minor = _NEEDS[key]
        if value == needed and int(version[1]) < minor:
            table = (
                "package"
                if manifest.package and (key == "edition" or not manifest.workspace)
                else "workspace"
            )
            message = f'`{key} = "{needed}"` needs cargo 1.{minor}, and `{file}` pins {channel}'
            note = "the verdict is that of cargo 1.95"
            site = Site(manifest.path, (table, key))
            faults.append(Fault("invalid-manifest", site, message, notes=(note,), tool="cargo"))
    return faults
