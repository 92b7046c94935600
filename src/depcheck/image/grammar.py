"""What BuildKit's `frontend/dockerfile/instructions` wants of each instruction's flags and words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from depcheck.image.arguments import NAMES, DockerfileError, Word, delimiter

_STAGE = re.compile(r"[a-z][a-z0-9-_.]*")
_FlagKind = Literal["switch", "text", "texts"]
_FLAGS: Mapping[str, Mapping[str, _FlagKind]] = {
    "ADD": {
        "chown": "text", "chmod": "text", "link": "switch", "keep-git-dir": "switch", "checksum": "text",
        "unpack": "switch", "exclude": "texts",
    },
    "COPY": {
        "chown": "text", "from": "text", "chmod": "text", "link": "switch", "exclude": "texts",
        "parents": "switch",
    },
    "FROM": {"platform": "text"},
    "HEALTHCHECK": {
        "interval": "text", "timeout": "text", "start-period": "text", "start-interval": "text",
        "retries": "text",
    },
    "RUN": {"mount": "texts", "network": "text", "security": "text", "device": "texts"},
}  # fmt: skip
_ANY_FLAGS = ("ARG", "STOPSIGNAL")  # never looked at there
_ONE = ("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR")
_SOME = ("ARG", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "SHELL", "VOLUME")


def check(name: str, flags: Sequence[Word], words: Sequence[Word], *, json: bool) -> str | None:
    """What is wrong with an instruction, in one sentence; None where nothing is."""
    if name not in NAMES:
        return f"`{name}` is no instruction"
    texts = [word.text for word in words]
    if name in _ONE and len(texts) != 1:
        return f"`{name}` requires exactly one argument"
    if name in _SOME and not texts:
        return f"`{name}` requires at least one argument"
    try:
        return _words(name, texts, json=json) or _flags(name, flags, texts)
    except DockerfileError as error:
        return str(error)


def _words(name: str, texts: Sequence[str], *, json: bool) -> str | None:
    complaint = None
    match name:
        case "ADD" | "COPY" if len(texts) < 2:
            complaint = f"`{name}` requires a source and a destination"
        case "ADD" | "COPY" if delimiter(texts[-1]) is not None:
            complaint = f"a here-document cannot be the destination of `{name}`"
        case "FROM":
            complaint = _from(texts)
        case "ENV" | "LABEL" if not all(texts[::2]):
            complaint = f"a name of `{name}` is blank"
        case "ARG" if any(text.startswith("=") for text in texts):
            complaint = "a name of `ARG` is blank"
        case "VOLUME" if not all(text.strip() for text in texts):
            complaint = "a path of `VOLUME` is empty"
        case "SHELL" if not json:
            complaint = "`SHELL` requires the JSON form"
        case "ONBUILD":
            inner = texts[0].split(None, 1)[0].upper()
            if inner in ("ONBUILD", "MAINTAINER", "FROM"):
                complaint = f"`{inner}` is not allowed in `ONBUILD`"
        case "HEALTHCHECK":
            complaint = _health(texts)
    return complaint


def _from(texts: Sequence[str]) -> str | None:
    if len(texts) == 3 and texts[1].lower() == "as":
        if _STAGE.fullmatch(texts[2].lower()) is None:
            return f"`{texts[2]}` cannot name a stage: it starts with a digit or holds symbols"
    elif len(texts) != 1:
        return "`FROM` requires either one or three arguments"
    return None


def _health(texts: Sequence[str]) -> str | None:
    kind = texts[0].upper()
    if kind == "NONE":
        return "`HEALTHCHECK NONE` takes no arguments" if len(texts) > 1 else None
    if kind != "CMD":
        return f"`{texts[0]}` is no kind of `HEALTHCHECK`, `CMD` and `NONE` are"
    return None if len(texts) > 1 else "there is no command after `HEALTHCHECK CMD`"


def _flags(name: str, flags: Sequence[Word], texts: Sequence[str]) -> str | None:
    if name in _ANY_FLAGS or (name == "HEALTHCHECK" and texts[0].upper() == "NONE"):
        return None
    known = _FLAGS.get(name, {})
    seen: set[str] = set()
    for word in flags:
        flag, equals, value = word.text.partition("=")
        kind = known.get(flag[2:])
        if kind is None:
            return f"`{name}` has no flag `{flag}`"
        if flag in seen and kind != "texts":
            return f"`{flag}` is given twice"
        seen.add(flag)
        if kind != "switch":
            if not equals:
                return f"`{flag}` needs a value"
        elif (equals and not value) or value.lower() not in ("", "true", "false"):
            return f"`{flag}` is either `true` or `false`"
    return None
