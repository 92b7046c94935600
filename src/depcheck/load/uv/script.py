"""A script with its own metadata (PEP 723): `uv run script.py`, `uv lock --script script.py`.

Source: uv `uv-scripts/src/lib.rs` (ScriptTag::parse), `lowering.rs` (from_non_workspace_requirement).
"""

from __future__ import annotations

import re

import tomli

from depcheck import paths
from depcheck.load.uv import package
from depcheck.load.uv.lowering import Context
from depcheck.load.uv.resolve import NO_NAMES, How, Rules, Walk
from depcheck.manifest import toml
from depcheck.manifest import uv as dialect
from depcheck.manifest.uv import Uv
from depcheck.model import Fault, Outcome, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

_BLOCK = re.compile(r"(?m)^# /// script[ \t]*\r?$\n(?P<body>(?:^#(?: [^\n]*)?\r?$\n)*)^# ///[ \t]*\r?$")


class Script(NamedTuple):
    """What a script says of itself. `line`: where its metadata, the text `body`, begin."""

    path: str
    body: str
    uv: Uv
    data: toml.Table
    line: int


def read(sources: Sources, path: str) -> Script | Fault | toml.Unknown | None:
    """The metadata in the script at `path`; None where it has none."""
    text = sources.get(toml.read_text, path)
    if not isinstance(text, str):
        return text
    match = _BLOCK.search(text)
    if match is None:
        return None
    line = text.count("\n", 0, match.start("body")) + 1
    body = "\n".join(part[2:] if part.startswith("# ") else part[1:] for part in match["body"].splitlines())
    try:
        data = tomli.loads(body)
    except tomli.TOMLDecodeError as error:
        message = f"the metadata of the script are no valid TOML: {error.msg[:1].lower()}{error.msg[1:]}"
        return Fault(
            "invalid-manifest", Site(path, line=line + error.lineno - 1, column=1), message, tool="uv"
        )
    except (RecursionError, ValueError):
        return Fault(
            "invalid-manifest", Site(path, line=line, column=1), "the metadata are no valid TOML", tool="uv"
        )
    return Script(path, body, dialect.of_tables(path, data), data, line)


def is_script(sources: Sources, path: str) -> bool:
    """Whether the file at `path` holds metadata of its own."""
    return sources.get(read, path) is not None


def lock(sources: Sources, path: str, how: How) -> Outcome:
    """What resolving the script's requirements comes to."""
    if not sources.tree.is_file(path):
        return Outcome((Fault("missing-path", Site(path), f"`{path}` does not exist", tool="uv"),))
    found = sources.get(read, path)
    match found:
        case None:
            return Outcome()
        case Fault():
            return Outcome((found,))
        case toml.Unknown(_, because):
            return Outcome(unknowns=(because,))
    if found.uv.faults:
        return Outcome(tuple(_placed(found, fault) for fault in found.uv.faults))
    directory = paths.parent(path)
    context = Context(sources, directory, "", found.uv.sources, found.uv.indexes, None)
    items = dialect.requirements_of(path, found.data)
    wanted, lowered = package.lower_all(context, items)
    walked = Walk(sources, how, Rules())
    walked.run((directory, one, NO_NAMES) for one in wanted)
    faults = tuple(_placed(found, fault) for fault in (*lowered.faults, *walked.faults))
    return Outcome(faults, (*lowered.unknowns, *walked.unknowns))


def judge(sources: Sources, path: str) -> Outcome:
    """`uv run PATH`, with nothing known of the environment."""
    return lock(sources, path, How(paths.parent(path)))


def _placed(found: Script, fault: Fault) -> Fault:
    """The fault with its line: the metadata are no TOML document of their own."""
    site = fault.site
    if site.file != found.path or site.line:
        return fault
    lines = found.body.split("\n")
    raw = fault.reference.raw if fault.reference is not None else ""
    name = next((str(key) for key in site.route if str(key) not in {"tool", "uv", "sources"}), "")
    for wanted in ((name, raw), (raw, raw), (name, name)):
        for number, line in enumerate(lines):
            if all(wanted) and all(text in line for text in wanted):
                place = site._replace(line=found.line + number, within=wanted[1])
                return fault._replace(site=place, tool="uv")
    return fault._replace(site=site._replace(line=found.line), tool="uv")
