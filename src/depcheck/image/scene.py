"""A command that fails in an image: what it misses there, and where that lies in the repository."""

from __future__ import annotations

from depcheck import paths
from depcheck.image.build import Build, Stage
from depcheck.image.command import Ran
from depcheck.manifest import pyproject
from depcheck.model import Fault
from depcheck.record import NamedTuple
from depcheck.shell.state import Run
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.layers import Dir, Graft
from depcheck.tree.stage import StageTree, origin_in

_MOST = 5000  # directories of a stage that are looked through for where something lies


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
    if fault.tool == "uv" and fault.rule == "missing-member" and reference.kind == "workspace":
        top = paths.parent(whence) if paths.parent(asker) == inside else origin(scene, inside)
        member = None if top is None else _member(scene.sources, top, reference.wanted)
        if top is not None and member is not None:
            return Missing(paths.join(inside, paths.relative(member, top)), member)
    if fault.rule == "missing-target-file" and paths.name(inside) == "lib.rs":
        inside = _main(scene, whence, asker, inside)
    tree, way = scene.tree, reference.raw
    if tree.at(paths.parent(asker), way) != inside:  # not written as it is, or joined with more
        way = paths.relative(inside, paths.parent(asker))
    outside = scene.sources.tree.at(paths.parent(whence), way)
    if reference.key == "(targets)" and not scene.sources.tree.is_file(outside):
        # A package without targets: a library is named, and a program serves as well.
        main = paths.join(paths.parent(outside), "main.rs")
        if scene.sources.tree.is_file(main):
            return Missing(paths.join(paths.parent(inside), "main.rs"), main)
    return Missing(inside, outside)


def _main(scene: Scene, whence: str, asker: str, inside: str) -> str:
    """Of a package without a library, the file of its program: that is what is not there."""
    tree, other = scene.sources.tree, paths.join(paths.parent(inside), "main.rs")
    ways = (paths.relative(path, paths.parent(asker)) for path in (inside, other))
    library, program = (tree.is_file(tree.at(paths.parent(whence), way)) for way in ways)
    return other if program and not library else inside


def _member(sources: Sources, top: str, name: str) -> str | None:
    """The directory of the member of that name of the uv workspace of the repository at `top`."""
    from depcheck.load.uv import workspace

    found = sources.get(workspace.of_root, top)
    member = found.members.get(pyproject.normalise(name)) if isinstance(found, workspace.Workspace) else None
    return None if member is None or not paths.is_below(member.directory, top) else member.directory


def _beside(scene: Scene, path: str) -> str | None:
    """Where `path` of the image would come from, as its neighbours do, at last in the finished stage."""
    directory = paths.parent(path)
    finished = scene.build.made(scene.stage).tree
    for tree in (scene.tree, scene.ran.tree, finished):
        for name in ("", *tree.names(directory)):
            found = tree.origin(tree.resolve(paths.join(directory, name))).path
            if found is None or paths.is_outside(found) or (name and paths.name(found) != name):
                continue
            return paths.join(paths.parent(found) if name else found, paths.name(path))
    return None


def elsewhere(tree: StageTree, outside: str) -> str | None:
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
