"""Values of a configuration: what each has to be, and a word for each that is something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from depcheck import paths, rules
from depcheck.manifest import gitignore
from depcheck.model import Route
from depcheck.record import NamedTuple
from depcheck.settings import Choice


class Wrong(NamedTuple):
    """What is wrong, and at which key. hint: what may be meant. is_key: the key itself, not its value."""

    route: Route
    message: str
    hint: str = ""
    is_key: bool = False


class Values:
    """Reads the values of one file, or of one flag. root: of the tree. base: what paths are relative to."""

    def __init__(self, root: str, base: str) -> None:
        self.root = root
        self.base = base
        self.wrong: list[Wrong] = []

    def complain(self, route: Route, message: str, hint: str = "", *, is_key: bool = False) -> None:
        """Note what is wrong."""
        self.wrong.append(Wrong(route, message, hint, is_key))

    def strings(self, value: Any, route: Route) -> Iterator[tuple[str, Route]]:
        """The items of a list of strings."""
        if not isinstance(value, list):
            self.complain(route, f"`{route[-1]}` is a list of strings")
            return
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield item, (*route, index)
            else:
                self.complain((*route, index), "a string is wanted here")

    def table(self, value: Any, route: Route) -> Iterator[tuple[str, Any, Route]]:
        """The keys of a table, with their values."""
        if not isinstance(value, dict):
            self.complain(route, f"`{route[-1]}` is a table")
            return
        for key, item in value.items():
            yield key, item, (*route, key)

    def one_of(self, value: Any, among: Iterable[str], route: Route) -> str | None:
        """A word of a list of them."""
        words = list(among)
        if isinstance(value, str) and value in words:
            return value
        shown = f"`{value}`" if isinstance(value, str) else "this"
        listed = f"{', '.join(f'`{word}`' for word in words[:-1])} or `{words[-1]}`"
        self.complain(route, f"{shown} is not {listed}", nearest(value, words))
        return None

    def pattern(self, text: str, route: Route, value: Any, *, is_key: bool = False) -> Iterator[Choice]:
        """A pattern of paths, as in a `.gitignore` in the directory of the configuration."""
        found = None if ".." in text.split("/") else gitignore.pattern(self.base, text)
        if found is None or found.negated:
            why = "leads out of its directory" if ".." in text.split("/") else "is no pattern of paths"
            self.complain(route, f"`{text}` {why}", is_key=is_key)
        else:
            yield Choice(found.base, found.regex, found.directories, value)

    def place(self, value: Any, route: Route, what: str = "directory") -> str | None:
        """A directory (or a file) of the repository, canonical."""
        if not isinstance(value, str) or not value:
            self.complain(route, f"a {what} is wanted here, relative to the configuration")
            return None
        found = paths.at(self.root, self.base, value)
        if value.startswith("/") or paths.is_outside(found) or "\0" in value:
            self.complain(route, f"`{value}` leads out of the repository")
            return None
        return found

    def rules(self, value: Any, route: Route) -> frozenset[str]:
        """Rules by names, codes or beginnings of codes (`DC2`: those of images)."""
        found: set[str] = set()
        for text, place in self.strings(value, route):
            found.update(self.rule(text, place))
        return frozenset(found)

    def rule(self, text: str, route: Route, *, is_key: bool = False) -> list[str]:
        """The rules that one word means."""
        name = rules.find(text)
        found = [] if name is None else [name]
        if name is None and len(text) > len("DC"):
            found = [rule for rule, code in rules.NAMES.items() if code.startswith(text.upper())]
        if not found:
            self.complain(route, f"there is no rule `{text}`", nearest(text, rules.NAMES), is_key=is_key)
        return found


def nearest(word: Any, among: Iterable[str]) -> str:
    """A question for what may be meant; empty where nothing is near."""
    if not isinstance(word, str):
        return ""
    from difflib import get_close_matches

    near = get_close_matches(word.lower().replace("_", "-"), among, 1)
    return f"did you mean `{near[0]}`?" if near else ""
