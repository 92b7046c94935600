"""The features that a command line asks for, and of which packages.

Source: cargo's `CliFeatures` and `Workspace::members_with_features`; the resolver's `require_value`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck.load.cargo.activate import activate, explicit_default, implicit
from depcheck.load.cargo.invocation import Invocation
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.resolve import Resolved
from depcheck.load.cargo.workspace import Loaded
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple


class Requested(NamedTuple):
    """Manifest -> the features asked of it, `default` included where it applies; why cargo refuses them."""

    features: dict[str, set[str]]
    faults: tuple[Fault, ...] = ()


class _Line(NamedTuple):
    """What the command line says of features."""

    named: tuple[str, ...]
    every: bool
    default: bool


def refused(invocation: Invocation, current: str) -> Iterator[Fault]:
    """Names that no command line may hold, whatever the packages are."""
    for name in named(invocation):
        if name.startswith("dep:") or name.count("/") > 1:
            message = f"`{name}` is not allowed as a feature of a command line"
            yield Fault("invalid-manifest", Site(current), message, tool="cargo")


def named(invocation: Invocation) -> tuple[str, ...]:
    """The features of `--features`."""
    return tuple(name for text in invocation.values("--features") for name in text.replace(",", " ").split())


def request(
    read: tuple[Loaded, Resolved], current: str, chosen: tuple[str, ...], invocation: Invocation, *, dev: bool
) -> Requested:
    """The features of the chosen packages. dev: dev-dependencies count."""
    loaded, resolved = read
    names = named(invocation)
    line = _Line(names, invocation.has("--all-features"), not invocation.has("--no-default-features"))
    site = Site(current)
    members = loaded.packages
    asked: dict[str, tuple[str, ...]] = {}
    if is_new(loaded, current):
        inside = [path for path in chosen if path in members]
        if not inside and chosen and (names or line.every or not line.default):
            message = "features cannot be asked of packages outside of the workspace"
            return Requested({}, (Fault("invalid-manifest", site, message, tool="cargo"),))
        asked = {path: tuple(_matching(members[path], names)) for path in inside}
        lost = [name for name in names if not any(_offers(members[path], name) for path in inside)]
        if lost:
            message = f"none of the selected packages has the feature `{lost[0]}`"
            return Requested({}, (Fault("invalid-manifest", site, message, tool="cargo"),))
    else:
        asked = dict(_old(members, current, chosen, names))
        line = line._replace(named=())
    for path in chosen:
        asked.setdefault(path, ())
    features, faults = dict[str, set[str]](), list[Fault]()
    for path, wanted in asked.items():
        package = resolved.packages.get(path) or members[path]
        default = line.default or (path != current and not is_new(loaded, current))
        features[path] = _all(package, wanted, line._replace(default=default))
        faults.extend(_missing(package, path, (wanted, resolved), dev=dev))
    return Requested(features, tuple(faults))


def is_new(loaded: Loaded, current: str) -> bool:
    """Whether features are looked for in every selected member (cargo: `allows_new_cli_feature_behavior`)."""
    package = loaded.members.get(current)
    return package is None or package.is_virtual or resolver(loaded, current) != "1"


def resolver(loaded: Loaded, current: str) -> str:
    """The version of the resolver: as the root says, or by its edition."""
    root = loaded.members.get(loaded.root or current) or loaded.members.get(current)
    if root is None:
        return "1"
    manifest = root.manifest
    given = (manifest.workspace.resolver if manifest.workspace else "") or (
        manifest.package.resolver if manifest.package else ""
    )
    if given or root.is_virtual:
        return given or "1"
    return "3" if root.edition >= "2024" else "2" if root.edition >= "2021" else "1"


def _matching(package: Package, named: Iterable[str]) -> Iterator[str]:
    for name in named:
        if _offers(package, name):
            own, slash, feature = name.partition("/")
            is_own = slash and own.removesuffix("?") not in package.keys
            yield feature if is_own else name


def _offers(package: Package, name: str) -> bool:
    manifest = package.manifest
    own, slash, feature = name.partition("/")
    own = own.removesuffix("?")
    if not slash:
        return name in manifest.features or name in manifest.optional
    if own in package.keys:
        return True
    return own == package.name and (feature in manifest.features or feature in manifest.optional)


def _old(
    members: dict[str, Package], current: str, chosen: tuple[str, ...], named: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Features are of the current package; `member/feature` of a selected member."""
    mine, others = list[str](), dict[str, list[str]]()
    for name in named:
        own, slash, feature = name.partition("/")
        own = own.removesuffix("?")
        other = slash and next(
            (path for path in chosen if path != current and path in members and members[path].name == own),
            None,
        )
        if other:
            others.setdefault(other, []).append(feature)
        else:
            mine.append(name)
    yield current, tuple(mine)
    for path in chosen:
        if path != current:
            yield path, tuple(others.get(path, ()))


def _all(package: Package, names: tuple[str, ...], line: _Line) -> set[str]:
    found = set(names)
    if line.every:
        found |= {*package.manifest.features, *implicit(package.manifest)}
    return found | explicit_default(package) if line.default else found


def _missing(
    package: Package, path: str, asked: tuple[tuple[str, ...], Resolved], *, dev: bool
) -> Iterator[Fault]:
    """Features of the line that the package, or the dependency that is named, does not have."""
    names, resolved = asked
    found = activate(package, [name for name in names if "/" not in name])
    for name in sorted(found.missing | ({"default"} & set(names) - package.manifest.features.keys())):
        yield _no_feature(package, path, name)
    for name in names:
        own, slash, feature = name.partition("/")
        if not slash:
            continue
        own = own.removesuffix("?")
        if own not in (package.keys if dev else package.firm_keys):
            message = f"`{package.name}` has no dependency `{own}`, of which a feature is asked"
            yield Fault("invalid-manifest", Site(path), message, tool="cargo")
        for edge in resolved.edges.get(path, ()):
            target = resolved.packages[edge.target]
            if edge.dependency.key == own and not _has(target, feature):
                yield _no_feature(target, path, feature)


def _has(package: Package, feature: str) -> bool:
    return feature in package.manifest.features or feature in implicit(package.manifest)


def _no_feature(package: Package, path: str, feature: str) -> Fault:
    message = f"`{package.name}` has no feature `{feature}`"
    return Fault("invalid-manifest", Site(path), message, tool="cargo")
