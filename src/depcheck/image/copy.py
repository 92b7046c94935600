"""What COPY and ADD make of a stage, as BuildKit's `solver/llbsolver/file` and fsutil's `copy` do it.

`--link` is taken for a plain COPY, as an engine without the merge operation takes it. A file over a
directory, or a directory over a file, deep in a tree that is merged is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath

from depcheck import paths
from depcheck.image import globs
from depcheck.image.dockerignore import Patterns
from depcheck.image.globs import PatternError
from depcheck.image.lexer import UNKNOWN
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree
from depcheck.tree.context import ContextTree
from depcheck.tree.layers import Copied, Dir, Graft, Leaf, Vague, unknown_in
from depcheck.tree.overlay import Text, Unknown, Unread
from depcheck.tree.stage import StageTree

_FILE = re.compile(r".\.[A-Za-z]\w*$")  # names of files: `y-1.0` may be a directory
_URL = re.compile(r"https?://")
_GIT = re.compile(r"(?:git@|git://|ssh://)|https?://[^?#]*\.git(?:[#?]|$)")


class Source(NamedTuple):
    """One source, variables put in; `at` is where its word stands in the instruction."""

    text: str
    at: int


class Document(NamedTuple):
    """A here-document as a source."""

    name: str
    content: str


class Copy(NamedTuple):
    """A COPY or ADD as it is carried out.

    target:  the destination as written, variables put in.
    workdir: absolute.
    exclude: the patterns of `--exclude`.
    parents: `--parents`. add: it is an ADD. unpack: archives are unpacked.
    """

    sources: tuple[Source, ...]
    target: str
    workdir: str
    tree: Tree
    exclude: tuple[str, ...] = ()
    parents: bool = False
    add: bool = False
    unpack: bool = False
    documents: tuple[Document, ...] = ()


class Problem(NamedTuple):
    """What makes the engine stop at a COPY or ADD.

    missing: the path in the source tree that is not there; empty for another reason.
    at:      offset in the instruction.
    unless:  it is none if this directory of the context is sent to the engine for another source.
    """

    message: str
    at: int
    missing: str = ""
    unless: str = ""


class Outcome(NamedTuple):
    """What came of an instruction: problems, and the paths of the source tree that it takes."""

    problems: list[Problem]
    taken: list[str]


class RefusedError(Exception):
    """The engine would stop; the argument says why."""


def copy(stage: StageTree, step: Copy) -> Outcome:
    """Carry out one instruction, at the line `stage.line`. What is missing is taken to be there, unknown."""
    target = absolute(step.workdir, step.target)
    outcome = Outcome([], [])
    if UNKNOWN in target:
        where = target[: target.index(UNKNOWN)].rpartition("/")[0]
        stage.blur(stage.resolve(where), "the destination of a `COPY` is not known")
        return outcome
    if not stage.takes(step.tree):
        stage.blur(_directory(stage, target), "it is copied through too many stages")
        return outcome
    for source in step.sources:
        try:
            outcome.problems.extend(_source(stage, step, source, target, outcome.taken))
        except (PatternError, RefusedError) as error:
            outcome.problems.append(Problem(str(error), source.at))
    for document in step.documents:
        try:
            _place(stage, target, document.name, _text(document))
        except RefusedError as error:
            outcome.problems.append(Problem(str(error), 0))
    return outcome


def _text(document: Document) -> Leaf:
    if UNKNOWN in document.content:
        return Leaf(Unread("a variable in the here-document is not known"))
    return Leaf(Text(document.content.encode("utf-8", "surrogateescape")))


def absolute(workdir: str, path: str) -> str:
    """The path below the working directory; a slash (or `/.`) at its end stays."""
    if path in ("", "."):
        path = "./"
    clean = normpath(path if path.startswith("/") else f"{workdir}/{path}")
    clean = "/" + clean.lstrip("/")
    if path.endswith("/.") and clean != "/":
        return f"{clean}/."
    return f"{clean}/" if path.endswith("/") and clean != "/" else clean


def _source(stage: StageTree, step: Copy, source: Source, target: str, taken: list[str]) -> Iterator[Problem]:
    if UNKNOWN in source.text:
        _guess(stage, target, "", "the source of a `COPY` is not known")
    elif _GIT.match(source.text) and step.add:
        stage.blur(_directory(stage, target), f"`{source.text}` is cloned there")
    elif _URL.match(source.text) and step.add:
        name = paths.name(re.split(r"[?#]", source.text, maxsplit=1)[0].partition("//")[2])
        _place(stage, target, name or "__unnamed__", Leaf(Unread(f"it comes from `{source.text}`")))
    elif step.parents:
        yield from _parents(stage, step, source, target)
    else:
        pattern = clamped(source.text)
        found = matches(step.tree, pattern)
        taken += [path for path in found if step.tree.entry(path).kind is not Kind.MISSING]
        for path in found:
            yield from _one(stage, step, Source(path, source.at), target)
        if not found and (head := _plain_head(pattern)):
            yield Problem(f"`{pattern}` matches nothing", source.at, pattern, head)


def _plain_head(pattern: str) -> str:
    """The directory whose content a pattern is about."""
    parts = pattern.split("/")
    return "/".join(parts[: next(index for index, part in enumerate(parts) if globs.has_wildcards(part))])


def clamped(path: str) -> str:
    """A source's path in its tree: absolute or not it counts from the root, and `..` ends there."""
    return normpath(f"/{path}").strip("/")


