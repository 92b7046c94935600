"""Where a path or a URL of a requirement leads.

Source: uv `uv-distribution/src/metadata/lowering.rs` (path_source), `uv-pep508/src/verbatim_url.rs`,
`uv-pypi-types/src/parsed_url.rs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree

ARCHIVES = (
    ".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.lz", ".tar.lzma", ".tar.xz", ".tar.zst", ".tar", ".tbz",
    ".tgz", ".tlz", ".txz",
)  # fmt: skip
_SCHEME = re.compile(r"(file|https?|ftp|(?:git|hg|svn|bzr)(?:\+[a-z]+)?):", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_ROOT_VARIABLE = "PROJECT_ROOT"
_SUBDIRECTORY = re.compile(r"(?:^|&)subdirectory=([^&]+)")


class Place(NamedTuple):
    """What a requirement leads to.

    kind: `directory`, `archive`, `remote`; `invalid`: uv refuses it, and `why` says how.
    path: canonical, `..` taken lexically; empty for a remote one.
    at_cwd: the path depends on the directory that uv runs in.
    """

    kind: Literal["directory", "archive", "remote", "invalid"]
    path: str = ""
    why: str = ""
    at_cwd: bool = False


def of_path(tree: Tree, base: str, raw: str) -> Place:
    """What `path = raw` of a source means in the directory `base`."""
    path = tree.at(base, raw)
    kind = tree.kind(path)
    if kind in {Kind.DIR, Kind.UNKNOWN}:
        return Place("directory", path)
    if kind is Kind.MISSING and "." not in paths.name(path).lstrip("."):
        return Place("directory", path)
    if not path.lower().endswith(ARCHIVES):
        why = "is no directory, and no archive by its name"
        return Place("invalid", path, why)
    return Place("archive", path)


def of_url(
    tree: Tree, cwd: str | None, url: str, env: Mapping[str, str] | None, base: str | None = None
) -> Place | str:
    """What `name @ url` means; a text says why that cannot be known.

    cwd: where uv runs, which `${PROJECT_ROOT}` stands for. env: the variables of the process; None:
    not known. base: where a relative path starts from; None: there is none.
    """
    at_cwd = "${PROJECT_ROOT}" in url
    for name in _VARIABLE.findall(url):
        value = (env or {}).get(name)
        if name == _ROOT_VARIABLE:
            value = _absolute(tree, cwd or "")
        elif value is None and env is None:
            return f"`${{{name}}}` is taken from the environment"
        if value is not None:
            url = url.replace(f"${{{name}}}", value)
    match = _SCHEME.match(url)
    body, _, fragment = url.partition("#")
    if match is not None and match[1].lower() != "file":
        return Place("remote")
    path = body if match is None else _unquoted(body[5:])
    if match is not None and path.startswith("//"):
        host, slash, rest = path[2:].partition("/")
        path = slash + rest if host in {"", "localhost"} else host + slash + rest
    if not path.startswith("/") and base is None:
        return Place("invalid", path, "is relative, and uv takes no relative path after `@` here")
    if subdirectory := _SUBDIRECTORY.search(fragment):
        path = f"{path}/{_unquoted(subdirectory[1])}"
    return of_path(tree, base or "", path)._replace(at_cwd=at_cwd)


def of_link(tree: Tree, base: str, raw: str) -> str | None:
    """The local path that an index or a `find-links` entry names; None for one that is elsewhere."""
    match = _SCHEME.match(raw)
    if match is None:
        return tree.at(base, raw)
    if match[1].lower() != "file":
        return None
    return tree.at("", "/" + _unquoted(raw[5:].removeprefix("//localhost")).lstrip("/"))


def is_relative(url: str) -> bool:
    """Whether a URL after `@` is a relative path, variables apart."""
    match = _SCHEME.match(url)
    if match is not None and match[1].lower() != "file":
        return False
    path = url if match is None else url[5:]
    if match is not None and path.startswith("//"):
        host, slash, rest = path[2:].partition("/")
        path = slash + rest if host in {"", "localhost"} else host + slash + rest
    return not path.startswith(("/", "${"))


def _absolute(tree: Tree, path: str) -> str:
    return path if path.startswith("/") else paths.join(tree.root, path)


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote  # costs start-up time

    return unquote(text)
