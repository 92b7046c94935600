"""Shell text to a syntax tree: POSIX sh, with what bash adds to it and Dockerfiles use.

The grammar is that of POSIX, Shell Command Language, 2.10. What is not understood, from there to the
end of the text, is one `Unknown`; nothing is raised.
"""

from __future__ import annotations

import re

from depcheck.shell.lexer import DEEPEST, Lexer, StopError
from depcheck.shell.syntax import (
    AndOr,
    Assignment,
    Block,
    Case,
    For,
    Function,
    If,
    Lit,
    Node,
    Opaque,
    Pipeline,
    Redirect,
    Sequence,
    Simple,
    Unknown,
    While,
    Word,
)

_RESERVED = re.compile(r"[a-z]+(?=[\s;&|()<>]|$)|[{}!](?=[\s;&|()<>]|$)|\[\[(?=\s)|!(?=\()")
_FUNCTION = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*\([ \t]*\)")
_NAMED_FUNCTION = re.compile(r"function[ \t]+([A-Za-z_][\w.-]*)(?:[ \t]*\([ \t]*\))?")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_REDIRECT = re.compile(r"(\d*)(<<<|<<-|<<|<&|<>|>>|>\||>&|<(?!\()|>(?!\()|&>>|&>)")
_SET = re.compile(r"([A-Za-z_]\w*)\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)|(?:\+\+|--)([A-Za-z_]\w*)")
_CLOSING = frozenset(("then", "fi", "else", "elif", "do", "done", "esac", "}"))


def parse(text: str) -> Sequence:
    """The tree of `text`; what is not understood is an Unknown."""
    parser = _Parser(text)
    items: list[tuple[Node, bool]] = []
    start = 0
    try:
        while not parser.blank_lines():
            start = parser.at
            items.append(parser.item())
    except StopError as stop:
        items.append((Unknown(text[start:], start, str(stop)), False))
    return Sequence(tuple(items))


