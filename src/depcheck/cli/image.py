"""`depcheck image DOCKERFILE`: what is in the image at a line of a stage."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from depcheck import discover, paths
from depcheck.cli import CannotRunError, terminal
from depcheck.cli.streams import out
from depcheck.image.builds import Planned
from depcheck.sources import Sources


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "image",
        help="show what a stage of an image holds at a line",
        description="Shows what a stage of an image holds at a line: each entry with where it comes from in "
        "the repository and the line that put it there. Nothing is built.",
        epilog="example: depcheck image Dockerfile --at 23",
    )
    parser.add_argument("dockerfile", metavar="DOCKERFILE")
    parser.add_argument("--stage", default="", help="its name or number (default: the one that is built)")
    parser.add_argument(
        "--at",
        type=int,
        default=0,
        metavar="LINE",
        help="a RUN is shown as it finds the image, anything else as it leaves it (default: the end)",
    )
    parser.add_argument("--context", metavar="DIR", help="the build context (default: as compose says)")
    parser.add_argument(
        "--build-arg", action="append", default=[], metavar="K=V", help="as docker build has it"
    )
    parser.add_argument("--service", help="the compose service whose build it is")
    parser.add_argument("--root", help="the top of the tree (default: the git work tree around DOCKERFILE)")
    parser.add_argument(
        "--format", choices=("tree", "json"), default="tree", help="for people, or for programs"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the stage."""
    if not os.path.isfile(arguments.dockerfile):
        raise CannotRunError(f"no such file: {arguments.dockerfile}")
    beside = os.path.dirname(os.path.abspath(arguments.dockerfile))
    root = os.path.realpath(arguments.root or discover.root_of(beside) or beside)
    if not os.path.isdir(root):
        raise CannotRunError(f"no such directory: {arguments.root}")
    dockerfile = _inside(root, arguments.dockerfile)
    from depcheck.image import view
    from depcheck.render import stage as renderer
    from depcheck.tree.worktree import WorkTree

    sources = Sources(WorkTree(root))
    plan = _plan(sources, dockerfile, arguments)
    try:
        seen = view.view(sources.tree, plan, arguments.stage, arguments.at)
    except view.ViewError as error:
        raise CannotRunError(str(error)) from error
    items = view.items(seen.tree)
    if arguments.format == "json":
        out(renderer.as_json(plan, seen, items))
    else:
        out(renderer.as_text(plan, seen, items, terminal.screen(sys.stdout)))
    return 0


def _inside(root: str, path: str) -> str:
    found = paths.inside(root, os.path.realpath(path))
    if paths.is_outside(found):
        raise CannotRunError(f"{path} lies outside of {root}", "give the top of the tree with --root")
    return found


def _plan(sources: Sources, dockerfile: str, arguments: argparse.Namespace) -> Planned:
    """The build that is meant: as it is given, as compose declares it, or the likeliest."""
    from depcheck.image import bake, builds, compose, view

    listed = discover.discover(sources.tree.root, ("",)).images if arguments.context is None else ()
    projects = list(compose.projects(sources, [path for path in listed if discover.is_compose(path)]))
    targets = bake.declared(sources, [path for path in listed if discover.is_bake(path)]).plans
    plans = [
        plan
        for plan in builds.planned(sources, (), projects, targets)
        if plan.dockerfile == dockerfile and (not arguments.service or arguments.service in plan.services)
    ]
    if arguments.service and not plans:
        raise CannotRunError(f"no compose file builds the service {arguments.service} from {dockerfile}")
    if len({plan.context for plan in plans}) > 1:
        services = ", ".join(name for plan in plans for name in plan.services)
        raise CannotRunError(
            f"{dockerfile} is built with several contexts", f"choose one with --service ({services})"
        )
    if plans:
        plan = plans[0]
    elif arguments.context is not None:
        plan = Planned(dockerfile, _inside(sources.tree.root, arguments.context))
    else:
        plan = view.likeliest(sources.tree, dockerfile)
    values = dict(plan.arguments.values)
    for text in arguments.build_arg:
        name, equals, value = text.partition("=")
        values[name] = value if equals else os.environ.get(name, "")
    return plan._replace(arguments=plan.arguments._replace(values=values))
