"""Python files of the repository: what can be said of them without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


def parse(text: str) -> ast.Module | None:
    """The syntax tree of `text`, or None where it is no Python (or too deep for the parser)."""
    import ast  # costs 4 ms; most repositories need it nowhere

    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_inert(text: str) -> bool:
    """Whether running `text`, and any function in it, opens, writes and asks for nothing.

    It holds where nothing is called and nothing but local names and modules is touched.
    """
    import ast

    tree = parse(text)
    if tree is None:
        return False
    return not any(
        isinstance(node, ast.Call | ast.Raise | ast.Assert | ast.Subscript | ast.Delete | ast.AugAssign)
        for node in ast.walk(tree)
    )


def assigned(text: str, name: str) -> object:
    """The literal that is assigned to `name` at the top of a module; None where there is none."""
    import ast

    tree = parse(text)
    for node in tree.body if tree else ():
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if node_value := getattr(node, "value", None):
            for target in targets:
                if isinstance(target, ast.Name) and target.id == name:
                    try:
                        return ast.literal_eval(node_value)
                    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                        return None
    return None
