"""What a `uv pip` command is given: requirements files with what they include, groups, the command line.

Source: uv `uv-requirements/src/specification.rs` and `sources.rs` (which file is read how),
`uv-requirements-txt/src/lib.rs` (what is relative to what).
"""

from __future__ import annotations

from collections.abc import Sequence

from depcheck import paths
from depcheck.load.uv import location, package, requirement
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.package import Package
from depcheck.load.uv.requirement import Asked
from depcheck.load.uv.resolve import How
from depcheck.manifest import requirements, toml, uv_requirements
from depcheck.manifest.pyproject import normalise
from depcheck.manifest.requirements import Entry
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_DEEPEST = 100  # files that include each other; uv runs out of stack at some hundred
_OTHER_FORMATS = {"environment.yml": "uv reads no Conda environment files"}


class _Source(NamedTuple):
    """A file that a command takes requirements from: what it is read for, and in how many others it is."""

    raw: str
    path: str
    role: str = "requirements"
    depth: int = 0


class Intake:
    """The requirements of one run, and what is wrong with them.

    wanted: what is to be installed. trees: projects of which only the dependencies are wanted.
    hashes: whether every requirement needs one. hashed: those that have one.
    """

    def __init__(self, sources: Sources, how: How) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.how = how
        self.hashes = False
        self.hashed: list[Wanted] = []
        self.faults: dict[Fault, None] = {}
        self.unknowns: dict[str, None] = {}
        self.wanted: list[Wanted] = []
        self.trees: list[Package] = []
        self.constraints: list[Wanted] = []
        self.overrides: list[Wanted] = []
        self._read: set[tuple[str, str]] = set()

    def add(self, *found: Fault | str) -> None:
        """Put faults and reasons for not knowing on record."""
        for one in found:
            if isinstance(one, Fault):
                self.faults[one._replace(tool="uv")] = None
            else:
                self.unknowns[one] = None

    def limits(self, raws: Sequence[str], role: str) -> None:
        """Files of constraints, overrides, build constraints or excluded names."""
        for raw in raws:
            self._file(_Source(raw, self.tree.at(self.how.cwd, raw), role))

    def files(self, raws: Sequence[str]) -> None:
        """`-r FILE`, or the operands of `compile` and `sync`: by its name, each is read in its own way."""
        for raw in raws:
            if raw.startswith(("http://", "https://")):
                continue
            source = _Source(raw, self.tree.at(self.how.cwd, raw))
            name = paths.name(source.path)
            if raw == "-":
                self.add("the requirements are read from the standard input")
            elif name in {"pyproject.toml", "setup.py", "setup.cfg"}:
                self._tree(source)
            elif name in _OTHER_FORMATS or (name.endswith(".toml") and not _is_pylock(name)):
                why = _OTHER_FORMATS.get(name, "a lock file is called `pylock.toml` or `pylock.NAME.toml`")
                self.add(
                    Fault("invalid-manifest", Site(source.path), f"`{raw}` is no requirements file: {why}")
                )
            elif self._exists(source) and name.endswith((".py", ".pyw", ".toml")):
                self.unknowns[
                    f"`{raw}` is no requirements file, and depcheck does not follow what it asks for"
                ] = None
            elif self.tree.exists(source.path):
                self._file(source)

    def _exists(self, source: _Source) -> bool:
        kind = self.tree.kind(source.path)
        if kind is Kind.UNKNOWN:
            self.add(f"what stands at `{source.path}` cannot be known")
        elif kind is not Kind.FILE:
            fact = "is a directory" if kind is Kind.DIR else "does not exist"
            site = Site(source.path)
            reference = Reference(site, source.role, source.raw, source.path, "file")
            self.add(Fault("missing-path", site, f"`{source.raw}` {fact}", reference))
        return kind is Kind.FILE

    def _tree(self, source: _Source) -> None:
        """A project of which the dependencies are wanted, and not the project itself."""
        if not self._exists(source):
            return
        found = self.sources.get(package.read, paths.parent(source.path), self.how.no_sources)
        if found.refused and not found.faults:
            self.add(Fault("not-a-package", Site(source.path), f"`{source.raw}` {found.refused}"))
        self.add(*found.faults, *found.unknowns)
        self.trees.append(found)

    def _file(self, source: _Source) -> None:
        """A requirements file, and what it includes. A file is read once for each role (uv: VisitedFiles)."""
        if (source.path, source.role) in self._read or not self._exists(source):
            return
        self._read.add((source.path, source.role))
        if source.depth == _DEEPEST:
            self.add(f"`{source.path}` is included {_DEEPEST} files deep, where uv may run out of stack")
            return
        found = self.sources.get(uv_requirements.read, source.path)
        if isinstance(found, toml.Unknown | Fault):
            self.add(found if isinstance(found, Fault) else found.because)
        else:
            for entry in found.entries:
                self._entry(source, entry)

    def _entry(self, source: _Source, entry: Entry) -> None:
        value = self._filled(entry.value)
        match entry.kind:
            case "invalid":
                self.add(Fault("invalid-manifest", entry.site, entry.value))
            case "requirements" | "constraints":
                self._include(source, entry, value)
            case "find-links":
                self._link(entry, value, paths.parent(source.path))
            case "index":
                self._link(entry, value, self.how.cwd)
            case "option":
                self.hashes = self.hashes or (entry.hashed and source.role == "requirements")
            case _:
                asked = Asked(entry.value, entry.site, entry.kind == "editable", entry.hashed)
                self._requirement(asked, source.role)

    def _include(self, source: _Source, entry: Entry, value: str) -> None:
        """`-r` and `-c` are taken from the file that holds them."""
        if value.startswith(("http://", "https://")):
            return
        raw = location.of_link(self.tree, paths.parent(source.path), value)
        role = entry.kind if source.role == "requirements" else source.role
        path = raw if raw is not None else value
        if self.tree.kind(path) in {Kind.MISSING, Kind.DIR}:
            fact = "is a directory" if self.tree.is_dir(path) else "does not exist"
            shown = f"`{entry.value}`" if entry.value == path else f"`{entry.value}` leads to `{path}`, which"
            reference = Reference(entry.site, entry.option, entry.value, path, "file")
            self.add(Fault("missing-path", entry.site, f"{shown} {fact}", reference))
            return
        self._file(_Source(entry.value, path, role, source.depth + 1))

    def _link(self, entry: Entry, value: str, base: str) -> None:
        """A directory beside the indexes, or in the place of one; a relative one has to be there."""
        place = location.of_link(self.tree, base, value)
        is_url = value.lower().startswith("file:")
        if (
            place is None
            or self.tree.kind(place) in {Kind.DIR, Kind.UNKNOWN}
            or (is_url and entry.kind == "index")
        ):
            return
        if self.tree.exists(place) and not is_url and entry.kind == "index":
            return
        reference = Reference(entry.site, entry.option, value, place, "directory")
        fact = "is no directory" if self.tree.exists(place) else "does not exist"
        self.add(Fault("missing-path", entry.site, f"`{value}` leads to `{place}`, which {fact}", reference))

    def _filled(self, text: str) -> str:
        """`text` with the variables of the environment."""
        for name in requirements.variables(text):
            value = (self.how.env or {}).get(name)
            if value is not None:
                text = text.replace(f"${{{name}}}", value)
        return text

    def arguments(self, named: Sequence[str], editables: Sequence[str]) -> None:
        """The requirements of the command line."""
        for raw, editable in (*((raw, False) for raw in named), *((raw, True) for raw in editables)):
            place = location.of_url(self.tree, self.how.cwd, raw, self.how.env, base=self.how.cwd)
            path = place.path if not isinstance(place, str) else ""
            self._requirement(Asked(raw, Site(path or self.how.cwd or "."), editable), "requirements")

    def _requirement(self, asked: Asked, role: str) -> None:
        if role in {"build-constraints", "excludes"}:
            return
        is_constraint = role == "constraints"
        if is_constraint and (asked.editable or not requirement.is_named(asked)):
            what = "is editable" if asked.editable else "gives no name"
            message = f"`{asked.text}` {what}, and uv refuses it as a constraint"
            self.add(Fault("invalid-manifest", asked.site, message))
            return
        if asked.text.endswith((".txt", ".in")) and self.tree.is_file(self.tree.at(self.how.cwd, asked.text)):
            message = f"`{asked.text}` is a file; write `-r {asked.text}` to include it"
            self.add(Fault("invalid-manifest", asked.site, message))
            return
        wanted = requirement.lower(self.sources, self.how, asked)
        if not isinstance(wanted, Wanted):
            self.add(wanted)
            return
        into = {"constraints": self.constraints, "overrides": self.overrides}.get(role, self.wanted)
        into.append(wanted)
        if asked.hashed:
            self.hashed.append(wanted)

    def group(self, text: str) -> None:
        """`--group [PATH:]NAME`."""
        raw, _, name = text.rpartition(":")
        path = self.tree.at(self.how.cwd, raw or "pyproject.toml")
        if not self._exists(_Source(raw or "pyproject.toml", path, "--group")):
            return
        found = self.sources.get(package.of_groups, paths.parent(path), self.how.no_sources)
        self.add(*found.faults, *found.unknowns)
        if normalise(name) in found.groups:
            self.wanted += found.groups[normalise(name)]
        elif not found.faults:
            message = f"the dependency group `{name}` is not defined"
            self.add(Fault("invalid-manifest", Site(path), message))


def _is_pylock(name: str) -> bool:
    return name.startswith("pylock.") and name.count(".") <= 2
