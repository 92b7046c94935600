"""Programs that run the command after them: env, sudo, time, sh -c."""

from __future__ import annotations

import re

from depcheck.record import NamedTuple
from depcheck.shell.options import sort
from depcheck.shell.state import Field

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
# Program -> its options with a value, and how many operands stand before the command.
_PREFIXES = {
    "builtin": ("", 0),
    "catchsegv": ("", 0),
    "chronic": ("", 0),
    "command": ("", 0),
    "dumb-init": ("", 0),
    "eatmydata": ("", 0),
    "env": ("u unset C chdir", 0),
    "exec": ("a", 0),
    "fakeroot": ("", 0),
    "gosu": ("", 1),
    "ionice": ("c n p", 0),
    "mold": ("", 0),  # `mold -run cargo build`
    "nice": ("n adjustment", 0),
    "nohup": ("", 0),
    "retry": ("", 0),
    "setarch": ("", 1),
    "stdbuf": ("i o e", 0),
    "su-exec": ("", 1),
    "sudo": ("u g C h p", 0),
    "time": ("f o", 0),
    "timeout": ("k s kill-after signal", 1),
    "tini": ("", 0),
    "unbuffer": ("", 0),
    "xvfb-run": ("s n e f", 0),
}
SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh"))


class Wrapped(NamedTuple):
    """The command inside: its words, the variables set for it, the ones taken away."""

    words: list[Field]
    variables: dict[str, Field]
    cleared: bool = False
    unset: tuple[str, ...] = ()
    directory: Field | None = None


class Script(NamedTuple):
    """A shell called with a text (`sh -c`), or with a file of commands."""

    program: str
    text: Field | None
    file: Field | None
    arguments: tuple[Field, ...]
    options: str


def unwrap(program: str, words: list[Field]) -> Wrapped | None:
    """What `program` runs; None where it is no wrapper."""
    if program not in _PREFIXES:
        return None
    valued, before = _PREFIXES[program]
    given = sort(words, valued, leading=True)
    if program == "command" and given.has("v", "V"):
        return None
    if program == "mold" and [word.text for word in words[:1]] not in (["-run"], ["--run"]):
        return None
    rest = list(given.operands)[before:]
    variables: dict[str, Field] = {}
    while program in ("env", "sudo") and rest and (match := _ASSIGNMENT.match(rest[0].text)):
        variables[match[1]] = Field(match[2], rest[0].known)
        rest = rest[1:]
    unset = (given.options["u"].text,) if program == "env" and "u" in given.options else ()
    directory = given.options.get("C") or given.options.get("chdir") if program == "env" else None
    return Wrapped(
        rest, variables, program == "env" and given.has("i", "ignore-environment"), unset, directory
    )


def script(program: str, words: list[Field]) -> Script | None:
    """What a shell is called for; None where `program` is no shell, or reads its standard input."""
    if program == "su":
        given = sort(words, "c command s shell g")
        text = given.options.get("c") or given.options.get("command")
        return None if text is None else Script("sh", text, None, (), "")
    if program not in SHELLS:
        return None
    letters = ""
    rest = list(words)
    while rest and rest[0].text[:1] in ("-", "+") and len(rest[0].text) > 1:
        word = rest.pop(0).text
        if word.startswith("--"):
            continue
        letters += word[1:]
        if word.endswith("o") and rest:
            letters += {"pipefail": "P", "errexit": "e"}.get(rest.pop(0).text, "")
    if "s" in letters:
        return None
    if "c" in letters:
        return Script(program, rest[0], None, tuple(rest[2:]), letters) if rest else None
    return Script(program, None, rest[0], tuple(rest[1:]), letters) if rest else None
