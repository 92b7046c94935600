"""`depcheck rules`: what depcheck looks for."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from depcheck import rules
from depcheck.cli import terminal
from depcheck.cli.streams import out
from depcheck.render.screen import SEVERITY
from depcheck.rules.rule import Rule


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("rules", help="list the rules", description="Lists the rules.")
    parser.add_argument(
        "--format", choices=("full", "json"), default="full", help="for people, or for programs"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List them; always 0."""
    listed = [rules.load(name) for name in rules.NAMES]
    out(_json(listed) if arguments.format == "json" else _table(listed))
    return 0


def _table(listed: list[Rule]) -> str:
    screen = terminal.screen(sys.stdout)
    wide = max(len(rule.name) for rule in listed)
    lines = []
    for rule in listed:
        severity = screen.style(f"{rule.severity:<7}", SEVERITY[rule.severity])
        lines.append(
            f"{rule.code}  {screen.style(f'{rule.name:<{wide}}', 'bold')}  {severity}  {rule.summary}\n"
        )
    return "".join(lines)


def _json(listed: list[Rule]) -> str:
    from depcheck.render import json

    keys = ("code", "name", "severity", "summary")
    entries = [
        {key: getattr(rule, key) for key in keys} | {"help_uri": f"docs/rules/{rule.name}.md"}
        for rule in listed
    ]
    return json.dump({"schema_version": 1, "rules": entries})
