"""`[target.X]`: a platform's name or a `cfg(...)` expression (cargo: `cargo-platform`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_TOKEN = re.compile(r' *(?:([(),=])|"([^"]*)"|((?:r#)?[A-Za-z_][A-Za-z0-9_]*))')
_NAME = re.compile(r"[\w.-]*")
_DEEPEST = 100
HOST = "x86_64-unknown-linux-gnu"
_HOST_NAMES = frozenset({"unix", "target_thread_local", "panic_unwind"})
_HOST_VALUES = {
    "target_os": {"linux"},
    "target_family": {"unix"},
    "target_arch": {"x86_64"},
    "target_env": {"gnu"},
    "target_pointer_width": {"64"},
    "target_endian": {"little"},
    "target_vendor": {"unknown"},
    "target_has_atomic": {"8", "16", "32", "64", "ptr"},
    "target_feature": {"fxsr", "sse", "sse2"},
    "panic": {"unwind"},
}


class PlatformError(Exception):
    """The text is neither a platform nor a cfg expression."""


@cache
def holds(text: str) -> bool:
    """Whether the table counts on the host (64-bit Linux, GNU). Raises PlatformError."""
    if not (text.startswith("cfg(") and text.endswith(")")):
        if not _NAME.fullmatch(text):
            raise PlatformError(f"`{text}` is no target name")
        return text == HOST
    expression = _Expression(text[4:-1])
    result = expression.value()
    expression.end()
    return result


class _Expression:
    """A cfg expression and how far it is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        """The next token: itself, a string with its first quote, or empty at the end."""
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            if self.text[self.at :].strip(" "):
                raise PlatformError(f"`{self.text[self.at :].strip()}` is not understood in a cfg expression")
            return ""
        return match[1] or match[3] or f'"{match[2]}'

    def next(self) -> str:
        token = self.peek()
        if match := _TOKEN.match(self.text, self.at):
            self.at = match.end()
        return token

    def eat(self, token: str) -> None:
        if (found := self.next()) != token:
            raise PlatformError(f"`{token}` is expected in a cfg expression, not `{found or 'its end'}`")

    def end(self) -> None:
        if self.text[self.at :].strip(" "):
            raise PlatformError(f"`{self.text[self.at :].strip()}` follows a cfg expression")

    def value(self, depth: int = 0) -> bool:
        if depth > _DEEPEST:
            raise PlatformError("the cfg expression is nested too deeply")
        match self.next():
            case "all":
                return self._list(all, depth)
            case "any":
                return self._list(any, depth)
            case "not":
                self.eat("(")
                inner = self.value(depth + 1)
                self.eat(")")
                return not inner
            case name if name and (name[0].isalpha() or name[0] == "_"):
                return self._option(name)
            case other:
                raise PlatformError(f"`{other or 'the end'}` stands where a cfg option is expected")

    def _list(self, combine: Callable[[list[bool]], bool], depth: int) -> bool:
        self.eat("(")
        found = []
        while self.peek() != ")":
            found.append(self.value(depth + 1))
            if self.peek() != ",":
                break
            self.next()
        self.eat(")")
        return combine(found)

    def _option(self, name: str) -> bool:
        if self.peek() != "=":
            return name == "true" or name.removeprefix("r#") in _HOST_NAMES
        self.next()
        value = self.next()
        if not value.startswith('"'):
            raise PlatformError(f"a string is expected after `{name} =` in a cfg expression")
        return value[1:] in _HOST_VALUES.get(name.removeprefix("r#"), ())
