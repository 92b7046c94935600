"""Words, quotes, expansions and here-documents: what the grammar of `parse` is made of."""

from __future__ import annotations

import re

from depcheck.shell.syntax import Lit, Opaque, Param, Part, Process, Sequence, Sub, Word

DEEPEST = 60  # nested commands and expansions; more is not understood
_LONGEST = 2_000  # characters of arithmetic
_BLANKS = re.compile(r"(?:[ \t\r]|\\\r?\n)*")
_PLAIN = re.compile(r"[^\s;&|()<>\"'\\$`]+")
_INNER = re.compile(r"[^\"\\$`]+")
_BODY = re.compile(r"[^\\$`]+")
_BRACED = re.compile(r"[^}\"'\\$`]+")
_PARENTHESIS = re.compile(r"[()]")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]")
_BRACE_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]+|[@*#?$!-]")
_OPERATOR = re.compile(r":?[-=+?]|##?|%%?|//?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


class StopError(Exception):
    """The text from here on is not understood; the argument says why. Never leaves `parse`."""


class Lexer:
    """A text and a place in it."""

    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self._ends: dict[int, int] = {}  # a newline -> where the here-documents after it end
        self._closing = 0
        self._line = -1  # the newline that the here-documents of the current line follow

    def program(self) -> Sequence:
        """What a command substitution holds; the grammar's business."""
        raise NotImplementedError

    def peek(self, *texts: str) -> bool:
        """Whether one of `texts` stands here."""
        return self.text.startswith(texts, self.at)

    def blanks(self) -> None:
        """Go on to the next word or operator of this line."""
        self.at = _BLANKS.match(self.text, self.at).end()  # type: ignore[union-attr]
        if self.peek("#") and (self.at == 0 or self.text[self.at - 1] in " \t\r\n;&|()"):
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end

    def blank_lines(self) -> bool:
        """Go on to the next word or operator, over the ends of lines; whether the text ends."""
        self.blanks()
        while self.peek("\n"):
            self.at = self._ends.get(self.at, self.at + 1)
            self.blanks()
        return self.at >= len(self.text)

    def ends(self) -> bool:
        """Whether no word stands here: an operator, the end of the line or of the text."""
        if self.peek("<(", ">("):
            return False
        return self.at >= len(self.text) or self.text[self.at] in "\n;&|()<>"

    def close(self, text: str) -> None:
        """Go past `text`, which has to be next."""
        self.blank_lines()
        if not self.peek(text):
            raise StopError(f"`{text}` is missing")
        self.at += len(text)

    def operator(self, length: int) -> Word:
        """The next characters as a word."""
        text = self.text[self.at : self.at + length]
        self.at += length
        return Word((Lit(text, quoted=False),), text)

    def word(self) -> Word:
        """One word."""
        start = self.at
        parts: list[Part] = []
        while not self.ends() and self.text[self.at] not in " \t\r":
            self._part(parts, _PLAIN)
        if self.at == start:
            raise StopError("a word is missing")
        return Word(tuple(parts), self.text[start : self.at])

    def _part(self, parts: list[Part], plain: re.Pattern[str], *, quoted: bool = False) -> None:
        """One part of a word: of text between double quotes where `quoted`."""
        if match := plain.match(self.text, self.at):
            self.at = match.end()
            parts.append(Lit(match[0], quoted))
            return
        match self.text[self.at]:
            case "'":
                parts.append(Lit(self._until("'"), quoted=True))
            case '"':
                self._double(parts)
            case "\\":
                self._escape(parts, quoted=quoted)
            case "$":
                self._dollar(parts, quoted=quoted)
            case "`":
                self._backticks(parts, quoted=quoted)
            case "<" | ">" if not quoted:
                start = self.at
                self.at += 2
                body = self.program()
                self.close(")")
                parts.append(Process(body, self.text[start : self.at]))
            case character:
                raise StopError(f"`{character}` is not expected")

    def _until(self, quote: str) -> str:
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise StopError("a quote is not closed")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return found

    def _double(self, parts: list[Part]) -> None:
        self.at += 1
        parts.append(Lit("", quoted=True))
        while not self.peek('"'):
            if self.at >= len(self.text):
                raise StopError("a quote is not closed")
            self._part(parts, _INNER, quoted=True)
        self.at += 1

    def _escape(self, parts: list[Part], *, quoted: bool) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        self.at += 1 + len(following)
        if following == "\n":
            return
        keep = "\\" if (quoted and following not in '$`"\\') or not following else ""
        parts.append(Lit(keep + following, quoted=True))

    def _dollar(self, parts: list[Part], *, quoted: bool) -> None:
        start = self.at
        self.at += 1
        if self.peek("(("):
            self._arithmetic()
            parts.append(Opaque(self.text[start : self.at], quoted))
        elif self.peek("("):
            self.at += 1
            body = self.program()
            self.close(")")
            parts.append(Sub(body, quoted, self.text[start : self.at]))
        elif self.peek("{"):
            self.at += 1
            name, op, word = self._braces(quoted=quoted)
            parts.append(Param(name, op, word, quoted, self.text[start : self.at]))
        elif self.peek("'") and not quoted:
            parts.append(Lit(self._ansi(), quoted=True))
        elif match := _NAME.match(self.text, self.at):
            self.at = match.end()
            parts.append(Param(match[0], "", None, quoted, self.text[start : self.at]))
        else:
            parts.append(Lit("$", quoted=True))

    def _arithmetic(self) -> None:
        if not self.is_arithmetic():
            raise StopError("`$((` is not closed")
        self.at = self._closing

    def is_arithmetic(self) -> bool:
        """Whether the two parentheses that open here close together, and not as nested subshells do."""
        level = 0
        for match in _PARENTHESIS.finditer(self.text, self.at, self.at + _LONGEST):
            level += 1 if match[0] == "(" else -1
            if level == 0:
                self._closing = match.end()
                return self.text[match.end() - 2] == ")"
        return False

    def _braces(self, *, quoted: bool) -> tuple[str, str, Word | None]:
        """What stands after `${`."""
        length = self.peek("#") and not self.peek("#}", "#-", "#:", "#?", "#+", "#=", "#%", "##", "#/")
        self.at += length
        match = _BRACE_NAME.match(self.text, self.at)
        if match is None:
            self._braced(quoted=quoted)
            return "", "bad", None
        self.at = match.end()
        if self.peek("}"):
            self.at += 1
            return match[0], "len" if length else "", None
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None or length:
            self._braced(quoted=quoted)
            return match[0], "bad", None
        self.at = operator.end()
        return match[0], operator[0], self._braced(quoted=quoted and operator[0][-1] in "-=+?")

    def _braced(self, *, quoted: bool) -> Word:
        """The word up to the closing brace, which is passed."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise StopError("the expansions are nested too deep")
        start = self.at
        parts: list[Part] = []
        while not self.peek("}"):
            if self.at >= len(self.text):
                raise StopError("`${` is not closed")
            if quoted and self.peek("'"):  # between double quotes a single one is a character
                parts.append(Lit("'", quoted=True))
                self.at += 1
            else:
                self._part(parts, _BRACED, quoted=quoted and not self.peek('"'))
        self.at += 1
        self.depth -= 1
        return Word(tuple(parts), self.text[start : self.at - 1])

    def _ansi(self) -> str:
        """`$'...'`, the common escapes."""
        found = []
        self.at += 1
        while not self.peek("'"):
            if self.at >= len(self.text):
                raise StopError("a quote is not closed")
            character = self.text[self.at]
            if character == "\\":
                self.at += 1
                character = self.text[self.at : self.at + 1]
                if character in "xuU01234567c":
                    raise StopError("an escape is not understood")
                character = _ESCAPES.get(character, character)
            found.append(character)
            self.at += 1
        self.at += 1
        return "".join(found)

    def _backticks(self, parts: list[Part], *, quoted: bool) -> None:
        start = self.at
        end = start + 1
        for match in re.compile(r"\\.|`", re.DOTALL).finditer(self.text, start + 1):
            if match[0] == "`":
                end = match.end()
                break
        else:
            raise StopError("a backtick is not closed")
        inner = re.sub(r"\\([\\`$\"])" if quoted else r"\\([\\`$])", r"\1", self.text[start + 1 : end - 1])
        if self.depth >= DEEPEST:
            raise StopError("the commands are nested too deep")
        body = type(self)(inner, self.depth + 10)  # each level reads its text anew: ten levels at most
        parts.append(Sub(body.program(), quoted, self.text[start:end]))
        if not body.blank_lines():
            raise StopError("what stands between the backticks is not understood")
        self.at = end

    def heredoc(self, *, strip: bool) -> Word:
        """The body of a here-document whose delimiter stands here; it follows the current line."""
        delimiter = self.word()
        raw = any(character in delimiter.text for character in "'\"\\")
        closing = "".join(part.text for part in delimiter.parts)
        newline = self._newline()
        start = self._ends.get(newline, newline + 1)
        end = start
        lines = []
        while end < len(self.text):
            stop = self.text.find("\n", end)
            stop = len(self.text) if stop < 0 else stop
            line = self.text[end:stop]
            line = line.lstrip("\t") if strip else line
            end = min(stop + 1, len(self.text))
            if line == closing:
                break
            lines.append(line + "\n")
        self._ends[newline] = end
        body = "".join(lines)
        if raw:
            return Word((Lit(body, quoted=True),), body)
        inner = type(self)(body, self.depth + 10)
        if inner.depth > DEEPEST:
            raise StopError("the here-documents are nested too deep")
        return inner.text_word()

    def _newline(self) -> int:
        """The end of the current line, which a backslash carries on."""
        if self._line < self.at:
            self._line = self.text.find("\n", self.at)
            while self._line > 0 and self.text[self._line - 1] == "\\":
                self._line = self.text.find("\n", self._line + 1)
            if self._line < 0:
                self._line = len(self.text)
        return self._line

    def text_word(self) -> Word:
        """The whole text as one word in which only `$`, backticks and backslashes mean something."""
        parts: list[Part] = []
        while self.at < len(self.text):
            if self.peek('\\"'):
                parts.append(Lit('\\"', quoted=True))
                self.at += 2
            else:
                self._part(parts, _BODY, quoted=True)
        return Word(tuple(parts), self.text)
