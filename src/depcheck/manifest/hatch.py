"""The environments of a Hatch project: `[tool.hatch.envs]`, or `envs` of hatch.toml.

Source: hatch `project/config.py` (envs, _populate_default_env_values).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from depcheck import paths
from depcheck.manifest import pyproject, strict, toml
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Route, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

DEFAULT = "default"
# They exist in every project and inherit from none.
INTERNAL = frozenset(
    (
        "hatch-build",
        "hatch-check-code",
        "hatch-check-fmt",
        "hatch-check-types",
        "hatch-static-analysis",
        "hatch-test",
        "hatch-uv",
    )
)


class Environment(NamedTuple):
    """One environment with what it inherits. `places`: where each of its keys stands."""

    name: str
    keys: Mapping[str, Any]
    places: Mapping[str, Site]

    def site(self, key: str, *inner: str | int) -> Site:
        """The place of a key, or of something in its value."""
        place = self.places[key]
        return place._replace(route=(*place.route, *inner))


class Environments(NamedTuple):
    """All of them. `collectors`: a plugin can change them."""

    table: Mapping[str, Environment]
    faults: tuple[Fault, ...]
    collectors: bool


def read(sources: Sources, path: str) -> Environments:
    """The environments of the project whose pyproject.toml is at `path`."""
    manifest = sources.get(pyproject.read, path)
    if not isinstance(manifest, PyProject):
        return Environments({}, (), False)
    unread = sources.get(strict.read, path)
    faults: list[Fault] = [] if unread is None else [unread._replace(tool="hatch")]
    file, route, table = _table(sources, manifest, "envs", faults)
    _, _, env = _table(sources, manifest, "env", faults)
    raw: dict[str, Mapping[str, Any]] = {name: {} for name in (*sorted(INTERNAL), DEFAULT)}
    for name, value in table.items():
        if isinstance(value, dict):
            raw[name] = value
        else:
            faults.append(_fault(Site(file, (*route, name)), f"the environment `{name}` should be a table"))
    _, source_route, shared = source_table = _table(sources, manifest, "sources", faults)
    found: dict[str, Environment] = {}
    for name, keys in raw.items():
        places = {key: Site(file, (*route, name, key)) for key in keys}
        found[name] = Environment(name, keys, places)
    if shared:
        base = found[DEFAULT]
        own = base.keys.get("sources")
        merged = {**shared, **(own if isinstance(own, dict) else {})}
        places = {**base.places, "sources": Site(source_table[0], source_route)}
        found[DEFAULT] = Environment(DEFAULT, {**base.keys, "sources": merged}, places)
    inherited: dict[str, Environment] = {}
    for name in found:
        _inherit(name, found, inherited, faults)
    in_order = {name: inherited[name] for name in found}
    return Environments(in_order, tuple(faults), bool(env.get("collectors")))


def _table(
    sources: Sources, manifest: PyProject, name: str, faults: list[Fault]
) -> tuple[str, Route, Mapping[str, Any]]:
    """A table of hatch.toml, which hides the one of the same name in `[tool.hatch]`."""
    path = paths.join(manifest.directory, "hatch.toml")
    if sources.tree.is_file(path):
        document = sources.get(toml.read, path)
        unread = document if isinstance(document, Fault) else sources.get(strict.read, path)
        if unread is not None:
            faults.append(unread._replace(tool="hatch"))
        elif isinstance(document, toml.Document) and name in document.data:
            own = document.data[name]
            return path, (name,), own if isinstance(own, dict) else {}
    return manifest.path, ("tool", "hatch", name), manifest.tool("hatch", name) or {}


def _inherit(
    name: str, found: Mapping[str, Environment], inherited: dict[str, Environment], faults: list[Fault]
) -> None:
    """Put on record what `name` and those that it takes after are: the last of them first."""
    above: dict[str, Environment] = {}
    while name not in inherited:
        env, template = _detached(found[name])
        if isinstance(template, str) and template in above:
            message = f"the environment `{name}` takes after itself"
            faults.append(Fault("dependency-cycle", env.places["template"], message, tool="hatch"))
        elif isinstance(template, str) and template in found and template != name:
            above[name] = env
            name = template
            continue
        elif template != name:
            site = env.places.get("template", Site(""))
            message = f"the environment `{name}` takes after `{template}`, which is not defined"
            reference = pyproject.path_reference("", site, str(template), kind="path")
            faults.append(Fault("invalid-manifest", site, message, reference, tool="hatch"))
        inherited[name] = env
    for nearer, env in reversed(above.items()):
        inherited[nearer] = _with(env, inherited[name])
        name = nearer


def _detached(env: Environment) -> tuple[Environment, object]:
    """An environment, and what it takes after: itself where that is nothing."""
    if env.name in INTERNAL:
        return env, env.keys.get("template", env.name)
    if env.keys.get("detached") is not True:
        return env, env.keys.get("template", DEFAULT)
    keys = {**env.keys, "skip-install": True}
    return env._replace(keys=keys, places={**env.places, "skip-install": env.places["detached"]}), env.name


def _with(env: Environment, base: Environment) -> Environment:
    keys: dict[str, Any] = dict(env.keys)
    places = dict(env.places)
    for key, value in base.keys.items():
        if key in ("matrix", "template", "detached"):
            continue
        if key == "sources" and isinstance(value, dict) and isinstance(keys.get(key, {}), dict):
            keys[key] = {**value, **keys.get(key, {})}
            places.setdefault(key, base.places[key])
        elif key not in keys:
            keys[key], places[key] = value, base.places[key]
    return Environment(env.name, keys, places)


def _fault(site: Site, message: str) -> Fault:
    return Fault("invalid-manifest", site, message, tool="hatch")
