"""Path algebra on canonical paths (see `model`): text in, text out, the disk is never asked."""

from __future__ import annotations

from posixpath import normpath


def at(root: str, base: str, raw: str) -> str:
    """The canonical path that `raw` names from directory `base`, `..` taken lexically.

    root: absolute path of the tree's root. base: canonical. raw: as written, may be absolute.
    """
    if raw.startswith("/"):
        absolute = normpath(raw)
    elif base.startswith("/"):
        absolute = normpath(f"{base}/{raw}")
    else:
        path = normpath(f"{base}/{raw}" if base else raw)
        if not path.startswith(".."):
            return "" if path == "." else path
        if path != ".." and not path.startswith("../"):  # a name such as `..data`
            return path
        absolute = normpath(f"{root}/{path}")
    return inside(root, absolute)


def inside(root: str, absolute: str) -> str:
    """The canonical form of a normalised absolute path."""
    if absolute.startswith("//"):
        absolute = absolute[1:]
    if root == "/":
        return absolute[1:]
    if absolute == root:
        return ""
    return absolute[len(root) + 1 :] if absolute.startswith(root + "/") else absolute


def parent(path: str) -> str:
    """The directory that holds `path`; the root is its own parent."""
    head, _, _ = path.rpartition("/")
    return head or ("/" if path.startswith("/") else "")


def name(path: str) -> str:
    """The last component."""
    return path.rpartition("/")[2]


def join(base: str, child: str) -> str:
    """`child` (relative, already canonical) below the directory `base`."""
    if not child:
        return base
    return f"{base}/{child}" if base and base != "/" else f"{base}{child}"


def unresolved(base: str, raw: str) -> str:
    """`raw` as written in the directory `base`, for a tree to follow: `..` and links are still in it."""
    return raw if raw.startswith("/") or not base else f"{base}/{raw}"


def ancestors(directory: str) -> list[str]:
    """`directory` and every directory above it up to the root, nearest first.

    For a path outside the root (absolute) there is none but itself: nothing above is read.
    """
    if directory.startswith("/"):
        return [directory]
    found = [directory]
    while directory:
        directory = parent(directory)
        found.append(directory)
    return found


def is_below(path: str, directory: str) -> bool:
    """Whether `path` is `directory` or lies below it, by whole components."""
    if path == directory:
        return True
    if not directory:
        return not path.startswith("/")
    return path.startswith(directory if directory == "/" else directory + "/")


def common(one: str, other: str) -> str:
    """The deepest directory that both are, or lie below, by whole components."""
    same = []
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        same.append(left)
    return "/".join(same)


def below(path: str, directory: str) -> str:
    """A path as it is called in a directory that it lies below; both canonical."""
    return path[len(directory) + 1 :] if directory else path


def is_outside(path: str) -> bool:
    """Whether a canonical path lies outside the root of its tree."""
    return path.startswith("/")


def relative(target: str, base: str) -> str:
    """How a manifest in directory `base` writes `target`; both canonical and inside the root."""
    if target.startswith("/") != base.startswith("/"):
        return target
    there = [part for part in target.split("/") if part]
    here = [part for part in base.split("/") if part]
    same = 0
    while same < min(len(there), len(here)) and there[same] == here[same]:
        same += 1
    return "/".join([".."] * (len(here) - same) + there[same:]) or "."
