"""The context of a build: the directory, and the ignore file that goes with the Dockerfile."""

from __future__ import annotations

from depcheck import paths
from depcheck.image.dockerignore import Patterns, lines
from depcheck.image.globs import PatternError
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.context import ContextTree


class Context(NamedTuple):
    """A context. `ignore`: the file that keeps things out of it; empty: there is none."""

    tree: ContextTree
    ignore: str
    faults: tuple[Fault, ...] = ()


def open_context(tree: Tree, directory: str, dockerfile: str = "") -> Context:
    """The context in `directory` for a Dockerfile: `<dockerfile>.dockerignore` goes before `.dockerignore`.

    An ignore file of the Dockerfile's own counts even where it is empty (BuildKit `frontend/dockerui`).
    """
    own = f"{dockerfile}.dockerignore" if dockerfile else ""
    ignore = next(
        (path for path in (own, paths.join(directory, ".dockerignore")) if path and tree.is_file(path)), ""
    )
    try:
        data = tree.read(ignore) if ignore and not paths.is_outside(ignore) else b""
    except (OSError, UnknownContentError):
        data = b""
    try:
        patterns, faults = Patterns(lines(data), sent=True), list[Fault]()
    except PatternError as error:
        patterns, faults = Patterns(()), [Fault("invalid-manifest", Site(ignore), str(error), tool="docker")]
    if tree.kind(directory) is not Kind.DIR and not paths.is_outside(directory):
        faults.append(
            Fault("missing-context", Site(dockerfile), f"there is no directory `{directory}`", tool="docker")
        )
    return Context(ContextTree(tree, directory, patterns), ignore, tuple(faults))
