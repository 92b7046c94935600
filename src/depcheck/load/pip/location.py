"""Where a requirement points, as pip reads its text.

Source of the rules: pip 26, `pip/_internal/req/constructors.py` (parse_req_from_line,
parse_editable, _get_url_from_path), `pip/_internal/utils/urls.py` (url_to_path).
"""

from __future__ import annotations

import re
from typing import Literal

from depcheck.manifest.pyproject import normalise, requirement
from depcheck.model import Site
from depcheck.paths import inside
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree

ARCHIVES = (
    ".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz",
    ".tar.lzma",
)  # fmt: skip
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_REMOTE = {"http", "https", "ftp"}
_VCS = ("git", "hg", "svn", "bzr")
_FRAGMENT_NAME = re.compile(r"(?:^|&)egg=([^&\[]+)")
_SUBDIRECTORY = re.compile(r"(?:^|&)subdirectory=([^&]+)")


class Location(NamedTuple):
    """What a requirement asks for.

    kind:   `local`: a directory or an archive; `index`: a package by name, or one that lies
            elsewhere; `invalid`: pip refuses the text, and `why` says how.
    path:   of a local one: as the operating system is asked for it, `..` left in where pip
            leaves it in.
    name:   normalised, where the text gives one.
    raw:    the part of the text that is the path.
    """

    kind: Literal["local", "index", "invalid"]
    raw: str = ""
    path: str = ""
    name: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    why: str = ""


def of_line(tree: Tree, cwd: str, text: str) -> Location:
    """The location of a requirement that is not editable; paths are taken from `cwd`."""
    scheme = _scheme(text)
    is_url = scheme is not None
    line, _, marker = text.partition("; " if is_url else ";")
    line, marker = line.strip(), marker.strip()
    if is_url:
        return _of_url(tree, cwd, line, "", marker=marker)
    plain, extras = _without_extras(line)
    looks_like_path = "/" in line or line.startswith(".")
    lexical = tree.at(cwd, plain)
    if looks_like_path and tree.kind(lexical) in {Kind.DIR, Kind.UNKNOWN}:
        return Location("local", plain, lexical, "", extras, marker)
    if lexical.lower().endswith(ARCHIVES) and "@" not in line:
        return Location("local", plain, lexical, "", extras, marker)
    return _of_requirement(tree, cwd, text, looks_like_path)


def _of_requirement(tree: Tree, cwd: str, text: str, looks_like_path: bool) -> Location:
    found = requirement(Site(""), text)
    if found is None:
        line = text.partition(";")[0].strip()
        plain, extras = _without_extras(line)
        if looks_like_path and "@" not in line:
            return Location("local", plain, tree.at(cwd, plain), "", extras)
        return Location("invalid", line, why=f"`{line}` is no requirement that pip understands")
    if not found.url:
        return Location("index", name=found.name, extras=found.extras, marker=found.marker)
    if _scheme(found.url) is None:
        return Location(
            "invalid", found.url, why=f"`{found.url}` is no URL: pip takes a path after `@` only as `file:`"
        )
    return _of_url(tree, cwd, found.url, found.name, found.extras, found.marker)


def of_editable(tree: Tree, cwd: str, text: str) -> Location:
    """The location of what `-e` names: a directory, a `file:` URL or a repository."""
    named = requirement(Site(""), text)
    if named is not None and named.url and _scheme(named.url) is not None:
        return _of_url(tree, cwd, named.url, named.name, named.extras, named.marker)
    plain, extras = _without_extras(text)
    kind = tree.kind(physical(tree, cwd, plain))
    if kind in {Kind.DIR, Kind.UNKNOWN}:
        return Location("local", plain, tree.at(cwd, plain), "", extras)
    lower = plain.lower()
    if lower.startswith("file:"):
        return _of_url(tree, cwd, plain, "", extras)
    if lower.startswith(tuple(f"{vcs}{end}" for vcs in _VCS for end in ("+", ":"))):
        return Location("index")
    why = f"`{text}` is no directory" if kind is not Kind.MISSING else ""
    return Location("local", plain, physical(tree, cwd, plain), "", extras, why=why)


def _of_url(  # noqa: PLR0913, PLR0917 (all that a requirement holds)
    tree: Tree, cwd: str, url: str, name: str, extras: tuple[str, ...] = (), marker: str = ""
) -> Location:
    scheme = _scheme(url) or ""
    if scheme != "file":
        known = scheme in _REMOTE or scheme.split("+")[0] in _VCS
        return (
            Location("index", name=name, marker=marker)
            if known
            else Location("invalid", url, why=f"`{url}` is no URL that pip knows")
        )
    body, _, fragment = url[5:].partition("#")
    body = body.partition("?")[0]
    if body.startswith("//"):
        host, slash, rest = body[2:].partition("/")
        if host not in {"", "localhost"}:
            return Location(
                "invalid", url, why=f"`{host}` stands where a host does, and pip reads local files only"
            )
        body = slash + rest
    path = unquote(body)
    if egg := _FRAGMENT_NAME.search(fragment):
        name = name or normalise(egg[1])
    # A URL that stands alone is made absolute as text if it climbs; one after `name @` is not.
    lexical = not name and "../" in url
    target = tree.at(cwd, path) if lexical else physical(tree, cwd, path)
    if subdirectory := _SUBDIRECTORY.search(fragment):
        target = f"{target}/{unquote(subdirectory[1])}" if target else unquote(subdirectory[1])
    return Location("local", url, target, name, extras, marker)


def physical(tree: Tree, cwd: str, raw: str) -> str:
    """The path as the operating system walks it from `cwd`."""
    if raw.startswith("/"):
        return inside(tree.root, raw)
    raw = raw or "."
    return f"{cwd}/{raw}" if cwd else raw


def _scheme(text: str) -> str | None:
    match = _SCHEME.match(text)
    if match is None:
        return None
    scheme = match[1].lower()
    return scheme if scheme in _REMOTE | {"file"} or "+" in scheme or scheme in _VCS else None


def _without_extras(text: str) -> tuple[str, tuple[str, ...]]:
    """Those in the brackets at the end, after at least one character (pip: `_strip_extras`)."""
    at = text.find("[", max(1, text.rfind("]", 0, -1) + 1))
    if not text.endswith("]") or at < 0 or at == len(text) - 2:
        return text, ()
    extras = tuple(normalise(extra.strip()) for extra in text[at + 1 : -1].split(",") if extra.strip())
    return text[:at].rstrip(), extras


def unquote(text: str) -> str:
    """Percent-encoding undone; `urllib.parse` costs start-up time."""
    if "%" not in text:
        return text
    from urllib.parse import unquote as undo

    return undo(text)
