"""cargo's command line: the subcommand, its options and operands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck.load.tool import UsageError
from depcheck.record import NamedTuple

# Options that take a value; all others are flags. Both spellings of each.
_VALUED = {
    "-C",
    "-F",
    "-Z",
    "-j",
    "-p",
    "--bench",
    "--bin",
    "--branch",
    "--charset",
    "--color",
    "--config",
    "--depth",
    "--edges",
    "--example",
    "--exclude",
    "--features",
    "--filter-platform",
    "--format",
    "--format-version",
    "--git",
    "--index",
    "--invert",
    "--jobs",
    "--lockfile-path",
    "--manifest-path",
    "--message-format",
    "--output-format",
    "--package",
    "--path",
    "--precise",
    "--prefix",
    "--profile",
    "--prune",
    "--registry",
    "--rev",
    "--root",
    "--tag",
    "--target",
    "--target-dir",
    "--artifact-dir",
    "--test",
    "--timings",
    "--token",
    "--vers",
    "--version",
    "-e",
    "-i",
    "--sync",
    "-s",
}
_OPTIONAL_VALUE = {"--timings"}
_SHORT = {
    "-p": "--package",
    "-F": "--features",
    "-e": "--edges",
    "-i": "--invert",
    "-s": "--sync",
    "--all": "--workspace",
}
_ALIASES = {"b": "build", "c": "check", "d": "doc", "r": "run", "t": "test", "rm": "remove"}


class Invocation(NamedTuple):
    """A parsed command line: its subcommand, its options with their values, its operands, `+toolchain`."""

    command: str
    options: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...]
    toolchain: str = ""

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return any(name in self.options for name in names)

    def values(self, *names: str) -> list[str]:
        """The values of the options."""
        return [value for name in names for value in self.options.get(name, ())]


def parse(words: Sequence[str]) -> Invocation:
    """Split the words. Raises UsageError where there is no subcommand."""
    options: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    ahead = list(words)[::-1]
    toolchain = ahead.pop()[1:] if ahead and ahead[-1].startswith("+") else ""
    while ahead:
        word = ahead.pop()
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        name, equals, value = word.partition("=")
        if not word.startswith("--") and word != word[:2] in _VALUED:  # -pNAME
            name, equals, value = word[:2], "=", word[2:].removeprefix("=")
        name = _SHORT.get(name, name)
        takes_value = name in _VALUED and not (name == "--version" and not operands)
        if takes_value and not equals and name not in _OPTIONAL_VALUE:
            if not ahead:
                raise UsageError(f"`{word}` needs a value")
            value = ahead.pop()
        options[name] = (*options.get(name, ()), value)
    if not operands:
        if any(name in options for name in ("--version", "-V", "--help", "-h", "--list")):
            return Invocation("version", options, ())
        raise UsageError("no cargo command is given")
    command = _ALIASES.get(operands[0], operands[0])
    return Invocation(command, options, tuple(operands[1:]), toolchain)
