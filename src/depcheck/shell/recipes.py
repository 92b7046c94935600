"""make and just: whether a recipe that is carried out calls a build tool, which is not followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.tree.base import Tree, UnknownContentError

_FILES = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", ".justfile", "Justfile"),
}
_TOOL = re.compile(r"\b(?:cargo|uv|poetry|pdm|hatch|maturin)\b(?= +[a-z])")
# `name parameters: what comes before`, and the lines below it that are indented.
_RECIPE = re.compile(
    r"^@?([A-Za-z0-9_./-]+)([^:=\n#]*):(?![=:])([^\n]*)\n((?:[ \t]+[^\n]*\n|[ \t]*\n)*)", re.MULTILINE
)
_MOST = 50  # recipes that one another calls for


def unfollowed(tree: Tree, directory: str, words: Sequence[str]) -> str:
    """What is not known of a call of make or just, a clause; empty where its recipes call no build tool."""
    program = words[0].rpartition("/")[2]
    for name in _FILES.get(program, ()):
        try:
            text = tree.read(paths.join(directory, name)).decode("utf-8", "replace")
        except (OSError, UnknownContentError):
            continue
        recipes = {match[1]: (match[3], match[4]) for match in _RECIPE.finditer(f"{text}\n")}
        asked = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        for recipe, body in _carried_out(recipes, asked or list(recipes)[:1]):
            mentioned = _TOOL.search(body)
            if mentioned is not None:
                return (
                    f"the recipe `{recipe}` of `{name}` calls `{mentioned[0]}`, and recipes are not followed"
                )
        return ""
    return ""


def _carried_out(recipes: dict[str, tuple[str, str]], asked: list[str]) -> Iterator[tuple[str, str]]:
    """The recipes that are asked for, and those that they need: each with its lines."""
    waiting, seen = asked[::-1], set[str]()
    while waiting and len(seen) < _MOST:
        name = waiting.pop()
        if name in seen or name not in recipes:
            continue
        seen.add(name)
        needs, body = recipes[name]
        yield name, body
        waiting += re.findall(r"[A-Za-z0-9_./-]+", needs)
