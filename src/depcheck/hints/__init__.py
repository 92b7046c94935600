"""Did you mean: what a path that leads nowhere was meant to be, the likeliest first, each with the reason.

First what was renamed since the last commit, then the identity of the package, then what the history of
git says was renamed, then paths nearby.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from depcheck import clone, form, git, paths
from depcheck.discover import Listing
from depcheck.fixtures import looks_like_fixture
from depcheck.hints import near
from depcheck.hints.identity import Meant, Packages
from depcheck.hints.renames import Renames
from depcheck.manifest import locks, toml
from depcheck.model import Candidate, Fault, Reference
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_RULES = frozenset(
    {
        "missing-path", "not-a-package", "missing-member", "missing-workspace-root", "missing-target-file",
        "missing-metadata-file", "name-mismatch", "version-mismatch", "broken-patch", "dormant-path",
    }
)  # fmt: skip
_PACKAGES = ("package", "member")


class Hints:
    """Candidates for the faults of one scan.

    faults: all that there are, so that git is asked once for all of them, and only if need be.
    """

    def __init__(self, sources: Sources, listing: Listing, faults: Collection[Fault] = ()) -> None:
        self.sources = sources
        self.packages = Packages(sources, listing)
        self.faults = faults
        self._git_root = listing.root if listing.has_git else None
        self._untracked = listing.untracked
        self._renames: Renames | None = None
        self._committed: dict[str, frozenset[str]] = {}
        self._ignored: frozenset[str] | None = None

    def candidate(self, fault: Fault) -> Candidate | None:
        """The likeliest, or None where nothing speaks for any."""
        return next(self.candidates(fault), None)

    def candidates(self, fault: Fault) -> Iterator[Candidate]:
        """What could be meant, the likeliest first, each text once."""
        if fault.rule == "missing-member" and fault.tool == "uv" and fault.reference is not None:
            unlisted = self._unlisted(fault, fault.reference)
            if unlisted is not None:
                yield unlisted
            return
        asked = _asked(self.sources, fault)
        if asked is None:
            return
        reference, written = asked
        seen = {reference.raw}
        for meant in self._meant(fault, reference, written):
            replacement = written.write(meant.target)
            if replacement not in seen:
                seen.add(replacement)
                sure = meant.is_certain and not self._is_deliberate(reference, written, meant.target)
                yield Candidate(replacement, meant.target, meant.reason, sure)

    def _is_deliberate(self, reference: Reference, written: form.Form, target: str) -> bool:
        """Whether the path may be right, and what it leads to is only not here."""
        old, tree = reference.target, self.sources.tree
        if paths.is_outside(old):
            return target not in {place for place, _ in near.climbing(tree, written.base, written.plain)}
        if "examples" in target.split("/") and "examples" not in f"{old}/{reference.site.file}".split("/"):
            return True
        if tree.kind(old) is not Kind.MISSING:
            return False
        return self._is_made(old) or any(paths.is_below(old, at) for at in self.sources.get(_modules, ""))

    def _is_made(self, path: str) -> bool:
        """Whether git ignores a path: a program makes what stands there."""
        if self._ignored is None:
            self._ignored = frozenset[str]()
            if self._git_root is not None:
                self._ignored = clone.ignored(self._git_root, self._missing())
        return path in self._ignored

    def _meant(self, fault: Fault, reference: Reference, written: form.Form) -> Iterator[Meant]:
        nowhere = self._leads_nowhere(fault, reference)
        if nowhere and (renamed := self._renamed(fault, written, now=True)):
            yield renamed
        yield from self._identified(fault, reference)
        if nowhere and (renamed := self._renamed(fault, written, now=False)):
            yield renamed
        if nowhere:
            for meant in near.meant(self.packages, fault, written):
                yield meant._replace(
                    is_certain=reference.kind == "member"
                    and "default-members" not in reference.site.route
                    and self.was_member(fault, reference.site.file, meant.target)
                )

    def was_member(self, fault: Fault, root: str, directory: str) -> bool:
        """Whether a package is a member by the lock file of a workspace, or by the last commit.

        root: the manifest of the workspace. directory: of the package; nothing else has its name.
        """
        name = self.packages.name(fault, directory)
        if name is None or len(self.packages.directories_of(fault, name)) != 1:
            return False
        lock = paths.join(paths.parent(root), "Cargo.lock" if fault.tool == "cargo" else "uv.lock")
        if name in self.sources.get(_own_packages, lock):
            return True
        return directory in self._members_before(root)

    def _members_before(self, root: str) -> frozenset[str]:
        """What the manifest of a workspace lists by name in the last commit."""
        if self._git_root is None:
            return frozenset()
        if root not in self._committed:
            text = git.ask(self._git_root, "cat-file", "blob", f"HEAD:./{root}") or ""
            document = toml.parse(root, text)
            listed = []
            if isinstance(document, toml.Document):
                for route in (("workspace",), ("tool", "uv", "workspace")):
                    listed += toml.strings_at(document.data, (*route, "members"))
            here = paths.parent(root)
            self._committed[root] = frozenset(self.sources.tree.at(here, entry) for entry in listed)
        return self._committed[root]

    def _unlisted(self, fault: Fault, reference: Reference) -> Candidate | None:
        """A package that a workspace of uv does not list; what is to be written belongs to `members`."""
        if reference.kind != "workspace" or paths.is_outside(reference.target):
            return None
        found = self.packages.named(fault, reference.wanted, reference.target)
        if found is None or found == reference.target:
            return None
        root = paths.join(reference.target, "pyproject.toml")
        where = paths.relative(found, reference.target)
        if toml.value_at(self.sources, root, ("tool", "uv", "workspace")) is None:
            reason = f"the package in `{found or '.'}` is named `{reference.wanted}`"
            return Candidate(
                f'path = "{paths.relative(found, paths.parent(reference.site.file))}"', found, reason
            )
        reason = f"`{found or '.'}` holds `{reference.wanted}`, and `tool.uv.workspace.members` misses it"
        is_only = len(self.packages.directories_of(fault, reference.wanted)) == 1
        is_only = is_only and not looks_like_fixture(self.sources.tree, found)
        return Candidate(where, found, reason, is_only)

    def _leads_nowhere(self, fault: Fault, reference: Reference) -> bool:
        if reference.kind == "workspace" or self.sources.tree.kind(reference.target) is Kind.MISSING:
            return True
        return reference.kind in _PACKAGES and not self.packages.holds(fault, reference.target)

    def _identified(self, fault: Fault, reference: Reference) -> Iterator[Meant]:
        """By the name that is asked for, for a member by a dependency that leads to the same place."""
        yield from self.packages.meant(fault, reference)
        if reference.kind != "member":
            return
        for other in self.faults:
            asked = other.reference
            if asked is not None and asked.target == reference.target and asked.kind == "package":
                for meant in self.packages.meant(other, asked):
                    if self.packages.suits(fault, reference, meant.target):
                        yield meant

    def _renamed(self, fault: Fault, written: form.Form, *, now: bool) -> Meant | None:
        """By git: since the last commit, or before; to no place that stands in the same list already."""
        if self._renames is None:
            tree = self.sources.tree
            self._renames = Renames(self._git_root, self._missing(), tree, self._untracked)
        reference = written.reference
        renamed = self._renames.now if now else self._renames.before
        found = renamed(reference.target)
        if found is None or not self._stands(fault, reference, found.target):
            return None
        return None if found.target in near.neighbours(self.packages, written) else found

    def _missing(self) -> list[str]:
        """The targets of all faults that lead nowhere."""
        missing = []
        for fault in self.faults:
            asked = _asked(self.sources, fault)
            if asked is not None:
                target = asked[0].target
                if not paths.is_outside(target) and self.sources.tree.kind(target) is Kind.MISSING:
                    missing.append(target)
        return missing

    def _stands(self, fault: Fault, reference: Reference, target: str) -> bool:
        if reference.kind in _PACKAGES:
            return self.packages.suits(fault, reference, target)
        return self.sources.tree.kind(target) is (Kind.DIR if reference.kind == "directory" else Kind.FILE)


def _asked(sources: Sources, fault: Fault) -> tuple[Reference, form.Form] | None:
    """The reference of a fault for which something else can be written, and how it is written."""
    reference = fault.reference
    if reference is None or fault.rule not in _RULES or reference.kind in ("glob", "path"):
        return None
    reference = form.as_written(sources, reference)
    written = None if reference is None else form.of(sources.tree, reference)
    return None if reference is None or written is None else (reference, written)


def _own_packages(sources: Sources, path: str) -> frozenset[str]:
    """The names that a lock file has for packages of the repository itself."""
    document = sources.get(locks.read, path) if sources.tree.is_file(path) else None
    packages = document.data.get("package") if isinstance(document, toml.Document) else None
    if not isinstance(packages, list):
        return frozenset()
    return frozenset(
        package["name"]
        for package in packages
        if isinstance(package, dict)
        and isinstance(package.get("name"), str)
        and _is_own(package.get("source"))
    )


def _is_own(source: object) -> bool:
    """Whether the source of a locked package is a directory of the repository: cargo has none for it."""
    return source is None or (
        isinstance(source, dict) and not {"editable", "virtual", "directory"}.isdisjoint(source)
    )


def _modules(sources: Sources, directory: str) -> frozenset[str]:
    """Where the repository in a directory has submodules, by its `.gitmodules`."""
    path = paths.join(directory, ".gitmodules")
    text = toml.shown(sources, path) if sources.tree.is_file(path) else ""
    found = re.findall(r"^[ \t]*path[ \t]*=[ \t]*(\S+)", text, re.MULTILINE)
    return frozenset(sources.tree.at(directory, place) for place in found)
