"""A requirement line as PDM reads it (pdm `models/requirements.py`, `models/backends.py`)."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from depcheck import paths
from depcheck.load import conditions
from depcheck.load.conditions import ALWAYS, Condition
from depcheck.manifest import pyproject
from depcheck.manifest.pdm import Line
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree

Backend = Literal["pdm", "hatch", "plain"]

_PROJECT_ROOT = "file:///${PROJECT_ROOT}"
_ROOT_URI = "{root:uri}"
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_URL_LINE = re.compile(
    r"(?P<url>\S+://[^\s\[\];]++)(?P<extras>\[[^\[\]]+\])?(?:[\t ]*;[\t ]*(?P<marker>[^\n]+))?"
)
_LONGEST = 8192  # characters of a URL; no path is longer
_SPECIFIER = re.compile(r"\(?\s*(?:(?:~=|===?|!=|<=?|>=?)[^,]*(?:,\s*|$))*\)?\s*$")
_FIELD = re.compile(r"\{([^{}]*)\}")


class Wanted(NamedTuple):
    """One requirement.

    name:     normalised; empty where only what it leads to tells.
    target:   canonical path, `..` left in for the operating system; None where it is no path.
    fault:    why PDM cannot use the line whatever the disk holds.
    """

    site: Site
    name: str
    target: str | None = None
    reference: Reference | None = None
    extras: frozenset[str] = frozenset()
    when: Condition = ALWAYS
    editable: bool = False
    elsewhere: bool = False
    fault: Fault | None = None
    unknown: str = ""


def backend_of(manifest: PyProject) -> Backend:
    """Which fields the build backend fills in; PDM takes an unknown one for its own."""
    match manifest.build.backend if manifest.build is not None else None:
        case "hatchling.build":
            return "hatch"
        case "setuptools.build_meta" | "flit_core.buildapi":
            return "plain"
    return "pdm"


def fills_in(backend: Backend, line: Line) -> bool:
    """Whether the fields of `line` are the backend's own, or there are none."""
    text = line.text or ""
    return not ((_PROJECT_ROOT in text and backend != "pdm") or (_ROOT_URI in text and backend != "hatch"))


def parse(tree: Tree, directory: str, backend: Backend, line: Line) -> Wanted:  # noqa: PLR0911
    """The requirement in `line`, of the project in `directory`."""
    text = (line.text or "").strip()
    if line.text is None:
        return _bad(line.site, "", "a requirement should be a string")
    editable = text.startswith("-e ")
    if editable:
        text = text[3:].strip()
    if _VCS.match(text):
        return Wanted(line.site, _egg(text), editable=editable, elsewhere=True)
    requirement = pyproject.requirement(line.site, text)
    if requirement is None or (not requirement.url and not _SPECIFIER.match(requirement.specifier)):
        match = _URL_LINE.fullmatch(text) if len(text) < _LONGEST else None
        if match is None:
            return _path_line(tree, directory, line.site, text)
        requirement = pyproject.Requirement(line.site, text, "", (), "", match["url"], match["marker"] or "")
    when = conditions.marker(requirement.marker) if requirement.marker else ALWAYS
    if when is None:
        return _bad(line.site, requirement.marker, f"`{requirement.marker}` is no valid marker")
    wanted = Wanted(
        line.site, requirement.name, extras=frozenset(requirement.extras), when=when, editable=editable
    )
    if not requirement.url:
        why = "only a URL can be editable"
        return wanted if not editable else _bad(line.site, text, f"`{text}` cannot be editable: {why}")
    if editable and not requirement.url.startswith(("file://", "git+", "hg+", "svn+", "bzr+")):
        return _bad(
            line.site, requirement.url, f"`{requirement.url}` cannot be editable: it is no local directory"
        )
    return _with_url(tree, directory, backend, wanted, requirement.url)


