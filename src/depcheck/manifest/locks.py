"""Lock files of uv, Poetry and PDM, without the artifacts that they list.

Nine tenths of such a file are the addresses and hashes of wheels, which nothing asks for, and parsing
them would take longer than all manifests together.
"""

from __future__ import annotations

import re

from depcheck.manifest import toml
from depcheck.model import Fault
from depcheck.sources import Sources

_TEXT = r'"[^"\\\x00-\x1f\x7f]*+"'
_SIZE = r"(?:, size = [1-9][0-9]{0,17})?"
_ARTIFACT = rf"(?:url|file) = {_TEXT}(?:, hash = {_TEXT})?{_SIZE}(?:, upload-time = {_TEXT})?"
# As the tools write them, each key once: what is left is valid just where the whole is.
_ARTIFACTS = re.compile(
    rf"^(wheels|files) = \[\n(?: {{4}}\{{ ?{_ARTIFACT} ?\}},?\n)+\]\n|^(sdist) = \{{ {_ARTIFACT} \}}\n",
    re.MULTILINE | re.ASCII,
)


def read(sources: Sources, path: str) -> toml.Document | Fault | toml.Unknown:
    """As `toml.read`, with nothing in the place of what was artifacts."""
    text = toml.read_text(sources, path)
    if not isinstance(text, str):
        return text
    if '"""' not in text and "'''" not in text:  # within such a text nothing is what it looks like
        brief = toml.parse(path, _ARTIFACTS.sub(r"\1\2 = []\n", text))
        if isinstance(brief, toml.Document):
            return brief
    return sources.get(toml.read, path)
