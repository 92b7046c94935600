"""The workspace of an environment (hatch `env/plugin/interface.py`, Workspace.members)."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from depcheck import paths
from depcheck.manifest import pyproject
from depcheck.manifest.hatch import Environment
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Tree


class Member(NamedTuple):
    """A member's directory, and the extras that are wanted of it."""

    site: Site
    directory: str
    features: tuple[str, ...]


def members(tree: Tree, directory: str, environment: Environment) -> Iterator[Member | Fault]:
    """Each member of the workspace, or why a member spec is refused."""
    workspace = environment.keys.get("workspace")
    listed = workspace.get("members") if isinstance(workspace, dict) else None
    excluded = pyproject.strings(workspace.get("exclude")) if isinstance(workspace, dict) else ()
    seen: set[str] = set()
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        site = environment.site("workspace", "members", index)
        raw = item.get("path") if isinstance(item, dict) else item
        if not isinstance(raw, str) or not raw:
            yield Fault("invalid-manifest", site, "a member should be a path", tool="hatch")
            continue
        features = pyproject.strings(item.get("features")) if isinstance(item, dict) else ()
        at = tree.at(directory, raw.replace("{root}", _absolute(tree, directory)))
        reference = Reference(site, pyproject.route_text(site.route), raw, at, "member")
        found = False
        for member in _matches(tree, directory, at):
            prefix = _shared(directory, member)
            relative = paths.relative(member, prefix)
            absolute = _absolute(tree, member)
            if any(fnmatch(relative, pattern) or fnmatch(absolute, pattern) for pattern in excluded):
                continue
            if not tree.is_file(paths.join(member, "pyproject.toml")):
                message = f"the member `{raw}` leads to `{member}`, which holds no pyproject.toml"
                yield Fault("not-a-package", site, message, reference, tool="hatch")
                found = True
                continue
            found = True
            if member in seen:
                message = f"the member `{raw}` leads to `{member}`, which is a member already"
                yield Fault("duplicate-package", site, message, reference, tool="hatch")
                continue
            seen.add(member)
            yield Member(site, member, tuple(map(pyproject.normalise, features)))
        if not found:
            message = f"the member `{raw}` leads to `{at or '.'}`, where there is no project"
            rule = "unmatched-member-glob" if any(char in raw for char in "*?[") else "missing-member"
            yield Fault(rule, site, message, reference, tool="hatch")


def _matches(tree: Tree, directory: str, at: str) -> Iterator[str]:
    """What the components below the prefix shared with the project match, each with `fnmatch`."""
    prefix = _shared(directory, at)
    found = [prefix]
    for part in paths.relative(at, prefix).split("/") if at != prefix else ():
        if any(char in part for char in "*?["):
            found = [
                paths.join(above, name)
                for above in found
                for name in tree.names(above)
                if fnmatch(name, part) and tree.is_dir(paths.join(above, name))
            ]
        else:
            found = [child for above in found if tree.is_dir(child := paths.join(above, part))]
    yield from found


def _shared(one: str, other: str) -> str:
    """The directory that both lie in."""
    if one.startswith("/") != other.startswith("/"):
        return "/"
    common = "/" if one.startswith("/") else ""
    for left, right in zip(one.strip("/").split("/"), other.strip("/").split("/"), strict=False):
        if left != right or not left:
            break
        common = paths.join(common, left)
    return common


def _absolute(tree: Tree, path: str) -> str:
    if path.startswith("/"):
        return path
    return f"{'' if tree.root == '/' else tree.root}/{path}".rstrip("/")
