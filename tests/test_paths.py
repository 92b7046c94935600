"""Path algebra against the operating system, on real trees with links in them."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from depcheck import paths
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.overlay import Link, Overlay, Text
from depcheck.tree.worktree import WorkTree

_EXAMPLES = 80
_NAMES = st.sampled_from(["a", "b", "c", "..data", "é", "a\nb", "\udcff"])
_STEPS = st.one_of(_NAMES, st.sampled_from(["..", ".", ""]))
_RAW = st.lists(_STEPS, max_size=7).map("/".join)
_PLACES = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
# What stands at a place: a directory, a file, or a link with this text (absolute: below `@`, the root).
_THINGS = st.one_of(
    st.just("directory"), st.just("file"), _RAW.map("->{}".format), _PLACES.map("->@/{}".format)
)
_TREES = st.dictionaries(_PLACES, _THINGS, max_size=8)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory:
        yield os.path.realpath(directory)


def _plant(base: str, tree: dict[str, str]) -> tuple[str, Overlay]:
    """The tree on the disk, and the same tree as edits over nothing."""
    root = tempfile.mkdtemp(dir=base)
    empty = tempfile.mkdtemp(dir=base)
    overlay = Overlay(WorkTree(empty))
    for place, thing in sorted(tree.items()):
        disk = os.path.join(root, place)
        above = os.path.dirname(disk)
        if os.path.realpath(above) != above or os.path.lexists(disk):
            continue  # only plain directories hold things
        try:
            os.makedirs(above, exist_ok=True)
        except OSError:
            continue
        for directory in paths.ancestors(paths.parent(place))[-2::-1]:
            if overlay.kind(directory) is Kind.MISSING:
                overlay.put(directory, Kind.DIR)
        if thing == "directory":
            os.mkdir(disk)
            overlay.put(place, Kind.DIR)
        elif thing == "file":
            Path(disk).write_bytes(os.fsencode(place))
            overlay.put(place, Text(os.fsencode(place)))
        elif text := thing.removeprefix("->"):
            os.symlink(text.replace("@", root), disk)
            overlay.put(place, Link(text.replace("@", empty)))
    return root, overlay


def _loops(path: str) -> bool:
    """Whether links lead round in a circle: where that ends is anybody's guess."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _kind(path: str) -> Kind:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return Kind.MISSING
    return Kind.FILE if stat.S_ISREG(mode) else Kind.DIR if stat.S_ISDIR(mode) else Kind.OTHER


@settings(max_examples=_EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=_TREES, raw=_RAW)
@example(tree={"a": "directory", "b": "->a"}, raw="b/./c")
def test_a_tree_walks_as_the_system_does(tree: dict[str, str], raw: str, base: str) -> None:
    root, overlay = _plant(base, tree)
    disk = os.path.join(root, raw)
    inside = os.path.realpath(disk) == root or os.path.realpath(disk).startswith(root + "/")
    trees: list[Tree] = [WorkTree(root), overlay]
    if not inside or raw.startswith("/") or raw.endswith("/"):
        return  # outside of the root the two trees stand in different places
    real = paths.inside(root, os.path.realpath(disk))
    for one in trees:
        shown = (type(one).__name__, raw, tree)
        assert one.kind(raw) is _kind(disk), shown
        assert _loops(disk) or one.resolve(raw) == real, shown
        assert one.names(raw) == (sorted(os.listdir(disk)) if os.path.isdir(disk) else []), shown
        if os.path.isfile(disk):
            assert one.read(raw) == Path(disk).read_bytes(), shown
        else:
            with pytest.raises(OSError, match=r"."):
                one.read(raw)


@settings(max_examples=_EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=_TREES, raw=_RAW)
def test_nothing_outside_of_the_root_is_read(tree: dict[str, str], raw: str, base: str) -> None:
    root, _ = _plant(base, tree)
    inner = os.path.join(root, "a")
    if not os.path.isdir(inner) or os.path.islink(inner):
        return
    real = os.path.realpath(os.path.join(inner, raw))
    if real == inner or real.startswith(inner + "/") or not os.path.isfile(real):
        return
    with pytest.raises(UnknownContentError):
        WorkTree(inner).read(raw)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(base=_PLACES, raw=_RAW, root=st.sampled_from(["/", "/r", "/r/s"]))
def test_at_is_normpath_below_the_root(base: str, raw: str, root: str) -> None:
    found = paths.at(root, base, raw)
    absolute = posixpath.normpath(posixpath.join(root, base, raw)).replace("//", "/")
    assert (found if found.startswith("/") else posixpath.join(root, found).rstrip("/") or "/") == absolute
    assert paths.is_outside(found) == (absolute != root and not absolute.startswith(root.rstrip("/") + "/"))
    assert paths.at(root, "", found) == found


@settings(max_examples=500, derandomize=True, deadline=None)
@given(one=_PLACES, other=_PLACES)
def test_relative_leads_back(one: str, other: str) -> None:
    assert paths.at("/r", other, paths.relative(one, other)) == one
    assert paths.relative(one, other) == posixpath.relpath(f"/{one}", f"/{other}")
    assert paths.is_below(one, other) == (one == other or one.startswith(other + "/"))
    assert paths.ancestors(one) == [one, *paths.ancestors(paths.parent(one))]
    assert paths.join(paths.parent(one), paths.name(one)) == one
