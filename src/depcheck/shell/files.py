"""mkdir, rm, rmdir, mv, ln, touch: as those of GNU coreutils."""

from __future__ import annotations

from depcheck import paths
from depcheck.shell.options import sort
from depcheck.shell.state import GOOD, Field, Result, State
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Link, Text, Unknown


def failed(why: str) -> Result:
    """A command that fails."""
    return Result(ok=False, why=why)


def every(results: list[Result]) -> Result:
    """The result of a command that does several things and fails if one fails."""
    worst = next((one for one in results if one.ok is False), None)
    return worst or next((one for one in results if one.ok is None), GOOD)


def unclear(state: State, command: str, directory: str | None = None) -> Result:
    """A command on paths that are not known: anything below may have come or gone."""
    state.world.blur(
        state.cwd if directory is None else directory, f"`{command}` acts on a path that is not known"
    )
    return Result(ok=None)


def stands(state: State, path: str) -> Kind:
    """What stands at a canonical path itself, a link being OTHER."""
    kind = state.world.tree.entry(path).kind
    return state.world.kind(path) if kind is Kind.MISSING else kind


def directory_for(state: State, path: str, why: str) -> bool:
    """Whether something can be made at the canonical `path`: its parent is a directory, or may be."""
    parent = paths.parent(path)
    kind = state.world.kind(parent)
    if kind is Kind.UNKNOWN and state.world.tree.kind(parent) is Kind.MISSING:
        state.world.put(parent, Unknown(why))
    return kind in (Kind.DIR, Kind.UNKNOWN)


def mkdir(state: State, words: list[Field], _: str | None) -> Result:
    """`mkdir -p`."""
    given = sort(words, "m mode")
    return every([make(state, field, parents=given.has("p", "parents")) for field in given.operands])


def make(state: State, field: Field, *, parents: bool) -> Result:
    """Make one directory."""
    if not field.known:
        return unclear(state, "mkdir")
    world = state.world
    if not parents:
        path = state.entry(field.text)
        kind = stands(state, path)
        if paths.name(field.text.rstrip("/")) in ("", ".", "..") or kind not in (Kind.MISSING, Kind.UNKNOWN):
            return failed(f"`{field.text}` exists already")
        if not directory_for(state, path, "`mkdir` may have failed"):
            return failed(f"`{field.text}` has no directory to be made in")
        world.put(path, Kind.DIR)
        return Result(ok=None) if kind is Kind.UNKNOWN else GOOD
    at = state.cwd if not field.text.startswith("/") else state.place("/")
    rest = field.text.split("/") if not field.text.startswith("/") else state.place(field.text).split("/")
    if field.text.startswith("/") and state.place(field.text).startswith("/"):
        at = "/"
    for part in rest:
        if part in ("", "."):
            continue
        step = paths.join(at, part)
        at, kind = world.tree.resolve(step), world.tree.kind(step)
        if kind is Kind.MISSING:
            if part != ".." and world.tree.entry(step).link is not None:
                return failed(f"`{field.text}` leads through a link to nothing")
            world.put(at, Kind.DIR)
        elif kind not in (Kind.DIR, Kind.UNKNOWN):
            return failed(f"`{at}` is no directory")
    return GOOD


def rm(state: State, words: list[Field], _: str | None) -> Result:
    """`rm -rf`."""
    given = sort(words)
    force = given.has("f", "force")
    deep = given.has("r", "R", "recursive")
    results = [
        _remove(state, field, deep=deep, force=force, empty=given.has("d", "dir")) for field in given.operands
    ]
    return every(results) if results or force else failed("an operand is missing")


def _remove(state: State, field: Field, *, deep: bool, force: bool, empty: bool) -> Result:
    if not field.known:
        return _lose(state, field) if deep else Result(ok=None)
    path = state.entry(field.text)
    dots = paths.name(field.text.rstrip("/")) in (".", "..", "")
    kind = state.kind(field.text) if dots else stands(state, path)
    if kind is Kind.MISSING or field.text == "":
        return GOOD if force and field.text else failed(f"`{field.text}` does not exist")
    if dots or path in ("", "/"):
        return failed(f"`rm` does not remove `{field.text}`")
    if kind is Kind.DIR and not deep and not (empty and not state.world.tree.names(path)):
        return failed(f"`{field.text}` is a directory")
    if field.text.endswith("/") and kind is not Kind.DIR:
        absent = force and state.kind(field.text) is Kind.MISSING
        return GOOD if absent else failed(f"`{field.text}` is no directory")
    state.world.put(path, Kind.MISSING)
    return Result(ok=None) if kind is Kind.UNKNOWN and not force else GOOD


