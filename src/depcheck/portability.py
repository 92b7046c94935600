"""Whether what works here would work in a clean clone on another machine.

Each reference that no tool stumbles over is asked at most one question's worth: the first that
applies is reported. Git is asked twice at most, and only where something is to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from depcheck import discover, form, judging, paths, submodules
from depcheck.clone import Clone, ignored, of_index
from depcheck.discover import Listing
from depcheck.model import Fault, Judgement, Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.submodules import Place, place_of, warn
from depcheck.tree.base import Kind, Tree

_PACKAGES = ("package", "member", "workspace")
_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg")


class Doubt(NamedTuple):
    """A reference whose target may be absent from a clone. file: what git is asked about."""

    manifest: str
    reference: Reference
    file: str


class Examined(NamedTuple):
    """judgements: what a submodule that is not checked out makes unknown is so. warnings: each place once."""

    judgements: tuple[Judgement, ...]
    warnings: tuple[Fault, ...]


def examine(sources: Sources, listing: Listing, judgements: tuple[Judgement, ...]) -> Examined:
    """What to warn of in a tree that was judged."""
    tree = sources.tree
    ways = _Ways(tree)
    warnings: list[Fault] = []
    doubts: list[Doubt] = []
    for manifest, reference in _asked(judgements):
        found = _of_text(sources, reference) or _of_place(ways, reference, in_git=listing.has_git)
        if found is not None:
            warnings.append(found)
        elif listing.has_git and (file := _not_listed(tree, listing, ways, reference)):
            doubts.append(Doubt(manifest, reference, file))
    lost = submodules.lost(tree, _faults(judgements)) if listing.has_git else {}
    if not lost and not doubts:
        return Examined(judgements, tuple(warnings))
    around = {doubt.file: _repository_around(tree, doubt.file) for doubt in doubts}
    if listing.committed is not None:
        clone = Clone(*listing.committed)
    else:
        asked = [*lost.values(), *(around[doubt.file] or doubt.file for doubt in doubts)]
        clone = of_index(listing.root, asked)
    modules = {place: at for place, at in lost.items() if clone.is_submodule(at)}
    if modules:
        warnings.extend(submodules.warnings(_faults(judgements), modules))
        judgements = tuple(submodules.unsettle(judgement, modules) for judgement in judgements)
    confirmed = list(_missing_from_clone(listing, clone, doubts, around))
    warnings.extend(_needed(sources, confirmed))
    return Examined(judgements, tuple(warnings))


def _asked(judgements: Sequence[Judgement]) -> Iterator[tuple[str, Reference]]:
    """(manifest, reference) of what no fault speaks of, each place once."""
    seen: set[Place] = set()
    for fault in _faults(judgements):
        seen.add(place_of(fault))
        if fault.reference is not None:
            seen.add(place_of(fault.reference))
    for judgement in judgements:
        for reference in judgement.references:
            if reference.kind != "path" and place_of(reference) not in seen:
                seen.add(place_of(reference))
                yield judgement.manifest, reference


def _of_text(sources: Sources, reference: Reference) -> Fault | None:
    """What the text alone says: an absolute path, a backslash, other letters than the disk has."""
    tree, target = sources.tree, reference.target
    if reference.kind == "glob":
        target = before_pattern(target)
    here = tree.kind(target) is not Kind.MISSING
    if (
        (here or reference.kind != "member")
        and not any(char in reference.raw for char in "\\:")
        and reference.raw[:1] != "/"
    ):
        return None  # nearly all of them
    written = form.as_written(sources, reference)
    if written is None or tree.kind(target) is Kind.UNKNOWN:
        return None
    if here and not paths.is_outside(target):
        shape = form.of(tree, written)
        if shape is not None and shape.is_absolute:
            fact = "says where the repository lies on this machine, and leads nowhere on another"
            return warn("absolute-path", written, fact)
    if (
        "\\" in written.raw
        and reference.kind != "glob"
        and (here or _stands(tree, reference, written.raw.replace("\\", "/")))
    ):
        fact = "has a backslash, which Windows takes for a separator and no other system does"
        return warn("backslash-path", written, fact)
    if not here and reference.kind == "member" and (other := form.respelt(tree, target)):
        fact = f"is `{other}` on the disk, and the two are the same only where case does not count"
        return warn("case-mismatch", written, fact)
    return None


def _stands(tree: Tree, reference: Reference, raw: str) -> bool:
    return reference.kind in _PACKAGES and tree.exists(tree.at(paths.parent(reference.site.file), raw))


def _of_place(ways: _Ways, reference: Reference, *, in_git: bool) -> Fault | None:
    """What the place says: it lies outside of the repository, or a link leads there."""
    target = reference.target
    if reference.kind == "glob":
        target = before_pattern(target)
    if not ways.tree.exists(target):
        return None
    if paths.is_outside(target):
        note = "what lies there is not looked at, and a clone comes without it"
        fact = "leads out of the repository" if in_git else "leads out of the directory that is scanned"
        return warn("escapes-repository", reference, fact, note)
    link = ways.of(target).leaves
    if link is not None:
        fact = f"leads through `{link}`, a symbolic link that a clone elsewhere cannot follow"
        return warn("symlink-escape", reference, fact)
    return None


def before_pattern(target: str) -> str:
    """The directory in which a pattern begins to match."""
    while any(char in target for char in "*?["):
        target = paths.parent(target)
    return target


class _Way(NamedTuple):
    """Where a path leads. leaves: the link on the way that leaves the tree or is absolute, if one does."""

    real: str
    leaves: str | None = None


class _Ways:
    """Paths inside the root with their links followed; each component is asked once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known = {"": _Way("")}

    def of(self, path: str) -> _Way:
        """The way that the operating system goes."""
        way, at = self._known[""], ""
        for part in path.split("/") if path not in self._known else ():
            step = paths.join(at, part)
            known = self._known.get(step)
            if known is None:
                known = way._replace(real=paths.join(way.real, part))
                if way.leaves is None and (link := self.tree.entry(known.real).link) is not None:
                    known = self._through(step, known.real, link)
                self._known[step] = known
            way, at = known, step
        return self._known.get(path, way)

    def _through(self, step: str, place: str, link: str) -> _Way:
        landed = self.tree.resolve(place)
        if link.startswith("/") or paths.is_outside(landed):
            return _Way(landed, step)
        self._known[step] = _Way(landed)  # links may lead round in a circle
        following = self.tree.at(paths.parent(place), link)
        return _Way(landed, self.of(following).leaves)


