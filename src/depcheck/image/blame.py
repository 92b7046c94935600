"""What fails in an image, as the fault of the Dockerfile: which line, and what it should have brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from depcheck import paths
from depcheck.image import copied
from depcheck.image.scene import Missing, Scene, elsewhere, missing, origin
from depcheck.manifest import toml
from depcheck.manifest.spans import spans
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.context import ContextTree

_MANIFESTS = ("Cargo.toml", "pyproject.toml", "setup.py")
_ASKING = 6  # manifests that are named as asking for one thing
_KINDS = {
    "missing-member": "image-missing-member",
    "unmatched-member-glob": "image-missing-member",
    "unlisted-member": "image-missing-member",
    "missing-target-file": "image-missing-file",
    "missing-metadata-file": "image-missing-file",
    "missing-path": "image-missing-path",
    "not-a-package": "image-missing-path",
    "missing-workspace-root": "image-missing-path",
    "missing-inherited-key": "image-missing-path",
    "broken-patch": "image-missing-path",
}


def group(scene: Scene, faults: Sequence[Fault]) -> Iterator[list[Fault]]:
    """The faults, those together that one thing is to blame for.

    That a manifest is refused is the fault of what is wrong with it, where that is among them.
    """
    groups: dict[str, list[Fault]] = {}
    refused = {fault.site.file for fault in faults}
    for index, fault in enumerate(faults):
        pattern = "" if fault.reference is None else paths.join(fault.reference.target, "Cargo.toml")
        if fault.rule == "not-a-package" and any(fnmatchcase(manifest, pattern) for manifest in refused):
            continue
        key = missing(scene, fault).inside if fault.rule in _KINDS else f"\0{index}"
        groups.setdefault(key, []).append(fault)
    yield from groups.values()


def blame(scene: Scene, context: ContextTree, faults: Sequence[Fault]) -> Fault:
    """The fault of the Dockerfile for those that a command meets in the image because of one thing."""
    fault = faults[0]
    if fault.rule not in _KINDS:
        return _other(scene, fault)
    what = missing(scene, fault)
    if scene.tree.kind(what.inside) not in (Kind.MISSING, Kind.DIR, Kind.UNKNOWN):
        return _other(scene, fault)
    found = _absent(scene, context, fault, what)
    site = Site(scene.dockerfile, (), what.outside or what.inside, found.line)
    reference = _reference(scene, fault, what)
    notes = (*_notes(scene, faults), *found.notes)
    return Fault(found.rule, site, f"{found.message} when {_command(scene)}", reference, notes, fault.tool)


class _Verdict(NamedTuple):
    """Which rule speaks, of which line, in which words."""

    rule: str
    line: int
    message: str
    notes: tuple[str, ...] = ()


def _absent(scene: Scene, context: ContextTree, fault: Fault, what: Missing) -> _Verdict:
    """Why something is not in the image."""
    rule = _KINDS[fault.rule]
    if fault.reference is not None and fault.reference.kind == "file":
        rule = "image-missing-file"
    nothing = f"nothing is at `/{what.inside}`"
    outside = what.outside
    if outside is None:
        return _Verdict(rule, scene.line, nothing)
    if paths.is_outside(outside) or not _stands(scene, fault, outside):
        return _Verdict(rule, scene.line, f"the repository has no `{outside}` to copy: {nothing}")
    copies = list(copied.before(scene))
    found = elsewhere(scene.tree, outside)
    if found is not None and found != what.inside:
        line = copied.asking_line(scene, fault, copies) or scene.line
        message = f"`{outside}` lies at `/{found}` in the image, and is looked for at `/{what.inside}`"
        return _Verdict("image-layout", line, message)
    inner = _within(outside, context.top)
    if inner is None:
        message = f"`{outside}` lies outside of the build context `{context.top or '.'}`: {nothing}"
        return _Verdict("context-escape", scene.line, message)
    covering = [instruction for instruction in copies if copied.covers(instruction, inner)]
    if covering and context.kind(inner) is Kind.MISSING:
        message = f"the ignore file keeps `{outside}` out of the build context: {nothing}"
        return _Verdict("image-ignored", covering[-1].line, message)
    message = f"`{outside}` is not copied into the image: {nothing}"
    return _Verdict(
        rule, copied.nearest(scene, fault, copies, inner), message, tuple(copied.late(scene, inner))
    )


def _stands(scene: Scene, fault: Fault, path: str) -> bool:
    """Whether the repository has at `path` what the fault asks for."""
    tree = scene.sources.tree
    kind = tree.kind(path)
    if kind is not Kind.DIR:
        return kind is not Kind.MISSING
    wanted = fault.reference is not None and fault.reference.kind in ("package", "member")
    if not wanted:
        return True
    names = ("Cargo.toml",) if fault.tool == "cargo" else ("pyproject.toml", "setup.py", "setup.cfg")
    return any(tree.is_file(paths.join(path, name)) for name in names)


def _other(scene: Scene, fault: Fault) -> Fault:
    """What is wrong in the image in another way than by absence."""
    site = Site(scene.dockerfile, (), fault.message, scene.line)
    message = f"{fault.message}, when {_command(scene)}"
    return Fault(_KINDS.get(fault.rule, "image-layout"), site, message, None, fault.notes, fault.tool)


def unknown(scene: Scene, fault: Fault) -> str:
    """Why what the fault misses may be there all the same; empty: it is not."""
    if fault.rule not in _KINDS:
        return ""
    tree, inside = scene.ran.tree, missing(scene, fault).inside
    reference = fault.reference
    asked = [paths.join(inside, name) for name in _MANIFESTS]
    if reference is None or reference.kind not in ("package", "member"):
        asked.insert(0, inside)
    for path in asked:
        if tree.kind(path) is Kind.UNKNOWN:
            return f"what stands at `/{path}` is not known"
    return tree.may_hold_more(tree.resolve(inside)) or tree.may_hold_more(tree.resolve(paths.parent(inside)))


def _command(scene: Scene) -> str:
    text = " ".join(scene.event.text.split())
    return f"`{text[:100]}{'...' if len(text) > 100 else ''}` runs (line {scene.line})"


def _within(path: str, top: str) -> str | None:
    """A path of the repository as one of the context; None where it lies outside."""
    if not paths.is_below(path, top):
        return None
    return paths.below(path, top)


def _notes(scene: Scene, faults: Sequence[Fault]) -> Iterator[str]:
    """Who asks for it, and what the tool will say."""
    asking: dict[str, None] = {}
    raw = ""
    for fault in faults:
        reference = fault.reference
        asker = None if reference is None else origin(scene, reference.site.file)
        if reference is not None and asker is not None:
            line = _line(scene.sources, asker, reference.site)
            asking[f"`{asker}`{f' line {line}' if line else ''}"] = None
            raw = raw or reference.raw
    if asking:
        more = f" and {len(asking) - _ASKING} more" if len(asking) > _ASKING else ""
        verb = "asks" if len(asking) == 1 else "ask"
        yield f"{', '.join(list(asking)[:_ASKING])}{more} {verb} for it: `{raw}`"
    reference = faults[0].reference
    if faults[0].tool == "cargo" and reference is not None and reference.kind in ("package", "member"):
        yield f"cargo: failed to read `/{reference.target}/Cargo.toml`"


def _line(sources: Sources, path: str, site: Site) -> int:
    if site.line or not site.route:
        return site.line
    text = sources.get(toml.shown, path)
    found = spans(text)
    for length in range(len(site.route), 0, -1):
        span = found.get(site.route[:length])
        if span is not None:
            return text.count("\n", 0, span.value[0]) + 1
    return 0


def _reference(scene: Scene, fault: Fault, what: Missing) -> Reference | None:
    reference, image_path = fault.reference, f"/{what.inside}"
    if reference is None:
        if what.outside is None:
            return None
        site = Site(scene.dockerfile, line=scene.line)
        return Reference(site, "RUN", paths.name(what.inside), what.outside, "file", "", image_path)
    asker = origin(scene, reference.site.file) or reference.site.file
    return reference._replace(
        site=reference.site._replace(file=asker), target=what.outside or "", image_path=image_path
    )
