"""Which image builds there are: each Dockerfile with each context it is built with.

What compose files and bake files declare counts, then what scripts and workflows of the repository start
(`commands`). For a Dockerfile that none of them names, the usual places are guessed: its own directory and
the root, and where its COPYs cannot be carried out in either, those between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from depcheck import paths
from depcheck.image.build import Inputs
from depcheck.image.compose import Project
from depcheck.image.context import Context, open_context
from depcheck.image.dockerfile import Dockerfile
from depcheck.image.dockerfile import read as read_dockerfile
from depcheck.image.dockerignore import Patterns
from depcheck.image.lexer import UNKNOWN
from depcheck.image.scope import Arguments
from depcheck.manifest.compose import Build, Service, Text
from depcheck.record import NamedTuple
from depcheck.settings import chosen
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.context import ContextTree

MOST_GUESSES = 8  # directories above a Dockerfile that are tried


class Inline(NamedTuple):
    """A Dockerfile in a compose file, and the line there that says so."""

    text: str
    line: int


class Planned(NamedTuple):
    """A build that is declared, or guessed.

    dockerfile: canonical; for an inline one the compose file. context: the directory, canonical.
    contexts:   named ones, None for what is not known.
    services:   those that it makes the image of; empty without compose.
    guesses:    how many contexts were tried for this Dockerfile; 0 for a declared one.
    started:    by a script or a workflow, which may have changed directory or be out of use.
    """

    dockerfile: str
    context: str
    arguments: Arguments = Arguments()
    contexts: tuple[tuple[str, str | None], ...] = ()
    inline: Inline | None = None
    services: tuple[str, ...] = ()
    guesses: int = 0
    started: bool = False


def planned(
    sources: Sources, dockerfiles: Iterable[str], projects: Iterable[Project], baked: Iterable[Planned] = ()
) -> list[Planned]:
    """The builds of what is listed; those that differ in nothing but the service are one.

    baked: those that bake files declare.
    """
    tree = sources.tree
    found: dict[tuple[object, ...], Planned] = {}
    for project in projects:
        for service in project.services.values():
            build = None if service.build is None else _declared(tree, service, service.build)
            if build is not None:
                known = found.get(_key(build))
                services = (*known.services, *build.services) if known else build.services
                found[_key(build)] = build._replace(services=tuple(dict.fromkeys(services)))
    for build in baked:
        found.setdefault(_key(build), build)
    builds = list(found.values())
    named = {build.dockerfile for build in builds}
    left = [path for path in dockerfiles if path not in named]
    if left:
        from depcheck.image import commands

        told = {path: chosen(tree.settings.contexts, path) for path in left}
        for path, contexts in told.items():
            builds += [Planned(path, context, Arguments(complete=False)) for context in contexts or ()]
        left = [path for path in left if told[path] is None]
        builds += commands.declared(sources, left) if left else ()
        for path in left:
            builds.extend(guessed(path))
    return builds


def _key(build: Planned) -> tuple[object, ...]:
    """What two builds have in common that come to the same."""
    arguments = build.arguments
    return (*build[:2], tuple(sorted(arguments.values.items())), arguments.target, *build[3:5])


def guessed(path: str) -> Iterator[Planned]:
    """A build of the Dockerfile at `path` in each context that may be meant, the usual ones first."""
    directories = paths.ancestors(paths.parent(path))
    usual = [directories[0], *directories[-1:]]
    for directory in dict.fromkeys([*usual, *directories[1:MOST_GUESSES]]):
        yield Planned(path, directory, Arguments(complete=False), guesses=len(directories))


def inputs_of(sources: Sources, plan: Planned) -> tuple[Inputs, Context] | None:
    """What the build is made of, and its context; None where its Dockerfile cannot be read."""
    if plan.inline is None:
        read = sources.get(_dockerfile, plan.dockerfile)
    else:
        read = read_dockerfile(plan.dockerfile, plan.inline.text.encode("utf-8", "surrogateescape"))
    if read is None:
        return None
    context = open_context(sources, plan.context, "" if plan.inline else plan.dockerfile)
    contexts = {
        name: None if path is None else sources.get(_named_context, path) for name, path in plan.contexts
    }
    known = sources.tree.settings.base_images
    return Inputs(read, context.tree, plan.arguments, contexts, known), context


def _dockerfile(sources: Sources, path: str) -> Dockerfile | None:
    try:
        return read_dockerfile(path, sources.tree.read(path))
    except (OSError, UnknownContentError):
        return None


def _named_context(sources: Sources, path: str) -> ContextTree:
    return ContextTree(sources.tree, path, Patterns(()))


def context_of(tree: Tree, build: Build) -> str | None:
    """The directory of a build's context; None where it is not known, or not on the disk."""
    context = build.context
    if context is None:
        return build.base
    if context.value is None or context.remote or context.value.startswith("~"):
        return None
    return tree.at(context.base, context.value)


def dockerfile_of(tree: Tree, build: Build, context: str) -> str | None:
    """The Dockerfile of a build; None where it is not known, or not on the disk."""
    text = build.dockerfile
    if text is None:
        found = tree.at(context, "Dockerfile")
        other = tree.at(context, "Containerfile")
        return other if tree.kind(found) is Kind.MISSING and tree.kind(other) is Kind.FILE else found
    return None if text.value is None or text.remote else tree.at(context, text.value)


def _declared(tree: Tree, service: Service, build: Build) -> Planned | None:
    """The build of a service; None where its Dockerfile cannot be read."""
    context = context_of(tree, build)
    if context is None:
        return None
    inline = None
    if build.inline is not None:
        if build.inline.value is None:
            return None
        dockerfile = build.inline.site.file
        inline = Inline(build.inline.value, build.inline.site.line)
    else:
        named = dockerfile_of(tree, build, context)
        if named is None or paths.is_outside(named) or tree.kind(named) is not Kind.FILE:
            return None
        dockerfile = named
    target = "" if build.target is None else build.target.value
    arguments = Arguments(dict(_values(build.args)), target=target or "")
    named_contexts = tuple((name, _named(tree, text)) for name, text in build.contexts.items())
    return Planned(dockerfile, context, arguments, named_contexts, inline, (service.name,))


def _values(args: Mapping[str, Text | None]) -> Iterator[tuple[str, str]]:
    """What is given; a value of the environment is not known."""
    for name, text in args.items():
        yield name, UNKNOWN if text is None or text.value is None else text.value


def _named(tree: Tree, text: Text) -> str | None:
    if text.value is None or text.remote or text.value.startswith("~"):
        return None
    return tree.at(text.base, text.value)
