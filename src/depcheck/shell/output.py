"""echo, printf, cat, tee, dirname, basename and their like: commands that write text."""

from __future__ import annotations

import re

from depcheck.shell.files import every, failed
from depcheck.shell.options import sort
from depcheck.shell.state import GOOD, Field, Result, State, write
from depcheck.tree.base import Kind

_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\\": "\\",
    "e": "\x1b",
}
_FORMAT = re.compile(r"%(?:(%)|([sdib])|(.))", re.DOTALL)


def _byte(number: int) -> str:
    """A byte, as reading with `surrogateescape` has it."""
    return chr(number if number < 128 else 0xDC00 + number)


def _unescape(text: str, *, quotes: bool = False) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "01234567":
            return _byte(int(code, 8) & 255)
        if code[0] == "x" and len(code) > 1:
            return _byte(int(code[1:], 16))
        if quotes and code in "\"'":
            return code
        return _LETTERS.get(code, match[0])

    return _ESCAPE.sub(one, text)


def echo(state: State, words: list[Field], _: str | None) -> Result:
    """`echo`: dash works out escapes and knows -n alone, bash asks for -e."""
    newline, escapes = "\n", not state.bash
    while words and words[0].known and re.fullmatch(r"-[neE]+" if state.bash else r"-n", words[0].text):
        newline = "" if "n" in words[0].text else newline
        escapes = escapes or "e" in words[0].text
        words = words[1:]
    if not all(word.known for word in words):
        return Result(ok=True, out=None)
    text = " ".join(word.text for word in words)
    if escapes and "\\c" in text:
        return Result(ok=True, out=None)
    return Result(ok=True, out=(_unescape(text) if escapes else text) + newline)


def printf(_state: State, words: list[Field], _: str | None) -> Result:
    """`printf` with `%s`, `%b`, `%d` and no widths."""
    if words and words[0].text == "--":
        words = words[1:]
    if not words:
        return failed("the format is missing")
    if not all(word.known for word in words) or words[0].text == "-v":
        return Result(ok=True, out=None)
    form, waiting = words[0].text, [word.text for word in words[1:]][::-1]
    takes = any(match[2] for match in _FORMAT.finditer(form))
    if any(match[3] for match in _FORMAT.finditer(form)) or form.endswith("%") or len(waiting) > 10_000:
        return Result(ok=True, out=None)
    parts = _ESCAPE.sub(lambda match: _unescape(match[0], quotes=True).replace("%", "%%"), form)
    found = []
    while True:

        def one(match: re.Match[str]) -> str:
            if match[1]:
                return "%"
            value = waiting.pop() if waiting else ""
            return _unescape(value) if match[2] == "b" else value or ("0" if match[2] in "di" else "")

        found.append(_FORMAT.sub(one, parts))
        if not waiting or not takes:
            return Result(ok=True, out="".join(found))


def cat(state: State, words: list[Field], given: str | None) -> Result:
    """`cat`."""
    given_words = sort(words)
    if not given_words.operands:
        return Result(ok=True, out=given)
    texts: list[str | None] = []
    results = []
    for field in given_words.operands:
        if field.text == "-":
            texts.append(given)
            continue
        kind = state.kind(field.text) if field.known else Kind.UNKNOWN
        texts.append(state.world.read(state.place(field.text)) if kind is Kind.FILE else None)
        if kind is Kind.FILE and texts[-1] and state.appends == state.real(field.text):
            texts[-1] = ""
            results.append(failed(f"`{field.text}` is the output, too"))
        elif kind in (Kind.MISSING, Kind.DIR):
            texts[-1] = ""
            results.append(failed(f"`{field.text}` is no file"))
        elif kind is Kind.UNKNOWN:
            results.append(Result(ok=None))
    known = None not in texts and not given_words.options
    worst = every(results)
    return worst._replace(out="".join(text for text in texts if text is not None) if known else None)


def tee(state: State, words: list[Field], given: str | None) -> Result:
    """`tee`, `tee -a`."""
    given_words = sort(words)
    results = [Result(ok=True, out=given)]
    for field in given_words.operands:
        if not field.known:
            state.world.blur(state.cwd, f"`tee {field.text}`")
        elif not write(state, field.text, given, "written by `tee`", append=given_words.has("a", "append")):
            results.append(failed(f"`{field.text}` can't be written"))
    return every(results)._replace(out=given)


def dirname(_state: State, words: list[Field], _: str | None) -> Result:
    """`dirname PATH`."""
    if len(words) != 1 or not words[0].known:
        return Result(ok=True, out=None)
    text = words[0].text.rstrip("/")
    head, slash, _name = text.rpartition("/")
    return Result(ok=True, out=(head.rstrip("/") or ("/" if slash or not text else ".")) + "\n")


def basename(_state: State, words: list[Field], _: str | None) -> Result:
    """`basename PATH [SUFFIX]`."""
    if not 1 <= len(words) <= 2 or not all(word.known for word in words) or words[0].text.startswith("-"):
        return Result(ok=True, out=None)
    name = words[0].text.rstrip("/").rpartition("/")[2] or "/"
    if len(words) == 2 and name != words[1].text:
        name = name.removesuffix(words[1].text)
    return Result(ok=True, out=name + "\n")


def silent(_state: State, _words: list[Field], _: str | None) -> Result:
    """A command that succeeds and changes nothing."""
    return GOOD


def false(_state: State, _words: list[Field], _: str | None) -> Result:
    """`false`."""
    return Result(ok=False, why="`false` fails")


def reader(_state: State, _words: list[Field], _: str | None) -> Result:
    """A command that changes nothing; what it writes and whether it succeeds is not known."""
    return Result(ok=None, out=None)
