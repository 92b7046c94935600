"""What is found plain at once has no fault in a walk of its own."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from depcheck.load import closure
from depcheck.load.closure import Edge
from depcheck.load.uv import install, locking, plain, workspace
from depcheck.load.uv.workspace import Workspace
from depcheck.sources import Sources
from depcheck.tree.base import Tree
from depcheck.tree.worktree import WorkTree
from tests.differential import tree, uv_trees

_Graph = dict[str, tuple[Edge, ...] | None]
_NODES = "abcdefgh"
_EDGE = st.builds(lambda at, name: Edge(name, at, at), st.sampled_from(_NODES), st.sampled_from("xyz"))
_OWN = st.sampled_from(_NODES).map(lambda at: Edge(f"of-{at}", at, at))
_INDEX = st.sampled_from("xyz").map(lambda name: Edge(name, "", None))
_EDGES = st.lists(_OWN | _EDGE | _INDEX, max_size=3).map(tuple)
_GRAPHS = st.fixed_dictionaries(dict.fromkeys(_NODES, _EDGES | st.none()))


def _is_sound(graph: _Graph, start: str) -> bool:
    """All that is reached is plain, and no name is taken from two places."""
    places: dict[str, str] = {}
    ahead, seen = [start], set[str]()
    while ahead:
        at = ahead.pop()
        edges = graph[at]
        if edges is None or any(places.setdefault(edge.name, edge.place) != edge.place for edge in edges):
            return False
        seen.add(at)
        ahead += [
            edge.directory for edge in edges if edge.directory is not None and edge.directory not in seen
        ]
    return True


@given(_GRAPHS, st.permutations(_NODES))
def test_plain_is_sound_in_whatever_order_it_is_asked(graph: _Graph, order: list[str]) -> None:
    """The other way round it may be too careful."""
    sources = Sources(Tree())

    def look(_sources: Sources, directory: str) -> tuple[Edge, ...] | None:
        return graph[directory]

    for at in order:
        edges = graph[at]
        if edges is not None and closure.is_plain(sources, look, at, edges):
            assert _is_sound(graph, at)


def test_a_tree_is_plain() -> None:
    """Or nothing would ever be."""
    graph = {"a": (Edge("b", "b", "b"), Edge("c", "c", "c")), "b": (Edge("c", "c", "c"),), "c": ()}
    sources = Sources(Tree())
    assert closure.is_plain(sources, lambda _, at: graph[at], "a", graph["a"])


def test_what_is_plain_to_uv_is_locked_and_installed(tmp_path: Path) -> None:
    found = 0
    for seed in range(80):
        top = tmp_path / str(seed)
        tree.write(uv_trees.Generator(seed).make(), str(top))
        sources = Sources(WorkTree(str(top)))
        for manifest in top.rglob("pyproject.toml"):
            around = sources.get(
                workspace.around, manifest.parent.relative_to(top).as_posix().removeprefix(".")
            )
            if isinstance(around, Workspace) and plain.is_plain(sources, around):
                found += 1
                locked = locking.resolved(sources, around.directory, around.directory)
                assert (locked.outcome.faults, locked.outcome.unknowns) == ((), ())
                assert locked.walked is not None
                made = install.install(sources, locked.walked, around, [around.root], install.Wish())
                assert (made.faults, made.unknowns) == ((), ())
    assert found > 10
