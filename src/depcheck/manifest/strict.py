"""TOML 1.0, which is all that the parser in Python's library reads.

Poetry, PDM and Hatch (and most build backends) use it: what `toml.read` accepts beyond that, a byte
order mark and TOML 1.1, they refuse.
"""

from __future__ import annotations

import codecs
import re

from depcheck.model import Fault, Site
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

# What could be TOML 1.1 in a text without strings of several lines: an escape, a time without seconds.
_NEWER = re.compile(r"\\[ex]|[0-9]{2}:[0-9]{2}(?!:)")
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*')
_TRAILING_COMMA = re.compile(r",\s*\}")


def _is_plain(text: str) -> bool:
    """Whether a text that is TOML 1.1 is TOML 1.0 at first sight.

    An inline table has to end on its line, without a comma before its end.
    """
    if '"""' in text or "'''" in text or _NEWER.search(text):
        return False
    if "{" not in text:
        return True
    bare = _STRING_OR_COMMENT.sub("", text)
    if _TRAILING_COMMA.search(bare):
        return False
    return all(line.count("{") == line.count("}") for line in bare.split("\n"))


def read(sources: Sources, path: str) -> Fault | None:
    """The fault of a file that `toml.read` accepts and `tomllib` does not."""
    try:
        raw = sources.tree.read(path)
        if raw.startswith(codecs.BOM_UTF8):
            message = "starts with a byte order mark, which Python's TOML parser does not read"
            return Fault("invalid-manifest", Site(path, line=1, column=1), message)
        text = raw.decode("utf-8")
        if _is_plain(text):
            return None
        import tomllib  # written in Python: half of a scan's time would be its

        tomllib.loads(text)
    except (OSError, UnknownContentError, UnicodeDecodeError, RecursionError):
        return None  # `toml.read` has said so
    except ValueError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        message = "not valid TOML 1.0, which is what Python's TOML parser reads"
        return Fault("invalid-manifest", Site(path, line=line, column=column), message)
    return None
