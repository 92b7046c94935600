"""`depcheck explain RULE`: a rule's manual."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from depcheck import rules
from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out
from depcheck.render import manual


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("explain", help="print a rule's manual: what it means and how to mend it")
    parser.add_argument("rule", metavar="RULE", help="the rule's name (`missing-path`) or its code (`DC102`)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print it; 0."""
    out(manual.on_terminal(rules.load(named(arguments.rule)), terminal.screen(sys.stdout)))
    return 0


def named(word: str) -> str:
    """The rule that is called so, or has this code. Raises CannotRunError."""
    name = rules.find(word)
    if name is None:
        raise CannotRunError(f"there is no rule `{word}`", _nearest(word))
    return name


def _nearest(wrong: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(
        wrong.lower(), [*rules.NAMES, *(code.lower() for code in rules.NAMES.values())], 1
    )
    name = rules.find(near[0]) if near else None
    return f"did you mean `{name}` ({rules.NAMES[name]})?" if name else "`depcheck rules` lists them"
