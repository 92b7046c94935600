"""A baseline: findings that a repository knows of, so that only others count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from depcheck import paths
from depcheck.config import Complaint, ConfigurationError
from depcheck.manifest import toml
from depcheck.model import Diagnostic, Fault, Site
from depcheck.record import NamedTuple
from depcheck.settings import Settings
from depcheck.sources import Sources

RULE = "stale-baseline"
_VERSION = 1


class Entry(NamedTuple):
    """A finding that is known. file: of the finding. message: for who reads the baseline."""

    fingerprint: str
    rule: str
    file: str
    message: str


class Baseline(NamedTuple):
    """file: canonical, or absolute where it lies outside of the root. text: as it was read."""

    file: str
    entries: tuple[Entry, ...] = ()
    text: str = ""


class Compared(NamedTuple):
    """new, known: findings. stale: what is known and reported no more."""

    new: tuple[Diagnostic, ...]
    known: tuple[Diagnostic, ...]
    stale: tuple[Fault, ...]


def find(sources: Sources, file: str) -> Baseline:
    """The one that a configuration names; an empty one where none is there. Raises ConfigurationError."""
    if not sources.tree.exists(file):
        return Baseline(file)
    text = sources.get(toml.read_text, file)
    if isinstance(text, Fault):
        raise ConfigurationError([Complaint(file, None, text.message)])
    if isinstance(text, toml.Unknown):
        raise ConfigurationError([Complaint(file, None, f"cannot be read: {text.because}")])
    return read(file, text)


def read(file: str, text: str) -> Baseline:
    """The baseline that a file with this text is. Raises ConfigurationError."""
    try:
        return Baseline(file, tuple(_entries(json.loads(text))), text)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        message = "is no baseline of version 1 that depcheck has written"
        raise ConfigurationError([Complaint(file, None, message)]) from error


def _entries(document: Any) -> Iterator[Entry]:
    """The entries of a document. Raises TypeError, KeyError and ValueError."""
    if document["schema_version"] != _VERSION:
        raise ValueError(document["schema_version"])
    for listed in document["findings"]:
        entry = Entry(*(listed[field] for field in Entry._fields))
        if not all(isinstance(value, str) for value in entry):
            raise TypeError(entry)
        yield entry


def compare(
    baseline: Baseline, diagnostics: Iterable[Diagnostic], scope: Sequence[str], settings: Settings
) -> Compared:
    """What of the findings is new, and what of the baseline is no finding any more."""
    entries = {entry.fingerprint: entry for entry in baseline.entries}
    new: list[Diagnostic] = []
    known: list[Diagnostic] = []
    for one in diagnostics:
        (known if entries.pop(one.fingerprint, None) else new).append(one)
    stale = [entry for entry in entries.values() if _is_judged(entry, scope, settings)]
    return Compared(tuple(new), tuple(known), tuple(_faults(baseline, stale)))


def renewed(
    baseline: Baseline, found: Iterable[Diagnostic], scope: Sequence[str], settings: Settings
) -> list[Entry]:
    """What there is to know of now: the findings, and what was not looked at, in a stable order."""
    entries = {one.fingerprint: one for one in baseline.entries if not _is_judged(one, scope, settings)}
    for one in found:
        if one.name != RULE:
            entries[one.fingerprint] = Entry(one.fingerprint, one.name, one.site.file, one.message)
    return sorted(entries.values(), key=lambda entry: (entry.file, entry.rule, entry.fingerprint))


def text(entries: Iterable[Entry]) -> str:
    """A baseline as it is written: a finding a line, so that changes are easy to read and to merge."""
    lines = ",\n".join(f"    {json.dumps(entry._asdict())}" for entry in entries)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "schema_version": {_VERSION},\n  "findings": {listed}\n}}\n'


def _is_judged(entry: Entry, scope: Sequence[str], settings: Settings) -> bool:
    """Whether a scan of this scope would report it, if it was still there."""
    return settings.severity(entry.rule, entry.file, "error") is not None and any(
        paths.is_below(entry.file, top) for top in scope
    )


def _faults(baseline: Baseline, stale: Iterable[Entry]) -> Iterator[Fault]:
    lines: dict[str, int] = {}
    for number, line in enumerate(baseline.text.split("\n"), 1):
        _, found, rest = line.partition('"fingerprint": "')
        if found:
            lines.setdefault(rest.partition('"')[0], number)
    for entry in stale:
        site = Site(baseline.file, (), entry.fingerprint, lines.get(entry.fingerprint, 1))
        message = f"`{entry.rule}` in `{entry.file}` is known here, and nothing reports it any more"
        notes = (f"it said: {entry.message}", "`depcheck scan --write-baseline` takes it out")
        yield Fault(RULE, site, message, None, notes)
