"""Go's `filepath.Match`: what the patterns of COPY and ADD match, one component at a time."""

from __future__ import annotations

import re


class PatternError(Exception):
    """What Go calls a syntax error in a pattern."""


def has_wildcards(text: str) -> bool:
    """Whether a path is a pattern: `*`, `?` or `[` that no backslash escapes."""
    return re.match(r"(?:[^\\*?\[]|\\.)*[*?\[]", text, re.DOTALL) is not None


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression to be matched in full. Raises PatternError.

    What stands between two stars is taken where it first fits, which is always right and never slow.
    """
    pieces = [""]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "[":
            found, at = _class(pattern, at)
            pieces[-1] += found
        elif char == "\\":
            if at == len(pattern):
                raise PatternError(f"`{pattern}` ends in a backslash")
            pieces[-1] += re.escape(pattern[at])
            at += 1
        else:
            pieces[-1] += re.escape(char)
    first, *more = pieces
    middle = "".join(f"(?>[^/]*?{piece})" for piece in more[:-1])
    return re.compile(first + middle + (f"[^/]*{more[-1]}" if more else ""), re.DOTALL)


def _class(pattern: str, at: int) -> tuple[str, int]:
    """The expression of a class whose `[` stands before `at`, and where it ends."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[str] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _member(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _member(pattern, at + 1)
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    inner = "".join(ranges)
    if not inner:
        return (r"[\s\S]" if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{inner}]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    """One end of a range."""
    if pattern.startswith("\\", at):
        at += 1
    elif pattern[at : at + 1] in ("", "-", "]"):
        raise PatternError(f"`{pattern}` has a class that Go refuses")
    if at + 1 >= len(pattern):
        raise PatternError(f"`{pattern}` has a class without an end")
    return pattern[at], at + 1
