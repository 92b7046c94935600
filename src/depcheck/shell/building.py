"""A build command met in a shell text: its loader is asked, what it makes is put into the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from depcheck import paths
from depcheck.load import tools
from depcheck.load.tool import UsageError
from depcheck.model import Fault, Outcome
from depcheck.record import NamedTuple
from depcheck.shell import recipes
from depcheck.shell.state import Field, Murk, Result, Run, State
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unknown, Unread

_STATUS = {"loads": True, "fails": False, "unknown": None}
# A fault of these rules says that something is not there, or not what was expected.
_ABSENCE = frozenset((
    "missing-path", "missing-member", "missing-metadata-file", "missing-target-file",
    "missing-workspace-root", "not-a-package", "unmatched-member-glob", "broken-patch",
    "unlisted-member", "missing-inherited-key",
))  # fmt: skip
_OUTPUTS = (
    "-o",
    "--out",
    "--outdir",
    "--out-dir",
    "--output",
    "--output-file",
    "--wheel-dir",
    "--target-dir",
    "--target",
)
# Options whose value decides neither what is read nor whether that is good.
_IDLE = frozenset((
    "--target", "--profile", "--jobs", "-j", "--target-dir", "--color", "--message-format", "--out-dir",
    "--root", "--index-url", "-i", "--extra-index-url", "--trusted-host", "--cache-dir",
    "--python",
    "--timeout",
    "--index", "--default-index", "--version", "--rev", "--tag", "--git", "--branch", "--install-dir",
))  # fmt: skip
# What a command makes in its directory.
_MAKES = {"uv": (".venv", "dist"), "poetry": ("dist",), "pdm": (".venv", "dist"), "hatch": ("dist",)}
_CREATING = ("uv", "poetry", "pdm", "hatch", "maturin")
_MAKES |= {"pyproject-build": ("dist",), "maturin": ("target",)}


class Spot(NamedTuple):
    """Where a command stands in the text, and as it is written there."""

    text: str
    offset: int


def build(state: State, fields: list[Field], spot: Spot) -> Result | None:
    """Run the build command `fields`; None where it is no build command."""
    words = [field.text for field in fields]
    program = words[0].rpartition("/")[2]
    if program in ("cargo", "cross"):
        from depcheck.shell import cargo

        fields = cargo.plain(fields)
        special = cargo.special(state, fields, spot)
        if special is not None:
            return special
        words = [field.text for field in fields]
    found = tools.find(words)
    if found is None:
        if why := recipes.unfollowed(state.world.tree, state.cwd, words):
            record(state, fields, spot, lambda *_: Outcome(unknowns=(why,)))
        return None
    result = record(state, fields, spot, partial_run(found[0].run))
    made(state, words, result)
    return result


Ask = Callable[[Sources, str, list[str], Mapping[str, str]], Outcome]


def partial_run(run: Callable[..., Outcome]) -> Ask:
    """`run` of a loader, which takes the words after the program."""

    def ask(sources: Sources, cwd: str, words: list[str], env: Mapping[str, str]) -> Outcome:
        found = tools.find(words)
        return outcome_of(sources, run, cwd, words[1:] if found is None else found[1], env)

    return ask


def outcome_of(
    sources: Sources, run: Callable[..., Outcome], cwd: str, words: Sequence[str], env: Mapping[str, str]
) -> Outcome:
    """What `run` of a loader says, asked once: many images run the same in trees that hold the same."""
    return sources.get(_answer, run, cwd, tuple(words), tuple(env.items()))


def _answer(
    sources: Sources,
    run: Callable[..., Outcome],
    cwd: str,
    words: tuple[str, ...],
    env: tuple[tuple[str, str], ...],
) -> Outcome:
    return run(sources, cwd, list(words), dict(env))


def record(state: State, fields: list[Field], spot: Spot, ask: Ask) -> Result:
    """Put the command on record with its outcome."""
    world = state.world
    env = state.variables()
    refused = ""
    try:
        outcome = Outcome(unknowns=(state.lost,)) if state.lost else _asked(state, fields, env, ask)
    except UsageError as error:
        refused = str(error)
        outcome = Outcome(unknowns=(refused,))
    outcome = doubtful(world.settle(outcome), world.murk, state.cwd)
    words = tuple(field.text for field in fields)
    run = Run(words, state.cwd, env, spot.text, spot.offset, outcome, world.sources(), refused, world.doubt)
    world.events.append(run)
    index = len(world.events) - 1
    for path in outcome.writes:
        if outcome.verdict != "fails" and world.tree.kind(path) is Kind.MISSING:
            world.put(world.tree.resolve(path), Unread(f"`{words[0]}` writes it"))
    failing = outcome.verdict == "fails"
    ok = _STATUS[outcome.verdict]
    return Result(ok, out=None, culprits=frozenset((index,)) if failing else frozenset())


def _asked(state: State, fields: list[Field], env: Mapping[str, str], ask: Ask) -> Outcome:
    """The outcome; where a word is not known, what the command does with and without that word.

    If both agree (an absent member fails a build for any `--features $F`), or the word is the value of
    an option that chooses no file, that is the outcome.
    """
    sources = state.world.sources()
    if all(field.known for field in fields):
        return ask(sources, state.cwd, [field.text for field in fields], env)
    first = next(field.text for field in fields if not field.known)
    why = f"`{first}` in `{' '.join(field.text for field in fields)[:200]}` is not known"
    without: list[str] = []
    idle = True
    for field in fields:
        if field.known:
            without.append(field.text)
            continue
        own = field.text.startswith("-")
        option = field.text.partition("=")[0] if own else without[-1]
        idle = idle and option in _IDLE
        if not own and option.startswith("-") and "=" not in option:
            without.pop()
    try:
        bare = ask(sources, state.cwd, without, env)
        if idle:
            return bare
        full = ask(sources, state.cwd, [field.text for field in fields], env)
    except UsageError:
        return Outcome(unknowns=(why,))
    same = bare.faults[:1] == full.faults[:1]
    return bare if same else Outcome(unknowns=(why, *bare.unknowns), writes=bare.writes)


def doubtful(outcome: Outcome, murk: list[Murk], cwd: str) -> Outcome:
    """The outcome where more may stand in the tree than it shows: what is missing may be there."""
    if not murk or not outcome.faults:
        return outcome
    kept: list[Fault] = []
    unknowns: list[str] = []
    for fault in outcome.faults:
        reference = fault.reference
        place = paths.parent(fault.site.file) or cwd if reference is None else reference.target
        if fault.rule not in _ABSENCE:
            kept.append(fault)
        elif why := next((one.why for one in murk if paths.is_below(place, one.directory)), ""):
            unknowns.append(f"{fault.message}, but {why}")
        else:
            kept.append(fault)
    return outcome._replace(faults=tuple(kept), unknowns=(*outcome.unknowns, *unknowns))


def made(state: State, words: list[str], result: Result) -> None:
    """What the command leaves behind: its content is not known."""
    if result.ok is False and not state.world.go_on:
        return
    program = words[0].rpartition("/")[2]
    why = f"made by `{program}`"
    if program.startswith("python") and len(words) > 2:
        program = {"build": "pyproject-build"}.get(words[2], words[2])
    if program in _CREATING and words[1:2] in (["init"], ["new"]):
        _created(state, words, why)
    places = [state.place(name) for name in _MAKES.get(program, ())]
    if program == "cargo":
        from depcheck.shell import cargo

        places = cargo.makes(state, words)
    waiting = list(zip(words, [*words[1:], ""], strict=True))
    for word, following in waiting:
        name, equals, value = word.partition("=")
        if name in _OUTPUTS and not (program == "cargo" and name == "--target"):
            places.append(state.place(value if equals else following))
    for place in places:
        spoil(state, place, why)


def _created(state: State, words: list[str], why: str) -> None:
    """What `init` and `new` make of a project, in a directory that they make where it is not there."""
    directory = next((word for word in words[2:] if not word.startswith("-")), "")
    place = state.real(directory) if directory else state.cwd
    if state.world.kind(place) is Kind.MISSING:
        spoil(state, place, why)
    state.world.blur(place, why)


def spoil(state: State, place: str, why: str) -> None:
    """What stands at `place` and below is not known from now on."""
    path = state.world.tree.resolve(place)
    kind = state.world.tree.kind(path)
    if path in ("", "/") or paths.is_below(state.cwd, path):
        state.world.blur(path, why)
    elif kind is Kind.FILE:
        state.world.put(path, Unread(why))
    elif kind is not Kind.UNKNOWN:
        state.world.make_above(path)
        state.world.put(path, Unknown(why))
