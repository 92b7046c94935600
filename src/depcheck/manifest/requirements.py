"""Requirements and constraints files: each line as pip reads it, with its place.

Source of the rules: pip 26, `pip/_internal/req/req_file.py` (join_lines, ignore_comments,
break_args_options, build_parser).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from depcheck.manifest import toml
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

EntryKind = Literal[
    "requirement", "editable", "requirements", "constraints", "find-links", "index", "option", "invalid"
]

_COMMENT = re.compile(r"(^|(?<!\s)\s+)#.*$")  # looked for where white space begins only: linear
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# The options that a line may hold, by what a file does with them; all but FLAGS take a value.
_FLAGS = {"--no-index", "--pre", "--prefer-binary", "--require-hashes", "--no-require-hashes"}
_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
    "-C": "--config-settings",
}
_VALUED = {
    "--requirement", "--constraint", "--editable", "--find-links", "--index-url", "--pypi-url",
    "--extra-index-url", "--no-binary", "--only-binary", "--trusted-host", "--use-feature", "--hash",
    "--config-settings", "--config-setting", "--global-option", "--all-releases", "--only-final",
}  # fmt: skip
_KINDS: dict[str, EntryKind] = {
    "--editable": "editable",
    "--requirement": "requirements",
    "--constraint": "constraints",
    "--find-links": "find-links",
}

_PLACED = 100  # options of one line whose place is looked for: each is a search through the line


class Entry(NamedTuple):
    """One logical line.

    kind:   what it asks for. `requirement`: anything that is no option. `index`: only as uv reads it.
    value:  the path, URL or requirement as written; of `invalid`, what is wrong.
    option: as written (`-r`, `--requirement`); empty for a requirement.
    hashed: whether `--hash` stands beside it; of an option, whether it asks for hashes.
    """

    kind: EntryKind
    value: str
    site: Site
    option: str = ""
    hashed: bool = False


class Requirements(NamedTuple):
    """A requirements or constraints file."""

    path: str
    entries: tuple[Entry, ...]


def read(sources: Sources, path: str) -> Requirements | Fault | toml.Unknown:
    """Read `path`; a Fault where it can't be opened or decoded."""
    text = read_text(sources, path)
    return Requirements(path, tuple(_entries(path, text))) if isinstance(text, str) else text


def read_text(sources: Sources, path: str) -> str | Fault | toml.Unknown:
    """The text of `path` in the encoding that it names."""
    try:
        raw = sources.tree.read(path)
    except UnknownContentError as error:
        return toml.Unknown(path, str(error))
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        return Fault(
            "invalid-manifest", Site(path, line=1, column=1), f"cannot be read: {reason}", tool="pip"
        )
    try:
        return _decode(raw)
    except (UnicodeDecodeError, LookupError) as error:
        return Fault(
            "invalid-manifest", Site(path, line=1, column=1), f"cannot be decoded: {error}", tool="pip"
        )


def variables(text: str) -> tuple[str, ...]:
    """The variables that pip fills in: `${UPPER_CASE}` and nothing else."""
    return tuple(_VARIABLE.findall(text))


def _decode(raw: bytes) -> str:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding)
    for line in raw.split(b"\n", 2)[:2]:
        if line.startswith(b"#") and (found := _ENCODING.search(line)):
            return raw.decode(found[1].decode("ascii", "replace"))
    try:
        return raw.decode()
    except UnicodeDecodeError:  # pip takes the locale's encoding; any 8-bit one reads the paths alike
        return raw.decode("latin-1")


def _entries(path: str, text: str) -> Iterator[Entry]:
    for first, physical, logical in _joined(text):
        line = _COMMENT.sub("", logical).strip()
        if line:
            yield from _entry(path, first, physical, line)


def _joined(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Lines that end in a backslash and those after them: first number, physical lines, the line."""
    pending: list[str] = []
    physical: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        comment = _COMMENT.match(line) is not None
        if not pending:
            first = number
        physical.append(line)
        if line.endswith("\\") and not comment:
            pending.append(line.strip("\\"))
            continue
        pending.append(f" {line}" if comment else line)
        yield first, physical, "".join(pending)
        pending, physical = [], []
    if pending:
        yield first, physical, "".join(pending)


def _entry(path: str, first: int, physical: list[str], line: str) -> Iterator[Entry]:
    """break_args_options: what stands before the first option is the requirement."""

    def site(value: str) -> Site:
        for offset, text in enumerate(physical):
            column = text.find(value) if value else -1
            if column >= 0:
                return Site(path, within=value, line=first + offset, column=column + 1)
        return Site(path, line=first, column=len(physical[0]) - len(physical[0].lstrip()) + 1)

    tokens = line.split(" ")
    count = next((index for index, token in enumerate(tokens) if token.startswith("-")), len(tokens))
    requirement, rest = " ".join(tokens[:count]).strip(), " ".join(tokens[count:])
    options = _options(rest)
    if isinstance(options, str):
        yield Entry("invalid", options, site(rest.split(" ")[0]))
        return
    hashed = any(name in {"--hash", "--require-hashes"} for name, _, _ in options)
    if requirement:
        yield Entry("requirement", requirement, site(requirement), "", hashed)
        return
    for wanted in ("--editable", "--requirement", "--constraint", "--find-links"):
        for name, written, value in options:
            if name == wanted:
                yield Entry(_KINDS[name], value, site(value), written, hashed)
                if name != "--find-links":
                    return
                break
    for number, (name, written, value) in enumerate(options):
        if name not in _KINDS:
            place = site((value or written) if number < _PLACED else "")
            yield Entry("option", value, place, written, hashed)


def _options(text: str) -> list[tuple[str, str, str]] | str:
    """`text` as (option, as written, value); a sentence where pip refuses it."""
    words = _split(text)
    if words is None:
        return "a quotation mark is not closed"
    found = []
    ahead = words[::-1]
    while ahead:
        word = ahead.pop()
        if not word.startswith("-") or word == "-":
            continue  # optparse leaves operands that follow an option alone
        written, equals, value = word.partition("=")
        if not word.startswith("--") and len(word) > 2:
            written, equals, value = word[:2], "=", word[2:]
        name = _SHORT.get(written, written)
        if name.startswith("--") and name not in _FLAGS | _VALUED:
            longer = [known for known in _FLAGS | _VALUED if known.startswith(name)]
            name = longer[0] if len(longer) == 1 else name
        if name not in _FLAGS | _VALUED:
            return f"`{written}` is no option of a requirements file"
        if name in _VALUED and not equals:
            if not ahead:
                return f"`{written}` needs a value"
            value = ahead.pop()
        found.append((name, written, value))
    return found


def _split(text: str) -> list[str] | None:
    """`text` as a shell splits it; None where a quotation is open. `shlex` costs start-up time."""
    if not any(mark in text for mark in "'\"\\"):
        return text.split()
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        return None
