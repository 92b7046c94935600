"""Which packages a command is about: `-p`, `--workspace`, `--exclude`, `default-members`.

Source: cargo's `ops/cargo_compile/packages.rs` and `PackageIdSpec`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from posixpath import normpath

from depcheck import paths
from depcheck.load import globs
from depcheck.load.cargo.invocation import Invocation
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.resolve import Resolved
from depcheck.load.cargo.workspace import Loaded
from depcheck.manifest import semver
from depcheck.manifest.cargo.reading import is_name
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree

# These take one package, the current one where none is named.
_SINGLE = {"rustc", "rustdoc", "install"}
# These look among the members alone; the others find every package of the resolution.
_MEMBERS_ONLY = {"package", "publish", "run", "add", "remove"}
_SOURCES = {"path", "git", "registry", "sparse"}
_SPEC = re.compile(r"(?P<name>[^:@]*)(?:[:@](?P<version>.*))?", re.DOTALL)
_PARTIAL = re.compile(r"(\d+)(?:\.(\d+)(?:\.(\d+)(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)?)?", re.ASCII)


class Selection(NamedTuple):
    """The manifests of the chosen packages; why cargo refuses the choice; what can't be known."""

    manifests: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    unknowns: tuple[str, ...] = ()


class Spec(NamedTuple):
    """What `-p` names: a package, or several by a pattern.

    version: numbers and pre-release as written. place: the directory that a URL of a local package
    leads to, or any other URL itself; None where there is none.
    """

    name: str
    version: str = ""
    is_pattern: bool = False
    place: str | None = None

    def matches(self, package: Package) -> bool:
        """Whether it means the package."""
        if self.is_pattern:
            return globs.compile_part(self.name).fullmatch(package.name) is not None
        if self.place not in (None, package.directory):
            return False
        return self.means(package.name, package.version)

    @property
    def is_remote(self) -> bool:
        """Whether it says that the package comes from a registry or a repository."""
        return self.place is not None and "://" in self.place

    def means(self, name: str, version: str) -> bool:
        """Whether it means the package of this name and version."""
        if self.name != name:
            return False
        wanted = _PARTIAL.fullmatch(self.version) if self.version else None
        found = semver.parse_version(version)
        if wanted is None or found is None:
            return True
        pre = tuple((wanted[4] or "")[1:].split(".")) if wanted[4] else ()
        numbers = tuple(int(part) for part in wanted.groups()[:3] if part is not None)
        return found.numbers[: len(numbers)] == numbers and found.pre == pre


def parse(tree: Tree, text: str) -> Spec | None:
    """The specification of a package; None where cargo refuses it."""
    if any(char in text for char in "*?[]"):
        try:
            globs.compile_part(text)
        except globs.PatternError:
            return None
        return Spec(text, is_pattern=True)
    return _of_url(tree, text) if "://" in text else _plain(text)


def _plain(text: str) -> Spec | None:
    match = _SPEC.fullmatch(text)
    if match is None or not is_name(match["name"]):
        return None
    if match["version"] is not None and _PARTIAL.fullmatch(match["version"]) is None:
        return None
    return Spec(match["name"], match["version"] or "")


def _of_url(tree: Tree, text: str) -> Spec | None:
    """`path+file:///x/b#0.1.0` and the like (cargo: `PackageIdSpec::from_url`)."""
    from urllib.parse import unquote  # costs start-up time

    url, hash_, fragment = text.partition("#")
    scheme, _, path = url.partition("://")
    kind, plus, inner = scheme.partition("+")
    if plus and (kind not in _SOURCES or (kind == "path" and inner != "file")):
        return None
    name = unquote(paths.name(path))
    if hash_ and not fragment[:1].isalpha() and "@" not in fragment:
        name += f"@{fragment}"
    elif hash_:
        name = fragment
    spec = _plain(name)
    if spec is None or scheme not in ("file", "path+file"):
        return spec and spec._replace(place=url)
    return spec._replace(place=paths.inside(tree.root, normpath(unquote(path))))