def _not_listed(tree: Tree, listing: Listing, ways: _Ways, reference: Reference) -> str | None:
    """The file that git has to be asked about; None where the listing settles it, or nothing is there.

    What a manifest names that is not in git itself is missing from a clone along with it.
    """
    target, manifest = reference.target, reference.site.file
    if reference.kind == "glob" or paths.is_outside(target):
        return None
    if not listing.is_tracked(manifest) and discover.is_manifest(manifest):
        return None
    kind = tree.kind(target)
    if reference.kind not in _PACKAGES or kind is Kind.FILE:
        return ways.of(target).real if kind in (Kind.FILE, Kind.DIR) and target else None
    names = ("Cargo.toml",) if manifest.endswith(("Cargo.toml", ".cargo/config.toml")) else _PYTHON
    first = None
    for name in names:
        if tree.is_file(path := paths.join(target, name)):
            real = ways.of(path).real
            if listing.is_tracked(real):
                return None
            first = first or real
    return first


def _missing_from_clone(
    listing: Listing, clone: Clone, doubts: Sequence[Doubt], around: Mapping[str, str | None]
) -> Iterator[tuple[Doubt, Fault]]:
    """The doubts that git confirms, and how they are reported. around: the repository within this one."""
    left_out = [doubt for doubt in doubts if around[doubt.file] or not clone.has(doubt.file)]
    plain = [doubt.file for doubt in left_out if not around[doubt.file]]
    hidden = ignored(listing.root, plain)
    folded = {path.lower(): path for path in listing.everything if listing.is_tracked(path)} if plain else {}
    for doubt in left_out:
        reference, file, module = doubt.reference, doubt.file, around[doubt.file]
        other = clone.other_case(file) or folded.get(file.lower())
        if module is not None and clone.is_submodule(module):
            yield doubt, submodules.warning(reference, module)
        elif other is not None:
            fact = f"leads to `{file}`, which is `{other}` in git: a clone has only that"
            yield doubt, warn("case-mismatch", reference, fact)
        elif file in hidden:
            fact = f"leads to `{file}`, which git ignores: a clone comes without it"
            yield doubt, warn("ignored-target", reference, fact)
        else:
            fact = f"leads to `{file}`, which is not in git: a clone comes without it"
            yield doubt, warn("untracked-target", reference, fact, f"`git add {file}` would put it there")


def _repository_around(tree: Tree, path: str) -> str | None:
    """The repository within the repository that holds `path`, if one does."""
    above = paths.parent(path)
    while above:
        if tree.exists(paths.join(above, ".git")):
            return above
        above = paths.parent(above)
    return None


def _needed(sources: Sources, found: Sequence[tuple[Doubt, Fault]]) -> Iterator[Fault]:
    """Those without which an everyday command fails, as the tools judge a tree that lacks them."""
    if not found:
        return
    from depcheck.tree.overlay import Overlay

    without = Overlay(sources.tree)
    for doubt, _ in found:
        without.put(doubt.file, Kind.MISSING)
        if doubt.reference.kind in _PACKAGES and not paths.is_below(doubt.manifest, doubt.reference.target):
            without.put(sources.tree.resolve(doubt.reference.target), Kind.MISSING)
    manifests = dict.fromkeys(doubt.manifest for doubt, _ in found)
    failing: set[Place] = set()
    for judgement in judging.judge_each(Sources(without), manifests):
        for outcome in judgement.outcomes:
            for fault in outcome.faults:
                failing.update((place_of(fault), place_of(fault.reference or fault)))
    for doubt, warning in found:
        if place_of(doubt.reference) in failing:
            yield warning


def _faults(judgements: Iterable[Judgement]) -> Iterator[Fault]:
    for judgement in judgements:
        yield from judgement.faults
