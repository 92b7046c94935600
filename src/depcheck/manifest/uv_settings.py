"""The settings of uv: uv.toml, and what of `[tool.uv]` is no matter of one project alone.

Source: uv `uv-settings/src/settings.rs` (Options).
"""

from __future__ import annotations

from depcheck.manifest import pyproject, toml
from depcheck.manifest.pyproject import wrong_type
from depcheck.manifest.uv import Named, is_texts
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple

_KEYS = frozenset({
    "required-version", "system-certs", "native-tls", "offline", "no-cache", "cache-dir", "preview",
    "preview-features", "python-preference", "python-downloads", "concurrent-downloads",
    "concurrent-builds", "concurrent-installs", "index", "index-url", "extra-index-url", "no-index",
    "find-links", "index-strategy", "keyring-provider", "http-proxy", "https-proxy", "no-proxy",
    "allow-insecure-host", "resolution", "prerelease", "prerelease-package", "fork-strategy",
    "dependency-metadata", "config-settings", "config-settings-package", "no-build-isolation",
    "require-build-hashes", "no-build-isolation-package", "extra-build-dependencies",
    "extra-build-variables", "exclude-newer", "exclude-newer-package", "link-mode", "compile-bytecode",
    "no-sources", "no-sources-package", "upgrade", "upgrade-package", "reinstall", "reinstall-package",
    "no-build", "no-build-package", "no-binary", "no-binary-package", "torch-backend",
    "python-install-mirror", "pypy-install-mirror", "graalpy-install-mirror", "pyodide-install-mirror",
    "python-downloads-json-url", "publish-url", "trusted-publishing", "check-url", "add-bounds", "audit",
    "pip", "cache-keys", "override-dependencies", "exclude-dependencies", "constraint-dependencies",
    "build-constraint-dependencies", "environments", "required-environments", "minimum-libc-version",
})  # fmt: skip
_ONLY_IN_PROJECTS = frozenset({
    "conflicts", "workspace", "sources", "managed", "package", "default-groups", "dependency-groups",
    "dev-dependencies", "build-backend",
})  # fmt: skip
_OF_PIP = frozenset({
    "python", "system", "break-system-packages", "target", "prefix", "index-url", "extra-index-url",
    "no-index", "find-links", "index-strategy", "keyring-provider", "no-build", "no-binary", "only-binary",
    "no-build-isolation", "require-build-hashes", "no-build-isolation-package", "extra-build-dependencies",
    "extra-build-variables", "strict", "extra", "all-extras", "no-extra", "no-deps", "group",
    "allow-empty-requirements", "resolution", "prerelease", "fork-strategy", "dependency-metadata",
    "output-file", "no-strip-extras", "no-strip-markers", "no-annotate", "no-header",
    "custom-compile-command", "generate-hashes", "config-settings", "config-settings-package",
    "python-version", "python-platform", "universal", "exclude-newer", "exclude-newer-package",
    "no-emit-package", "emit-index-url", "emit-find-links", "emit-build-options", "emit-marker-expression",
    "emit-index-annotation", "annotation-style", "link-mode", "compile-bytecode", "require-hashes",
    "verify-hashes", "no-sources", "no-sources-package", "upgrade", "upgrade-package", "reinstall",
    "reinstall-package", "torch-backend",
})  # fmt: skip
_TEXTS, _FLAGS = ("find-links", "extra", "group"), ("all-extras", "no-deps", "no-sources")
_EQUIPPING = ("no-build-isolation", "no-build-isolation-package", "extra-build-dependencies")


class Index(NamedTuple):
    """An entry of `index`. `flat`: a directory of files, as `--find-links` reads it."""

    site: Site
    url: str
    name: str
    flat: bool
    explicit: bool


class Pip(NamedTuple):
    """`pip`, as far as paths depend on it."""

    find_links: tuple[Named, ...] = ()
    extras: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    all_extras: bool = False
    no_deps: bool = False
    no_sources: bool = False


class Settings(NamedTuple):
    """What uv.toml or `[tool.uv]` sets for the commands, as far as paths depend on it.

    equips: builds find more than what `build-system.requires` names.
    pip: what `[tool.uv.pip]` sets for `uv pip` besides.
    faults: why uv cannot read it; for `[tool.uv]` this is a warning, and the table is passed over.
    """

    find_links: tuple[Named, ...] = ()
    indexes: tuple[Index, ...] = ()
    no_sources: bool = False
    equips: bool = False
    pip: Pip = Pip()
    faults: tuple[Fault, ...] = ()


def table(data: toml.Table) -> toml.Table | None:
    """`[tool.uv]`, where there is one."""
    return pyproject.table_at(data, "tool", "uv")


def settings(path: str, route: tuple[str, ...], values: toml.Table) -> Settings:
    """The settings in `values`, which stand at `route` in `path`."""
    faults: list[Fault] = []
    for key in values:
        if key not in _KEYS and key not in _ONLY_IN_PROJECTS:
            message = f"`{key}` is no setting of uv"
            faults.append(Fault("invalid-manifest", Site(path, (*route, key)), message))
        elif not route and key in _ONLY_IN_PROJECTS:
            message = f"`{key}` belongs into a pyproject.toml, uv.toml may not hold it"
            faults.append(Fault("invalid-manifest", Site(path, (key,)), message))
    links = values.get("find-links", [])
    if not is_texts(links):
        faults.append(wrong_type(path, (*route, "find-links"), "an array of strings"))
        links = []
    if not isinstance(values.get("no-sources", False), bool):
        faults.append(wrong_type(path, (*route, "no-sources"), "true or false"))
    pip = _pip(path, (*route, "pip"), values.get("pip", {}), faults)
    indexes = []
    for index, item in enumerate(values["index"] if isinstance(values.get("index"), list) else ()):
        if isinstance(item, dict) and isinstance(item.get("url"), str):
            site = Site(path, (*route, "index", index, "url"))
            flat, explicit = item.get("format") == "flat", item.get("explicit") is True
            indexes.append(Index(site, item["url"], str(item.get("name", "")), flat, explicit))
    return Settings(
        tuple(Named(Site(path, (*route, "find-links", index)), text) for index, text in enumerate(links)),
        tuple(indexes),
        values.get("no-sources") is True,
        any(values.get(key) for key in _EQUIPPING),
        pip,
        tuple(faults),
    )


def _pip(path: str, route: tuple[str, ...], values: object, faults: list[Fault]) -> Pip:
    if not isinstance(values, dict):
        faults.append(wrong_type(path, route, "a table"))
        return Pip()
    for key in values:
        if key not in _OF_PIP:
            message = f"`{key}` is no setting of `uv pip`"
            faults.append(Fault("invalid-manifest", Site(path, (*route, key)), message))
        elif key in _TEXTS and not is_texts(values[key]):
            faults.append(wrong_type(path, (*route, key), "an array of strings"))
        elif key in _FLAGS and not isinstance(values[key], bool):
            faults.append(wrong_type(path, (*route, key), "true or false"))

    def texts(key: str) -> tuple[Named, ...]:
        listed = enumerate(pyproject.strings(values.get(key)))
        return tuple(Named(Site(path, (*route, key, index)), text) for index, text in listed)

    links, extras, groups = map(texts, _TEXTS)
    return Pip(links, extras, groups, *(values.get(key) is True for key in _FLAGS))