def _lose(state: State, field: Field) -> Result:
    """`rm -r` of a path that is not known, unless it clearly lies outside what matters."""
    if not field.text.startswith(("/tmp", "/var", "/root/.c", "$HOME", "~")):  # noqa: S108
        state.world.blur(state.cwd, f"`rm -r {field.text}` removes what is not known")
    return Result(ok=None)


def rmdir(state: State, words: list[Field], _: str | None) -> Result:
    """`rmdir`."""
    results = []
    given = sort(words)
    for field in given.operands:
        path = state.entry(field.text)
        kind = stands(state, path)
        if not field.known or kind is Kind.UNKNOWN:
            results.append(Result(ok=None))
        elif kind is not Kind.DIR or paths.name(field.text.rstrip("/")) in ("", ".", ".."):
            results.append(failed(f"`{field.text}` is no directory"))
        elif state.world.tree.names(path):
            results.append(failed(f"`{field.text}` is not empty"))
        else:
            state.world.put(path, Kind.MISSING)
            results.append(GOOD)
    return every(results)


def touch(state: State, words: list[Field], _: str | None) -> Result:
    """`touch`: files are made, never emptied."""
    given = sort(words, "d r t date reference")
    results = []
    for field in given.operands:
        if not field.known:
            results.append(unclear(state, "touch"))
            continue
        path = state.real(field.text)
        kind = state.kind(field.text)
        if kind is not Kind.MISSING or given.has("c", "no-create"):
            if kind is Kind.UNKNOWN and state.world.tree.kind(path) is Kind.MISSING:
                state.world.put(path, Unknown("`touch` of what may not have been there"))
            results.append(
                failed(f"`{field.text}` is below a file") if _is_below_file(state, field) else GOOD
            )
        elif (
            paths.name(field.text) in ("", ".", "..")
            or state.world.kind(path) is not Kind.MISSING
            or state.world.tree.is_link(path)  # that leads in a circle
            or not directory_for(state, path, "`touch` may have failed")
        ):
            results.append(failed(f"`{field.text}` has no directory to be made in"))
        else:
            state.world.put(path, Text(b""))
            results.append(GOOD)
    return every(results)


def _is_below_file(state: State, field: Field) -> bool:
    """Whether a file stands where the path wants a directory (ENOTDIR)."""
    at = field.text if field.text.endswith("/") else paths.parent(field.text)
    while (at := at.rstrip("/")) and state.kind(at) is Kind.MISSING:
        at = paths.parent(at)
    return bool(at) and state.kind(at) is Kind.FILE


def targets(
    state: State, operands: tuple[Field, ...], into: Field | None, *, exact: bool
) -> list[tuple[Field, Field]] | str:
    """Each source with the path that it goes to (cp, mv, ln, install); a text says why there is none."""
    if into is None and len(operands) < 2:
        return "an operand is missing"
    sources, target = (operands, into) if into is not None else (operands[:-1], operands[-1])
    kind = state.kind(target.text) if target.known else Kind.UNKNOWN
    if kind is Kind.MISSING and paths.name(target.text.rstrip("/")) in ("", ".", ".."):
        return f"`{target.text}` is no directory"
    if exact and len(sources) > 1:
        return f"`{target.text}` can't be several files"
    if kind is Kind.DIR and not exact:
        base = target.text.rstrip("/") or "/"
        return [(source, _below(base, source, known=target.known)) for source in sources]
    if (len(sources) > 1 or into is not None) and kind is not Kind.UNKNOWN:
        return f"`{target.text}` is no directory"
    if (
        kind is Kind.UNKNOWN
        and not exact
        and (len(sources) > 1 or into is not None or target.text.endswith("/"))
    ):
        return [(source, _below(target.text.rstrip("/"), source, known=target.known)) for source in sources]
    if kind is Kind.UNKNOWN and not exact:  # a directory or not: the place itself is what is not known
        return [(source, target) for source in sources]
    return [(sources[0], target)]


def _below(base: str, source: Field, *, known: bool) -> Field:
    name = paths.name(source.text.rstrip("/"))
    return Field(f"{base}/{name}".replace("//", "/"), known and source.known)


def mv(state: State, words: list[Field], _: str | None) -> Result:
    """`mv`."""
    given = sort(words, "t target-directory S suffix")
    into = given.options.get("t") or given.options.get("target-directory")
    pairs = targets(state, given.operands, into, exact=given.has("T", "no-target-directory"))
    if isinstance(pairs, str):
        return failed(pairs)
    keep = given.has("n", "no-clobber")
    return every([_rename(state, source, target, keep=keep) for source, target in pairs])


