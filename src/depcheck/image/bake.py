"""Builds that bake files declare: files of a directory put together, groups followed, targets inherited.

Source: buildx `bake/bake.go` (`ReadTargets`, `ResolveTarget`, `Target.Merge`). What has to be worked out, a
call or a condition, makes the field that holds it unknown; a target whose context, Dockerfile or stage
is unknown is no build that could be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.image.builds import Inline, Planned
from depcheck.image.lexer import UNKNOWN
from depcheck.image.scope import Arguments
from depcheck.image.verdict import Found
from depcheck.manifest import bake
from depcheck.manifest.bake import File
from depcheck.manifest.compose import is_remote
from depcheck.manifest.hcl import OPAQUE
from depcheck.manifest.yaml import Node
from depcheck.model import Fault, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree

# Those that bake reads together by itself, in its order.
NAMES = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
DEEPEST = 40  # targets that inherit each other, groups in groups

_JOINED = ("args", "contexts")  # by their keys; of all else the later counts
_SAYS = ("context", "dockerfile", "dockerfile-inline", "target")
Targets = Mapping[str, Node]


class Declared(NamedTuple):
    """What bake files declare. found: Dockerfiles that are not there."""

    plans: tuple[Planned, ...]
    found: tuple[Found, ...]


class Definition(NamedTuple):
    """Bake files put together.

    targets: by name, values filled in, with what they inherit. opened: those of which more is not known.
    grouped: those that a group names.
    """

    targets: Targets
    opened: frozenset[str]
    grouped: frozenset[str]
    inherited: frozenset[str]


def declared(sources: Sources, files: Sequence[str]) -> Declared:
    """The builds of all bake files."""
    by_directory: dict[str, list[str]] = {}
    for path in files:
        by_directory.setdefault(paths.parent(path), []).append(path)
    plans: list[Planned] = []
    found: list[Found] = []
    for directory, listed in by_directory.items():
        names = {paths.name(path) for path in listed}
        together = [paths.join(directory, name) for name in NAMES if name in names]
        alone = [[path] for path in listed if paths.name(path) not in NAMES]
        for group in filter(None, (together, *alone)):
            read = [sources.get(bake.read, path) for path in group]
            found += [Found(one, "error") for one in read if isinstance(one, Fault)]
            definition = define([one for one in read if isinstance(one, File)])
            for name in built(definition):
                one = _planned(sources.tree, directory, definition, name)
                if isinstance(one, Planned):
                    plans.append(one)
                elif one is not None:
                    found.append(Found(one, "error"))
    return Declared(tuple(plans), tuple(found))


def define(files: Sequence[File]) -> Definition:
    """The targets of the files, later files over earlier ones."""
    variables = {name: node for file in files for name, node in file.variables.items()}
    known = bake.scope(variables)
    targets: dict[str, Node] = {}
    made_of: dict[str, list[str]] = {}  # what a matrix comes to
    for file in files:
        for label, node in file.targets.items():
            names = made_of.setdefault(label, [])
            for name, target in bake.expanded(label, node, known, variables):
                targets[name] = _merged(targets[name], target) if name in targets else target
                names.append(name)
    groups = {name: bake.filled(node, known) for file in files for name, node in file.groups.items()}
    whole = all(file.whole for file in files)
    done: dict[str, tuple[Node, bool]] = {}
    inherited: set[str] = set()
    for name in targets:
        inherited.update(_parents(targets[name])[0])
        _inheriting(targets, name, (), done)
    found = {name: done[name][0] for name in targets}
    opened = {name for name in targets if done[name][1] or not whole}
    grouped: dict[str, None] = {}
    waiting = [name for node in groups.values() for name in _texts(node.get("targets"))]
    for name in waiting:  # groups in groups: every group is begun with anyway
        grouped.update(dict.fromkeys(made_of.get(name, [name])))
    return Definition(found, frozenset(opened), frozenset(grouped) & set(found), frozenset(inherited))


def built(definition: Definition) -> Iterator[str]:
    """The targets that are built, and not there for others to inherit."""
    for name, target in definition.targets.items():
        says = any(key in target.entries for key in _SAYS)
        if name in definition.grouped or name == "default" or (says and name not in definition.inherited):
            yield name


def _parents(target: Node) -> tuple[list[str], bool]:
    """The targets that one inherits, and whether these are all."""
    node = target.get("inherits")
    if node is None or (node.value is None and node.tag != OPAQUE):
        return [], True
    items = node.items or (node,)
    return [item.text for item in items if item.text is not None], all(
        item.text is not None for item in items
    )


def _inheriting(
    targets: Targets, name: str, above: tuple[str, ...], done: dict[str, tuple[Node, bool]]
) -> tuple[Node, bool]:
    """The target with what it inherits, and whether more of that is not known."""
    if name not in done:
        found = _inherited(targets, name, above, done)
        done.setdefault(name, found)
    return done[name]


def _inherited(
    targets: Targets, name: str, above: tuple[str, ...], done: dict[str, tuple[Node, bool]]
) -> tuple[Node, bool]:
    target = targets[name]
    parents, whole = _parents(target)
    if not parents or name in above or len(above) > DEEPEST:
        return target, not whole or bool(parents)
    below = target._replace(value={})
    is_open = not whole
    for parent in parents:
        if parent not in targets:
            is_open = True
            continue
        more, more_open = _inheriting(targets, parent, (*above, name), done)
        below, is_open = _merged(below, more), is_open or more_open
    return _merged(below, target), is_open


def _merged(below: Node, over: Node) -> Node:
    """`over` on top of `below`; a null says nothing."""
    entries = dict(below.entries)
    for key, node in over.entries.items():
        known = entries.get(key)
        if key in _JOINED and known is not None and OPAQUE not in (node.tag, known.tag):
            entries[key] = node._replace(value={**known.entries, **_said(node)})
        elif node.value is not None or node.tag == OPAQUE:
            entries[key] = node
    return over._replace(value=entries)


def _said(node: Node) -> dict[str, Node]:
    return {
        key: entry for key, entry in node.entries.items() if entry.value is not None or entry.tag == OPAQUE
    }


def _texts(node: Node | None) -> Iterator[str]:
    for item in () if node is None else node.items or (node,):
        if item.text is not None:
            yield item.text


class _Said(NamedTuple):
    """What a target says of its build; None where it says nothing."""

    context: Node | None
    dockerfile: Node | None
    inline: Node | None
    stage: Node | None

    @property
    def where(self) -> str:
        """The context as a path from the directory that bake is called in."""
        return (_text(self.context) or ".").removeprefix("cwd://")


def _text(node: Node | None) -> str | None:
    return None if node is None else node.text


def _planned(tree: Tree, directory: str, definition: Definition, name: str) -> Planned | Fault | None:
    """The build of a target; None where too little is known of it; a Fault where there is no Dockerfile."""
    target, is_open = definition.targets[name], name in definition.opened
    said = _Said(*(target.get(key) for key in _SAYS))
    known = all(not is_open if node is None else node.text is not None for node in said)
    contexts = target.get("contexts")
    if not known or is_remote(said.where) or (contexts is not None and contexts.tag == OPAQUE):
        return None
    for base in _bases(directory):
        top = tree.at(base, said.where)
        named = tree.at(top, _text(said.dockerfile) or "Dockerfile")
        path = target.site.file if said.inline is not None else named
        if tree.is_dir(top) and tree.is_file(path) and not paths.is_outside(path):
            inline = None if said.inline is None else Inline(said.inline.text or "", said.inline.site.line)
            arguments = _arguments(target, _text(said.stage) or "", complete=not is_open)
            started = bool(directory)  # what directory bake is called in is guessed
            return Planned(path, top, arguments, _contexts(tree, base, target), inline, started=started)
    return _absent(tree, directory, said, target, name) if name in definition.grouped else None


def _absent(tree: Tree, directory: str, said: _Said, target: Node, name: str) -> Fault | None:
    """That the Dockerfile of a target is not there."""
    wanted = tree.at(tree.at(directory, said.where), _text(said.dockerfile) or "Dockerfile")
    if said.inline is not None or paths.is_outside(wanted):
        return None
    site = (said.dockerfile or said.context or target).site
    raw = _text(said.dockerfile) or _text(said.context) or "Dockerfile"
    message = f"the Dockerfile of the target `{name}` would be `{wanted}`, which does not exist"
    reference = Reference(site, ".".join(str(part) for part in site.route), raw, wanted, "file")
    return Fault("missing-dockerfile", site, message, reference, tool="docker")


def _bases(directory: str) -> Iterable[str]:
    """Where bake may be called, which is what its paths are relative to: beside the file, or above it."""
    return paths.ancestors(directory)


def _arguments(target: Node, stage: str, *, complete: bool) -> Arguments:
    node = target.get("args")
    if node is not None and node.tag == OPAQUE:
        return Arguments(complete=False, target=stage)
    values = {}
    for name, entry in (node.entries if node is not None else {}).items():
        if entry.tag == OPAQUE:
            values[name] = UNKNOWN
        elif entry.text is not None:  # null: it is not given
            values[name] = entry.text
    return Arguments(values, complete=complete, target=stage)


def _contexts(tree: Tree, base: str, target: Node) -> tuple[tuple[str, str | None], ...]:
    """Named contexts; what is no directory is not known."""
    node = target.get("contexts")
    found = []
    for name, entry in (node.entries if node is not None else {}).items():
        text = entry.text
        remote = text is None or is_remote(text) or text.startswith("target:")
        found.append((name, None if remote or text is None else tree.at(base, text)))
    return tuple(found)
