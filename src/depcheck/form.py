"""How a path is written, so that another one can be written the same way."""

from __future__ import annotations

import re

from depcheck import paths
from depcheck.manifest import pyproject, toml
from depcheck.model import Reference
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree

_FORM = (
    r"(?P<head>(?:file:/*)?\$\{PROJECT_ROOT\}/?|\{root(?::parent)*(?::uri)?\}/?|file:(?://localhost(?=/)|//(?=/)|(?=/)|)|)"
    r"(?P<path>.*?)(?P<tail>#.*)?"
)
_DRIVE = r"[A-Za-z]:[\\/]"


class Form(NamedTuple):
    """A written path: what stands before and after it, and the directory that it starts in.

    reference: the reference itself. is_url: special characters in it are written as `%20`.
    """

    reference: Reference
    root: str
    base: str
    head: str
    path: str
    tail: str
    is_url: bool

    @property
    def is_absolute(self) -> bool:
        """Whether the path says where it starts on this machine: from `/`, in a URL or a drive of Windows."""
        return (self.path.startswith("/") and "{" not in self.head) or bool(re.match(_DRIVE, self.path))

    @property
    def plain(self) -> str:
        """The path with `%20` and the like undone."""
        return _unquoted(self.path) if self.is_url else self.path

    def write(self, target: str) -> str:
        """How `target` (canonical, inside the root) is written here."""
        if self.path.startswith("/") and (self.head or self.reference.site.line):
            path = paths.join(self.root, target)
        else:
            path = paths.relative(target, self.base)
            # pip takes a bare name for a package of the registry.
            is_line = self.reference.site.line and self.reference.kind == "package" and not self.head
            is_bare = "/" not in path or self.path.startswith(".")
            if (self.path.startswith("./") or (is_line and is_bare)) and not path.startswith("."):
                path = f"./{path}"
        if self.path.endswith("/") and not path.endswith("/"):
            path += "/"
        return f"{self.head}{_quoted(path) if self.is_url else path}{self.tail}"


def of(tree: Tree, reference: Reference) -> Form | None:
    """The form of a reference; None where its text does not lead to its target by any rule known here."""
    match = re.fullmatch(_FORM, reference.raw, re.DOTALL)
    if match is None:
        return None
    head, path, tail = match["head"], match["path"], match["tail"] or ""
    is_url = "file:" in head or ":uri" in head
    if not is_url:
        path, tail = path + tail, ""
    here = paths.parent(reference.site.file)
    if path.startswith("/"):
        return Form(reference, tree.root, here, head, path, tail, is_url)
    plain = _unquoted(path) if is_url else path
    for base in dict.fromkeys((*paths.ancestors(here), *paths.ancestors(tree.resolve(here)))):
        if reference.target in (tree.at(base, plain), tree.resolve(paths.join(base, plain))):
            return Form(reference, tree.root, base, head, path, tail, is_url)
    return None


def as_written(sources: Sources, reference: Reference) -> Reference | None:
    """The reference as its file has it; None for what a tool infers, which no text there would mend.

    A tool may have filled in fields (`{root:uri}`) before it looked at the path.
    """
    site = reference.site
    if site.line:
        lines = sources.get(toml.shown, site.file).split("\n")
        value = lines[site.line - 1] if site.line <= len(lines) else None
    else:
        value = toml.value_at(sources, site.file, site.route)
    if not isinstance(value, str):
        return None
    requirement = pyproject.requirement(site, value)
    if requirement is None or not requirement.url:
        return reference if reference.raw in value else None
    raw = reference.raw if reference.raw in value else requirement.url
    return reference._replace(raw=raw, wanted=reference.wanted or requirement.name)


def respelt(tree: Tree, target: str) -> str | None:
    """The path that differs from `target` in large and small letters alone, where it is there."""
    at = ""
    for part in target.split("/") if not paths.is_outside(target) else ():
        step = paths.join(at, part)
        if tree.kind(step) is Kind.MISSING:
            like = [name for name in tree.names(at) if name.lower() == part.lower()]
            if len(like) != 1:
                return None
            step = paths.join(at, like[0])
        at = step
    return at or None


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _quoted(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._/-]*", text):
        return text
    from urllib.parse import quote

    return quote(text)
