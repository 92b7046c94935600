"""What a shell text acts upon, and what it has been seen to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from depcheck import paths
from depcheck.model import Outcome
from depcheck.record import NamedTuple
from depcheck.shell.syntax import Node
from depcheck.sources import Sources
from depcheck.tree.base import Kind, UnknownContentError
from depcheck.tree.overlay import Edit, Editable, Overlay, Text, Unknown, Unread

NOWHERE = "\0/\0"  # no such path


class Field(NamedTuple):
    """A word after expansion; `known` is False where a value in it is not, the text then shows it."""

    text: str
    known: bool = True


class Murk(NamedTuple):
    """Below `directory` more may stand than the tree has; what it has stays. `why` is a sentence."""

    directory: str
    why: str


class Run(NamedTuple):
    """A build command that the text runs.

    words:   with the program; env: the variables it sees; cwd: canonical.
    text:    as written; offset: where it (or the call of the script around it) stands.
    outcome: by its loader, as if the command is reached.
    refused: why the loader does not take these words; empty: it does.
    doubt:   why it is not sure that the command is reached; empty: it is.
    masked:  it is known to fail, and the text carries on or succeeds all the same.
    """

    words: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    text: str
    offset: int
    outcome: Outcome
    sources: Sources
    refused: str = ""
    doubt: str = ""
    masked: bool = False


class Broken(NamedTuple):
    """A command that is no build command and is known to fail, such as a `cp` of what is not there."""

    text: str
    offset: int
    why: str
    doubt: str = ""
    masked: bool = False


Read = Callable[[Editable], Sources]


def _as_it_is(outcome: Outcome) -> Outcome:
    return outcome


class World:
    """The tree, what is uncertain about it, and the commands met: shared by a shell and its subshells."""

    def __init__(self, tree: Editable, sources: Sources | None = None, read: Read = Sources) -> None:
        """Take `tree`, which is edited in place.

        sources: good up to the first edit. read: gives those of the tree as it is when it is called.
        """
        self.tree = tree
        self.murk: list[Murk] = []
        self.events: list[Run | Broken] = []
        self.doubt = ""
        self.gaps: list[str] = []  # what is not understood
        self.go_on = False  # after a failure, as if it had been none (see `run`)
        self.anchor: int | None = None  # inside a script: where its call stands
        self.steps = 0
        self.settle: Callable[[Outcome], Outcome] = _as_it_is  # what else is known of an outcome
        self._sources = sources
        self._read = read

    def fork(self, doubt: str) -> World:
        """A world on an overlay of this one, for commands that may not run, as `doubt` says."""
        inner = World(Overlay(self.tree), self._sources, self._read)
        inner.murk = list(self.murk)
        inner.events, inner.gaps, inner.steps = self.events, self.gaps, self.steps
        inner.doubt = self.doubt or doubt
        inner.go_on, inner.anchor, inner.settle = self.go_on, self.anchor, self.settle
        return inner

    def sources(self) -> Sources:
        """What is read from the tree as it is now."""
        if self._sources is None:
            self._sources = self._read(self.tree)
        return self._sources

    def put(self, path: str, edit: Edit) -> None:
        """As the tree's own."""
        self._sources = None
        self.tree.put(path, edit)

    def make_above(self, path: str) -> None:
        """Make the missing directories above `path`, an outer one first: what is put hides what lay below."""
        missing = []
        above = paths.parent(path)
        while self.tree.kind(above) is Kind.MISSING and above not in ("", "/"):
            missing.append(above)
            above = paths.parent(above)
        for directory in reversed(missing):
            self.put(directory, Kind.DIR)

    def move(self, source: str, target: str) -> None:
        """As the tree's own."""
        self._sources = None
        self.tree.move(source, target)

    def copy(self, source: str, target: str) -> None:
        """As the tree's own."""
        self._sources = None
        self.tree.copy(source, target)

    def blur(self, directory: str, why: str) -> None:
        """Say that below `directory` more may stand from now on."""
        if not any(paths.is_below(directory, known.directory) for known in self.murk):
            self.murk.append(Murk(directory, why))

    def murky(self, path: str) -> str:
        """Why something may stand at `path` though the tree has nothing there; empty: nothing does."""
        real = self.tree.resolve(path)
        return next((murk.why for murk in self.murk if paths.is_below(real, murk.directory)), "")

    def kind(self, path: str) -> Kind:
        """What stands at `path`; UNKNOWN where something may."""
        kind = self.tree.kind(path)
        return Kind.UNKNOWN if kind is Kind.MISSING and self.murk and self.murky(path) else kind

    def read(self, path: str) -> str | None:
        """The content of a file; None where it is not known or can't be read."""
        try:
            return self.tree.read(path).decode("utf-8", "surrogateescape")
        except (OSError, UnknownContentError):
            return None


