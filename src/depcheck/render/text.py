"""Text from a scanned repository, made safe to show: nothing in it moves a cursor or turns a line round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# C0 and C1 controls, marks that change the direction of text, separators of lines, invisible
# characters, and what stands for a byte that is no UTF-8 in a file name.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# What a CI takes for a command wherever it stands in a line: `##[...]` of GitHub's runner (its
# `ActionCommand.TryParse`), `##vso[` of Azure Pipelines, `##teamcity[`. What begins with `::` is one only at
# the start of a line; see `seen`.
_COMMAND = r"(?<=#)#(?=\[|vso\[|teamcity\[)"
_LONGEST, _HEAD, _TAIL = 300, 120, 60  # characters of a word that is shown, and of its ends if it is longer


def plain(text: str) -> str:
    """`text` on one line, with everything that a terminal or a CI would act upon written out as its code."""
    if "##" in text:
        text = re.sub(_COMMAND, _written_out, text)
    return text if text.isascii() and text.isprintable() else re.sub(_UNSAFE, _written_out, text)


def sentence(text: str) -> str:
    """`text` made safe, with the middle of an overlong word (a path of thousands of characters) left out."""
    if len(text) <= _LONGEST:
        return plain(text)
    words = (
        word if len(word) <= _LONGEST else f"{word[:_HEAD]}...{word[-_TAIL:]}" for word in text.split(" ")
    )
    return plain(" ".join(words))


def _written_out(match: re.Match[str]) -> str:
    char = match[0]
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is no UTF-8 (`os.fsdecode`)
        return f"\\x{ord(char) & 0xFF:02x}"
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\u{{{ord(char):x}}}")


def width(text: str) -> int:
    """How many cells of a terminal `text` takes; it has been through `plain`."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def wrap(words: Iterable[str], limit: int) -> Iterator[str]:
    """Lines of at most `limit` cells (0: one line); a longer word is not broken."""
    line = ""
    for word in words:
        if line and limit and width(line) + 1 + width(word) > limit:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def seen(root: str, path: str) -> str:
    """A path of the report as one that leads there from the current directory, made safe."""
    from posixpath import join, relpath

    path = path if root == "." or path.startswith("/") else relpath(join(root, path))
    before, colons, _ = path.partition("::")  # a line may begin with it, and GitHub's runner passes over
    begins = colons and not any("!" <= char <= "~" for char in before)  # spaces and what has no width
    return plain(f"./{path}" if begins else path)


def above(root: str) -> str:
    """What is said before a report whose root is not the current directory; it ends with `root`."""
    return f"paths in messages are relative to `{root}`"


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`, `12,000 errors`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
