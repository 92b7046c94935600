"""The literal part of HCL, as bake files use it, in the form that HCL has as JSON.

A text keeps its `${...}`; a bare variable becomes such a text. What has to be worked out, a call or a
condition, is a node tagged `OPAQUE`. Source: the syntax specification of hashicorp/hcl (`hclsyntax/spec.md`).
"""

from __future__ import annotations

import re
from bisect import bisect_right

from depcheck.manifest.yaml import Node
from depcheck.model import Route, Site
from depcheck.record import NamedTuple

OPAQUE = "!opaque"
DEEPEST = 60  # brackets in brackets

_BLANKS = re.compile(r"(?:[ \t\r]+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SPACES = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?![\w.])")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t]*\r?\n")
_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_PLAIN = re.compile(r'[^"\\$%\n]+')
_CLOSING = {"[": "]", "{": "}", "(": ")"}
_MEANING = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Body(NamedTuple):
    """A file: attributes, and blocks by their type and label. whole: all of it has been understood."""

    attributes: dict[str, Node]
    blocks: dict[str, dict[str, Node]]
    whole: bool


class _NotUnderstoodError(Exception):
    """Something that this reader does not know; what stands after it is not read."""


def parse(text: str, path: str) -> Body:
    """What stands in `text`, the content of the file at `path`."""
    return _Reading(text, path).file()