def matches(tree: Tree, pattern: str) -> list[str]:
    """The paths that a source names: all that a pattern matches, or itself whether it is there or not."""
    parts = pattern.split("/")
    plain = next((index for index, part in enumerate(parts) if globs.has_wildcards(part)), None)
    if plain is None:
        return [pattern]
    found = [tree.resolve("/".join(parts[:plain]))]
    for index, part in enumerate(parts[plain:], plain):
        fits = globs.compiled(part).fullmatch
        inner = (paths.join(top, name) for top in found for name in sorted(tree.names(top)) if fits(name))
        last = index == len(parts) - 1
        found = [path for path in inner if last or tree.entry(path).kind is Kind.DIR]
    return found


def _one(stage: StageTree, step: Copy, source: Source, target: str) -> Iterator[Problem]:
    tree, path = step.tree, source.text
    real = tree.resolve(path)
    match tree.kind(path):
        case Kind.MISSING:
            yield Problem(f"`{path}` is not there", source.at, path)
            _guess(stage, target, paths.name(path), f"`{path}`, which it is copied from, does not exist")
        case Kind.UNKNOWN:
            what = unknown_in(tree, real)
            if isinstance(what, Vague):
                into = stage.resolve(_plain(target))
                inside = target.endswith(("/", "/.")) or isinstance(stage.node(into), Dir)
                if inside and not _FILE.search(paths.name(path)):  # what it holds, if it is a directory
                    stage.blur(
                        make(stage, f"/{into}"), f"what `{path}` is, which is copied there, is not known"
                    )
                if isinstance(stage.node(paths.join(into, paths.name(path))), Dir):
                    return  # then it is no file but a directory, of which nothing is known
                _place(stage, target, paths.name(path), Leaf(what, stage.line))
            else:
                _guess(stage, target, paths.name(path), what.why)
        case Kind.DIR:
            _merge(
                stage,
                step,
                real,
                target,
                ContextTree(tree, real, Patterns(step.exclude)) if step.exclude else tree,
            )
        case _ if step.unpack and _unpacked(stage, target, tree, real):
            pass
        case _:
            _place(stage, target, paths.name(path), Leaf(Copied(tree, real), stage.line))


