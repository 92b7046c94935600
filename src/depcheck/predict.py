"""What a command would do in a tree, without running it: `depcheck predict`."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths, submodules
from depcheck.clone import Clone
from depcheck.load import tools
from depcheck.load.tool import UsageError
from depcheck.model import Fault, Outcome, Verdict
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree
from depcheck.tree.overlay import Overlay, Text
from depcheck.tree.worktree import WorkTree

__all__ = ["Prediction", "UsageError", "default_root", "predict"]

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SUBSTITUTION = re.compile(
    r"s(?P<mark>[^\\\n])(?P<old>.*?)(?<!\\)(?P=mark)(?P<new>.*?)(?<!\\)(?P=mark)(?P<flags>g?)$"
)


class Prediction(NamedTuple):
    """The answer for one command line. `because` is one sentence; `sources` holds what was read."""

    command: str
    cwd: str
    verdict: Verdict
    because: str
    faults: tuple[Fault, ...]
    sources: Sources


def default_root(directory: str) -> str:
    """The git work tree around `directory`, or `directory` itself outside git."""
    at = os.path.abspath(directory)
    while True:
        if os.path.exists(os.path.join(at, ".git")):
            return at
        above = os.path.dirname(at)
        if above == at:
            return os.path.abspath(directory)
        at = above


def predict(root: str, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Prediction:
    """Answer for `words` (several, or one shell line) run in `cwd`, relative to `root`.

    Raises UsageError where the line holds no command that depcheck knows.
    """
    below = WorkTree(root)
    line = words[0] if len(words) == 1 else shlex.join(words)
    run = _Run(Overlay(below), below, below.resolve(paths.at(below.root, "", cwd)), dict(env))
    run.line(line)
    last = run.last
    if last is None:
        raise UsageError(f"`{line}` runs no build tool that depcheck knows")
    verdict: Verdict = "unknown" if run.status is None else "loads" if run.status else "fails"
    return Prediction(line, cwd or ".", verdict, _because(verdict, last), last.faults, run.sources())


def _because(verdict: Verdict, outcome: Outcome) -> str:
    if outcome.faults:
        first = outcome.faults[0]
        return f"`{first.site.file}`: {first.message}"
    if outcome.unknowns:
        return outcome.unknowns[0]
    return "every path that it reads is good" if verdict == "loads" else "an earlier part of the line fails"


def _settled(tree: Tree, outcome: Outcome) -> Outcome:
    """The outcome, with what lies in a submodule that is not checked out unknown."""
    lost = submodules.lost(tree, outcome.faults) if tree.exists(".git") else {}
    if not lost:
        return outcome
    clone = Clone(tree.root, lost.values())
    return submodules.unsettle_outcome(
        outcome, {place: at for place, at in lost.items() if clone.is_submodule(at)}
    )


class _Run:
    """A shell line as it goes: the tree as its parts have left it, where it is, how it stands."""

    def __init__(self, tree: Overlay, below: Tree, cwd: str, env: dict[str, str]) -> None:
        self.tree = tree
        self.cwd = cwd
        self.env = env
        self.status: bool | None = True
        self.last: Outcome | None = None
        self._below = below
        self._sources: Sources | None = Sources(below)  # until the first effect the plain tree is faster

    def sources(self) -> Sources:
        if self._sources is None:
            self._sources = Sources(self.tree)
        return self._sources

    def line(self, text: str) -> None:
        for connector, words in _commands(text):
            failed = self.status is False
            if (connector == "&&" and failed) or (connector == "||" and not failed):
                continue
            self.status = self._command(words)

    def _command(self, words: list[str]) -> bool | None:
        env = dict(self.env)
        while words and (assignment := _ASSIGNMENT.match(words[0])):
            env[assignment[1]] = assignment[2]
            words = words[1:]
        if not words:
            self.env = env
            return True
        if words[0] in ("env", "command", "exec", "sudo", "time"):
            return self._command(words[1:])
        found = tools.find(words)
        if found is None:
            return self._effect(words[0], words[1:])
        tool, rest = found
        self.last = _settled(self.tree, tool.run(self.sources(), self.cwd, rest, env))
        for path in self.last.writes:
            self._put(path)
        return {"loads": True, "fails": False, "unknown": None}[self.last.verdict]

    def _put(self, path: str) -> None:
        if not self.tree.exists(path):
            self._change()
            self.tree.put(path, Text(b""))

    def _change(self) -> None:
        self._sources = None

    def _effect(self, program: str, words: list[str]) -> bool | None:
        """A command that is no build tool: its effect on the tree, and whether it succeeds."""
        operands = [self._path(word) for word in words if not word.startswith("-")]
        self._change()
        match program, operands:
            case "cd", [directory]:
                self.cwd = self.tree.resolve(directory)
                return self.tree.is_dir(directory)
            case "rm" | "rmdir", _:
                for path in self._globbed(operands):
                    self.tree.put(self._entry(path), Kind.MISSING)
            case "mv", [source, target]:
                into = paths.join(target, paths.name(source)) if self.tree.is_dir(target) else target
                self.tree.move(self._entry(source), self._entry(into))
            case "mkdir", _:
                for path in operands:
                    if not self.tree.exists(path):
                        self.tree.put(path, Kind.DIR)
            case "touch", _:
                for path in operands:
                    self._put(path)
            case "sed", _ if "-i" in words:
                return self._sed([word for word in words if word != "-i"])
            case "test" | "[", _:
                return self._test([word for word in words if word != "]"])
            case "true" | "echo" | "set" | "export" | ":", _:
                return True
            case "false", _:
                return False
            case _:
                raise UsageError(f"`{program}` is no build tool that depcheck knows")
        return True

    def _path(self, word: str) -> str:
        return paths.join(self.cwd, word) if not word.startswith("/") else self.tree.at("", word)

    def _entry(self, path: str) -> str:
        """The place of `path` itself: links before its last component followed."""
        clean = paths.at(self.tree.root, "", path.rstrip("/"))
        return paths.join(self.tree.resolve(paths.parent(clean)), paths.name(clean))

    def _globbed(self, operands: list[str]) -> Iterator[str]:
        for operand in operands:
            directory, name = paths.parent(operand), paths.name(operand)
            if "*" in name:
                pattern = re.compile(re.escape(name).replace(r"\*", ".*"))
                matches = [found for found in self.tree.names(directory) if pattern.fullmatch(found)]
                yield from (paths.join(directory, found) for found in matches if not found.startswith("."))
            else:
                yield operand

    def _sed(self, words: list[str]) -> bool:
        script = _SUBSTITUTION.match(words[0]) if words else None
        if script is None:
            raise UsageError("only `sed -i s/old/new/` is understood")
        pattern = re.compile(script["old"].replace("\\" + script["mark"], script["mark"]))
        new = script["new"].replace("\\" + script["mark"], script["mark"])
        for word in words[1:]:
            path = self._entry(self._path(word))
            text = self.tree.read(path).decode("utf-8", "surrogateescape")
            lines = [
                pattern.sub(lambda _: new, line, count=0 if script["flags"] else 1)
                for line in text.split("\n")
            ]
            self.tree.put(path, Text("\n".join(lines).encode("utf-8", "surrogateescape")))
        return True

    def _test(self, words: list[str]) -> bool | None:
        match words:
            case ["!", *rest]:
                inner = self._test(rest)
                return None if inner is None else not inner
            case ["-e", path]:
                return self.tree.exists(self._path(path))
            case ["-f", path]:
                return self.tree.is_file(self._path(path))
            case ["-d", path]:
                return self.tree.is_dir(self._path(path))
        return None


def _commands(line: str) -> Iterator[tuple[str, list[str]]]:
    """The simple commands of a shell line, each with the operator before it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    connector, words = ";", list[str]()
    try:
        for token in lexer:
            if token in ("&&", "||", ";"):
                if words:
                    yield connector, words
                connector, words = token, []
            elif set(token) <= set("&|;()<>"):
                raise UsageError(f"`{token}` in a shell line is not understood")
            else:
                words.append(token)
    except ValueError as error:
        raise UsageError(f"not a shell line: {error}") from error
    if words:
        yield connector, words