class _Reading:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.at = 0
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.inside = 0  # brackets that are passed over, one in a text of another

    def file(self) -> Body:
        attributes: dict[str, Node] = {}
        blocks: dict[str, dict[str, Node]] = {}
        try:
            while self.skip(_SPACES) < len(self.text):
                start, name = self.at, self.name()
                if self.peek() == "=":
                    self.at += 1
                    attributes[name] = self.expression((name,), "\n")
                    continue
                labels = self.labels()
                site = self.site(start, (name, *labels))
                entries = self.body((name, *labels))
                among = blocks.setdefault(name, {})
                known = among.get(labels[0] if labels else "")
                if known is not None:
                    entries = {**known.entries, **entries}
                among[labels[0] if labels else ""] = Node(site, entries)
        except _NotUnderstoodError:
            return Body(attributes, blocks, whole=False)
        return Body(attributes, blocks, whole=True)

    def body(self, route: Route) -> dict[str, Node]:
        """The attributes of a block; blocks in it are passed over."""
        self.take("{")
        found: dict[str, Node] = {}
        while self.skip(_SPACES) < len(self.text):
            if self.text[self.at] == "}":
                self.at += 1
                return found
            name = self.name()
            if self.peek() == "=":
                self.at += 1
                found[name] = self.expression((*route, name), "\n}")
            elif len(route) < DEEPEST:
                self.labels()
                self.body((*route, name))
            else:
                raise _NotUnderstoodError
        raise _NotUnderstoodError

    def labels(self) -> tuple[str, ...]:
        found = []
        while self.peek() not in ("{", ""):
            found.append(self.quoted() if self.peek() == '"' else self.name())
        return tuple(found)

    def expression(self, route: Route, ends: str, depth: int = 0) -> Node:
        """A value up to one of `ends`, which is left standing."""
        self.skip(_BLANKS if "\n" in ends else _SPACES)
        start = self.at
        try:
            found = self.value(route, depth)
            self.skip(_BLANKS if "\n" in ends else _SPACES)
            if self.at >= len(self.text) or self.text[self.at] in ends:
                return found
        except _NotUnderstoodError:
            pass
        self.at = start
        self.pass_over(ends)
        return Node(self.site(start, route), None, tag=OPAQUE)

    def value(self, route: Route, depth: int) -> Node:
        start, char = self.at, self.text[self.at : self.at + 1]
        if depth > DEEPEST:
            raise _NotUnderstoodError
        found: str | dict[str, Node] | tuple[Node, ...] | None
        match char:
            case '"':
                found = self.quoted()
            case "[":
                found = self.items(route, depth)
            case "{":
                found = self.entries(route, depth)
            case "<":
                found = self.heredoc()
            case _:
                found = self.plain()
        return Node(self.site(start, route), found)

    def plain(self) -> str | None:
        """A number, `true`, `false`, `null`, or a variable with its fields."""
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            self.at = number.end()
            return number[0].rstrip("0").rstrip(".") if "." in number[0] else number[0]
        name = self.name()
        if name in ("true", "false"):
            return name
        while self.text.startswith(".", self.at):
            self.at += 1
            name += f".{self.name()}"
        return None if name == "null" else f"${{{name}}}"

    def items(self, route: Route, depth: int) -> tuple[Node, ...]:
        self.take("[")
        found: list[Node] = []
        while True:
            if self.skip(_SPACES) >= len(self.text) or self.text.startswith("for ", self.at):
                raise _NotUnderstoodError
            if self.text[self.at] == "]":
                self.at += 1
                return tuple(found)
            found.append(self.expression((*route, len(found)), ",]", depth + 1))
            if self.skip(_SPACES) < len(self.text) and self.text[self.at] == ",":
                self.at += 1

    def entries(self, route: Route, depth: int) -> dict[str, Node]:
        self.take("{")
        found: dict[str, Node] = {}
        while True:
            if self.skip(_SPACES) >= len(self.text) or self.text.startswith("for ", self.at):
                raise _NotUnderstoodError
            char = self.text[self.at]
            if char in "},":
                self.at += 1
                if char == "}":
                    return found
                continue
            name = self.quoted() if char == '"' else self.name()
            if "${" in name or self.peek() not in ("=", ":"):
                raise _NotUnderstoodError
            self.at += 1
            found[name] = self.expression((*route, name), ",}\n", depth + 1)

    def quoted(self) -> str:
        """A text in quotes: escapes resolved, templates left as they are."""
        self.take('"')
        found: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if plain := _PLAIN.match(self.text, self.at):
                found.append(plain[0])
                self.at = plain.end()
            elif char == '"':
                self.at += 1
                return "".join(found)
            elif escape := _ESCAPE.match(self.text, self.at):
                code = escape[2] or escape[3]
                if code and int(code, 16) > 0x10FFFF:
                    raise _NotUnderstoodError
                found.append(chr(int(code, 16)) if code else _MEANING[escape[1]])
                self.at = escape.end()
            elif char in "\\\n":
                raise _NotUnderstoodError
            elif self.text.startswith(("${", "%{"), self.at):
                start = self.at
                self.at += 1
                self.pass_bracket()
                found.append(self.text[start : self.at])
            else:
                size = 3 if self.text.startswith(("$${", "%%{"), self.at) else 1
                found.append(self.text[self.at : self.at + size])
                self.at += size
        raise _NotUnderstoodError

    def heredoc(self) -> str:
        """The lines up to the marker; with `<<-` without the blanks that all of them begin with."""
        opening = _HEREDOC.match(self.text, self.at)
        if opening is None:
            raise _NotUnderstoodError
        end = re.compile(rf"^[ \t]*{re.escape(opening[2])}[ \t]*\r?$", re.MULTILINE).search(
            self.text, opening.end()
        )
        if end is None:
            raise _NotUnderstoodError
        self.at = end.end()
        lines = self.text[opening.end() : end.start()].splitlines(keepends=True)
        if opening[1]:
            least = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
            lines = [line[least:] if line.strip() else line.lstrip(" ") for line in lines]
        return "".join(lines)

    def pass_over(self, ends: str) -> None:
        """Go to the end of a value that is not understood: one of `ends` outside of all brackets."""
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.skip_one()
            self.skip(_BLANKS)

    def pass_bracket(self) -> None:
        """Go behind the bracket that closes the one here."""
        waiting = [_CLOSING[self.text[self.at]]]
        self.at += 1
        self.inside += 1
        if self.inside > DEEPEST:
            raise _NotUnderstoodError
        while waiting:
            if self.skip(_SPACES) >= len(self.text):
                raise _NotUnderstoodError
            char = self.text[self.at]
            if char == waiting[-1]:
                waiting.pop()
                self.at += 1
            elif char in _CLOSING:
                waiting.append(_CLOSING[char])
                self.at += 1
            else:
                self.skip_one()
        self.inside -= 1

    def skip_one(self) -> None:
        """One piece: a text, a bracket with all in it, a here-document, or a character."""
        char = self.text[self.at]
        if char == '"':
            self.quoted()
        elif char in _CLOSING:
            self.pass_bracket()
        elif _HEREDOC.match(self.text, self.at):
            self.heredoc()
        else:
            self.at += 1

    def name(self) -> str:
        self.skip(_BLANKS)
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise _NotUnderstoodError
        self.at = match.end()
        return match[0]

    def peek(self) -> str:
        self.skip(_BLANKS)
        return self.text[self.at : self.at + 1]

    def take(self, char: str) -> None:
        if self.peek() != char:
            raise _NotUnderstoodError
        self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def site(self, at: int, route: Route) -> Site:
        line = bisect_right(self.lines, at)
        return Site(self.path, route, "", line, at - self.lines[line - 1] + 1)
