"""The words of a command line, sorted into options and operands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck.load.tool import UsageError
from depcheck.record import NamedTuple


class Words(NamedTuple):
    """`options`: long name to the values given, in order (an empty text for a flag)."""

    options: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Whether the option is given."""
        return name in self.options

    def value(self, name: str) -> str | None:
        """The last value of an option; None where it is not given."""
        return self.options[name][-1] if name in self.options else None

    def listed(self, name: str) -> tuple[str, ...]:
        """All values of an option, each split at commas."""
        return tuple(
            item.strip() for value in self.options.get(name, ()) for item in value.split(",") if item.strip()
        )


def sort(words: Sequence[str], flags: str, valued: str, *, leading: bool = False) -> Words:
    """Sort `words`.

    flags, valued: the options without and with a value, each written `long` or `long/l`, apart by
    spaces. leading: stop at the first operand; it and what follows are operands.
    Raises UsageError for any other option and for a missing value.
    """
    known: dict[str, tuple[str, bool]] = {}
    for text, takes in ((flags, False), (valued, True)):
        for option in text.split():
            name, _, short = option.partition("/")
            known[f"--{name}"] = name, takes
            if short:
                known[f"-{short}"] = name, takes
    options: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--" or (leading and not word.startswith("-")):
            operands += ([] if word == "--" else [word]) + waiting[::-1]
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        _option(word, known, options, waiting)
    return Words(options, tuple(operands))


def _option(
    word: str, known: Mapping[str, tuple[str, bool]], options: dict[str, tuple[str, ...]], waiting: list[str]
) -> None:
    spelled, equals, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
    if spelled not in known:
        raise UsageError(f"`{word}` is no option that depcheck knows here")
    name, takes = known[spelled]
    if not takes:
        options[name] = (*options.get(name, ()), "")
        if value and not equals:
            waiting.append(f"-{value}")
        return
    if not value and not equals:
        if not waiting:
            raise UsageError(f"`{word}` needs a value")
        value = waiting.pop()
    options[name] = (*options.get(name, ()), value)