class _Parser(Lexer):
    """The grammar over the lexer's words; each method reads one construct at `at`."""

    def program(self) -> Sequence:
        """Commands up to a closing word, a closing parenthesis, `;;` or the end."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise StopError("the commands are nested too deep")
        items: list[tuple[Node, bool]] = []
        while not self.blank_lines() and not self._closes():
            items.append(self.item())
        self.depth -= 1
        return Sequence(tuple(items))

    def item(self) -> tuple[Node, bool]:
        """One list of `&&` and `||` with the `;`, `&` or newline after it."""
        node = self._and_or()
        self.blanks()
        if self.peek(";;") or not self.peek(";", "&"):
            return node, False
        self.at += 1
        return node, self.text[self.at - 1] == "&"

    def _closes(self) -> bool:
        return self.peek(")", ";;", ";&") or self._reserved() in _CLOSING

    def _reserved(self) -> str:
        match = _RESERVED.match(self.text, self.at)
        return match[0] if match else ""

    def _expect(self, word: str) -> None:
        self.blank_lines()
        if self._reserved() != word:
            raise StopError(f"`{word}` is missing")
        self.at += len(word)

    def _accept(self, word: str) -> bool:
        self.blank_lines()
        if self._reserved() != word:
            return False
        self.at += len(word)
        return True

    def _and_or(self) -> Node:
        first = self._pipeline()
        rest: list[tuple[str, Node]] = []
        self.blanks()
        while self.peek("&&", "||"):
            operator = self.text[self.at : self.at + 2]
            self.at += 2
            self.blank_lines()
            rest.append((operator, self._pipeline()))
            self.blanks()
        return AndOr(first, tuple(rest)) if rest else first

    def _pipeline(self) -> Node:
        negated = False
        self.blanks()
        while self._reserved() == "!":
            self.at += 1
            negated = not negated
            self.blanks()
        commands = [self._command()]
        self.blanks()
        while self.peek("|") and not self.peek("||"):
            self.at += 2 if self.peek("|&") else 1
            self.blank_lines()
            commands.append(self._command())
            self.blanks()
        if len(commands) == 1 and not negated:
            return commands[0]
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise StopError("the commands are nested too deep")
        node = self._compound()
        self.depth -= 1
        return node

    def _compound(self) -> Node:
        if self.peek("((") and self.is_arithmetic():
            return self._condition()
        if self.peek("("):
            self.at += 1
            body = self.program()
            self.close(")")
            return Block(body, apart=True, redirects=self._redirects())
        match self._reserved():
            case "{":
                self.at += 1
                body = self.program()
                self._expect("}")
                return Block(body, apart=False, redirects=self._redirects())
            case "if":
                return self._if()
            case "for" | "select" as word:
                return self._for(word)
            case "while" | "until" as word:
                self.at += 5
                condition = self.program()
                return While(condition, self._do(), word == "until", self._redirects())
            case "case":
                return self._case()
            case "[[":
                return self._double_bracket()
            case "coproc":
                raise StopError("`coproc` is not understood")
        match = _NAMED_FUNCTION.match(self.text, self.at) or _FUNCTION.match(self.text, self.at)
        if match:
            self.at = match.end()
            self.blank_lines()
            return Function(match[1], self._command())
        return self._simple()

    def _if(self) -> If:
        branches = []
        self.at += 2
        while True:
            condition = self.program()
            self._expect("then")
            branches.append((condition, self.program()))
            if not self._accept("elif"):
                break
        otherwise = self.program() if self._accept("else") else None
        self._expect("fi")
        return If(tuple(branches), otherwise, self._redirects())

    def _condition(self) -> Sequence:
        """`((...))`: what it comes to is not known, nor are the variables that it sets."""
        start = self.at
        self.at = self._closing
        text = self.text[start : self.at]
        [unknown] = self._unknown(text)
        names = dict.fromkeys(match[1] or match[2] for match in _SET.finditer(text))
        given = Simple(tuple(Assignment(name, unknown, more=False) for name in names), (), (), start, text)
        test = Word((Lit("test", quoted=False),), "test")
        return Sequence(
            ((given, False), (Simple((), (test, unknown), self._redirects(), start, text), False))
        )

    def _for(self, keyword: str) -> For:
        """`for`; a `select` asks for one of the words over and over."""
        self.at += len(keyword)
        self.blanks()
        if self.peek("((") and self.is_arithmetic():
            start = self.at
            self.at = self._closing
            text = self.text[start : self.at]
            counter = _SET.search(text)
            return self._loop((counter[1] or counter[2]) if counter else "_", self._unknown(text))
        match = re.compile(r"[A-Za-z_]\w*").match(self.text, self.at)
        if not match:
            raise StopError("`for` without a name")
        self.at = match.end()
        words: tuple[Word, ...] | None = None
        if self._accept("in"):
            words = tuple(self._words())
        return self._loop(match[0], self._unknown(keyword) if keyword == "select" else words)

    def _loop(self, name: str, words: tuple[Word, ...] | None) -> For:
        self.blanks()
        if self.peek(";"):
            self.at += 1
        return For(name, words, self._do(), self._redirects())

    @staticmethod
    def _unknown(text: str) -> tuple[Word, ...]:
        return (Word((Opaque(text, quoted=False),), text),)

    def _words(self) -> list[Word]:
        found = []
        self.blanks()
        while not self.ends():
            found.append(self.word())
            self.blanks()
        return found

    def _do(self) -> Sequence:
        self._expect("do")
        body = self.program()
        self._expect("done")
        return body

    def _case(self) -> Case:
        self.at += 4
        self.blanks()
        word = self.word()
        self._expect("in")
        arms = []
        while not self._accept("esac"):
            if self.at >= len(self.text):
                raise StopError("`esac` is missing")
            self.blanks()
            if self.peek("("):
                self.at += 1
            self.blanks()
            patterns = [self.word()]
            self.blanks()
            while self.peek("|"):
                self.at += 1
                self.blanks()
                patterns.append(self.word())
                self.blanks()
            self.close(")")
            arms.append((tuple(patterns), self.program()))
            if self.peek(";&", ";;&"):
                raise StopError("`;&` is not understood")
            if self.peek(";;"):
                self.at += 2
        return Case(word, tuple(arms), self._redirects())

    def _double_bracket(self) -> Simple:
        """`[[ ... ]]`: its operators are words of the command."""
        start = self.at
        words = [self.operator(2)]
        while True:
            if self.blank_lines():
                raise StopError("`]]` is missing")
            if self.peek("]]"):
                words.append(self.operator(2))
                return Simple((), tuple(words), self._redirects(), start, self.text[start : self.at])
            if self.peek("&&", "||"):
                words.append(self.operator(2))
            elif self.peek("(", ")", "<", ">", "|", ";", "&"):
                words.append(self.operator(1))
            else:
                words.append(self.word())

    def _simple(self) -> Simple:
        start = end = self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            redirects += self._redirects()
            if self.ends():
                break
            match = None if words else _ASSIGNMENT.match(self.text, self.at)
            if match:
                self.at = match.end()
                value = self._array() if self.peek("(") else Word((), "") if self.ends() else self.word()
                assignments.append(Assignment(match[1], value, bool(match[2])))
            else:
                words.append(self.word())
            end = self.at
        if end == start and not redirects:
            raise StopError("a command is missing")
        text = self.text[start:end]
        return Simple(tuple(assignments), tuple(words), tuple(redirects), start, text)

    def _array(self) -> Word:
        """`(a b)`: bash's arrays are passed over, their values are not known."""
        start = self.at
        self.at += 1
        while not self.blank_lines() and not self.ends():
            self.word()
        self.close(")")
        text = self.text[start : self.at]
        return Word((Opaque(text, quoted=False),), text)

    def _redirects(self) -> tuple[Redirect, ...]:
        found = []
        self.blanks()
        while match := _REDIRECT.match(self.text, self.at):
            self.at = match.end()
            operator = match[2]
            handle = int(match[1][:4]) if match[1] else 0 if operator.startswith("<") else 1
            self.blanks()
            if operator in ("<<", "<<-"):
                found.append(Redirect("<<", handle, self.heredoc(strip=operator == "<<-")))
            else:
                found.append(Redirect(operator, handle, self.word()))
            self.blanks()
        return tuple(found)