def _unpacked(stage: StageTree, target: str, tree: Tree, path: str) -> bool:
    """Unpack what is an archive; whether it is one."""
    from depcheck.image import archives  # most Dockerfiles add none

    if not archives.is_archive(tree, path):
        return False
    archives.unpack(stage, _directory(stage, target), tree, path)
    return True


def _merge(stage: StageTree, step: Copy, real: str, target: str, view: Tree) -> None:
    """Lay the directory `real` over the destination; `view`: the tree itself or a choice of the directory."""
    into = _directory(stage, target)
    stage.merge(into, Graft(view, real if view is step.tree else "", stage.line))


def _parents(stage: StageTree, step: Copy, source: Source, target: str) -> Iterator[Problem]:
    """A source under `--parents`: its own path, from the pivot `/./` on, is kept."""
    top, pivot, pattern = source.text.partition("/./")
    if not pivot:
        top, pattern = "", source.text
    pattern = clamped(pattern)
    if not globs.has_wildcards(top) and not globs.has_wildcards(pattern):
        whole = paths.join(clamped(top), pattern)
        if step.tree.kind(whole) is Kind.MISSING:
            yield Problem(f"`{whole}` is not there", source.at, whole)
            inside = paths.parent(pattern)
            _guess(stage, f"{target.rstrip('/')}/{inside}/", paths.name(pattern), f"`{whole}` does not exist")
            return
    for found in matches(step.tree, clamped(top)):
        real = step.tree.resolve(found)
        if step.tree.kind(found) is Kind.DIR:
            chosen = ContextTree(step.tree, real, Patterns(step.exclude), Patterns([pattern]))
            _merge(stage, step, real, target, chosen)
        elif step.tree.kind(found) is Kind.MISSING:
            yield Problem(f"`{found}` is not there", source.at, found)


def make(stage: StageTree, path: str) -> str:
    """Make the directory `path` (absolute) with those above it; the place where it really is."""
    real = stage.resolve(path)
    at = real
    while at:
        node = stage.node(at)
        if isinstance(node, Leaf) and not isinstance(node.what, Unknown | Vague):
            raise RefusedError(f"`/{at}` is no directory")
        at = paths.parent(at)
    if not isinstance(stage.node(real), Dir):
        known = stage.node(real)
        why = known.what.why if isinstance(known, Leaf) and isinstance(known.what, Unknown) else ""
        stage.set(real, Dir((), why, stage.line))
    return real


def _directory(stage: StageTree, target: str) -> str:
    return make(stage, _plain(target))


def _plain(target: str) -> str:
    """A destination without the slash (or `/.`) at its end."""
    return target.removesuffix("/.").rstrip("/") or "/"


def _place(stage: StageTree, target: str, name: str, leaf: Leaf) -> None:
    """Put a file at the destination, or into it where that is a directory."""
    directory = target.endswith(("/", "/."))
    make(stage, _plain(target) if directory else paths.parent(target))
    real = stage.resolve(_plain(target))
    if isinstance(stage.node(real), Dir):
        real = paths.join(real, name)
    make(stage, f"/{paths.parent(real)}")
    if isinstance(stage.node(real), Dir):
        raise RefusedError(f"`/{real}` is a directory, which no file can replace")
    stage.set(real, leaf._replace(line=stage.line))


def _guess(stage: StageTree, target: str, name: str, why: str) -> None:
    """Put something that is not known at the destination: a file, or all that a directory may hold."""
    real = stage.resolve(_plain(target))
    directory = target.endswith(("/", "/.")) or isinstance(stage.node(real), Dir)
    if name and directory:
        real = make(stage, f"/{real}")
        if _FILE.search(name):
            stage.set(paths.join(real, name), Leaf(Unknown(why), stage.line))
        else:
            stage.blur(real, why)
    elif directory:
        stage.blur(make(stage, f"/{real}"), why)
    else:
        make(stage, f"/{paths.parent(real)}")
        stage.set(real, Leaf(Unknown(why), stage.line))
