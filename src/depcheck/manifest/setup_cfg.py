"""setup.cfg: sections of `key = value`, as configparser reads them, with the line of each value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from depcheck.manifest import toml
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_SECTION = re.compile(r"\[(?P<name>.+)\]")
_OPTION = re.compile(r"(?P<key>[^:=\s][^:=]*+)(?P<mark>[:=])\s*+(?P<value>.*)\Z")


class Value(NamedTuple):
    """The lines of a value, each with its place; `text` joins them."""

    lines: tuple[tuple[str, Site], ...]

    @property
    def text(self) -> str:
        """The value as one text."""
        return "\n".join(line for line, _ in self.lines).strip()

    def items(self) -> list[tuple[str, Site]]:
        """The value as a list: by lines, or by commas where it is one line."""
        found = [(line.strip(), site) for line, site in self.lines if line.strip()]
        if len(self.lines) > 1 or not found:
            return found
        line, site = found[0]
        return [
            (part.strip(), site._replace(within=part.strip())) for part in line.split(",") if part.strip()
        ]


class SetupCfg(NamedTuple):
    """A setup.cfg: sections, and in them values by lower-case key with `_` for `-`."""

    path: str
    sections: Mapping[str, Mapping[str, Value]]

    def get(self, section: str, key: str) -> Value | None:
        """The value of a key, or None."""
        return self.sections.get(section, {}).get(key)


def read(sources: Sources, path: str) -> SetupCfg | Fault | toml.Unknown:
    """Read `path`; a Fault where configparser would refuse it."""
    text = sources.get(toml.read_text, path)
    if not isinstance(text, str):
        return text
    sections: dict[str, dict[str, Value]] = {}
    section: dict[str, Value] | None = None
    key = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";")):
            continue
        site = Site(path, line=number, column=len(line) - len(line.lstrip()) + 1, within=bare)
        if section is not None and key and line[:1] in {" ", "\t"}:
            section[key] = Value((*section[key].lines, (bare, site)))
        elif match := _SECTION.match(line):
            section = sections.setdefault(match["name"], {})
            key = ""
        elif section is None or not (option := _OPTION.match(line)):
            return Fault("invalid-manifest", site, "neither a section nor a `key = value`")
        else:
            key = option["key"].rstrip().lower().replace("-", "_")
            value = option["value"].strip()
            place = site._replace(column=option.start("value") + 1, within=value)
            section[key] = Value(((value, place),))
    return SetupCfg(path, sections)
