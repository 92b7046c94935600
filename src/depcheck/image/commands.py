"""Builds that workflows, Makefiles and scripts of the repository start: `docker build`, and GitHub's action.

So do commands that the comments of a Dockerfile show, or a README at the top or beside it.
Only looked at for Dockerfiles that no compose file names. A command whose context or Dockerfile holds a
variable says nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.discover import is_dockerfile
from depcheck.image.builds import Planned
from depcheck.image.lexer import UNKNOWN
from depcheck.image.scope import Arguments
from depcheck.manifest import toml, yaml
from depcheck.manifest.yaml import Node
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree

_COMMAND = re.compile(
    r"\b(?:docker|podman|buildah)[ \t]+(?:(?:image|buildx|builder)[ \t]+)?"
    r"(?:build|bud)[ \t](?P<rest>[^\n]*)"
)
_JOINED = re.compile(r"\\\r?\n")
_END = frozenset((";", "&&", "||", "|", "&", ">", ">>", "2>&1", ")"))
_FLAGS = frozenset((
    "--no-cache", "--pull", "--push", "--load", "--rm", "--squash", "-q", "--quiet", "--force-rm", "--debug",
    "-D", "--compress", "--check", "--no-rm",
))  # fmt: skip
_ACTION = "docker/build-push-action"
_README = "README.md"
_COMMENT = re.compile(r"^#[ \t]*(.*)$", re.MULTILINE)
_WORKFLOWS = (".github/workflows",)
_PLACES = (
    "", ".github", ".github/workflows", ".github/scripts", "scripts", "script", "ci", "docker", "deploy",
    "build", "hack", "tools", "bin", ".ci", ".gitlab",
)  # fmt: skip
_SCRIPTS = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", ".gitlab-ci.yml")
_DEEPEST = 12  # levels of a workflow that are gone down
_LONGEST = 1_000_000  # characters of a script that are looked at


def declared(sources: Sources, dockerfiles: Iterable[str]) -> list[Planned]:
    """The builds of `dockerfiles` that files of the repository start."""
    wanted = frozenset(dockerfiles)
    found: dict[tuple[object, ...], Planned] = {}
    for path in _files(sources.tree, wanted):
        for plan in _plans(sources, path):
            if plan.dockerfile in wanted and sources.tree.is_dir(plan.context):
                values = tuple(sorted(plan.arguments.values.items()))
                found.setdefault((plan.dockerfile, plan.context, plan.arguments.target, values), plan)
    return list(found.values())


def _files(tree: Tree, dockerfiles: Iterable[str]) -> Iterator[str]:
    """Where builds are started from, or shown: usual places, beside the Dockerfiles, and they themselves."""
    yield from sorted(dockerfiles)
    beside = {paths.parent(path) for path in dockerfiles}
    for directory in sorted({*_PLACES, *beside}):
        for name in tree.names(directory):
            path = paths.join(directory, name)
            workflow = directory in _WORKFLOWS and name.endswith((".yml", ".yaml"))
            named = name in _SCRIPTS or name.endswith((".sh", ".mk"))
            named = named or (name == _README and (not directory or directory in beside))
            if (workflow or named) and tree.kind(path) is Kind.FILE:
                yield path


def _plans(sources: Sources, path: str) -> Iterator[Planned]:
    text = sources.get(toml.shown, path)
    if len(text) > _LONGEST:
        return
    if path.endswith((".yml", ".yaml")) and _ACTION in text:
        documents = sources.get(yaml.read, path)
        for document in documents if isinstance(documents, tuple) else ():
            yield from _actions(sources.tree, document, 0)
    # A make runs in the directory of its file; of others that is not known, so both are tried.
    directories = [paths.parent(path)] if paths.name(path) in _SCRIPTS else ["", paths.parent(path)]
    if path.startswith(".git"):
        directories = [""]
    elif paths.name(path) == _README:
        directories.reverse()
    elif is_dockerfile(path):
        text = "\n".join(match[1] for match in _COMMENT.finditer(text))
    for match in _COMMAND.finditer(_JOINED.sub(" ", text)):
        for directory in directories:
            plan = _command(sources.tree, directory, match["rest"])
            if plan is None or not sources.tree.is_file(plan.dockerfile):
                continue
            if plan.dockerfile == path or not is_dockerfile(path):
                yield plan
                break


def _command(tree: Tree, directory: str, rest: str) -> Planned | None:
    """What `docker build REST` builds; None where that is not written there."""
    try:
        words = shlex.split(rest, comments=True)
    except ValueError:
        return None
    end = next((index for index, word in enumerate(words) if word in _END), len(words))
    waiting = [word.rstrip(";") for word in words[:end]][::-1]
    given: dict[str, str] = {}
    values: dict[str, str] = {}
    operands = []
    while waiting:
        word = waiting.pop()
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif name not in _FLAGS:
            if not equals:
                value = waiting.pop() if waiting else ""
            given[name] = value
            if name == "--build-arg":
                key, equals, text = value.partition("=")
                values[key] = text if equals and "$" not in text else UNKNOWN
    dockerfile = given.get("-f") or given.get("--file") or ""
    if len(operands) != 1:
        return None
    return _planned(tree, directory, (operands[0], dockerfile, given.get("--target", "")), values)


def _planned(
    tree: Tree, directory: str, written: tuple[str, str, str], values: dict[str, str]
) -> Planned | None:
    """The build of a context, a Dockerfile and a target as they are written."""
    context, dockerfile, target = written
    if any("$" in text or "://" in text or "`" in text for text in written) or context in ("-", ""):
        return None
    top = tree.at(directory, context)
    path = tree.at(directory, dockerfile) if dockerfile else tree.at(top, "Dockerfile")
    if paths.is_outside(top) or paths.is_outside(path):
        return None
    return Planned(path, top, Arguments(values, complete=False, target=target), started=True)


def _actions(tree: Tree, node: Node, depth: int) -> Iterator[Planned]:
    """The steps of a workflow that use the action, wherever they stand."""
    uses = node.get("uses")
    given = node.get("with")
    if uses is not None and (uses.text or "").startswith(_ACTION) and given is not None:
        text = {key: entry.text or "" for key, entry in given.entries.items()}
        if "context" in text:  # without it the action builds from git
            written = (text["context"], text.get("file", ""), text.get("target", ""))
            plan = _planned(tree, "", written, {})
            if plan is not None:
                yield plan
    if depth < _DEEPEST:
        for entry in (*node.entries.values(), *node.items):
            yield from _actions(tree, entry, depth + 1)
