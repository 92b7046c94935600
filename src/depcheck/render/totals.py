"""What a report adds up to, for every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.model import Diagnostic, Judgement
from depcheck.pipeline import Report

_FOLDERS = 5  # that are named of those whose manifests are not judged
_REASONS = 10  # for which something is unknown that are given


def names(report: Report) -> dict[str, str]:
    """Manifest -> what its package is called. A manifest without a package has no entry."""
    return {one.manifest: one.name for one in report.judgements if one.name is not None}


def labels(report: Report) -> dict[str, str]:
    """The same with the directory, where packages in several directories are called alike."""
    named = names(report)
    places: dict[str, set[str]] = {}
    for manifest, name in named.items():
        places.setdefault(name, set()).add(paths.parent(manifest))
    return {
        manifest: f"{name} ({paths.parent(manifest) or '.'})" if len(places[name]) > 1 else name
        for manifest, name in named.items()
    }


def packages(diagnostic: Diagnostic, known: Mapping[str, str]) -> tuple[str, ...]:
    """The packages that a finding blocks, by name and each once; manifests where none has a name."""
    named = {known[manifest] for manifest in diagnostic.packages if manifest in known}
    return tuple(sorted(named or set(diagnostic.packages)))


def whole_workspace(report: Report, blocked: tuple[str, ...], known: Mapping[str, str]) -> str:
    """What `blocked` are together, where they are all that was judged in a Cargo workspace; else nothing."""
    listed = set(blocked)
    within = [one.manifest for one in report.judgements if known.get(one.manifest) in listed]
    roots = [one for one in report.judgements if one.ecosystem == "cargo" and one.manifest not in known]
    for root in roots:
        directory = paths.parent(root.manifest)
        below = [
            one.manifest
            for one in report.judgements
            if one.ecosystem == "cargo" and one is not root and paths.is_below(one.manifest, directory)
        ]
        if below == within:
            at = f" at `{directory}`" if directory else ""
            stray = any(
                one.name == "unlisted-member" and one.site.file in below for one in report.diagnostics
            )
            return (
                f"every package of the workspace{at}{', and what else lies below its root' if stray else ''}"
            )
    return ""


def is_unknown(judgement: Judgement) -> bool:
    """Whether it could not be known if the manifest loads or resolves."""
    return "unknown" in (judgement.loads.verdict, judgement.resolves.verdict)


def because(judgement: Judgement) -> str | None:
    """What could not be known, where something could not."""
    if not is_unknown(judgement):
        return None
    return "; ".join(dict.fromkeys((*judgement.loads.unknowns, *judgement.resolves.unknowns)))


def summary(report: Report) -> dict[str, int]:
    """The numbers of the closing line, by their names in the JSON format."""
    return {
        "manifests": report.manifests,
        "packages": sum(one.name is not None for one in report.judgements),
        "references": report.references,
        "builds": len(report.builds),
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
        "fixable": sum(bool(one.fixes) for one in report.diagnostics),
        "unknown": sum(map(is_unknown, report.judgements))
        + sum(built.verdict == "unknown" for built, _ in report.builds),
        "not_judged": len(report.not_judged),
    }


def remarks(report: Report) -> Iterator[tuple[str, str]]:
    """What else a reader should know, a word and a line each: what is unknown, what was not judged."""
    reasons: dict[str, list[str]] = {}
    for judgement in report.judgements:
        reason = because(judgement)
        if reason is not None:
            reasons.setdefault(reason, []).append(judgement.manifest)
    for reason, manifests in list(reasons.items())[:_REASONS]:
        more = f" and {len(manifests) - 1} more" if len(manifests) > 1 else ""
        yield "unknown", f"`{manifests[0]}`{more}: {reason}"
    if len(reasons) > _REASONS:
        yield "unknown", f"{len(reasons) - _REASONS} more reasons (all of them: --format json)"
    if report.not_judged:
        yield "not judged", not_judged(report)


def not_judged(report: Report) -> str:
    """How many manifests look like fixtures, and the folders that hold most of them."""
    within: dict[str, int] = {}
    for folder in report.not_judged.values():
        within[folder] = within.get(folder, 0) + 1
    folders = sorted(within, key=lambda folder: (-within[folder], folder))
    shown = ", ".join(f"`{folder or '.'}`" for folder in folders[:_FOLDERS])
    more = f" and {len(folders) - _FOLDERS:,} more folders" if len(folders) > _FOLDERS else ""
    found = len(report.not_judged)
    noun = "manifest that looks like a fixture" if found == 1 else "manifests that look like fixtures"
    return f"{found:,} {noun}, in {shown}{more} (--include-fixtures judges them)"
