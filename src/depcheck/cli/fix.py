"""`depcheck fix [PATH...]`: the repairs of each finding to choose from, made all at once at the end."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

from depcheck import pipeline
from depcheck.cli import CannotRunError, baselining, configuring, explain, repairing, scope, terminal
from depcheck.cli.progress import Progress
from depcheck.cli.streams import out, say
from depcheck.config import ConfigurationError
from depcheck.fix import journal
from depcheck.fix.mend import FOLLOWING
from depcheck.fix.splice import overlaps
from depcheck.fix.trial import Mark, Proposal, mark
from depcheck.model import Diagnostic, Fix, fault_key
from depcheck.pipeline import Report
from depcheck.render import choices
from depcheck.render.text import count, sentence

_Pair: TypeAlias = tuple[Diagnostic, Fix]


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "fix",
        help="choose among the repairs of each finding, and make them",
        description="Goes through the findings one by one, each with the repairs that are proved to mend it. "
        "What you pick is written at the end, all of it or nothing.",
        epilog="Exit code 0: no error is left. 1: errors are left. 2: it cannot run.",
    )
    scope.declare(parser)
    parser.add_argument(
        "--only",
        metavar="RULE",
        action="append",
        default=[],
        help="findings of this rule alone (its name or code; may be given again)",
    )
    parser.add_argument(
        "--choose", metavar="N", type=_number, help="take the N-th repair of each finding, without asking"
    )
    parser.set_defaults(run=run)


def _number(word: str) -> int:
    if not (word.isdecimal() and word.isascii() and len(word) < 5 and int(word)):
        raise argparse.ArgumentTypeError(f"not a number from 1 on: '{word}'")
    return int(word)


def run(arguments: argparse.Namespace) -> int:
    """Have repairs chosen and make them; 0 nothing wrong any more, 1 errors."""
    only = {explain.named(rule) for rule in arguments.only}
    if arguments.choose is None and not _is_at_terminal():
        raise CannotRunError(
            "`depcheck fix` asks at a terminal, and there is none",
            "`depcheck scan --fix` makes the safe repairs, `--diff` shows them; `--choose N` does not ask",
        )
    root, judged = scope.tree(arguments.paths, arguments.root)
    told = configuring.told(root, configuring.flags(arguments))
    request = pipeline.Request(root, judged, arguments.include_fixtures, all_fixes=True, told=told)
    if arguments.baseline:
        request = request._replace(baseline=baselining.read(root, arguments.baseline, writes=False))
    with Progress() as progress:
        try:
            report = pipeline.scan(request, progress)
        except ConfigurationError as error:
            raise configuring.refused(error, root) from error
    for note in report.notes:
        say(f"depcheck: {sentence(note)}\n")
    findings = [one for one in report.diagnostics if one.fixes and (not only or one.name in only)]
    made = _chosen(report, findings, arguments.choose)
    if made:
        repairing.apply(report.root, repairing.edited(report, [one.fix for one in made]))
        with Progress() as progress:
            report = pipeline.scan(request, progress)
        out(f"{count(len(made), 'repair')} made, {count(len(report.diagnostics), 'finding')} left\n")
    elif findings:
        out("no file was changed\n")
    else:
        out(f"no finding{' of these rules' if only else ''} has a repair to choose\n")
    if others := journal.found(report.root):
        say(f"depcheck: {others}\n")
    return 1 if report.fails else 0


def _chosen(report: Report, findings: Sequence[Diagnostic], number: int | None) -> list[Proposal]:
    choice = _Choice(report, os.path.relpath(report.root))
    if number is not None:
        return choice.take(findings, number)
    try:
        return choice.ask(findings)
    except KeyboardInterrupt:
        out("\nno file was changed\n")
        raise


def _is_at_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


class _Choice:
    """What has been picked so far: repairs that hold together."""

    def __init__(self, report: Report, root: str) -> None:
        self._report = report
        self._faults = {fault_key(fault): fault for one in report.repairs for fault in one.faults}
        self._root = root
        self._made: list[Proposal] = []
        self._gone = frozenset[Mark]()

    def take(self, findings: Sequence[Diagnostic], number: int) -> list[Proposal]:
        """The repair of this number of each finding that has so many."""
        self._pick_all(
            [(finding, finding.fixes[number - 1]) for finding in findings if len(finding.fixes) >= number]
        )
        return self._made

    def ask(self, findings: Sequence[Diagnostic]) -> list[Proposal]:
        """Those that are picked at the terminal; none where its user leaves before the end."""
        for index, finding in enumerate(findings):
            if self._is_gone(finding):
                continue
            out(f"\n[{index + 1}/{len(findings)}] {self._shown(finding)}\n")
            match self._answer(len(finding.fixes)):
                case "q":
                    return []
                case "w":
                    break
                case "a":
                    self._pick_all([pair for one in findings[index:] for pair in _safe(one)])
                    break
                case "s":
                    continue
                case number:
                    self._pick([(finding, finding.fixes[int(number) - 1])])
        return self._made

    def _shown(self, finding: Diagnostic) -> str:
        changes = [repairing.edited(self._report, [fix]) for fix in finding.fixes]
        return choices.listed(self._report, finding, changes, self._root, terminal.screen(sys.stdout))

    def _answer(self, most: int) -> str:
        """A number from 1 on, or the first letter of a word; `q` at the end of the input."""
        numbers = [str(number) for number in range(1, most + 1)]
        words = {
            "s": "s(kip)", "a": "a(ll the rest, safe ones)", "w": f"w(rite {len(self._made)} picked)",
            "q": "q(uit without writing)",
        }  # fmt: skip
        if not self._made:
            del words["w"]
        question = ", ".join([f"1-{most}" if most > 1 else "1", *words.values()])
        while True:
            out(f"{question}: ")
            line = sys.stdin.buffer.readline()
            answer = line.decode("utf-8", "replace").strip().lower()
            if not line:
                out("\n")
                return "q"
            if answer in numbers or answer in words:
                return answer

    def _pick_all(self, wanted: Sequence[_Pair]) -> None:
        """Pick many; what goes by itself once others are mended gets no repair of its own."""
        self._pick([pair for pair in wanted if pair[0].name not in FOLLOWING and not self._is_gone(pair[0])])
        self._pick([pair for pair in wanted if pair[0].name in FOLLOWING and not self._is_gone(pair[0])])

    def _pick(self, wanted: Sequence[_Pair]) -> None:
        """Add repairs to those there are, as far as all of them hold together, and tell of each."""
        for _, fix in wanted:
            repairing.edited(self._report, [fix])  # it may have been changed while its user thought
        new = {Proposal(self._faults[fault_key(finding)], fix): finding for finding, fix in wanted}
        held, gone = list[Proposal](), set[Mark]()
        for one in self._report.repairs:
            own = frozenset(map(fault_key, one.faults))
            made = [proposal for proposal in self._made if fault_key(proposal.fault) in own]
            more = [proposal for proposal in new if fault_key(proposal.fault) in own]
            settled = one.trials.settle([*made, *more])
            settled = settled if set(settled).issuperset(made) else made  # the first wins
            gone.update(key for key, fewer in one.trials.gone(settled).items() if fewer > 0)
            held += settled
        self._made, self._gone = held, frozenset(gone)
        for proposal, finding in new.items():
            out(choices.line(finding, proposal.fix, self._root, why=self._why_not(proposal)))

    def _why_not(self, proposal: Proposal) -> str:
        if proposal in self._made:
            return ""
        if overlaps(proposal.fix.edits, chain.from_iterable(one.fix.edits for one in self._made)):
            return "it touches what another one changes; run `depcheck fix` again for it"
        return "it does not hold together with the others"

    def _is_gone(self, finding: Diagnostic) -> bool:
        return mark(self._faults[fault_key(finding)]) in self._gone


def _safe(finding: Diagnostic) -> Sequence[_Pair]:
    """The best repair of a finding that is safe."""
    return [(finding, fix) for fix in finding.fixes if fix.applicability == "safe"][:1]
