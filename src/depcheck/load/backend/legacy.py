"""The metadata of a project that setup.py and setup.cfg describe, as far as they are literal.

Source of the rules: setuptools 84, `config/setupcfg.py` (what setup.py passes comes first).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from depcheck import paths
from depcheck.manifest import setup_cfg, setup_py
from depcheck.manifest.pyproject import Requirement, normalise, requirement
from depcheck.manifest.setup_cfg import SetupCfg
from depcheck.manifest.setup_py import SetupPy
from depcheck.model import Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_Placed = tuple[str, Site]


class Declared(NamedTuple):
    """What the two files say; the fields are those of `backend.Metadata`."""

    name: str | None
    requires: tuple[Requirement, ...]
    extras: tuple[tuple[str, tuple[Requirement, ...]], ...]
    unknowns: tuple[str, ...]


def read(sources: Sources, directory: str) -> Declared:
    """The metadata of the project in `directory`."""
    files = paths.join(directory, "setup.py"), paths.join(directory, "setup.cfg")
    script = sources.get(setup_py.read, files[0]) if sources.tree.is_file(files[0]) else None
    cfg = sources.get(setup_cfg.read, files[1]) if sources.tree.is_file(files[1]) else None
    script = script if isinstance(script, SetupPy) else SetupPy(files[0], {})
    cfg = cfg if isinstance(cfg, SetupCfg) else SetupCfg(files[1], {})
    name = script.arguments.get("name")
    unknowns = []
    if script.dynamic and not {"name", "install_requires"} <= script.arguments.keys():
        unknowns.append(script.dynamic)
    value = cfg.get("metadata", "name")
    if not (script.arguments or unknowns or cfg.sections):
        unknowns.append("neither pyproject.toml nor setup.py nor setup.cfg gives the name")
    return Declared(
        name.value if name and isinstance(name.value, str) else value.text if value else None,
        tuple(_requirements(_required(script, cfg))),
        tuple(_extras(script, cfg)),
        tuple(unknowns),
    )


def _required(script: SetupPy, cfg: SetupCfg) -> Iterable[_Placed]:
    argument = script.arguments.get("install_requires")
    if argument is not None:
        return _listed(argument.value, argument.site)
    value = cfg.get("options", "install_requires")
    return value.items() if value and not value.text.startswith("file:") else ()


def _extras(script: SetupPy, cfg: SetupCfg) -> Iterator[tuple[str, tuple[Requirement, ...]]]:
    argument = script.arguments.get("extras_require")
    if argument is not None and isinstance(argument.value, Mapping):
        for extra, listed in argument.value.items():
            yield normalise(str(extra)), tuple(_requirements(_listed(listed, argument.site)))
        return
    for extra, value in cfg.sections.get("options.extras_require", {}).items():
        yield normalise(extra), tuple(_requirements(value.items()))


def _listed(value: object, site: Site) -> Iterator[_Placed]:
    listed = value.split("\n") if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    for item in listed:
        if isinstance(item, str) and item.strip():
            yield item.strip(), site


def _requirements(placed: Iterable[_Placed]) -> Iterator[Requirement]:
    for text, site in placed:
        found = requirement(site._replace(within=text), text)
        if found is not None:
            yield found
