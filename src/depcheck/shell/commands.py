"""One simple command: its words expanded, its redirections, and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from depcheck import paths
from depcheck.shell import effects, expand, installers, programs, wrappers
from depcheck.shell.building import Spot, build
from depcheck.shell.files import failed
from depcheck.shell.parse import parse
from depcheck.shell.state import GOOD, Broken, Field, Result, State, write
from depcheck.shell.syntax import Node, Redirect, Sequence, Simple
from depcheck.tree.base import Kind

Run = Callable[[State, Node, str | None], Result]  # `run.evaluate`

_DEEPEST = 12  # functions and scripts that call one another
# Programs of the system, and those of Python that an environment has.
_PROGRAMS = re.compile(
    r"(?:/usr)?(?:/local)?/s?bin/|/(?:root|usr/local)/\.?cargo/bin/|/opt/[^ ]*/bin/"
    r"|[^ ]*/bin/(?:pip[\d.]*|python[\d.]*|uv|poetry|pdm|hatch|maturin|pyproject-build)\Z"
)
_LARGEST = 200_000
# A redirection that fails ends the shell (POSIX 2.8.1; dash does, bash only in POSIX mode).
_SPECIAL = frozenset((":", ".", "eval", "exec", "export", "readonly", "set", "shift", "unset", "trap"))


class LeaveError(Exception):
    """`exit`, `return`, `break`, `continue`, on their way to where they end."""

    def __init__(self, kind: str, result: Result) -> None:
        super().__init__(kind)
        self.kind = kind
        self.result = result


def simple(state: State, node: Simple, given: str | None, run: Run) -> Result:
    """Run one command; `given` is its standard input, None where that is not known."""
    ended: list[Result] = []
    capture = partial(captured, run=run, ended=ended)
    fields = expand.fields(state, node.words, capture)
    spot = Spot(node.text, node.offset if state.world.anchor is None else state.world.anchor)
    values = []
    for one in node.assignments:
        value = expand.single(state, one.value, capture)
        before = expand.value(state, one.name) if one.more else ""
        known = value.known and before is not None
        values.append((one.name, (before or "") + value.text if known else None))
        if not fields:
            state.env[one.name] = values[-1][1]
    streams = _Streams(state, capture)
    for redirect in node.redirects:
        if why := streams.open(redirect):
            result = _settle(state, failed(why), spot)
            if fields and fields[0].text in _SPECIAL and not state.bash:
                raise LeaveError("exit", result)
            return result
    given = streams.given(given)
    if not fields:  # the status is that of the last substitution
        return ended[-1]._replace(out="", answer=False) if ended else GOOD
    saved, exported = dict(state.env), set(state.exported)
    state.env.update(values)
    state.exported.update(name for name, _ in values)
    before, state.appends = state.appends, streams.appended
    try:
        result = _dispatch(state, fields, given, spot, run)
    finally:
        state.appends = before
        if values:
            for name, _ in values:
                if name in saved:
                    state.env[name] = saved[name]
                else:
                    state.env.pop(name, None)
            state.exported = exported | (state.exported - {name for name, _ in values})
    return streams.close(result)


def redirected(
    state: State,
    redirects: tuple[Redirect, ...],
    given: str | None,
    body: Callable[[str | None], Result],
    run: Run,
) -> Result:
    """A compound command with its redirections."""
    if not redirects:
        return body(given)
    streams = _Streams(state, partial(captured, run=run, ended=[]))
    for redirect in redirects:
        if why := streams.open(redirect):
            return failed(why)
    return streams.close(body(streams.given(given)))


def captured(state: State, body: Sequence, run: Run, ended: list[Result]) -> str | None:
    """What a command substitution writes; how it ended is added to `ended`."""
    inner = state.sub()
    inner.tested += state.bash  # which does not hand down `set -e`
    try:
        result = run(inner, body, None)
    except LeaveError as leave:
        result = leave.result
    ended.append(inner.ended(result))
    return result.out


class _Streams:
    """The redirections of one command, in their order."""

    def __init__(self, state: State, capture: expand.Capture) -> None:
        self._state = state
        self._capture = capture
        self._input: list[str | None] = []
        self._output: tuple[str, bool] | None = None  # the file, and whether it is added to
        self._gone = False  # the output goes to another handle
        self._mixed = False  # errors come with it

    def open(self, redirect: Redirect) -> str:
        """Take up one; a text says why that fails."""
        field = expand.single(self._state, redirect.word, self._capture)
        text = field.text
        match redirect.op:
            case "<<":
                self._input = [text if field.known else None]
            case "<<<":
                self._input = [text + "\n" if field.known else None]
            case "<":
                kind = self._state.kind(text) if field.known else Kind.UNKNOWN
                if kind in (Kind.MISSING, Kind.DIR) and not text.startswith("/dev/"):
                    return f"`{text}` is no file"
                self._input = [self._state.world.read(self._state.place(text)) if kind is Kind.FILE else None]
            case ">&" | "<&" if text.isdigit() or text == "-":
                self._mixed = self._mixed or (redirect.handle == 2 and text == "1")
                self._gone = self._gone or (redirect.handle == 1 and text != "1")
            case ">" | ">>" | ">|" | "&>" | "&>>" | ">&" | "<>":
                return self._opened(redirect, field)
        return ""

    def _opened(self, redirect: Redirect, field: Field) -> str:
        append = redirect.op in (">>", "&>>", "<>")
        if not field.known:
            self._state.world.blur(self._state.cwd, f"a file `{field.text}` is written")
            self._gone = self._gone or redirect.handle == 1
            return ""
        content = "" if redirect.handle == 1 or append else None
        if not write(self._state, field.text, content, "a redirection writes it", append=append):
            return f"`{field.text}` can't be written"
        if redirect.handle == 1:
            self._output = field.text, append
            self._gone = False
            self._mixed = self._mixed or redirect.op.startswith("&")
        return ""

    @property
    def appended(self) -> str:
        """The file that the output is added to, canonical; empty where there is none."""
        return self._state.real(self._output[0]) if self._output is not None and self._output[1] else ""

    def given(self, otherwise: str | None) -> str | None:
        """The standard input."""
        return self._input[0] if self._input else otherwise

    def close(self, result: Result) -> Result:
        """Write what the command wrote to where it goes."""
        out = None if self._mixed and result.ok is not True else result.out
        if self._gone:
            return result._replace(out="")
        if self._output is None:
            return result._replace(out=out)
        text, append = self._output
        if out != "":
            write(self._state, text, out, "a redirection writes it", append=append)
        return result._replace(out="")


def _settle(state: State, result: Result, spot: Spot) -> Result:
    """Put a command that is known to fail on record."""
    if result.ok is not False or result.culprits:
        return result
    state.world.events.append(Broken(spot.text, spot.offset, result.why, state.world.doubt))
    return result._replace(culprits=frozenset((len(state.world.events) - 1,)))


def _dispatch(state: State, fields: list[Field], given: str | None, spot: Spot, run: Run) -> Result:
    first, words = fields[0], fields[1:]
    name = first.text
    if not first.known:
        state.world.gaps.append(f"`{name}` is not known")
        return programs.unknown(state, name, words)
    if name in state.functions:
        return _call(state, state.functions[name], tuple(words), run)
    if name in ("exit", "return", "break", "continue"):
        raise LeaveError(name, _status(state, words))
    if name in ("eval", ".", "source"):
        return _sourced(state, name, words, run)
    base = paths.name(name) if _PROGRAMS.match(name) else name
    if base == "command" and words and words[0].text in ("-v", "-V"):
        return Result(ok=None, out=None, answer=True)
    wrapped = wrappers.unwrap(base, words)
    if wrapped is not None:
        dispatch = partial(_dispatch, given=given, spot=spot, run=run)
        return _unwrapped(state, wrapped, dispatch, base)
    script = wrappers.script(base, words)
    if script is not None:
        return _scripted(state, script, spot, run)
    if "/" in base and not base.startswith("~"):
        return _file(state, wrappers.Script("", None, first, tuple(words), ""), spot, run)
    built = build(state, fields, spot)
    if built is not None:
        return built
    if given == installers.TEXT and (base in wrappers.SHELLS or base.startswith("python")):
        return Result(ok=None, out=None)
    effect = effects.find(base)
    if effect is None and installers.asks_only(words):
        return Result(ok=None, out=None)
    if effect is None:
        state.world.gaps.append(f"`{base}` is no build tool that depcheck knows")
        return programs.unknown(state, base, words)
    result = effect(state, words, given)
    return result._replace(answer=True) if base in effects.QUESTIONS else _settle(state, result, spot)


def _status(state: State, words: list[Field]) -> Result:
    """What `exit N` ends with."""
    if not words:
        return Result(None if state.status is None else state.status == 0)
    return Result(words[0].text == "0" if words[0].known and words[0].text.isdigit() else None)


def _call(state: State, body: Node, arguments: tuple[Field, ...], run: Run) -> Result:
    """A function, or a text that is read into this shell."""
    if state.depth >= _DEEPEST:
        state.world.blur(state.cwd, "functions or scripts call one another too deep")
        return Result(ok=None, out=None)
    before = state.arguments
    state.arguments = arguments
    state.depth += 1
    try:
        return run(state, body, None)
    except LeaveError as leave:
        if leave.kind != "return":
            raise
        return leave.result
    finally:
        state.arguments = before
        state.depth -= 1


def _sourced(state: State, name: str, words: list[Field], run: Run) -> Result:
    """`eval`, `.`: in this shell."""
    if name == "eval":
        text = " ".join(word.text for word in words) if all(word.known for word in words) else None
        arguments = state.arguments
    else:
        known = bool(words) and words[0].known
        text = state.world.read(state.place(words[0].text)) if known else None
        arguments = tuple(words[1:]) or state.arguments
        if known and text is None and words[0].text.startswith(("/", "$")):
            return Result(ok=None, out=None)  # a profile of the system
    if text is None or len(text) > _LARGEST:
        state.world.blur(state.cwd, f"`{name}` of what is not known")
        return Result(ok=None, out=None)
    return _call(state, parse(text), arguments, run)


def _unwrapped(
    state: State, wrapped: wrappers.Wrapped, dispatch: Callable[..., Result], program: str
) -> Result:
    if not wrapped.words:
        return Result(ok=True, out=None)
    inside = program in ("builtin", "command", "exec", "time")  # a builtin stays one
    inner = state if inside else state.sub()
    if not inside:
        inner.functions = {}
        inner.bash = True  # as for `echo`, which is a program then
    if wrapped.cleared:
        inner.exported = set()
    inner.exported -= set(wrapped.unset)
    for name, field in wrapped.variables.items():
        inner.env[name] = field.text if field.known else None
        inner.exported.add(name)
    if wrapped.directory is not None:
        from depcheck.shell.builtins import cd

        cd(inner, [wrapped.directory], None)
    result = dispatch(inner, wrapped.words)
    if program == "exec":
        raise LeaveError("exit", result)
    return result


def _scripted(state: State, script: wrappers.Script, spot: Spot, run: Run) -> Result:
    """`sh -c TEXT`, `sh FILE`."""
    if script.text is None:
        return _file(state, script, spot, run)
    if not script.text.known:
        state.world.gaps.append(f"the text `{script.text.text[:80]}` is not known")
        return programs.unknown(state, script.program, [])
    return _apart(state, script, script.text.text, run)


def _apart(state: State, script: wrappers.Script, text: str, run: Run) -> Result:
    """A text in a shell of its own."""
    inner = state.sub()
    inner.env = {name: value for name, value in state.env.items() if name in state.exported}
    inner.functions = {}
    inner.bash = script.program == "bash"
    inner.errexit, inner.pipefail, inner.tested = "e" in script.options, "P" in script.options, 0
    try:
        result = _call(inner, parse(text), script.arguments, run)
    except LeaveError as leave:
        result = leave.result
    return inner.ended(result)._replace(soft=False)


def _file(state: State, script: wrappers.Script, spot: Spot, run: Run) -> Result:
    """A script of the repository; a program that is not a text is not known."""
    field = script.file or Field("")
    kind = state.kind(field.text) if field.known else Kind.UNKNOWN
    if kind is Kind.MISSING and not field.text.startswith("/"):
        return _settle(state, failed(f"`{field.text}` does not exist"), spot)
    text = state.world.read(state.place(field.text)) if kind is Kind.FILE else None
    if text is None or "\0" in text or len(text) > _LARGEST or state.depth >= _DEEPEST:
        text = None
    named, flags = _shebang(text or "")
    if text is None or (not script.program and named not in wrappers.SHELLS):
        state.world.gaps.append(f"`{field.text}` is no script that depcheck understands")
        return programs.unknown(state, field.text, list(script.arguments))
    if not script.program:
        script = script._replace(program=named, options=flags)
    before = state.world.anchor
    state.world.anchor = spot.offset
    try:
        return _apart(state, script, text, run)
    finally:
        state.world.anchor = before


def _shebang(text: str) -> tuple[str, str]:
    """The shell that a script asks for, and its options: `sh` where it says nothing."""
    line = text.partition("\n")[0]
    words = line[2:].split() if line.startswith("#!") else ["sh"]
    names = [paths.name(word) for word in words if not word.startswith("-")]
    if names[:1] == ["env"]:
        names = names[1:]
    return names[0] if names else "", "".join(word[1:] for word in words if word.startswith("-"))
