"""cd, pushd, popd, export, unset, set, shift, read, pwd: what changes the shell itself."""

from __future__ import annotations

import re

from depcheck.shell.expand import value
from depcheck.shell.files import failed
from depcheck.shell.state import GOOD, Field, Result, State
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unknown

_NAME = re.compile(r"[A-Za-z_]\w*")


def cd(state: State, words: list[Field], _: str | None) -> Result:
    """`cd`: `..` is taken lexically, as the shell does without -P."""
    words = [word for word in words if word.text not in ("-P", "-L", "--")]
    if len(words) > 1 and state.bash:
        return failed("`cd` takes one directory")
    if words and words[0].text == "-":
        words = [Field(state.stack[-1])] if state.stack else [Field("$OLDPWD", known=False)]
    target = words[0] if words else _home(state)
    if not target.known:
        state.lost = f"`cd {target.text}` leads to where is not known"
        return Result(ok=None)
    if target.text == "":
        return GOOD if words else failed("no home directory is known")
    if state.lost and not target.text.startswith("/"):
        return Result(ok=None)
    tree = state.world.tree
    goal = tree.at(state.shown, target.text)
    kind = state.world.kind(goal) if not state.bash or _leads(state, target.text) else Kind.MISSING
    if kind is Kind.MISSING or kind is Kind.FILE:
        if state.world.go_on:
            state.world.put(goal, Unknown(f"`cd {target.text}`, which does not exist"))
            state.cwd = state.shown = goal
        return failed(f"`{target.text}` is no directory")
    if kind is Kind.UNKNOWN and tree.kind(goal) is Kind.MISSING:
        state.world.put(tree.resolve(goal), Unknown(state.world.murky(goal)))
    state.cwd, state.shown, state.lost = tree.resolve(goal), goal, ""
    return GOOD if kind is Kind.DIR else Result(ok=None)


def _leads(state: State, text: str) -> bool:
    """bash: what stands before a `..` has to be a directory (POSIX `cd`, step 8)."""
    parts = text.rstrip("/").split("/")
    tops = ["/".join(parts[:index]) for index, part in enumerate(parts) if part == ".." and index]
    return all(state.kind(top or "/") in (Kind.DIR, Kind.UNKNOWN) for top in tops)


def _home(state: State) -> Field:
    home = value(state, "HOME")
    return Field("$HOME", known=False) if home is None else Field(home)


def pushd(state: State, words: list[Field], _: str | None) -> Result:
    """`pushd DIRECTORY`."""
    if len(words) != 1 or re.fullmatch(r"[+-]\d+", words[0].text):
        state.lost = "`pushd` in this form is not understood"
        return Result(ok=None)
    before = value(state, "PWD") or "/"
    result = cd(state, words, None)
    if result.ok is not False:
        state.stack.append(before)
    return result._replace(out=None)


def popd(state: State, words: list[Field], _: str | None) -> Result:
    """`popd`."""
    if words or not state.stack:
        return Result(ok=None, out=None) if words else failed("the stack of directories is empty")
    return cd(state, [Field(state.stack.pop())], None)._replace(out=None)


def pwd(state: State, _words: list[Field], _: str | None) -> Result:
    """`pwd`."""
    place = value(state, "PWD")
    return Result(ok=True, out=None if place is None else place + "\n")


def export(state: State, words: list[Field], _: str | None) -> Result:
    """`export NAME=value`, and `readonly`, `declare -x`, `local`, which set as well."""
    for word in words:
        name, equals, text = word.text.partition("=")
        if _NAME.fullmatch(name):
            if equals:
                state.env[name] = text if word.known else None
            state.exported.add(name)
    return GOOD


def local(state: State, words: list[Field], _: str | None) -> Result:
    """`local`, `declare`, `typeset`, `readonly`: set, without export."""
    exported = set(state.exported)
    export(state, words, None)
    if not any(word.text.startswith("-") and "x" in word.text for word in words):
        state.exported = exported
    return GOOD


def unset(state: State, words: list[Field], _: str | None) -> Result:
    """`unset NAME`."""
    for word in words:
        if word.text == "-f":
            for name in words[1:]:
                state.functions.pop(name.text, None)
            return GOOD
        if state.sealed:
            state.env.pop(word.text, None)
        elif _NAME.fullmatch(word.text):
            state.env[word.text] = ""
        state.exported.discard(word.text)
    return GOOD


def set_options(state: State, words: list[Field], _: str | None) -> Result:
    """`set -eux -o pipefail`, `set -- a b`."""
    waiting = words[::-1]
    while waiting:
        text = waiting.pop().text
        if text == "--" or not text.startswith(("-", "+")):
            state.arguments = tuple(waiting[::-1] if text == "--" else [Field(text), *waiting[::-1]])
            break
        on = text.startswith("-")
        if "e" in text:
            state.errexit = on
        if "o" in text and waiting:
            match waiting.pop().text:
                case "pipefail":
                    state.pipefail = on
                case "errexit":
                    state.errexit = on
    return GOOD


def shift(state: State, words: list[Field], _: str | None) -> Result:
    """`shift`, `shift N`."""
    count = int(words[0].text) if words and words[0].text.isdecimal() and len(words[0].text) < 6 else 1
    if count > len(state.arguments):
        return failed("there are too few arguments to shift")
    state.arguments = state.arguments[count:]
    return GOOD


def read(state: State, words: list[Field], given: str | None) -> Result:
    """`read NAME`: one word of one line, where the input is known."""
    names = [word.text for word in words if not word.text.startswith("-")]
    for name in names:
        state.env[name] = None
    if given is not None and len(names) == 1 and "\n" in given and not given[given.index("\n") + 1 :]:
        state.env[names[0]] = given.strip()
        return GOOD
    return failed("the input has ended") if given == "" else Result(ok=None)


BUILTINS = {
    "cd": cd,
    "pushd": pushd,
    "popd": popd,
    "pwd": pwd,
    "export": export,
    "local": local,
    "declare": local,
    "typeset": local,
    "readonly": local,
    "unset": unset,
    "set": set_options,
    "shift": shift,
    "read": read,
}
