"""What fails in an image, as the fault of the Dockerfile: which line, and what it should have brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.image.build import Build, Stage
from depcheck.image.command import Ran
from depcheck.image.copy import clamped
from depcheck.image.dockerfile import Instruction
from depcheck.image.globs import has_wildcards
from depcheck.manifest import toml
from depcheck.manifest.spans import spans
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.shell.state import Run
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.context import ContextTree
from depcheck.tree.layers import Dir, Graft
from depcheck.tree.stage import StageTree, origin_in

_MOST = 5000  # directories of a stage that are looked through for where something lies
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


class Scene(NamedTuple):
    """A command that fails: where that happens.

    sources: the repository's.
    """

    sources: Sources
    build: Build
    stage: Stage
    ran: Ran
    event: Run

    @property
    def dockerfile(self) -> str:
        """The path of the Dockerfile."""
        return self.build.inputs.dockerfile.path

    @property
    def line(self) -> int:
        """The line of the command."""
        return self.ran.run.command.place(self.event.offset).line

    @property
    def tree(self) -> StageTree:
        """The stage as the RUN finds it."""
        return self.ran.run.tree


def group(scene: Scene, faults: Sequence[Fault]) -> Iterator[list[Fault]]:
    """The faults, those together that one thing is to blame for."""
    groups: dict[str, list[Fault]] = {}
    for index, fault in enumerate(faults):
        key = missing(scene, fault).inside if fault.rule in _KINDS else f"\0{index}"
        groups.setdefault(key, []).append(fault)
    yield from groups.values()


class Missing(NamedTuple):
    """What is looked for in an image: there, and in the repository (None: not known where that would be)."""

    inside: str
    outside: str | None


def origin(scene: Scene, path: str) -> str | None:
    """The file of the repository that is at `path` of the image."""
    for tree in (scene.tree, scene.ran.tree):
        found = tree.origin(tree.resolve(path)).path
        if found is not None and not paths.is_outside(found):
            return found
    return None


def missing(scene: Scene, fault: Fault) -> Missing:
    """What the fault says is not there."""
    reference = fault.reference
    inside = fault.site.file if reference is None else reference.target
    asker = fault.site.file if reference is None else reference.site.file
    if reference is None or (
        paths.name(asker) == paths.name(inside) and paths.parent(asker) == paths.parent(inside)
    ):
        return Missing(inside, _beside(scene, inside))
    whence = origin(scene, asker)
    if whence is None:
        return Missing(inside, _beside(scene, inside))
    tree, way = scene.tree, reference.raw
    if tree.at(paths.parent(asker), way) != inside:  # not written as it is, or joined with more
        way = paths.relative(inside, paths.parent(asker))
    return Missing(inside, scene.sources.tree.at(paths.parent(whence), way))


def _beside(scene: Scene, path: str) -> str | None:
    """Where `path` of the image would come from, as its neighbours do."""
    directory = paths.parent(path)
    for name in scene.tree.names(directory):
        found = origin(scene, paths.join(directory, name))
        if found is not None and paths.name(found) == name:
            return paths.join(paths.parent(found), paths.name(path))
    return origin(scene, directory) and paths.join(origin(scene, directory) or "", paths.name(path))


def blame(scene: Scene, context: ContextTree, faults: Sequence[Fault]) -> Fault:
    """The fault of the Dockerfile for those that a command meets in the image because of one thing."""
    fault = faults[0]
    if fault.rule not in _KINDS:
        return _other(scene, fault)
    what = missing(scene, fault)
    if scene.tree.kind(what.inside) not in (Kind.MISSING, Kind.DIR):
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
    copies = list(_copies(scene))
    found = _elsewhere(scene.tree, outside)
    if found is not None and found != what.inside:
        line = _asking_line(scene, fault, copies) or scene.line
        message = f"`{outside}` lies at `/{found}` in the image, and is looked for at `/{what.inside}`"
        return _Verdict("image-layout", line, message)
    inner = _within(outside, context.top)
    if inner is None:
        message = f"`{outside}` lies outside of the build context `{context.top or '.'}`: {nothing}"
        return _Verdict("context-escape", scene.line, message)
    covering = [instruction for instruction in copies if _covers(instruction, inner)]
    if covering and context.kind(inner) is Kind.MISSING:
        message = f"the ignore file keeps `{outside}` out of the build context: {nothing}"
        return _Verdict("image-ignored", covering[-1].line, message)
    message = f"`{outside}` is not copied into the image: {nothing}"
    return _Verdict(rule, _nearest(scene, fault, copies, inner), message, tuple(_late(scene, inner)))


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
    for path in (inside, *(paths.join(inside, name) for name in _MANIFESTS)):
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
    return path[len(top) + 1 :] if top else path


def _copies(scene: Scene) -> Iterator[Instruction]:
    """What has been copied from the context up to the RUN, in this stage and those that it is built on."""
    stages = [scene.stage]
    while (number := scene.build.base_number(stages[-1])) is not None and len(stages) < 100:
        stages.append(scene.build.stages[number])
    for stage in reversed(stages):
        for instruction in stage.instructions:
            if stage is scene.stage and instruction.line >= scene.ran.run.instruction.line:
                return
            if instruction.name in ("COPY", "ADD") and not instruction.flag("from"):
                yield instruction


def _heads(instruction: Instruction) -> Iterator[str]:
    """The sources of a COPY up to their first wildcard."""
    for word in instruction.words[:-1]:
        parts = clamped(word.text.replace("/./", "/")).split("/")
        plain = next(
            (index for index, part in enumerate(parts) if has_wildcards(part) or "$" in part), len(parts)
        )
        yield "/".join(parts[:plain])


def _covers(instruction: Instruction, inner: str) -> bool:
    plain = not any(has_wildcards(word.text) for word in instruction.words[:-1])
    return plain and any(paths.is_below(inner, head) for head in _heads(instruction))


def _nearest(scene: Scene, fault: Fault, copies: list[Instruction], inner: str) -> int:
    """The line of the COPY that is too narrow; of the RUN where none is near."""
    best, line = 0, 0
    for instruction in copies:
        for head in _heads(instruction):
            shared = _shared(head, inner)
            if shared and shared >= best:
                best, line = shared, instruction.line
    return line or _asking_line(scene, fault, copies) or scene.line


def _asking_line(scene: Scene, fault: Fault, copies: list[Instruction]) -> int:
    """The line of the COPY that brought the manifest that asks; 0 where none did."""
    asker = fault.site.file if fault.reference is None else fault.reference.site.file
    line = scene.tree.origin(scene.tree.resolve(asker)).line
    return line if any(instruction.line == line for instruction in copies) else 0


def _shared(one: str, other: str) -> int:
    """How many components two paths begin with together."""
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _late(scene: Scene, inner: str) -> Iterator[str]:
    """A COPY after the RUN that brings what it lacks."""
    for instruction in scene.stage.instructions:
        after = instruction.line > scene.ran.run.instruction.line
        if (
            after
            and instruction.name == "COPY"
            and not instruction.flag("from")
            and _covers(instruction, inner)
        ):
            yield f"line {instruction.line} copies it, which is too late for line {scene.line}"
            return


def _elsewhere(tree: StageTree, outside: str) -> str | None:
    """Where in the image something of the repository lies; None: nowhere, as far as is looked."""
    waiting, looked = [""], 0
    while waiting and looked < _MOST:
        at = waiting.pop()
        looked += 1
        node = tree.node(at)
        if not isinstance(node, Dir):
            continue
        for layer in node.layers:
            if not isinstance(layer, Graft):
                waiting += [paths.join(at, name) for name, inner in layer.items() if isinstance(inner, Dir)]
                continue
            whence = origin_in(layer.tree, layer.path)
            if whence is not None and not paths.is_outside(whence) and paths.is_below(outside, whence):
                found = paths.join(at, outside[len(whence) + 1 :] if whence else outside)
                if tree.kind(found) not in (Kind.MISSING, Kind.UNKNOWN):
                    return found
    return None


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
    reference = fault.reference
    if reference is None:
        return None
    asker = origin(scene, reference.site.file) or reference.site.file
    return reference._replace(
        site=reference.site._replace(file=asker), target=what.outside or "", image_path=f"/{what.inside}"
    )
