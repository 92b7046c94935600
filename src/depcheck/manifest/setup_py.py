"""setup.py: the arguments of its `setup(...)`, where they stand there literally."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from depcheck.manifest import toml
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

if TYPE_CHECKING:
    import ast

FINDERS = {"find_packages", "find_namespace_packages"}


class Find(NamedTuple):
    """A call of `find_packages`; `where` is where it looks."""

    where: str


class Argument(NamedTuple):
    """A keyword argument. `value`: the literal, or a Find."""

    value: Any
    site: Site


class SetupPy(NamedTuple):
    """A setup.py.

    arguments: of `setup(...)` that are literal (or a Find).
    dynamic:   why the rest can't be known, a sentence; empty where all of it is known.
    calls:     how often `setup` is called; never: it is a module that happens to have the name.
    """

    path: str
    arguments: Mapping[str, Argument]
    dynamic: str = ""
    calls: int = 1


def read(sources: Sources, path: str) -> SetupPy | Fault | toml.Unknown:
    """Read `path` without running it; a Fault where it is no Python."""
    import ast  # costs start-up time, and few projects have a setup.py

    text = sources.get(toml.read_text, path)
    if not isinstance(text, str):
        return text
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        site = Site(path, line=error.lineno or 1, column=error.offset or 1)
        return Fault("invalid-manifest", site, f"not valid Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        return SetupPy(path, {}, f"`{path}` cannot be parsed")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "setup"]
    if len(calls) != 1:
        return SetupPy(path, {}, f"`{path}` is code that decides for itself what it builds", len(calls))
    found: dict[str, Argument] = {}
    known = bool(not calls[0].args) and _is_plain(tree)
    for keyword in calls[0].keywords:
        value = _literal(keyword.value)
        if keyword.arg is None or value is None:
            known = False
            continue
        site = Site(path, line=keyword.value.lineno, column=keyword.value.col_offset + 1)
        found[keyword.arg] = Argument(value, site)
    return SetupPy(
        path, found, "" if known else f"`{path}` is code: not all that it passes to `setup` is literal"
    )


def _name(node: ast.expr) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def _literal(node: ast.expr) -> Any:
    import ast

    if isinstance(node, ast.Call) and _name(node.func) in FINDERS:
        try:
            where = [*map(ast.literal_eval, node.args[:1])] or [
                ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "where"
            ]
        except (ValueError, TypeError, RecursionError, MemoryError):
            return None
        return Find(where[0] if where and isinstance(where[0], str) else ".")
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _is_plain(tree: ast.Module) -> bool:
    """Whether nothing but imports and the call of `setup` stands at the top."""
    import ast

    body = list(tree.body)
    for node in tree.body:
        if isinstance(node, ast.If) and not node.orelse:  # if __name__ == "__main__"
            body.extend(node.body)
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.If)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and _name(node.value.func) == "setup"
        )
        for node in body
    )
