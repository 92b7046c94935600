"""Profiles: which are there, what each inherits, and which a command asks for.

Source: cargo's `profiles.rs` (`Profiles::new`, `merge_config_profiles`) and `get_profile_name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.load.cargo.config import Config
from depcheck.load.cargo.invocation import Invocation
from depcheck.manifest.cargo import Manifest
from depcheck.manifest.cargo.profiles import why_no_name
from depcheck.model import Fault, Route, Site

_ROOTS = {"dev", "release"}
_BUILT_IN = {"bench": "release", "test": "dev", "doc": "dev"}
_BY_COMMAND = {"test": "test", "nextest": "test", "bench": "bench", "install": "release"}
_LEGACY = {"rustc": {"check"}}  # names that a command takes though they are reserved


def requested(invocation: Invocation) -> str:
    """The name of the profile that a command builds with."""
    option = "--cargo-profile" if invocation.command == "nextest" else "--profile"
    for name in invocation.values(option):
        return "dev" if name in _LEGACY.get(invocation.command, ()) else name
    if invocation.has("--release", "-r"):
        return "release"
    return "dev" if invocation.has("--debug") else _BY_COMMAND.get(invocation.command, "dev")


def misnamed(invocation: Invocation, current: str) -> Iterator[Fault]:
    """A name that no profile has, and two ways to name one."""
    if invocation.command == "nextest":
        return
    for name in invocation.values("--profile"):
        why = why_no_name(name)
        if name in _LEGACY.get(invocation.command, ()):
            why = ""
        elif name == "doc":
            why = "`doc` is reserved, and cannot be asked for"
        if invocation.has("--release", "-r"):
            why = "`--release` cannot be used together with `--profile`"
        if why:
            yield Fault("invalid-manifest", Site(current), why, tool="cargo")


def faults(
    manifest: Manifest, settings: Config, env: Mapping[str, str], asked: str = "dev"
) -> Iterator[Fault]:
    """Why nothing can be compiled with the profiles of the root `manifest` and of the configuration."""
    if not (manifest.profiles or settings.profiles) and asked in {*_ROOTS, *_BUILT_IN}:
        return
    given = {name: value for name, value in env.items() if name.startswith("CARGO_PROFILE_")}
    known = {
        name: _configured(settings, given, name) or inherits for name, inherits in manifest.profiles.items()
    }
    ahead = [asked, *_ROOTS, "test", "bench", *known.values()]
    while ahead:  # what only the configuration has counts where it is asked for
        name = ahead.pop()
        inherits = None if not name or name in known else _configured(settings, given, name)
        if inherits is not None:
            known[name] = inherits
            ahead.append(inherits)
    for name, inherits in _BUILT_IN.items():
        known[name] = known.get(name) or inherits
    for name, inherits in known.items():
        if why := _broken(known, name):
            route: Route = ("profile", name, "inherits") if inherits else ("profile", name)
            site = Site(manifest.path, route if name in manifest.profiles else ())
            yield Fault("invalid-manifest", site, why, tool="cargo")
    if asked not in known and asked not in _ROOTS:
        message = f"the profile `{asked}` is not defined"
        yield Fault("invalid-manifest", Site(manifest.path), message, tool="cargo")


def _configured(settings: Config, given: Mapping[str, str], name: str) -> str | None:
    """What the configuration says that a profile inherits; None where it has no such profile.

    given: the variables that say something of profiles.
    """
    prefix = f"CARGO_PROFILE_{name.upper().replace('-', '_')}_"
    if inherits := given.get(f"{prefix}INHERITS"):
        return inherits
    if any(key.startswith(prefix) for key in given):
        return settings.profiles.get(name, "")
    return settings.profiles.get(name)


def _broken(known: Mapping[str, str], name: str) -> str:
    """What is wrong with what a profile inherits itself, and not with what that inherits further on."""
    inherits = known[name]
    if name in _ROOTS:
        return f"the profile `{name}` cannot inherit from another" if inherits else ""
    if not inherits:
        return f"the profile `{name}` has to say what it `inherits`, as all but `dev` and `release` have to"
    if inherits not in known and inherits not in _ROOTS:
        return f"the profile `{name}` inherits from `{inherits}`, which is not defined"
    seen = [name]
    while inherits and inherits not in _ROOTS:
        if inherits == name:
            return f"the profile `{name}` inherits from itself" + (
                f", by way of `{seen[1]}`" if len(seen) > 1 else ""
            )
        if inherits in seen:
            return ""
        seen.append(inherits)
        inherits = known.get(inherits, "")
    return ""
