"""What `--frozen` and `--locked` take from uv.lock.

Source: uv `uv-resolver/src/lock/installable.rs` (what is installed), `lock/mod.rs` (Lock::satisfies: whether
the lock is up to date).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.backend import Target
from depcheck.load.uv import groups, install, lockfile, package, versions
from depcheck.load.uv.install import Wish
from depcheck.load.uv.lockfile import Lock, Locked
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.package import Package
from depcheck.load.uv.project import MANIFEST, Project
from depcheck.load.uv.resolve import Walk
from depcheck.load.uv.workspace import Workspace
from depcheck.manifest import pep440
from depcheck.manifest.pyproject import normalise, route_text
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind


def sync(
    sources: Sources, lock: Lock, members: Mapping[str, Project], names: Sequence[str], wish: Wish
) -> Outcome:
    """Install the members `names` and what they need here, as the lock has it."""
    making = _Frozen(sources, lock, members, wish)
    for name in names:
        making.member(name)
    making.run()
    return Outcome(tuple(dict.fromkeys(making.faults)), tuple(dict.fromkeys(making.unknowns)))


def misfits(lock: Lock, around: Workspace) -> Iterator[Fault]:
    """Members that the lock does not know, and groups that make no sense, which uv looks at all the same."""
    known = {one.name for one in lock.packages}
    every = [*around.members.values(), *(() if around.root.name else (around.root,))]
    for member in every:
        yield from groups.flatten(member).faults
        if member.name and member.name not in known:
            message = f"`{lock.path}` does not know the member `{member.name}`"
            yield Fault("invalid-manifest", Site(member.manifest.path), message, tool="uv")


class _Frozen:
    def __init__(self, sources: Sources, lock: Lock, members: Mapping[str, Project], wish: Wish) -> None:
        self.sources = sources
        self.lock = lock
        self.members = members
        self.wish = wish
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self._by_name: dict[str, list[Locked]] = {}
        for one in lock.packages:
            self._by_name.setdefault(one.name, []).append(one)
        self._current: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._built: set[int] = set()
        self._ahead: list[tuple[Mapping[str, Any], str]] = []  # a dependency, what installs it

    def member(self, name: str) -> None:
        found = self._by_name.get(name, [])
        if not found:
            message = f"`{self.lock.path}` holds no package `{name}`"
            self.faults.append(Fault("invalid-manifest", Site(self.lock.path), message, tool="uv"))
        self._current.add(name)
        for one in found:
            listed = one.table.get("dev-dependencies")
            table = listed if isinstance(listed, dict) else {}
            member = self.members.get(name)
            for group in self._groups(member, table):
                self._queue(table.get(group), name)
            if not self.wish.only:
                optional = one.table.get("optional-dependencies")
                extras = optional if isinstance(optional, dict) else {}
                chosen = extras if self.wish.extras is None else self.wish.extras
                self._package(one, chosen)

    def _groups(self, member: Project | None, table: Mapping[str, Any]) -> Iterable[str]:
        if member is not None:
            return install.chosen_groups(member, self.wish)
        if self.wish.groups is None:
            return set(table) - self.wish.without
        defaults = {"dev"} if self.wish.defaults and not self.wish.only else set()
        return (self.wish.groups | defaults) - self.wish.without

    def _queue(self, listed: object, parent: str) -> None:
        self._ahead += [(item, parent) for item in _tables(listed)]

    def run(self) -> None:
        while self._ahead:
            item, _ = self._ahead.pop()
            text = item.get("marker")
            when = conditions.marker(text) if isinstance(text, str) else None
            if when is not None and not conditions.holds(when, conditions.HERE):
                continue
            extras = item.get("extra")
            for one in self._by_name.get(normalise(str(item.get("name", ""))), ()):
                if item.get("version") in {None, one.version}:
                    self._package(one, extras if isinstance(extras, list) else ())

    def _package(self, one: Locked, extras: Iterable[str]) -> None:
        if one.number not in self._built:
            self._built.add(one.number)
            self._queue(one.table.get("dependencies"), one.name)
            if one.kind in {"editable", "directory", "path"} and not self._skipped(one):
                self._local(one)
        optional = one.table.get("optional-dependencies")
        for extra in extras:
            if isinstance(optional, dict) and (str(one.number), extra) not in self._seen:
                self._seen.add((str(one.number), extra))
                self._queue(optional.get(extra), one.name)

    def _skipped(self, one: Locked) -> bool:
        skip = self.wish.skip
        if "local" in skip or one.name in self.wish.skipped:
            return True
        is_member = one.name in self.lock.members or one.name in self._current
        return is_member and ("workspace" in skip or ("project" in skip and one.name in self._current))

    def _local(self, one: Locked) -> None:
        tree = self.sources.tree
        path = tree.at(paths.parent(self.lock.path), one.value)
        kind = tree.kind(path)
        if kind is Kind.UNKNOWN:
            self.unknowns.append(f"what stands at `{path}` cannot be known")
        elif kind is Kind.MISSING:
            self._fault("missing-path", one, path, "does not exist")
        elif one.kind == "path" or self.wish.dry:
            return
        elif not any(tree.is_file(paths.join(path, name)) for name in (MANIFEST, "setup.py")):
            self._fault("not-a-package", one, path, "holds neither pyproject.toml nor setup.py")
        else:
            target: Target = "editable" if one.kind == "editable" and self.wish.editable else "wheel"
            manifest = self.sources.get(package.read, path, self.wish.no_sources).manifest
            root = paths.parent(self.lock.path)
            if (
                manifest
                and self.wish.isolated
                and (empty := install.unequipped(self.sources, manifest, root))
            ):
                self.faults.append(empty)
                return
            made = self.sources.get(install.built, path, target, self.wish.no_sources)
            self.faults += made.faults
            self.unknowns += made.unknowns

    def _fault(self, rule: str, one: Locked, path: str, fact: str) -> None:
        site = Site(self.lock.path, ("package", one.number, "source", one.kind))
        reference = Reference(site, route_text(site.route), one.value, path, "package", one.name)
        message = f"the lock takes `{one.name}` from `{path or '.'}`, which {fact}"
        self.faults.append(Fault(rule, site, message, reference, (), "uv"))


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def stale(lock: Lock, walked: Walk, around: Workspace) -> str:
    """Why the lock has to be made anew; empty where nothing says so."""
    expected = frozenset(around.members)
    if len(expected) == 1 and around.root.name:
        expected = frozenset()
    if lock.members != expected:
        changed = sorted(lock.members ^ expected)
        return f"the members of the workspace are others: `{'`, `'.join(changed)}`"
    if python := _python(lock, around):
        return python
    local = {
        (one.name, walked.tree.resolve(walked.tree.at(around.directory, one.value))): one
        for one in lock.packages
        if one.kind in lockfile.LOCAL
    }
    for directory, found in walked.packages.items():
        if not found.name or found.unknowns:
            continue
        one = local.get((found.name, walked.tree.resolve(directory)))
        if one is None:
            return f"`{found.name}` at `{directory or '.'}` is new"
        if found.static and found.version and one.version and one.version != found.version:
            return f"`{found.name}` has the version `{found.version}`, not `{one.version}`"
        if found.static and not _same(walked, around, found, one):
            return f"what `{found.name}` asks for has changed"
    return ""


def _python(lock: Lock, around: Workspace) -> str:
    """Whether the lock is for the Pythons of the workspace."""
    found = [wanted for member in around.members.values() if (wanted := versions.wanted(member.manifest))]
    asked = found or [versions.DEFAULT]
    locked = str(lock.table.get("requires-python", ""))
    here, there = _bounds(asked), _bounds([locked])
    if here is None or there is None or here == there:
        return ""
    return f"`requires-python` is `{', '.join(dict.fromkeys(asked))}`, and was `{locked}`"


def _bounds(listed: list[str]) -> set[tuple[str, pep440.Key]] | None:
    """The innermost bounds that ranges of versions have together; None for what is no range."""
    clauses = [(op[0], op, pep440.key(version)) for text in listed for op, version in pep440.clauses(text)]
    if not clauses or any(op not in {">=", "<"} or key is None for _, op, key in clauses):
        return None
    keys = [(side, key) for side, _, key in clauses if key is not None]
    lower = [key for side, key in keys if side == ">"]
    upper = [key for side, key in keys if side == "<"]
    return {(">", max(lower)) for _ in lower} | {("<", min(upper)) for _ in upper}


Line = tuple[str, str, str, tuple[str, ...]]  # name, specifier, place, extras


def _same(walked: Walk, around: Workspace, found: Package, one: Locked) -> bool:
    metadata = one.table.get("metadata")
    table = metadata if isinstance(metadata, dict) else {}
    if {str(extra) for extra in table.get("provides-extras", ())} != set(found.extras):
        return False
    if set(_locked(walked, around, table.get("requires-dist"))) != set(_wanted(walked, found.requires)):
        return False
    groups = table.get("requires-dev")
    groups = groups if isinstance(groups, dict) else {}
    return set(groups) == set(found.groups) and all(
        set(_locked(walked, around, groups[name])) == set(_wanted(walked, items))
        for name, items in found.groups.items()
    )


def _locked(walked: Walk, around: Workspace, listed: object) -> Iterator[Line]:
    for item in _tables(listed):
        kind = next((kind for kind in lockfile.LOCAL if kind in item), "")
        place = walked.tree.at(around.directory, str(item[kind])) if kind else ""
        if "git" in item or "url" in item:
            place = "elsewhere"
        extras = item.get("extras")
        yield (
            normalise(str(item.get("name", ""))),
            _specifier(str(item.get("specifier", ""))),
            place,
            tuple(sorted(map(str, extras))) if isinstance(extras, list) else (),
        )


def _wanted(walked: Walk, items: tuple[Wanted, ...]) -> Iterator[Line]:
    for wanted in items:
        place = walked.place(wanted)
        where = "" if place is None else place.path if place.kind != "remote" else "elsewhere"
        specifier = "" if where else _specifier(wanted.specifier)
        yield wanted.name, specifier, where, tuple(sorted(wanted.extras))


def _specifier(text: str) -> str:
    parts = (part.strip() for part in text.strip("() ").replace(" ", "").lower().split(","))
    return ",".join(sorted(part for part in parts if part and part != "*"))
