"""Which packages the tree holds, by name and by place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from depcheck import paths
from depcheck.discover import Listing
from depcheck.fixtures import looks_like_fixture
from depcheck.manifest import pyproject, semver, toml
from depcheck.model import Fault, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

# Every name that a manifest gives to anything; which of them is the package's the reader tells.
_NAME = re.compile(rb"""\bname["']?\s*[=:]\s*["']?([^\s"',}\]]+)""")
_CARGO = ("Cargo.toml",)
_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg")


class Meant(NamedTuple):
    """Where a path should lead, and a sentence that says why.

    is_certain: nothing else has the name that is wanted, or git itself says that it was renamed.
    """

    target: str
    reason: str
    is_certain: bool = False


class Identity(NamedTuple):
    """What the manifests of a directory say; None: that is not known."""

    name: str | None
    version: str | None


class Packages:
    """The packages of a listing; nothing is read before a fault asks."""

    def __init__(self, sources: Sources, listing: Listing) -> None:
        self.sources = sources
        self._manifests = listing.everything
        self._mentions: dict[str, list[str]] | None = None

    def meant(self, fault: Fault, reference: Reference) -> Iterator[Meant]:
        """The directories of packages with the name that the reference asks for, the nearest first.

        None of them is the target itself.
        """
        wanted = reference.wanted
        if (
            not wanted
            or reference.kind != "package"
            or paths.name(reference.target).endswith((".whl", ".gz", ".zip"))
        ):
            return
        named = self.directories_of(fault, wanted)
        left_out = {reference.target}
        if not any(str(part).startswith("dev") for part in reference.site.route):
            left_out.add(paths.parent(reference.site.file))  # only tests depend on their own package
        found = [directory for directory in named if directory not in left_out]
        if reference.target in named:  # the right package of a wrong version
            found = [
                directory
                for directory in found
                if self._fits(reference, directory) and not self._fits(reference, reference.target)
            ]
        found.sort(key=lambda directory: self._rank(reference, directory))
        others = f", the nearest of {len(found)} of that name" if len(found) > 1 else ""
        fitting = [directory for directory in found if self._rank(reference, directory)[:2] == (False, False)]
        for index, directory in enumerate(found):
            which = f"`{directory}`" if directory else "the top of the repository"
            reason = f"the package in {which} is named `{wanted}`{'' if index else others}"
            sure = fitting == [directory] and (fault.tool != "cargo" or self._has_library(directory))
            yield Meant(directory, reason, sure)

    def _has_library(self, directory: str) -> bool:
        """Whether there is something that a dependent could use: cargo only warns where there is not."""
        manifest = paths.join(directory, "Cargo.toml")
        if self.sources.tree.is_file(paths.join(directory, "src/lib.rs")):
            return True
        return toml.value_at(self.sources, manifest, ("lib",)) is not None

    def name(self, fault: Fault, directory: str) -> str | None:
        """The name of the package in a directory; None where there is none, or it is not known."""
        identity = self._identity(fault, directory)
        return None if identity is None else identity.name

    def named(self, fault: Fault, name: str, near: str) -> str | None:
        """The directory of a package of that name, the nearest to the directory `near`."""
        found = self.directories_of(fault, name)
        tree = self.sources.tree
        hidden = {directory for directory in found if looks_like_fixture(tree, directory)}
        found.sort(key=lambda directory: (directory in hidden, steps(directory, near), directory))
        return found[0] if found else None

    def holds(self, fault: Fault, directory: str) -> bool:
        """Whether the directory holds a package that the tool of the fault could use."""
        return self._identity(fault, directory) is not None

    def suits(self, fault: Fault, reference: Reference, directory: str) -> bool:
        """Whether the directory holds a package, and by no other name than the one that is wanted."""
        identity = self._identity(fault, directory)
        if identity is None:
            return False
        return not reference.wanted or identity.name is None or _same(fault, identity.name, reference.wanted)

    def directories(self, fault: Fault) -> list[str]:
        """Where there are manifests of the kind that the tool reads."""
        kinds = _CARGO if fault.tool == "cargo" else _PYTHON
        return list(
            dict.fromkeys(paths.parent(path) for path in self._manifests if paths.name(path) in kinds)
        )

    def directories_of(self, fault: Fault, name: str) -> list[str]:
        """The directories whose package has the name."""
        if self._mentions is None:
            self._mentions = _mentions(self.sources, self._manifests)
        directories = dict.fromkeys(map(paths.parent, self._mentions.get(pyproject.normalise(name), ())))
        found = []
        for directory in directories:
            identity = self._identity(fault, directory)
            if identity is not None and identity.name is not None and _same(fault, identity.name, name):
                found.append(directory)
        return found

    def _identity(self, fault: Fault, directory: str) -> Identity | None:
        return self.sources.get(_crate if fault.tool == "cargo" else _project, directory)

    def _fits(self, reference: Reference, directory: str) -> bool:
        """Whether the package has a version that the entry asks for beside the path; only cargo compares."""
        entry = toml.value_at(self.sources, reference.site.file, reference.site.route[:-1])
        wanted = entry.get("version") if isinstance(entry, dict) else None
        identity = self.sources.get(_crate, directory)
        if not isinstance(wanted, str) or identity is None or identity.version is None:
            return True
        comparators, version = semver.parse_requirement(wanted), semver.parse_version(identity.version)
        return comparators is None or version is None or semver.matches(comparators, version)

    def _rank(self, reference: Reference, directory: str) -> tuple[bool, bool, int, int, str]:
        here, tree = paths.parent(reference.site.file), self.sources.tree
        return (
            looks_like_fixture(tree, directory) and not looks_like_fixture(tree, here),
            not self._fits(reference, directory),
            -common_end(directory, reference.target),
            steps(directory, here),
            directory,
        )


def steps(one: str, other: str) -> int:
    """How many directories apart two paths are."""
    return paths.relative(one, other).count("/") + 1 if one != other else 0


def common_end(one: str, other: str) -> int:
    """How many of their last components are equal."""
    same = 0
    for left, right in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if left != right:
            break
        same += 1
    return same


def _same(fault: Fault, one: str, other: str) -> bool:
    """Whether two names are equal; cargo tells `-` from `_`, Python tools do not."""
    return one == other if fault.tool == "cargo" else pyproject.normalise(one) == pyproject.normalise(other)


def _mentions(sources: Sources, manifests: tuple[str, ...]) -> dict[str, list[str]]:
    """Name, normalised -> manifests that hold it somewhere: reading is much cheaper than parsing."""
    found: dict[str, list[str]] = {}
    for path in manifests:
        if paths.name(path) not in (*_CARGO, *_PYTHON):
            continue
        try:
            content = sources.tree.read(path)
        except (OSError, UnknownContentError):
            continue
        for name in dict.fromkeys(_NAME.findall(content)):
            found.setdefault(pyproject.normalise(name.decode("utf-8", "replace")), []).append(path)
    return found


def _crate(sources: Sources, directory: str) -> Identity | None:
    """The package of the `Cargo.toml` in a directory; None where there is none."""
    from depcheck.manifest import cargo

    path = paths.join(directory, "Cargo.toml")
    if paths.is_outside(path) or not sources.tree.is_file(path):
        return None
    manifest = sources.get(cargo.read, path)
    if not isinstance(manifest, cargo.Manifest) or manifest.package is None:
        return None
    return Identity(manifest.package.name, manifest.package.version or None)


def _project(sources: Sources, directory: str) -> Identity | None:
    """The Python project in a directory; None where there is none that an installer would take."""
    if paths.is_outside(directory):
        return None
    path = paths.join(directory, "pyproject.toml")
    if not any(map(sources.tree.is_file, (path, paths.join(directory, "setup.py")))):
        return None
    from depcheck.load import backend, python

    manifest = sources.get(pyproject.read, path) if sources.tree.is_file(path) else None
    project = manifest if isinstance(manifest, pyproject.PyProject) else backend.bare(directory)
    return Identity(python.name_of(sources, project), None)