def _with_url(tree: Tree, directory: str, backend: Backend, wanted: Wanted, url: str) -> Wanted:
    clean, _, fragment = url.partition("#")
    name = wanted.name or _egg(fragment)
    site = wanted.site._replace(within=url)
    if clean.startswith((_PROJECT_ROOT, _ROOT_URI)):
        prefix = _PROJECT_ROOT if clean.startswith(_PROJECT_ROOT) else _ROOT_URI
        raw = unquote(clean[len(prefix) + 1 :])
        target = f"{directory}/{raw}" if directory else raw or "."
        reference = pyproject.path_reference(tree.at(directory, raw or "."), site, url, name)
        needed, speaks = ("pdm", "pdm-backend") if prefix == _PROJECT_ROOT else ("hatch", "hatchling")
        fault = None
        if backend != needed:
            fault = _trouble(
                tree, target, reference, f"only {speaks} fills in `{prefix.removeprefix('file:///')}`"
            )
        return wanted._replace(name=name, target=target, reference=reference, fault=fault)
    if backend == "hatch" and (field := _FIELD.search(clean)) is not None:
        if field[1].startswith("env:"):
            return wanted._replace(name=name, elsewhere=True, unknown=f"`{url}` depends on the environment")
        reference = pyproject.path_reference(tree.at(directory, clean), site, url, name)
        message = f"PDM does not know the field `{field[0]}`"
        return wanted._replace(name=name, fault=Fault("missing-path", site, message, reference, tool="pdm"))
    return _plain_url(tree, directory, wanted._replace(name=name), clean, site)


def _plain_url(tree: Tree, directory: str, wanted: Wanted, url: str, site: Site) -> Wanted:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return _bad(wanted.site, url, f"`{url}` is no URL: {error}")
    path = unquote(parts.path)
    if parts.scheme and parts.scheme != "file":
        return wanted._replace(elsewhere=True)
    if parts.scheme == "file" and path.startswith("/") and parts.netloc in ("", "localhost"):
        target = path if ".." in path.split("/") else tree.at("", path)
        reference = pyproject.path_reference(tree.at("", path), site, url, wanted.name)
        return wanted._replace(target=target, reference=reference)
    reference = pyproject.path_reference(tree.at(directory, path), site, url, wanted.name)
    why = "PDM takes no relative path here: write `file:///${PROJECT_ROOT}/...`"
    target = f"{directory}/{path}" if directory else path
    return wanted._replace(fault=_trouble(tree, target, reference, why))


def _path_line(tree: Tree, directory: str, site: Site, text: str) -> Wanted:
    if text.startswith((".", "/")) or "/" in text:
        raw = text.partition("#")[0].partition(";")[0].strip()
        reference = pyproject.path_reference(tree.at(directory, raw), site._replace(within=text), raw)
        why = "PDM takes no plain path: write `name @ file:///${PROJECT_ROOT}/...`"
        target = paths.unresolved(directory, raw)
        return Wanted(site, "", reference=reference, fault=_trouble(tree, target, reference, why))
    return _bad(site, text, f"`{text}` is no requirement")


def _trouble(tree: Tree, target: str, reference: Reference, why: str) -> Fault:
    shown = paths.relative(reference.target, "")
    if not tree.exists(target):
        message = f"`{reference.raw}` leads to `{shown}`, which does not exist"
        return Fault("missing-path", reference.site, message, reference, (why,), "pdm")
    return Fault(
        "invalid-manifest", reference.site, f"PDM cannot use `{reference.raw}`", reference, (why,), "pdm"
    )


def _bad(site: Site, within: str, message: str) -> Wanted:
    return Wanted(
        site, "", fault=Fault("invalid-manifest", site._replace(within=within), message, tool="pdm")
    )


def _egg(text: str) -> str:
    match = re.search(r"(?:^|[#&])egg=([A-Za-z0-9._-]+)", text)
    return pyproject.normalise(match[1]) if match else ""
