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


def read(sources: Sources, path: str) -> Fault | None:
    """The fault of a file that `toml.read` accepts and `tomllib` does not."""
    import tomllib  # only where a tool of that kind owns the project: start-up time

    try:
        raw = sources.tree.read(path)
        if raw.startswith(codecs.BOM_UTF8):
            message = "starts with a byte order mark, which Python's TOML parser does not read"
            return Fault("invalid-manifest", Site(path, line=1, column=1), message)
        tomllib.loads(raw.decode("utf-8"))
    except (OSError, UnknownContentError, UnicodeDecodeError, RecursionError):
        return None  # `toml.read` has said so
    except ValueError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        message = "not valid TOML 1.0, which is what Python's TOML parser reads"
        return Fault("invalid-manifest", Site(path, line=line, column=column), message)
    return None
