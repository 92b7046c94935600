"""What a repository says of itself in its configuration, worked out: `config` reads it, a tree carries it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from depcheck import paths
from depcheck.model import Severity
from depcheck.record import NamedTuple

if TYPE_CHECKING:
    import re


class Choice(NamedTuple):
    """A pattern of paths as in a `.gitignore`, and what holds for what it matches.

    base: the directory that it is relative to. directories: only they are matched, and what lies in them.
    """

    base: str
    regex: re.Pattern[str]
    directories: bool
    value: Any


class Settings(NamedTuple):
    """Everything that a configuration decides. Of several choices that match, the last counts.

    exclude, fixtures: whether a path is not judged, whether a folder holds what is meant to be broken.
    owners: the tools of a manifest. requirements_directory: where a requirements file is used from.
    contexts: the directories that a Dockerfile is built in.
    base_images: patterns of images, each with whether it holds no manifests of yours; the first counts.
    ignores: the rules that are off for a path, by every choice that matches.
    selected: the rules that are on; None for all. severities: what a rule reports with; None: it is off.
    fail_on: the least severity that makes the exit code 1; None: there is none.
    baseline: the file of findings that are known, canonical; empty: there is none.
    """

    exclude: tuple[Choice, ...] = ()
    fixtures: tuple[Choice, ...] = ()
    owners: tuple[Choice, ...] = ()
    requirements_directory: tuple[Choice, ...] = ()
    contexts: tuple[Choice, ...] = ()
    base_images: tuple[tuple[str, bool], ...] = ()
    ignores: tuple[Choice, ...] = ()
    selected: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()
    severities: Mapping[str, Severity | None] = {}
    fail_on: Severity | None = "error"
    baseline: str = ""

    def severity(self, rule: str, file: str, own: Severity) -> Severity | None:
        """What a finding of a rule in a file is reported with; None: it is not."""
        if rule in self.ignored or (self.selected is not None and rule not in self.selected):
            return None
        if any(rule in rules for rules in every(self.ignores, file)):
            return None
        return self.severities.get(rule, own)


def chosen(choices: Sequence[Choice], path: str, *, is_dir: bool = False) -> Any:
    """What holds for a path: by a pattern of its own before one of a directory around it; None: nothing."""
    if not choices or paths.is_outside(path):
        return None
    for place in paths.ancestors(path):
        for choice in reversed(choices):
            if _matches(choice, place, is_dir=is_dir or place != path):
                return choice.value
    return None


def every(choices: Sequence[Choice], path: str) -> Iterable[Any]:
    """What any of them says of a path, by a pattern of its own or of a directory around it."""
    places = paths.ancestors(path) if choices and not paths.is_outside(path) else ()
    for choice in choices:
        if any(_matches(choice, place, is_dir=place != path) for place in places):
            yield choice.value


def _matches(choice: Choice, path: str, *, is_dir: bool) -> bool:
    if path == choice.base or not paths.is_below(path, choice.base) or (choice.directories and not is_dir):
        return False
    return choice.regex.fullmatch(paths.relative(path, choice.base)) is not None
