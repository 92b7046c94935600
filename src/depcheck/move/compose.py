"""Paths of compose files: contexts, Dockerfiles, env files, bind mounts, what is included or extended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.discover import is_compose
from depcheck.image.builds import context_of
from depcheck.manifest import compose, yaml
from depcheck.manifest.compose import Build, Service, Text
from depcheck.manifest.yaml import Node
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course
from depcheck.sources import Sources
from depcheck.tree.base import Tree


def edits(sources: Sources, course: Course, images: Iterable[str]) -> Iterator[Edit]:
    """The paths of the compose files written anew; those with variables in them are left."""
    for path in filter(is_compose, images):
        documents = sources.get(yaml.read, path)
        found = sources.get(spots.lines, path)
        for node in documents if isinstance(documents, tuple) else ():
            for text in _texts(sources.tree, node, path):
                new = _new(course, text)
                edit = None if new is None or found is None else _edit(found, text, new)
                if edit is not None:
                    yield edit


def _new(course: Course, text: Text) -> str | None:
    if text.value is None or text.remote or "$" in text.raw or text.raw.startswith("~"):
        return None
    return course.written(text.base, text.raw, dotted=text.raw.startswith("."))


def _edit(found: spots.Lines, text: Text, new: str) -> Edit | None:
    return found.edit(text.site.line, text.site.column, text.raw, new)


def _texts(tree: Tree, node: Node, path: str) -> Iterator[Text]:
    base = paths.parent(path)
    file = compose.read(node, path, base, {})
    for service in file.services.values():
        yield from _of_service(tree, service)
    for include in file.includes:
        yield from (*include.paths, *include.env_files)
        if include.directory is not None:
            yield include.directory
    yield from _others(node, base)


def _of_service(tree: Tree, service: Service) -> Iterator[Text]:
    if service.build is not None:
        yield from _of_build(tree, service.build)
    if service.extends is not None and service.extends.file is not None:
        yield service.extends.file
    yield from (entry.path for entry in service.env_files)
    yield from service.binds.values()


def _of_build(tree: Tree, build: Build) -> Iterator[Text]:
    if build.context is not None:
        yield build.context
    context = context_of(tree, build)
    if build.dockerfile is not None and context is not None:
        yield build.dockerfile._replace(base=context)
    yield from build.contexts.values()
    for text in filter(None, build.args.values() if context is not None else ()):
        raw = text.raw
        if "/" in raw and raw[0] != "/" and tree.exists(tree.at(context or "", raw)):  # a path of the context
            yield text._replace(base=context or "")


def _others(node: Node, base: str) -> Iterator[Text]:
    """Files of secrets and configurations, and directories that are watched."""
    for key in ("secrets", "configs"):
        listed = node.get(key)
        for entry in listed.entries.values() if listed is not None else ():
            yield from _text(entry.get("file"), base)
    services = node.get("services")
    for service in services.entries.values() if services is not None else ():
        develop = service.get("develop")
        watched = None if develop is None else develop.get("watch")
        for item in watched.items if watched is not None else ():
            yield from _text(item.get("path"), base)


def _text(node: Node | None, base: str) -> Iterator[Text]:
    if node is not None and node.text:
        yield Text(node.site, node.text, node.text, base=base)