def _rename(state: State, source: Field, target: Field, *, keep: bool) -> Result:
    if not source.known or not target.known:
        return unclear(state, "mv")
    world = state.world
    here, there = state.entry(source.text), state.entry(target.text)
    kind, other = stands(state, here), stands(state, there)
    if kind is Kind.MISSING or source.text == "":
        if world.go_on and directory_for(state, there, "`mv` fails"):
            world.put(there, Unknown(f"`mv` of `{source.text}`, which does not exist"))
        return failed(f"`{source.text}` does not exist")
    if not directory_for(state, there, "`mv` may have failed"):
        return failed(f"`{target.text}` has no directory to be in")
    if source.text.endswith("/") and kind is not Kind.DIR:
        return failed(f"`{source.text}` is no directory")
    if (why := _clash(state, here, there)) or paths.name(source.text.rstrip("/")) in (".", ".."):
        return failed(why or f"`{source.text}` can't be moved")
    if target.text.endswith("/") and kind is not Kind.DIR and other is not Kind.DIR:
        return failed(f"`{target.text}` is no directory")
    if keep and other is not Kind.MISSING:
        return GOOD
    if kind is Kind.UNKNOWN or other is Kind.UNKNOWN:
        world.put(there, Unknown(f"`mv` of `{source.text}`, which is not known"))
        world.put(here, Kind.MISSING)
        return Result(ok=None)
    world.move(here, there)
    return GOOD


def _clash(state: State, here: str, there: str) -> str:
    """Why what stands at `here` can't be moved to `there`."""
    kind, other = stands(state, here), stands(state, there)
    if here == there or paths.is_below(there, here):
        return f"`{here}` can't be moved to itself"
    if paths.is_below(here, there):
        return f"`{there}` is not empty"
    if other in (Kind.MISSING, Kind.UNKNOWN) or kind is Kind.UNKNOWN:
        return ""
    if kind is Kind.DIR and other is not Kind.DIR:
        return f"`{there}` is no directory"
    if other is Kind.DIR and kind is not Kind.DIR:
        return f"`{there}` is a directory"
    return f"`{there}` is not empty" if other is Kind.DIR and state.world.tree.names(there) else ""


def ln(state: State, words: list[Field], _: str | None) -> Result:
    """`ln -s`; a hard link is a copy."""
    given = sort(words, "t target-directory S suffix")
    into = given.options.get("t") or given.options.get("target-directory")
    operands = given.operands
    if len(operands) == 1 and into is None:
        operands = (*operands, Field("."))
    exact = given.has("T", "no-target-directory")
    if given.has("n", "no-dereference") and len(operands) == 2 and operands[1].known:
        exact = exact or state.world.tree.is_link(state.entry(operands[1].text))
    pairs = targets(state, operands, into, exact=exact)
    if isinstance(pairs, str):
        return failed(pairs)
    force, soft = given.has("f", "force"), given.has("s", "symbolic")
    return every(
        [_link(state, pair, force=force, soft=soft, relative=given.has("r", "relative")) for pair in pairs]
    )


def _link(state: State, pair: tuple[Field, Field], *, force: bool, soft: bool, relative: bool) -> Result:
    source, target = pair
    world = state.world
    if not target.known:
        return unclear(state, "ln")
    there = state.entry(target.text)
    kind = stands(state, there)
    here = state.entry(source.text) if source.known else ""
    dots = paths.name(source.text.rstrip("/")) in ("", ".", "..")
    dots = dots or source.text.endswith("/")  # a directory, which has no hard links, or nothing
    if not soft and source.known and (dots or stands(state, here) in (Kind.MISSING, Kind.DIR)):
        return failed(f"`{source.text}` is no file")
    if not soft and here == there:
        return failed(f"`{source.text}` is the same file")
    if kind is Kind.DIR or (kind not in (Kind.MISSING, Kind.UNKNOWN) and not force):
        return failed(f"`{target.text}` exists already")
    if soft and source.known and kind is Kind.FILE and state.real(source.text) == there:
        return failed(f"`{source.text}` is the same file")
    if (
        source.text == ""
        or not directory_for(state, there, "`ln` may have failed")
        or target.text.endswith("/")
    ):
        return failed(f"`{target.text}` has no directory to be in")
    if not source.known:
        world.put(there, Unknown(f"a link to `{source.text}`"))
    elif soft:
        text = paths.relative(state.real(source.text), paths.parent(there)) if relative else source.text
        world.put(there, Link(text))
    elif stands(state, here) is Kind.UNKNOWN:
        world.put(there, Unknown(f"a link to `{source.text}`"))
    else:
        world.copy(here, there)
    return GOOD if kind is not Kind.UNKNOWN or force else Result(ok=None)
