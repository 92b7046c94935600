"""Features: which optional dependencies they turn on, and what they ask of dependencies.

Source: cargo's `resolver/dep_cache.rs` (`build_requirements`, `resolve_features`).
"""

from __future__ import annotations

from collections.abc import Iterable

from depcheck.load.cargo.package import Package
from depcheck.manifest.cargo import Manifest
from depcheck.record import NamedTuple


class Activation(NamedTuple):
    """What features turn on: keys of optional dependencies, and features asked of each dependency.

    firm: the keys that are turned on by more than a weak `x?/f`. missing: features that are asked
    for and not there. cyclic: those that include themselves.
    """

    optional: set[str]
    firm: set[str]
    requests: dict[str, set[str]]
    missing: set[str]
    cyclic: set[str]


def implicit(manifest: Manifest) -> frozenset[str]:
    """Keys of the optional dependencies that are features without being listed as such."""
    if not manifest.optional:
        return manifest.optional
    explicit = {
        value[4:] for values in manifest.features.values() for value in values if value.startswith("dep:")
    }
    return frozenset(key for key in manifest.optional if key not in explicit and key not in manifest.features)


def activate(package: Package, asked: Iterable[str] | None) -> Activation:
    """What `asked` turns on in the package; None asks for all features, as a member's are.

    A weak `x?/f` turns x on here: cargo loads its manifest all the same.
    """
    manifest = package.manifest
    unlisted = implicit(manifest)
    found = Activation(set(), set(), {}, set(), set())
    ahead = [*manifest.features, *unlisted] if asked is None else list(asked)
    done: set[str] = set()
    while ahead:
        feature = ahead.pop()
        if feature in done:
            continue
        done.add(feature)
        if feature in manifest.features:
            if feature in manifest.features[feature]:
                found.cyclic.add(feature)
            ahead.extend(_follow(manifest, unlisted, manifest.features[feature], found))
        elif feature in unlisted:
            found.optional.add(feature)
            found.firm.add(feature)
        elif "/" in feature:  # of a command line
            ahead.extend(_follow(manifest, unlisted, (feature,), found))
        elif feature != "default":
            found.missing.add(feature)
    return found


def _follow(
    manifest: Manifest, unlisted: frozenset[str], values: tuple[str, ...], found: Activation
) -> Iterable[str]:
    """The features that one feature turns on further; what it asks of dependencies goes into `found`."""
    for value in values:
        name, slash, wanted = value.partition("/")
        if slash:
            weak, name = name.endswith("?"), name.removesuffix("?")
            found.optional.add(name)
            if not weak:
                found.firm.add(name)
            found.requests.setdefault(name, set()).add(wanted)
            if not weak and name in manifest.optional and (name in manifest.features or name in unlisted):
                yield name
        elif value.startswith("dep:"):
            found.optional.add(value[4:])
            found.firm.add(value[4:])
        else:
            yield value


def explicit_default(package: Package) -> set[str]:
    """What is asked of a package that nothing is said about."""
    return {"default"} if "default" in package.manifest.features else set()


def enabled(package: Package, asked: set[str]) -> set[str]:
    """The features that `asked` turns on in `package`, themselves included."""
    features = package.manifest.features
    done: set[str] = set()
    ahead = list(asked)
    while ahead:
        feature = ahead.pop()
        if feature not in done:
            done.add(feature)
            ahead.extend(
                value for value in features.get(feature, ()) if "/" not in value and ":" not in value
            )
    return done
