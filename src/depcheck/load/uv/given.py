"""What the words of a command name, and what has to be there: paths, files, members, dependencies.

Source: uv `crates/uv/src/lib.rs` (`--config-file`), `uv-requirements/src/sources.rs`,
`crates/uv/src/commands/project/remove.rs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck.load import words as command
from depcheck.load.tool import UsageError
from depcheck.load.uv import package
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import NO_NAMES
from depcheck.load.words import Words
from depcheck.manifest.pyproject import Requirement, normalise
from depcheck.manifest.uv import DEV
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_PACKAGES = ("with", "with-editable", "from", "editable")
_FILES = ("with-requirements", "requirements", "constraints")
_TOOL_FLAGS = "force reinstall isolated lfs env-file no-env-file compile-bytecode"
_TOOL_VALUED = (
    "with/w with-editable with-requirements with-executables-from from constraints/c overrides excludes "
    "build-constraints/b python-platform torch-backend"
)


def config_file(sources: Sources, cwd: str, words: Words, env: Mapping[str, str]) -> Fault | None:
    """The fault of `--config-file`, which uv opens before it looks at its command."""
    raw = words.value("config-file") or env.get("UV_CONFIG_FILE")
    return None if not raw else _missing(sources, cwd, raw)


def paths_of(sources: Sources, cwd: str, words: Words, operands: Sequence[str] = ()) -> Fault | None:
    """The first path that options, or operands that stand for packages, name and that is not there."""
    named = [*operands, *(raw for option in _PACKAGES for raw in words.listed(option))]
    for raw in filter(_is_path, named):
        found = _package(sources, cwd, raw.partition("[")[0])
        if found is not None:
            return found
    files = [raw for option in _FILES for raw in words.listed(option)]
    for raw in (*files, *filter(None, words.options.get("env-file", ()))):
        if "://" not in raw and raw != "-" and (found := _missing(sources, cwd, raw)):
            return found
    return None


def _is_path(text: str) -> bool:
    """Whether a text is a path for lack of being a requirement by name."""
    return (text.startswith((".", "/")) or "/" in text) and "://" not in text and "@" not in text


def _package(sources: Sources, cwd: str, raw: str) -> Fault | None:
    at = sources.tree.at(cwd, raw)
    if sources.tree.kind(at) is not Kind.DIR:
        return _missing(sources, cwd, raw)
    found = sources.get(package.read, at, NO_NAMES)
    message = f"`{at or '.'}` {found.refused}"
    return Fault("not-a-package", Site(at or "."), message, tool="uv") if found.refused else None


def _missing(sources: Sources, cwd: str, raw: str) -> Fault | None:
    at = sources.tree.at(cwd, raw)
    if sources.tree.exists(at):
        return None
    return Fault("missing-path", Site(at or "."), f"`{at or '.'}` does not exist", tool="uv")


def of_tool(sources: Sources, cwd: str, words: Sequence[str], known: tuple[str, str]) -> Outcome:
    """`uv tool install` and `uv tool run`, as far as paths go. known: flags and options of every command."""
    if not words or words[0] not in {"install", "run"}:
        return Outcome()
    runs = words[0] == "run"
    flags, valued = f"{known[0]} {_TOOL_FLAGS}", f"{known[1]} {_TOOL_VALUED}"
    if not runs:
        flags += " editable/e"
    try:
        given = command.sort(words[1:], flags, valued, leading=runs)
    except UsageError:
        return Outcome()  # options that do not matter here
    listed = {name: values for name, values in given.options.items() if any(values)}
    asked = () if runs and given.has("from") else given.operands[:1]
    fault = paths_of(sources, cwd, Words(listed, ()), asked)
    return Outcome((fault,) if fault is not None else ())


def not_asked_for(member: Project, words: Words) -> Fault | None:
    """The fault of the first operand of `uv remove` that the list it would be taken from does not hold."""
    where, listed = _list_of(member, words)
    there = {item.name for item in listed}
    for raw in words.operands:
        if normalise(raw) not in there:
            message = f"`{raw}` is not in `{where}`, from which it would be removed"
            return Fault("invalid-manifest", Site(member.manifest.path), message, tool="uv")
    return None


def _list_of(member: Project, words: Words) -> tuple[str, Iterator[Requirement]]:
    manifest, declared = member.manifest, member.manifest.project
    if extra := words.value("optional"):
        optional = declared.optional if declared is not None else {}
        return f"project.optional-dependencies.{extra}", iter(optional.get(normalise(extra), ()))
    group = DEV if words.has("dev") else words.value("group")
    if group is None:
        return "project.dependencies", iter(declared.dependencies if declared is not None else ())
    items = manifest.groups.get(normalise(group), ())
    found = [item for item in items if isinstance(item, Requirement)]
    if group == DEV:
        found += member.uv.dev or ()
    return f"dependency-groups.{group}", iter(found)
