"""sed: scripts of substitutions and deletions are applied, others make the result unknown."""

from __future__ import annotations

import re

from depcheck.record import NamedTuple
from depcheck.shell.files import failed
from depcheck.shell.state import GOOD, Field, Result, State, encoded
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unread

_ADDRESS = re.compile(r"\s*(?:(\d{1,6})|(\$)|/((?:[^/\\\n]|\\.)*)/)")
_MOST_TEXT = 1 << 20


class _Step(NamedTuple):
    """`first`, `last`: line numbers, patterns or None. `text` is written for `old`; that is None for `d`."""

    first: int | re.Pattern[str] | None
    last: int | re.Pattern[str] | None
    negated: bool
    old: re.Pattern[str] | None
    text: str
    times: int


def sed(state: State, words: list[Field], given: str | None) -> Result:
    """`sed -i`, and `sed` in a pipe."""
    inplace = any(re.match(r"-[nrEsz]*i|--in-place", word.text) for word in words)
    options, scripts, operands = _words(words)
    if scripts is None:
        return (
            _spoil(state, operands, "the script of `sed` is in a file")
            if inplace
            else Result(ok=True, out=None)
        )
    steps = None if "n" in options or "z" in options else parse(scripts, extended="E" in options)
    if not inplace:
        text = given if not operands else _texts(state, operands)
        out = None if steps is None or text is None else apply(steps, text)
        absent = any(field.known and state.kind(field.text) in (Kind.MISSING, Kind.DIR) for field in operands)
        return failed("a file does not exist")._replace(out=out) if absent else Result(ok=True, out=out)
    if steps is None:
        return _spoil(state, operands, f"the `sed` script `{scripts[:80]}` is not understood")
    results = [_edit(state, field, steps) for field in operands]
    return next((one for one in results if one.ok is not True), GOOD)


def _words(words: list[Field]) -> tuple[str, str | None, list[Field]]:
    """The letters of the options, the script, the files."""
    letters, scripts = "", list[Field]()
    rest: list[Field] = []
    waiting = [Field(re.sub(r"^(-[nrEsz]*)i.*", r"\1", word.text), word.known) for word in words][::-1]
    while waiting:
        field = waiting.pop()
        text = field.text
        if text in ("-f", "--file"):
            return letters, None, rest + waiting[::-1][1:]
        if text in ("-e", "--expression") and waiting:
            scripts.append(waiting.pop())
        elif text.startswith("--expression="):
            scripts.append(Field(text[13:], field.known))
        elif text.startswith("-e"):
            scripts.append(Field(text[2:], field.known))
        elif text.startswith("--"):
            letters += {"--regexp-extended": "E", "--quiet": "n", "--silent": "n", "--null-data": "z"}.get(
                text, ""
            )
        elif text.startswith("-"):
            letters += text[1:].replace("r", "E")
        else:
            rest.append(field)
    if not scripts and rest:
        scripts.append(rest.pop(0))
    known = all(field.known for field in scripts)
    return letters, "\n".join(field.text for field in scripts) if known else "?", rest


def _texts(state: State, operands: list[Field]) -> str | None:
    found = [state.world.read(state.place(field.text)) if field.known else None for field in operands]
    return None if None in found else "".join(text for text in found if text is not None)


def _spoil(state: State, operands: list[Field], why: str) -> Result:
    for field in operands:
        if not field.known:
            state.world.blur(state.cwd, why)
        elif state.kind(field.text) in (Kind.MISSING, Kind.DIR):
            return failed(f"`{field.text}` is no file")
        elif state.kind(field.text) is Kind.FILE:
            state.world.put(state.real(field.text), Unread(why))
    return GOOD


def _edit(state: State, field: Field, steps: list[_Step]) -> Result:
    kind = state.kind(field.text) if field.known else Kind.UNKNOWN
    if kind is Kind.UNKNOWN:
        return Result(ok=None)
    if kind is not Kind.FILE:
        return failed(f"`{field.text}` is no file")
    path = state.entry(field.text)  # a link is replaced by a file, as without --follow-symlinks
    old = state.world.read(path)
    new = None if old is None else apply(steps, old)
    why = "`sed` on what is not known"
    state.world.put(path, Unread(why) if new is None else encoded(new))
    return GOOD


def parse(script: str, *, extended: bool) -> list[_Step] | None:
    """The steps of a script; None where one is not understood."""
    steps = []
    at = 0
    while at < len(script):
        if script[at] in " \t\n;":
            at += 1
            continue
        found = _step(script, at, extended=extended)
        if found is None:
            return None
        step, at = found
        steps.append(step)
        end = re.compile(r"[ \t]*(?:[;\n]|$|(?=\}))").match(script, at)
        if end is None:
            return None
        at = end.end()
    return steps


