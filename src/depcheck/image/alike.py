"""What the builds of a repository have in common, each worked out once.

Dockerfiles of one repository are much alike: their stages begin with the same instructions, so that the
same is read from the same files, and a RUN does what it has done in another image.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from depcheck.image.command import Ran, Run
from depcheck.model import Fault
from depcheck.sources import Sources
from depcheck.tree.likeness import Likeness
from depcheck.tree.overlay import Editable
from depcheck.tree.stage import StageTree


class Alike:
    """What has been read from stages so far, and what their RUNs have done."""

    def __init__(self, *repositories: Sources) -> None:
        """Take what has been read of the trees that build contexts are directories of."""
        self._repositories = {sources.tree: sources for sources in repositories}
        self._holding = Likeness(lines=False)
        self._written = Likeness(lines=True)
        self._sources: dict[int, Sources] = {}
        self._ran: dict[Hashable, Ran] = {}
        self._texts: dict[Hashable, Any] = {}

    def sources(self, tree: Editable) -> Sources:
        """What is read from a tree as it is now: the same for all that hold the same."""
        if not isinstance(tree, StageTree):
            return Sources(tree)
        number = self._holding.of(tree)
        if number not in self._sources:
            held = tree.snapshot()
            self._sources[number] = Sources(held, partial(self._made, held))
        return self._sources[number]

    def _made(
        self,
        tree: StageTree,
        read: Callable[[Sources, str], Any],
        parse: Callable[[str, bytes], Any],
        path: str,
        content: bytes,
    ) -> Any:
        """As `Sources.made`: once for each content, wherever it lies; in the repository it has been read."""
        known = self._texts.get((parse, content))
        if known is None:
            known = self._copied(tree, read, path, content)
        found = None if known is None or isinstance(known, Fault) else known.at(path)
        if found is None:
            found = parse(path, content)
        self._texts.setdefault((parse, content), found)
        return found

    def _copied(self, tree: StageTree, read: Callable[[Sources, str], Any], path: str, content: bytes) -> Any:
        """What has been made of the file of the repository that a file is a copy of; None: it is none."""
        copied = tree.copied(path)
        sources = None if copied is None else self._repositories.get(copied.tree)
        if copied is None or sources is None or sources.tree.read(copied.path) != content:
            return None
        return sources.get(read, copied.path)

    def ran(self, run: Run, execute: Callable[[Run], Ran]) -> Ran:
        """What comes of `run`, as `execute` has it: carried out once for all RUNs that are the same.

        The lines count, as what a RUN makes is put there by a line.
        """
        tree, command = run.tree, run.command
        where = self._written.of(tree), tree.line, tree.depth
        what = command.text, command.words, command.shell
        key = where, what, run.cwd, frozenset(run.env.items()), run.sealed
        if key not in self._ran:
            self._ran[key] = execute(run)
        known = self._ran[key]
        return known._replace(run=run, tree=known.tree.snapshot())
