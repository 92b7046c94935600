"""The context of a build: the directory, and the ignore file that goes with the Dockerfile."""

from __future__ import annotations

from depcheck import paths
from depcheck.image.dockerignore import Patterns, lines
from depcheck.image.globs import PatternError
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, UnknownContentError
from depcheck.tree.context import ContextTree


class Context(NamedTuple):
    """A context. `ignore`: the file that keeps things out of it; empty: there is none."""

    tree: ContextTree
    ignore: str
    faults: tuple[Fault, ...] = ()


def open_context(sources: Sources, directory: str, dockerfile: str = "") -> Context:
    """The context in `directory` for a Dockerfile: `<dockerfile>.dockerignore` goes before `.dockerignore`.

    An ignore file of the Dockerfile's own counts even where it is empty (BuildKit `frontend/dockerui`).
    """
    tree = sources.tree
    own = f"{dockerfile}.dockerignore" if dockerfile else ""
    ignore = next(
        (path for path in (own, paths.join(directory, ".dockerignore")) if path and tree.is_file(path)), ""
    )
    found = sources.get(_opened, directory, ignore)
    if tree.kind(directory) is Kind.DIR or paths.is_outside(directory):
        return found
    message = f"there is no directory `{directory}`"
    missing = Fault("missing-context", Site(dockerfile), message, tool="docker")
    return found._replace(faults=(*found.faults, missing))


def _opened(sources: Sources, directory: str, ignore: str) -> Context:
    tree = sources.tree
    try:
        data = tree.read(ignore) if ignore and not paths.is_outside(ignore) else b""
    except (OSError, UnknownContentError):
        data = b""
    try:
        return Context(ContextTree(tree, directory, Patterns(lines(data), sent=True)), ignore)
    except PatternError as error:
        fault = Fault("invalid-manifest", Site(ignore), str(error), tool="docker")
        return Context(ContextTree(tree, directory, Patterns(())), ignore, (fault,))