class State:
    """One shell: where it is, its variables and options. A subshell has one of its own.

    env: variables, None for one whose value is not known. A variable that is not in it is empty
         where `sealed`, otherwise it is not known.
    """

    def __init__(self, world: World, cwd: str, env: Mapping[str, str | None], *, sealed: bool = True) -> None:
        self.world = world
        self.cwd = cwd
        self.shown = cwd  # the same as `cd` and `$PWD` have it, links not followed
        self.env: dict[str, str | None] = dict(env)
        self.exported = set(env)
        self.sealed = sealed
        self.bash = False  # bash, or else dash
        self.errexit = False
        self.pipefail = False
        self.arguments: tuple[Field, ...] = ()
        self.functions: dict[str, Node] = {}
        self.stack: list[str] = []  # directories of pushd
        self.lost = ""  # why the working directory is not known; empty: it is
        self.tested = 0  # how many conditions are around: `set -e` sleeps
        self.status: int | None = 0  # `$?`
        self.appends = ""  # the file that the current command adds its output to
        self.depth = 0  # calls of functions and scripts
        self.dead: frozenset[int] = frozenset()  # with `go_on`: the events that would have ended this shell
        self.risk: frozenset[int] = frozenset()  # the events that may have ended it

    def sub(self, world: World | None = None) -> State:
        """A subshell, by default on the same tree."""
        inner = State(world or self.world, self.cwd, self.env, sealed=self.sealed)
        inner.shown, inner.exported = self.shown, set(self.exported)
        inner.bash, inner.errexit, inner.pipefail = self.bash, self.errexit, self.pipefail
        inner.arguments, inner.functions = self.arguments, dict(self.functions)
        inner.stack, inner.lost, inner.tested = list(self.stack), self.lost, self.tested
        inner.status, inner.depth = self.status, self.depth
        return inner

    def ended(self, result: Result) -> Result:
        """The result of the whole shell, whose last command ended with `result`."""
        more = result.culprits if result.ok is not True else frozenset()
        if self.dead:
            return result._replace(ok=False, culprits=self.dead | self.risk | more)
        if self.risk and result.ok is True:
            return result._replace(ok=None, culprits=self.risk)
        return result._replace(culprits=self.risk | more)

    def place(self, text: str) -> str:
        """The path that an operand names; links in it are not followed, `..` not resolved."""
        if not text.startswith("/"):
            return paths.join(self.cwd, text)
        root = self.world.tree.root
        inside = text.startswith(root if root == "/" else root + "/")
        return text[len(root) :].lstrip("/") if inside else self.world.tree.at("", text)

    def entry(self, text: str) -> str:
        """The canonical path of what an operand names itself: links before its last name followed."""
        tree = self.world.tree
        path = self.place(text).rstrip("/")
        if self._nowhere(path):
            return NOWHERE
        if paths.name(path) in ("", ".", ".."):
            return tree.resolve(path)
        return paths.join(tree.resolve(paths.parent(path)), paths.name(path))

    def real(self, text: str) -> str:
        """The canonical path of what an operand names, all links followed."""
        path = self.place(text)
        return NOWHERE if self._nowhere(path) else self.world.tree.resolve(path)

    def _nowhere(self, path: str) -> bool:
        """Whether `..` in the path leads out of what is not there: the path then names nothing."""
        parent = paths.parent(path)
        return ".." in parent.split("/") and self.world.kind(parent) in (Kind.MISSING, Kind.FILE)

    def kind(self, text: str) -> Kind:
        """What stands where an operand names, links followed."""
        if text == "":
            return Kind.MISSING
        kind = self.world.kind(self.place(text))
        return Kind.MISSING if text.endswith("/") and kind is Kind.FILE else kind

    def variables(self) -> dict[str, str]:
        """What a program sees."""
        return {
            name: value for name, value in self.env.items() if value is not None and name in self.exported
        }


class Result(NamedTuple):
    """How a command ended: `ok` is None where that is not known.

    out:      what it wrote to its standard output; None for not known.
    culprits: indices of the events, each of which alone makes it fail (or may, where `ok` is None);
              behind a `!`, makes it succeed.
    soft:     it failed where `set -e` does not look.
    left:     it ended the shell.
    why:      for a command that fails: what is wrong.
    answer:   the status answers a question (`test`, `grep`): where it is not known, either may be.
    """

    ok: bool | None
    out: str | None = ""
    culprits: frozenset[int] = frozenset()
    soft: bool = False
    why: str = ""
    answer: bool = False
    left: bool = False


GOOD = Result(ok=True)
Command = Callable[[State, list[Field], str | None], Result]  # words after the name, standard input


def encoded(content: str) -> Text | Unread:
    """A file with this content; a text that no file can hold (a lone surrogate of JSON) is not known."""
    try:
        return Text(content.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return Unread("it would hold what is no text")


def write(state: State, text: str, content: str | None, why: str, *, append: bool = False) -> bool:
    """Write a file as `>` does; None: the content is not known. Whether that is possible."""
    if text in ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"):
        return True
    world = state.world
    if paths.name(text) in ("", ".", ".."):
        return False
    path = state.real(text)
    if world.tree.entry(path).link is not None:  # a link to itself
        return False
    above, kind = world.kind(paths.parent(path)), world.kind(path)
    if kind is Kind.DIR or above in (Kind.MISSING, Kind.FILE):
        return False
    if above is Kind.UNKNOWN and world.tree.kind(paths.parent(path)) is Kind.MISSING:
        world.put(paths.parent(path), Unknown(why))
    if append and kind is not Kind.MISSING and content is not None:
        old = world.read(path) if kind is Kind.FILE else None
        content = None if old is None else old + content
    if content is None:
        world.put(path, Unread(why))
    elif world.read(path) != content or kind is not Kind.FILE:
        world.put(path, encoded(content))
    return True