class _Choice:
    def __init__(
        self,
        sources: Sources,
        read: tuple[Loaded, Mapping[str, Package]],
        current: str,
        invocation: Invocation,
    ) -> None:
        loaded, self.packages = read
        self.tree = sources.tree
        self.members = loaded.packages
        self.current = current
        self.invocation = invocation
        self.turned = invocation.command == "tree" and any(invocation.values("--invert"))
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []

    def refuse(self, message: str) -> None:
        self.faults.append(Fault("missing-member", Site(self.current), message, tool="cargo"))

    def specs(self, texts: Iterable[str]) -> list[Spec]:
        found = []
        for text in texts:
            spec = parse(self.tree, text)
            if spec is None or (spec.is_pattern and self.invocation.command == "clean"):
                self.refuse(f"`{text}` is no specification of a package")
            else:
                found.append(spec)
        return found

    def named(self) -> list[str]:
        """What `-p` names: one package each, or all that a pattern matches among the members."""
        chosen: dict[str, None] = {}
        everywhere = self.invocation.command not in _MEMBERS_ONLY
        for spec in self.specs(self.invocation.values("--package")):
            known: Mapping[str, Package] = self.members
            if everywhere and not spec.is_pattern:
                known = self.packages
            hits = [
                path
                for path, package in known.items()
                if (spec.is_pattern or package.name == spec.name) and spec.matches(package)
            ]
            if not hits and self.turned and not spec.is_pattern:
                continue  # what the tree is turned around to is looked for in its place
            if not hits and everywhere and self._may_be_elsewhere(spec):
                self.unknowns.append(f"`{spec.name}` may be a package of a registry")
            elif not hits:
                self.refuse(f"no package of this workspace is `{spec.name}`")
            elif len(hits) > 1 and not spec.is_pattern:
                self.refuse(f"`{spec.name}` is ambiguous: `{hits[0]}` and `{hits[1]}` have that name")
            chosen.update(dict.fromkeys(hits))
        return list(chosen)

    def _may_be_elsewhere(self, spec: Spec) -> bool:
        if spec.is_pattern or (spec.place is not None and not spec.is_remote):
            return False
        return any(one.external for one in self.packages.values())

    def all_but(self) -> list[str]:
        excluded = self.specs(self.invocation.values("--exclude"))
        return [
            path
            for path, package in self.members.items()
            if not any(spec.matches(package) for spec in excluded)
        ]


def choose(
    sources: Sources, read: tuple[Loaded, Resolved], current: str, invocation: Invocation
) -> Selection:
    """The packages that the command is about. current: its manifest."""
    loaded, resolved = read
    return _choose(sources, _Choice(sources, (loaded, resolved.packages), current, invocation), loaded)


def members(sources: Sources, loaded: Loaded, current: str, invocation: Invocation) -> Selection:
    """The members that a command is about which reads the workspace and resolves nothing."""
    return _choose(sources, _Choice(sources, (loaded, {}), current, invocation), loaded)


def _choose(sources: Sources, choice: _Choice, loaded: Loaded) -> Selection:
    current, invocation = choice.current, choice.invocation
    if invocation.has("--workspace"):
        chosen = choice.all_but()
    elif invocation.has("--exclude"):
        choice.refuse("`--exclude` can only be used together with `--workspace`")
        chosen = []
    elif invocation.has("--package"):
        chosen = choice.named()
    elif invocation.command in _SINGLE:
        chosen = [current] if current in choice.members else []
    else:
        chosen = _default(sources, loaded, choice.members, current)
    if not chosen and not (choice.faults or choice.unknowns or loaded.unknowns or choice.turned):
        is_virtual = current not in choice.members
        choice.refuse(
            "the manifest is virtual, and the command selects no member"
            if is_virtual
            else "the command selects no package"
        )
    return Selection(tuple(chosen), tuple(choice.faults), tuple(choice.unknowns))


def _default(sources: Sources, loaded: Loaded, members: Mapping[str, Package], current: str) -> list[str]:
    """What a command is about where nothing is said (cargo: `Workspace::default_members`)."""
    package = loaded.members.get(current)
    workspace = package.manifest.workspace if package else None
    if workspace is not None and workspace.default_members is not None:
        listed: set[str] = set()
        for raw in workspace.default_members:
            with suppress(globs.PatternError, globs.EndlessError):  # said where the workspace is read
                listed.update(globs.expand(sources.tree, paths.parent(current), raw))
            listed.add(sources.tree.at(paths.parent(current), raw))
        return [path for path in members if paths.parent(path) in listed]
    return [current] if current in members else list(members)
