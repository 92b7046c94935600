"""Which loader answers for which program."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import cast

from depcheck.load.tool import Tool

# Program -> module with the names of `load.tool.Tool`; imported when a command asks for it.
_PROGRAMS = {
    "cargo": "cargo",
    "uv": "uv",
    "poetry": "poetry",
    "pdm": "pdm",
    "hatch": "hatch",
    "pip": "pip",
    "pip3": "pip",
    "pyproject-build": "build",
    "maturin": "maturin",
}
# `python -m MODULE` -> program.
_MODULES = {
    "build": "pyproject-build",
    "pip": "pip",
    "poetry": "poetry",
    "pdm": "pdm",
    "hatch": "hatch",
    "maturin": "maturin",
    "uv": "uv",
}


def find(words: Sequence[str]) -> tuple[Tool, Sequence[str]] | None:
    """The loader of a command line and the words after the program; None for any other program."""
    program = words[0].rpartition("/")[2]
    rest = words[1:]
    if program.startswith("python") and len(words) > 2 and words[1] == "-m":
        program, rest = _MODULES.get(words[2], ""), words[3:]
    elif program == "pipx" and words[1:3] == ["run", "build"]:
        program, rest = "pyproject-build", words[3:]
    module = _PROGRAMS.get("pip" if program.startswith("pip3.") else program)
    if module is None:
        return None
    return cast(Tool, import_module(f"depcheck.load.{module}")), rest
