"""What is wrong with a text that is no TOML, where the parser says little: only imported for one."""

from __future__ import annotations

import re

import tomli

# What brackets do not count in: comments and strings, closed or not; then the brackets themselves.
_PARTS = re.compile(
    r"""\#[^\n]*|\"{3}(?:\\.|[^\\])*?(?:\"{3,5}|\\?\Z)|'{3}.*?(?:'{3,5}|\Z)"""
    r"""|"(?:\\[^\n]|[^"\\\n])*"?|'[^'\n]*'?|[\[\]{}]""",
    re.DOTALL,
)
# Messages of an end that is met in something else than an array or an inline table.
_ELSE = re.compile("string|declaration|illegal character")
_VALUE = re.compile(r"""[^\s,\]\[{}#"'=]{1,40}""")


def told(text: str, error: tomli.TOMLDecodeError) -> tuple[str, int]:
    """The message for an error of the parser, and the offset of its place in the text."""
    message = error.msg[:1].lower() + error.msg[1:]
    offset = _offset(text, error.lineno, error.colno)
    if offset >= len(text.rstrip()) and not _ELSE.search(message):
        unclosed = _unclosed(text)
        if unclosed is not None:
            return f"unclosed {'array' if text[unclosed] == '[' else 'table'}", unclosed
    if offset == len(text):  # behind a last line break there is no line
        return message, len(text.rstrip())
    value = _VALUE.match(text, offset)
    if message == "invalid value" and value is not None:
        return f"invalid value `{value[0]}`", offset
    return message, offset


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


def _unclosed(text: str) -> int | None:
    """The last bracket that is opened and never closed."""
    opened: list[int] = []
    for match in _PARTS.finditer(text):
        if match[0] in ("[", "{"):
            opened.append(match.start())
        elif match[0] in ("]", "}") and opened:
            opened.pop()
    return opened[-1] if opened else None
