"""The syntax tree of a shell text. Offsets count characters from the start of the text."""

from __future__ import annotations

from depcheck.record import NamedTuple


class Lit(NamedTuple):
    """Literal text; `quoted` text is neither split nor matched against files."""

    text: str
    quoted: bool


class Param(NamedTuple):
    """`$name`, `${name<op>word}`; op `len` for `${#name}`, `bad` for a form that is not understood."""

    name: str
    op: str
    word: Word | None
    quoted: bool
    text: str


class Sub(NamedTuple):
    """`$(body)`."""

    body: Sequence
    quoted: bool
    text: str


class Opaque(NamedTuple):
    """A part whose value is not worked out: arithmetic."""

    text: str
    quoted: bool


class Process(NamedTuple):
    """`<(body)`, `>(body)`: the path of a pipe to it."""

    body: Sequence
    text: str


Part = Lit | Param | Sub | Opaque | Process


class Word(NamedTuple):
    """One word as written: its parts, and its text."""

    parts: tuple[Part, ...]
    text: str


class Assignment(NamedTuple):
    """`name=value`, or `name+=value` where `more`."""

    name: str
    value: Word
    more: bool


class Redirect(NamedTuple):
    """`op`: `<`, `>`, `>>`, `>|`, `<>`, `<&`, `>&`, `&>`, `&>>`, `<<<`, or `<<`, whose word is the body."""

    op: str
    handle: int
    word: Word


class Simple(NamedTuple):
    """A command with its words."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    offset: int
    text: str


class Pipeline(NamedTuple):
    """`a | b`, `! a`."""

    commands: tuple[Node, ...]
    negated: bool


class AndOr(NamedTuple):
    """`first && b || c`: `rest` pairs each operator with what follows it."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


class Sequence(NamedTuple):
    """Commands after one another; the flag says that one runs in the background."""

    items: tuple[tuple[Node, bool], ...]


class Block(NamedTuple):
    """`{ body; }`, or `( body )` where `apart`."""

    body: Sequence
    apart: bool
    redirects: tuple[Redirect, ...]


class If(NamedTuple):
    """Conditions with what follows each, then what `else` holds."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None
    redirects: tuple[Redirect, ...]


class For(NamedTuple):
    """`for name in words`; None for the arguments."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    redirects: tuple[Redirect, ...]


class While(NamedTuple):
    """`while condition`, or `until`."""

    condition: Sequence
    body: Sequence
    until: bool
    redirects: tuple[Redirect, ...]


class Case(NamedTuple):
    """`case word in`, each arm with its patterns."""

    word: Word
    arms: tuple[tuple[tuple[Word, ...], Sequence], ...]
    redirects: tuple[Redirect, ...]


class Function(NamedTuple):
    """`name() body`."""

    name: str
    body: Node


class Unknown(NamedTuple):
    """Text that is not understood."""

    text: str
    offset: int
    why: str


Node = Simple | Pipeline | AndOr | Sequence | Block | If | For | While | Case | Function | Unknown
