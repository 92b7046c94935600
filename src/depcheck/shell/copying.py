"""cp and install: as those of GNU coreutils."""

from __future__ import annotations

from depcheck import paths
from depcheck.record import NamedTuple
from depcheck.shell.files import directory_for, every, failed, make, stands, targets, unclear
from depcheck.shell.options import sort
from depcheck.shell.state import GOOD, Field, Result, State
from depcheck.tree.base import Kind, UnknownContentError
from depcheck.tree.overlay import Link, Text, Unknown, Unread

_MOST = 100_000  # entries that one merge looks at


class _Manner(NamedTuple):
    """`deep`: -r; `follow`: links are followed everywhere; `keep`: -n, what stands stays."""

    deep: bool = False
    follow: bool = True
    keep: bool = False


def cp(state: State, words: list[Field], _: str | None) -> Result:
    """`cp`: a link is followed unless -r, -a, -d or -P is given (coreutils copy.c, `dereference`)."""
    given = sort(words, "t target-directory S suffix")
    deep = given.has("r", "R", "recursive", "a", "archive")
    follow = given.has("L", "dereference") or not (deep or given.has("P", "d", "no-dereference"))
    manner = _Manner(deep, follow, given.has("n", "no-clobber"))
    into = given.options.get("t") or given.options.get("target-directory")
    exact = given.has("T", "no-target-directory")
    if given.has("parents"):
        return _with_parents(state, given.operands, into, manner)
    pairs = targets(state, given.operands, into, exact=exact)
    if isinstance(pairs, str):
        return failed(pairs)
    if given.has("s", "symbolic-link", "l", "link", "u", "update"):
        return unclear(state, "cp")
    return every([_operand(state, source, target, manner, top=given.has("H")) for source, target in pairs])


def _with_parents(state: State, operands: tuple[Field, ...], into: Field | None, manner: _Manner) -> Result:
    """`cp --parents a/b c` makes `c/a/b`."""
    if into is None and len(operands) < 2:
        return failed("an operand is missing")
    sources, target = (operands, into) if into is not None else (operands[:-1], operands[-1])
    if target.known and state.kind(target.text) not in (Kind.DIR, Kind.UNKNOWN):
        return failed(f"`{target.text}` is no directory")
    results = []
    for source in sources:
        if not source.known or not target.known:
            results.append(unclear(state, "cp"))
            continue
        if state.kind(source.text) is Kind.MISSING and not state.world.tree.is_link(state.entry(source.text)):
            above = paths.parent(source.text)
            while above and state.kind(above) is not Kind.DIR:
                above = paths.parent(above) if above != "/" else ""
            make(state, Field(f"{target.text}/{above}"), parents=True)
            results.append(failed(f"`{source.text}` does not exist"))
            continue
        if state.kind(source.text) is Kind.DIR and not manner.deep:
            results.append(failed(f"`{source.text}` is a directory"))
            continue
        goal = f"{target.text}/{source.text.rstrip('/')}"
        made = make(state, Field(paths.parent(goal)), parents=True)
        results.append(
            _operand(state, source, Field(goal), manner, top=False) if made.ok is not False else made
        )
    return every(results)


def _operand(state: State, source: Field, target: Field, manner: _Manner, *, top: bool) -> Result:
    if not source.known or not target.known:
        if target.known and state.kind(target.text) is not Kind.DIR:
            path = state.entry(target.text)
            if directory_for(state, path, "`cp` may have failed"):
                state.world.put(path, Unknown(f"a copy of `{source.text}`"))
            return Result(ok=None)
        return unclear(state, "cp", state.real(target.text) if target.known else None)
    follow = manner.follow or top or source.text.endswith("/") or (not manner.deep and manner.follow)
    kind = state.kind(source.text)
    here = state.real(source.text) if follow else state.entry(source.text)
    there = state.entry(target.text)
    if paths.name(target.text.rstrip("/")) in (".", ".."):
        there = state.real(target.text)
    if kind is Kind.MISSING and (follow or state.world.tree.entry(here).link is None):
        if state.world.go_on and directory_for(state, there, "`cp` fails"):
            state.world.put(there, Unknown(f"a copy of `{source.text}`, which does not exist"))
        return failed(f"`{source.text}` does not exist")
    if (
        target.text.endswith("/")
        and stands(state, here) is not Kind.DIR
        and state.kind(target.text) is Kind.MISSING
    ):
        return failed(f"`{target.text}` is no directory")
    return _copy(state, here, there, manner)


