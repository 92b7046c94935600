"""What a rule is: a value that describes it, with a manual and two small trees that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from depcheck.model import Severity
from depcheck.record import NamedTuple


class Link(NamedTuple):
    """A symbolic link of an example tree, and the text in it."""

    to: str


class Untracked(NamedTuple):
    """A file of an example tree that is not in the git index."""

    text: str


class Submodule(NamedTuple):
    """A submodule of an example tree, not checked out."""


# Path -> content. Files are committed to git but for the untracked ones; a path may begin with `../`
# (outside the repository), and `@ROOT@` in a text or a link stands for the absolute path of the tree.
Example: TypeAlias = Mapping[str, str | Link | Untracked | Submodule]


class Rule(NamedTuple):
    """A rule as people read it: `RULE` in a module of its own.

    code, name: as in reports (`DC102`, `missing-path`); `rules.NAMES` holds the same pair.
    severity:   error: a command of everyday use fails. It becomes a warning where only other
                commands meet the fault. A rule of severity warning never reports an error.
    summary:    one line: what is wrong, lower case, without a full stop.
    manual:     Markdown: what it means, why the tool does so, how to mend it.
    bad, good:  a tree in which the rule fires, with a healthy neighbour before the bad one, and
                the same tree mended, in which nothing does.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    manual: str
    bad: Example
    good: Example
