"""Which targets a command compiles of the packages that it is about.

Source: cargo's `ops/cargo_compile/unit_generator.rs`, `CompileFilter`, `ops/cargo_run.rs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.load import globs
from depcheck.load.cargo.activate import enabled
from depcheck.load.cargo.invocation import Invocation
from depcheck.load.cargo.package import Package
from depcheck.load.cargo.targets import Source
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple

TESTED = ("lib", "bin", "test")
BENCHED = ("lib", "bin", "bench")
# Which kinds a command compiles where no target is named; any other: library and binaries.
_DEFAULTS = {"test": (*TESTED, "example"), "nextest": (*TESTED, "example"), "bench": BENCHED}
_PLURAL = {"--bins": ("bin",), "--examples": ("example",), "--tests": TESTED, "--benches": BENCHED}
_SINGULAR = {"--bin": "bin", "--example": "example", "--test": "test", "--bench": "bench"}
_EVERYTHING = ("lib", "bin", "example", "test", "bench")


class Unit(NamedTuple):
    """A target of the package with this manifest. demanded: by its name, so that it cannot be left out."""

    manifest: str
    source: Source
    demanded: bool = False


class Units(NamedTuple):
    """What is compiled, and why cargo refuses the choice."""

    units: tuple[Unit, ...]
    faults: tuple[Fault, ...] = ()


def needs_dev(invocation: Invocation) -> bool:
    """Whether dev-dependencies are built too (cargo: `need_dev_deps`)."""
    if invocation.command in {"test", "bench", "nextest", "fix"} or invocation.has("--all-targets"):
        return True
    return invocation.has("--tests", "--test", "--examples", "--example", "--benches", "--bench")


def choose(packages: Mapping[str, Package], current: str, invocation: Invocation) -> Units:
    """The targets of the chosen packages that the command names, or takes where it names none."""
    site = Site(current)
    units: list[Unit] = []
    faults: list[Fault] = []
    every = invocation.has("--all-targets") or invocation.command == "fix"
    plural = [name for name in _PLURAL if invocation.has(name)]
    singular = [name for name in _SINGULAR if invocation.has(name)]
    if invocation.has("--doc"):
        return Units(tuple(_of_kinds(packages, ("lib",))))
    if invocation.command == "run" and not singular:
        return _default_run(packages, current, invocation)
    if every:
        units += _of_kinds(packages, _EVERYTHING)
    elif not (plural or singular or invocation.has("--lib")):
        units += _default(packages, invocation.command)
    if invocation.has("--lib"):
        found = list(_of_kinds(packages, ("lib",)))
        units += found
        if not found and not every:
            faults.append(Fault("missing-target-file", site, "no library is there to be built", tool="cargo"))
    for name in plural:
        skipped = {"--tests": "test", "--benches": "bench"}.get(name, "")
        units += (unit for unit in _of_kinds(packages, _PLURAL[name]) if skipped not in unit.source.skips)
    for option in singular:
        for name in invocation.values(option):
            named = list(_named(packages, _SINGULAR[option], name))
            units += named
            if not named:
                message = f"no {_SINGULAR[option]} of the selected packages is named `{name}`"
                faults.append(Fault("missing-target-file", site, message, tool="cargo"))
    if invocation.command == "run" and len({unit[:2] for unit in units}) > 1:
        message = "`cargo run` runs one executable, and several are named"
        faults.append(Fault("invalid-manifest", site, message, tool="cargo"))
    return Units(tuple(units), tuple(faults))


def _of_kinds(packages: Mapping[str, Package], kinds: tuple[str, ...]) -> Iterator[Unit]:
    for path, package in packages.items():
        for source in package.sources:
            if source.kind in kinds:
                yield Unit(path, source)


def _default(packages: Mapping[str, Package], command: str) -> Iterator[Unit]:
    skipped = command if command in {"test", "bench", "doc"} else ""
    for unit in _of_kinds(packages, _DEFAULTS.get(command, ("lib", "bin"))):
        source = unit.source
        library = next((one for one in packages[unit.manifest].sources if one.kind == "lib"), None)
        same = library and source.kind == "bin" and source.name.replace("-", "_") == library.name
        if skipped not in source.skips and not (command in {"doc", "rustdoc"} and same):
            yield unit


def _named(packages: Mapping[str, Package], kind: str, name: str) -> Iterator[Unit]:
    try:
        pattern = globs.compile_part(name) if any(char in name for char in "*?[]") else None
    except globs.PatternError:
        return
    for unit in _of_kinds(packages, (kind,)):
        if pattern.fullmatch(unit.source.name) if pattern else unit.source.name == name:
            yield unit._replace(demanded=True)


def _default_run(packages: Mapping[str, Package], current: str, invocation: Invocation) -> Units:
    """`cargo run` without a name: the only binary, or what `default-run` says."""
    site = Site(current)
    listed = [one.manifest.package.default_run for one in packages.values() if one.manifest.package]
    defaults = [name for name in listed if name]
    if len(defaults) == 1:
        units = list(_named(packages, "bin", defaults[0]))
    else:
        units = [unit._replace(demanded=True) for unit in _of_kinds(packages, ("bin",))]
    message = ""
    if not units:
        message = "a bin target must be available for `cargo run`"
    elif len(units) > 1:
        first, second = units[0].source.name, units[1].source.name
        message = f"`cargo run` could not determine which binary to run, `{first}` or `{second}`"
    if any("*" in name or "?" in name for name in invocation.values("--package")):
        message = "`cargo run` does not support patterns on package selection"
    faults = (Fault("missing-target-file", site, message, tool="cargo"),) if message else ()
    return Units(tuple(units), faults)


def demanded(
    units: Units, features: Mapping[str, set[str]], packages: Mapping[str, Package]
) -> Iterator[Fault]:
    """Targets named on the line whose `required-features` are not on."""
    for unit in units.units:
        if unit.demanded and not is_on(unit, features, packages):
            wanted = ", ".join(unit.source.required)
            message = f"the {unit.source.kind} `{unit.source.name}` requires the features `{wanted}`"
            site = Site(unit.manifest, (*unit.source.route, "required-features"))
            yield Fault("invalid-manifest", site, message, tool="cargo")


def is_on(unit: Unit, features: Mapping[str, set[str]], packages: Mapping[str, Package]) -> bool:
    """Whether the features that the target requires are on."""
    return set(unit.source.required) <= enabled(packages[unit.manifest], features.get(unit.manifest, set()))


def linked(units: Units, packages: Mapping[str, Package], invocation: Invocation) -> Iterator[Unit]:
    """What the units need of their own package: its library and build script; tests run its binaries."""
    tests = invocation.command not in {"check", "clippy", "fix"}
    for path in dict.fromkeys(unit.manifest for unit in units.units):
        kinds = {unit.source.kind for unit in units.units if unit.manifest == path}
        wanted = {"lib", "build script"} | ({"bin"} if tests and kinds & {"test", "bench"} else set())
        for source in packages[path].sources:
            if source.kind in wanted:
                yield Unit(path, source)