def _step(script: str, at: int, *, extended: bool) -> tuple[_Step, int] | None:
    ends: list[int | re.Pattern[str] | None] = [None, None]
    for index in range(2):
        match = _ADDRESS.match(script, at)
        if match is None:
            if index:
                return None
            break
        at = match.end()
        pattern = None if match[3] is None else _pattern(match[3], "/", "", extended=extended)
        if match[3] is not None and pattern is None:
            return None
        ends[index] = int(match[1]) if match[1] else -1 if match[2] else pattern
        if script[at : at + 1] != ",":
            break
        at += 1
    gap = re.compile(r"[ \t]*(!?)[ \t]*").match(script, at)
    at = gap.end() if gap else at
    negated = bool(gap and gap[1])
    if script[at : at + 1] == "d":
        return _Step(ends[0], ends[1], negated, None, "", 0), at + 1
    if script[at : at + 1] != "s" or at + 1 >= len(script):
        return None
    mark = re.escape(script[at + 1])
    if script[at + 1] in "\\\n":
        return None
    body = rf"((?:[^\\\n]|\\.)*?){mark}"
    match = re.compile(rf"s{mark}{body}((?:[^\\]|\\.)*?){mark}([gIi0-9]*)", re.DOTALL).match(script, at)
    if match is None:
        return None
    old = _pattern(match[1], script[at + 1], match[3], extended=extended)
    new = _replacement(match[2], script[at + 1])
    numbers = re.sub(r"\D", "", match[3])
    if old is None or new is None or numbers:
        return None
    return _Step(ends[0], ends[1], negated, old, new, 0 if "g" in match[3] else 1), match.end()


def _pattern(text: str, mark: str, flags: str, *, extended: bool) -> re.Pattern[str] | None:
    """A POSIX pattern as one of Python; None where the two may differ."""
    found = []
    for piece in re.compile(r"\[\^?\]?[^\]]*\]|\\.|.", re.DOTALL).findall(text):
        if piece.startswith("[") and len(piece) > 1:
            if "[:" in piece or "[." in piece or "[=" in piece:
                return None
            inner = piece[1:-1]
            head = "^" if inner.startswith("^") else ""
            listed = re.sub(r"([\\\[\]&|~])", r"\\\1", inner[len(head) :])
            found.append(f"[{head}{listed}]")
        elif len(piece) == 2:
            escaped = piece[1]
            if escaped in "(){}+?|" and escaped != mark:
                found.append(re.escape(escaped) if extended else escaped)
            elif escaped in "nt":
                found.append(piece)
            elif escaped.isalnum():
                return None
            else:
                found.append(re.escape(escaped))
        elif piece in "(){}+?|" and not extended:
            found.append(re.escape(piece))
        elif piece in "*^$":
            found.append(_special(piece, found, text))
        elif piece in "(){}+?|.":
            found.append(piece)
        else:
            found.append(re.escape(piece))
    joined = "".join(found)
    if re.search(r"[*+}?)]\)*[*+{?]", joined):  # nested repetition: may differ, and may take for ever
        return None
    try:
        return re.compile(joined, re.IGNORECASE if "i" in flags.lower() else 0)
    except re.error:
        return None


def _special(piece: str, before: list[str], text: str) -> str:
    if piece == "*":
        return "*" if before and before[-1] not in ("(", "|", "^") else r"\*"
    if piece == "^":
        return "^" if not before or before[-1] in ("(", "|") else r"\^"
    return (
        r"\Z"
        if text.endswith("$") and sum(map(len, before)) >= 0 and len(before) + 1 >= _pieces(text)
        else r"\$"
    )


def _pieces(text: str) -> int:
    return len(re.compile(r"\[\^?\]?[^\]]*\]|\\.|.", re.DOTALL).findall(text))


def _replacement(text: str, mark: str) -> str | None:
    """A replacement as one of Python; None where it changes the case."""
    found = []
    for piece in re.compile(r"\\.|.", re.DOTALL).findall(text):
        if piece == "&":
            found.append(r"\g<0>")
        elif len(piece) == 2:
            if piece[1].isdigit():
                found.append(rf"\g<{piece[1]}>")
            elif piece[1] in "nt":
                found.append(piece)
            elif piece[1].isalpha() and piece[1] != mark:
                return None
            else:
                found.append(piece[1].replace("\\", r"\\"))
        else:
            found.append(piece)
    return "".join(found)


def apply(steps: list[_Step], text: str) -> str | None:
    """The text after the steps; None where they can't be worked out."""
    if len(text) > _MOST_TEXT:
        return None
    lines = text.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    inside = [False] * len(steps)
    kept = []
    try:
        for number, original in enumerate(lines, 1):
            line: str | None = original
            for index, step in enumerate(steps):
                if line is None:
                    break
                if _selected(step, index, inside, (number, len(lines), line)) != step.negated:
                    line = None if step.old is None else step.old.sub(step.text, line, count=step.times)
            if line is not None:
                kept.append(line)
    except (re.error, IndexError):
        return None
    return "\n".join(kept) + ("\n" if ended and kept else "")


def _selected(step: _Step, index: int, inside: list[bool], at: tuple[int, int, str]) -> bool:
    number, count, line = at

    def hit(address: int | re.Pattern[str] | None) -> bool:
        if isinstance(address, int):
            return number == (count if address < 0 else address)
        return address is None or address.search(line) is not None

    if step.last is None:
        return hit(step.first)
    if inside[index]:
        ends = number >= step.last if isinstance(step.last, int) and step.last >= 0 else hit(step.last)
        inside[index] = not ends
        return not (isinstance(step.last, int) and 0 <= step.last < number)
    if not hit(step.first):
        return False
    inside[index] = not (isinstance(step.last, int) and 0 <= step.last <= number)
    if step.last == -1 and number == count:
        inside[index] = False
    return True
