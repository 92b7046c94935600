"""setuptools-rust: `[[tool.setuptools-rust.ext-modules]]` and `[[tool.setuptools-rust.bins]]`.

Source of the rules: setuptools-rust 1.13, `setuptools_rust/command.py` (a missing manifest is an
error unless the extension is optional), `build.py` (`cargo metadata`, `cargo rustc`).
"""

from __future__ import annotations

from collections.abc import Iterator

from depcheck.load.backend.findings import Findings, Key, named
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Reference
from depcheck.sources import Sources

TABLES = ("ext-modules", "bins")
KEYS = tuple(Key(("tool", "setuptools-rust", table, "*", "path")) for table in TABLES)


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend."""
    return named(sources, manifest, KEYS)


def build(findings: Findings, target: str) -> None:
    """What setuptools-rust adds to setuptools; only a wheel is compiled."""
    if target not in {"wheel", "editable"}:
        return
    for table in TABLES:
        listed = (findings.manifest.tool("setuptools-rust") or {}).get(table)
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, dict):
                _extension(findings, table, index, item)


def _extension(findings: Findings, table: str, index: int, item: dict[str, object]) -> None:
    raw = item.get("path", "Cargo.toml")
    if not isinstance(raw, str):
        return
    site = findings.site("tool", "setuptools-rust", table, index, *(("path",) if "path" in item else ()))
    extension = item.get("target", "")
    note = f"setuptools-rust says: can't find manifest for Rust extension `{extension}` at path `{raw}`"
    if findings.is_file(raw):
        _cargo(findings, raw, optional=item.get("optional") is True)
    elif item.get("optional") is True:
        reference = findings.reference(site, raw)
        notes = (note, "`optional = true` makes it a warning: the extension is left out")
        fault = Fault("missing-target-file", site, f"`{raw}` does not exist", reference, notes, findings.tool)
        findings.latent.append(fault)
    else:
        findings.missing(site, raw, note)


def _cargo(findings: Findings, raw: str, *, optional: bool) -> None:
    """The manifest is loaded by `cargo metadata` before anything is compiled."""
    from depcheck.load import cargo  # both start-up time and layers

    outcome = cargo.metadata(findings.sources, findings.at(raw))
    if not optional:
        findings.faults += outcome.faults
        findings.unknowns += outcome.unknowns