def _copy(state: State, here: str, there: str, manner: _Manner) -> Result:
    """Copy between two canonical paths; a link at `here` is copied as such."""
    world = state.world
    kind, other = stands(state, here), stands(state, there)
    if not directory_for(state, there, "`cp` may have failed"):
        return failed(f"`{there}` has no directory to be in")
    if kind is Kind.DIR and not manner.deep:
        return failed(f"`{here}` is a directory")
    if manner.keep and other not in (Kind.MISSING, Kind.DIR):
        return GOOD
    if kind is Kind.UNKNOWN or (other is Kind.UNKNOWN and kind is Kind.DIR):
        if other is Kind.DIR:
            world.blur(there, f"a copy of `{here}`, which is not known")
        else:
            world.put(there, Unknown(f"a copy of `{here}`, which is not known"))
        return Result(ok=None)
    if kind is Kind.DIR:
        return _directory(state, here, there, manner)
    link = world.tree.entry(here).link
    if other is Kind.DIR:
        return failed(f"`{there}` is a directory")
    if link is not None and not manner.follow:
        if here == there:
            return failed(f"`{here}` is the same file")
        world.put(there, Link(link))
        return GOOD
    return _file(state, here, there)


def _file(state: State, here: str, there: str) -> Result:
    world = state.world
    if world.tree.entry(there).link is not None:
        if world.kind(there) is Kind.MISSING:
            return failed(f"`{there}` is a link to nothing")
        there = world.tree.resolve(there)
        if world.kind(there) is Kind.DIR:
            return failed(f"`{there}` is a directory")
    here = world.tree.resolve(here)
    if here == there:
        return failed(f"`{here}` is the same file")
    if paths.is_outside(here):
        world.put(there, Unread(f"a copy of `{here}`, outside the repository"))
    else:
        world.copy(here, there)
    return GOOD


def _directory(state: State, here: str, there: str, manner: _Manner) -> Result:
    world = state.world
    if here == there or paths.is_below(there, here):
        if stands(state, there) is Kind.MISSING:
            world.put(there, Unknown(f"`{here}` is copied into itself"))
        world.blur(there, f"`{here}` is copied into itself")
        return failed(f"`{here}` can't be copied into itself")
    kind = stands(state, there)
    if kind not in (Kind.DIR, Kind.MISSING):
        return failed(f"`{there}` is no directory")
    if paths.is_outside(here):
        world.blur(there, f"a copy of `{here}`, outside the repository")
        return GOOD
    if kind is Kind.MISSING and not manner.follow:
        world.copy(here, there)
        return GOOD
    if kind is Kind.MISSING:
        world.put(there, Kind.DIR)
    results = []
    for name in world.tree.names(here)[:_MOST]:
        source = paths.join(here, name)
        if manner.follow and world.tree.entry(source).link is not None:
            if world.kind(source) is Kind.MISSING:
                results.append(failed(f"`{source}` is a link to nothing"))
                continue
            source = world.tree.resolve(source)
            if paths.is_below(here, source):  # a link to a directory around it would never end
                results.append(failed(f"`{source}` can't be copied into itself"))
                continue
        results.append(_copy(state, source, paths.join(there, name), manner))
    return every(results)


def install(state: State, words: list[Field], _: str | None) -> Result:
    """`install`: directories with -d, else copies of files, which replace what stood there."""
    given = sort(words, "m mode o owner g group t target-directory S suffix")
    if given.has("d", "directory"):
        return every([make(state, field, parents=True) for field in given.operands])
    into = given.options.get("t") or given.options.get("target-directory")
    operands = given.operands
    if given.has("D"):
        leading = into or (
            Field(paths.parent(operands[-1].text.rstrip("/")), operands[-1].known) if operands else None
        )
        if leading is not None and leading.text:
            make(state, leading, parents=True)
    pairs = targets(state, operands, into, exact=given.has("T", "no-target-directory"))
    if isinstance(pairs, str):
        return failed(pairs)
    results = []
    for source, target in pairs:
        if source.known and target.known and state.kind(source.text) is Kind.FILE:
            there = state.entry(target.text)
            if state.world.tree.is_link(there):
                content = _content(state, state.real(source.text))
                state.world.put(there, content)
                results.append(GOOD)
                continue
        results.append(_operand(state, source, target, _Manner(), top=False))
    return every(results)


def _content(state: State, path: str) -> Text | Unread:
    try:
        return Text(state.world.tree.read(path))
    except (OSError, UnknownContentError):
        return Unread(f"a copy of `{path}`")
