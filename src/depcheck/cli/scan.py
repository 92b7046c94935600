"""`depcheck scan [PATH...]`: every local path that a build will trip over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from depcheck import discover
from depcheck.cli import CannotRunError, configuring, reporting, scope
from depcheck.cli.progress import Progress
from depcheck.cli.streams import out, say
from depcheck.config import ConfigurationError
from depcheck.record import NamedTuple

if TYPE_CHECKING:
    import argparse

    from depcheck.git import Question
    from depcheck.pipeline import Report, Request
    from depcheck.repair import Repaired


class Options(NamedTuple):
    """What the words say; the names are those of the arguments."""

    paths: Sequence[str] = ()
    root: str | None = None
    reports: Sequence[reporting.Wanted] = reporting.DEFAULT
    include_fixtures: bool = False
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    staged: bool = False
    rev: str | None = None
    since: str | None = None
    show_settings: bool = False
    write_baseline: bool = False
    flags: configuring.Flags = configuring.Flags()


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "scan",
        help="report every local path that a build will trip over",
        description="Reports every local path that a build will trip over.",
        epilog="Exit code 0: no error, nor anything in a --diff. 1: errors, or a diff. 2: it cannot run.",
    )
    scope.declare(parser)
    reporting.declare(parser)
    parser.add_argument("--fix", action="store_true", help="make the safe repairs, and report what is left")
    parser.add_argument("--diff", action="store_true", help="print the safe repairs as a diff, and make none")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="repairs that choose for you too, with --fix and --diff"
    )
    parser.add_argument(
        "--staged", action="store_true", help="judge what a commit would hold now, and not the work tree"
    )
    parser.add_argument("--rev", metavar="COMMIT", help="judge a commit, without checking it out")
    parser.add_argument(
        "--since", metavar="REF", help="report only what the common ancestor with REF did not have"
    )
    parser.add_argument(
        "--write-baseline", action="store_true", help="write all findings to the baseline, and report none"
    )
    parser.add_argument("--show-settings", action="store_true", help="print the configuration that counts")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    said = {
        **vars(arguments),
        "flags": configuring.flags(arguments),
        "reports": reporting.paired(arguments.reports),
    }
    return run(Options(**{name: said[name] for name in Options._fields}))


def run(arguments: Options) -> int:
    """Scan; 0 nothing wrong, 1 errors."""
    started = time.perf_counter()
    root, judged = scope.tree(arguments.paths, arguments.root)
    _check(arguments)
    # git lists the files while what reads them is imported
    asked = None if arguments.staged or arguments.rev else discover.question(root)
    from depcheck import pipeline
    from depcheck.fix import journal
    from depcheck.render.text import sentence

    told = configuring.told(root, arguments.flags)
    all_fixes = any(one.has_all_fixes for one in arguments.reports)
    request = pipeline.Request(root, judged, arguments.include_fixtures, all_fixes=all_fixes, told=told)
    if arguments.staged or arguments.rev:
        request = request._replace(at=f"commit:{arguments.rev}" if arguments.rev else "index")
    if arguments.flags.baseline:
        from depcheck.cli import baselining

        known = baselining.read(root, arguments.flags.baseline, writes=arguments.write_baseline)
        request = request._replace(baseline=known)
    if arguments.show_settings:
        return configuring.show(request)
    with Progress() as progress:
        report = _scanned(request, arguments, progress, asked)
        repaired: Repaired | None = None
        if arguments.fix or arguments.diff:
            from depcheck.cli import repairing

            repaired = repairing.repaired(request, report, progress, unsafe=arguments.unsafe_fixes)
            if arguments.fix:
                repairing.apply(report.root, repaired.changes, staged=arguments.staged)
            report = repaired.report
    report = _known(request, report, writes=arguments.write_baseline)
    for note in report.notes:
        say(f"depcheck: {sentence(note)}\n")
    if arguments.root and any(one.name == "missing-workspace-root" for one in report.diagnostics):
        say("depcheck: nothing above `--root` was read, where the workspace root may be\n")
    if others := journal.found(report.root):
        say(f"depcheck: {others}\n")
    if report.manifests == 0:
        say("depcheck: no manifest found\n")
    if arguments.diff and repaired is not None:
        return repairing.show(repaired, unsafe=arguments.unsafe_fixes)
    reporting.write(report, arguments.reports, time.perf_counter() - started)
    made = 0 if repaired is None else repaired.made
    is_full = reporting.Wanted("full") in arguments.reports
    if is_full and (made or any(one.fixes for one in report.diagnostics)):
        from depcheck.cli import repairing

        out(repairing.closing(report, made))
    elif made:
        from depcheck.render.text import count

        say(f"depcheck: {count(made, 'repair')} made\n")
    return 1 if report.fails else 0


def _scanned(request: Request, arguments: Options, progress: Progress, asked: Question | None) -> Report:
    """What there is to report. Raises CannotRunError."""
    from depcheck import pipeline

    try:
        report = pipeline.scan(request, progress, asked)
        return _new(request, report, arguments.since, progress) if arguments.since else report
    except pipeline.NoSuchTreeError as error:
        raise CannotRunError(str(error)) from error
    except ConfigurationError as error:
        raise configuring.refused(error, request.root) from error


def _known(request: Request, report: Report, *, writes: bool) -> Report:
    """What is left to report where a baseline is written; how much one has left out goes to stderr."""
    if writes:
        from depcheck.cli import baselining

        return baselining.write(request, report)
    if report.known:
        from depcheck.render.text import count

        say(f"depcheck: {count(len(report.known), 'finding')} left out that the baseline has\n")
    return report


def _check(arguments: Options) -> None:
    """Raises CannotRunError where the options ask for two trees or two reports, or to write to a commit."""
    if arguments.diff and (arguments.fix or arguments.reports != reporting.DEFAULT):
        raise CannotRunError(
            f"--diff cannot be combined with {'--fix' if arguments.fix else '--format or --output'}",
            "json, sarif and rdjson have the repairs as data" if not arguments.fix else "",
        )
    if arguments.staged and arguments.rev:
        raise CannotRunError("--staged cannot be combined with --rev", "each names the tree that is judged")
    if arguments.write_baseline and (arguments.since or arguments.diff):
        other = "--since" if arguments.since else "--diff"
        raise CannotRunError(f"--write-baseline cannot be combined with {other}")
    if arguments.fix and (arguments.rev or arguments.since):
        other = "--rev" if arguments.rev else "--since"
        raise CannotRunError(f"--fix cannot be combined with {other}", "--diff shows the repairs")


def _new(request: Request, report: Report, revision: str, progress: Progress) -> Report:
    """What is new since a commit; how much was left out goes to stderr."""
    from depcheck import since
    from depcheck.render.text import count

    compared = since.compare(request, report, revision, progress)
    found = count(compared.known, "finding")
    say(f"depcheck: {found} left out that {compared.base[:12]} had already\n")
    return compared.report
