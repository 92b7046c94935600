"""Paths near to one that leads nowhere: misspelt, or with a `../` too few or too many."""

from __future__ import annotations

from collections.abc import Iterator

from depcheck import paths
from depcheck.form import Form
from depcheck.hints.identity import Meant, Packages, common_end, steps
from depcheck.manifest import toml
from depcheck.model import Fault
from depcheck.tree.base import Kind, Tree

_MOST_UP = 2  # `../` that are put before or taken away
_MANIFESTS = ("Cargo.toml", "pyproject.toml", "setup.py", "setup.cfg")
_Nearby = tuple[str, str]  # a target, and a sentence that says how it differs


def meant(packages: Packages, fault: Fault, written: Form) -> Iterator[Meant]:
    """The paths near by where what is wanted stands, and how each differs; the nearest first."""
    reference, tree = written.reference, packages.sources.tree
    if reference.kind == "workspace":
        if paths.name(reference.target) in _MANIFESTS:
            yield Meant(
                paths.parent(reference.target), "the directory of the manifest is wanted, not the file"
            )
        yield from _root_above(packages, written)
        return
    taken = neighbours(packages, written)
    for target, reason in _nearby(packages, fault, written):
        if paths.is_outside(target) or target in (reference.target, paths.parent(reference.site.file)):
            continue
        if reference.kind == "member" and (target in taken or not paths.is_below(target, written.base)):
            continue
        if reference.kind in ("package", "member") and not _is_archive(target):
            if not packages.suits(fault, reference, target):
                continue
        elif tree.kind(target) is not (Kind.DIR if reference.kind == "directory" else Kind.FILE):
            continue
        elif fault.tool != "cargo" and not reference.site.line and not paths.is_below(target, written.base):
            continue  # the backends refuse files outside of the project
        yield Meant(target, reason)


def _nearby(packages: Packages, fault: Fault, written: Form) -> Iterator[_Nearby]:
    """Everything that it could be, the likeliest first."""
    reference, tree = written.reference, packages.sources.tree
    plain = written.plain
    if "\\" in plain:
        target = tree.at(written.base, plain.replace("\\", "/"))
        yield target, f"with `/` for each `\\` it leads to `{target}`"
    is_package = reference.kind in ("package", "member")
    if is_package:
        yield from _above_or_below(packages, fault, reference.target)
    if not plain.startswith("/"):
        yield from climbing(tree, written.base, plain)
        if written.base:
            target = tree.at("", plain)
            yield target, f"that is where it leads from the top of the repository: `{target}`"
    if (target_ := _spelt(tree, reference.target)) is not None:
        yield target_, f"`{target_}` is spelt nearly the same"
    if reference.kind == "member":
        yield from _unlisted(packages, fault, written)
    if is_package:
        last = paths.name(reference.target)
        here = paths.parent(reference.site.file)
        found = [at for at in packages.directories(fault) if last and paths.name(at) == last]
        found.sort(key=lambda at: (-common_end(at, reference.target), steps(at, here), at))
        for at in found:
            yield at, f"`{at}` is the nearest package in a directory of that name"


def _unlisted(packages: Packages, fault: Fault, written: Form) -> Iterator[_Nearby]:
    """For a member: the package that has the directory's name, or the one beside it that nobody lists."""
    target = written.reference.target
    last = paths.name(target)
    named = packages.directories_of(fault, last) if last else []
    if len(named) == 1:
        yield named[0], f"the package in `{named[0]}` is named `{last}`"
    listed = neighbours(packages, written)
    if any("*" in entry or "?" in entry or "[" in entry for entry in listed):
        return
    above = paths.parent(target)
    beside = [
        at
        for at in packages.directories(fault)
        if at and paths.parent(at) == above and at not in listed and packages.holds(fault, at)
    ]
    if above and len(beside) == 1:
        yield beside[0], f"`{beside[0]}` holds the only package beside it that is not listed"


def climbing(tree: Tree, base: str, plain: str) -> Iterator[_Nearby]:
    """Where the path leads with a `../` or two more or fewer."""
    for count in range(1, _MOST_UP + 1):
        how = "one `../`" if count == 1 else f"{count} `../`"
        target = tree.at(base, "../" * count + plain)
        yield target, f"with {how} more it leads to `{target}`"
        if plain.startswith("../" * count):
            target = tree.at(base, plain[3 * count :] or ".")
            yield target, f"with {how} fewer it leads to `{target}`"


def _above_or_below(packages: Packages, fault: Fault, target: str) -> Iterator[_Nearby]:
    """The directory of a manifest that is named itself; the package above or the only one below."""
    if paths.name(target) in _MANIFESTS:
        yield paths.parent(target), "the directory of the manifest is wanted, not the file"
    above = next((at for at in paths.ancestors(target)[1:] if packages.sources.tree.is_dir(at)), "")
    if above:
        yield above, f"`{above}`, the last directory on the way that is there, is a package"
    below = [at for at in packages.directories(fault) if at != target and paths.is_below(at, target)]
    if len(below) == 1 and target:
        yield below[0], f"`{below[0]}` is the only package below `{target}`"


def _root_above(packages: Packages, written: Form) -> Iterator[Meant]:
    """The workspace root that `package.workspace` could name: the nearest above."""
    for above in paths.ancestors(written.base)[1:]:
        path = paths.join(above, "Cargo.toml")
        if packages.sources.tree.is_file(path) and toml.value_at(packages.sources, path, ("workspace",)):
            yield Meant(above, f"`{path}` is the nearest workspace root above")
            return


def neighbours(packages: Packages, written: Form) -> set[str]:
    """What the other entries of the same list lead to."""
    site, tree = written.reference.site, packages.sources.tree
    if not site.route or not isinstance(site.route[-1], int):
        return set()
    listed = toml.value_at(packages.sources, site.file, site.route[:-1])
    entries = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list) else []
    return {tree.at(written.base, entry) for entry in entries}


def _is_archive(path: str) -> bool:
    return path.endswith((".whl", ".tar.gz", ".zip"))


def _spelt(tree: Tree, target: str) -> str | None:
    """`target` with the one component that is not there replaced by the only one that is like it."""
    if paths.is_outside(target):
        return None
    at, is_changed = "", False
    for part in target.split("/"):
        step = paths.join(at, part)
        if tree.kind(step) is Kind.MISSING:
            like = [name for name in tree.names(at) if is_like(part, name)]
            if is_changed or len(like) != 1:
                return None
            step, is_changed = paths.join(at, like[0]), True
        at = step
    return at if is_changed else None


def is_like(one: str, other: str) -> bool:
    """Whether two names differ in case, in `-` and `_`, or by a slip of the finger or two."""
    left, right = (name.lower().replace("_", "-").replace(".", "-") for name in (one, other))
    if left == right:
        return True
    allowed = 0 if min(len(left), len(right)) < 4 else 1 if len(left) < 8 else 2
    return abs(len(left) - len(right)) <= allowed and _distance(left[:100], right[:100]) <= allowed


def _distance(one: str, other: str) -> int:
    """How many letters are added, left out, replaced or swapped with the next."""
    rows: list[list[int]] = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
