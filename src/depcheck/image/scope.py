"""The variables of a build: `ARG` and `ENV`, before the first `FROM` and in a stage.

As BuildKit's `dockerfile2llb` does it: in a stage both live in one table, the last that is set wins,
and a stage that is built on another inherits all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck.image.dockerfile import Instruction
from depcheck.image.lexer import UNKNOWN, expand
from depcheck.record import NamedTuple


class Arguments(NamedTuple):
    """What a build is given.

    values:   of `--build-arg`.
    complete: nothing else is given: an `ARG` without a value has none. Otherwise it is not known.
    platform: as `linux/amd64`.
    target:   the stage, empty for the last.
    """

    values: Mapping[str, str] = {}
    complete: bool = True
    platform: str = "linux/amd64"
    target: str = ""


def predefined(given: Arguments) -> dict[str, str]:
    """The arguments that are there without an `ARG` before the first `FROM`."""
    system, _, rest = given.platform.partition("/")
    architecture, _, variant = rest.partition("/")
    found = {"TARGETSTAGE": given.target or "default"}
    for side in ("BUILD", "TARGET"):
        found |= {
            f"{side}PLATFORM": given.platform,
            f"{side}OS": system,
            f"{side}OSVERSION": "",
            f"{side}ARCH": architecture,
            f"{side}VARIANT": variant,
        }
    return {name: given.values.get(name, value) for name, value in found.items()}


def global_arguments(instructions: Sequence[Instruction], given: Arguments, escape: str) -> dict[str, str]:
    """What the `ARG`s before the first `FROM` come to. Raises SubstitutionError."""
    found = predefined(given)
    for instruction in instructions:
        for word in instruction.words:
            name, equals, default = word.text.partition("=")
            if name in given.values:
                found[name] = given.values[name]
            elif equals:
                found[name] = expand(default, found, escape)
            elif not given.complete and name not in found:
                found[name] = UNKNOWN
    return found


class Scope:
    """The variables of a stage, as far as it has come."""

    def __init__(
        self, env: Mapping[str, str], given: Arguments, outer: Mapping[str, str], escape: str
    ) -> None:
        """Begin with what the base sets; `outer`: the arguments before the first `FROM`."""
        self.env = dict(env)
        self._given = given
        self._outer = outer
        self._escape = escape

    def expand(self, word: str) -> str:
        """A word with variables put in. Raises SubstitutionError."""
        return expand(word, self.env, self._escape)

    def declare(self, instruction: Instruction) -> None:
        """An `ARG`. Raises SubstitutionError."""
        for word in instruction.words:
            name, equals, default = word.text.partition("=")
            if name in self._given.values:
                self.env[name] = self._given.values[name]
            elif equals:
                self.env[name] = self.expand(default)
            elif name in self._outer:
                self.env[name] = self._outer[name]
            elif not self._given.complete and name not in self.env:
                self.env[name] = UNKNOWN

    def assign(self, instruction: Instruction) -> None:
        """An `ENV`, whose values see what stood before it. Raises SubstitutionError."""
        texts = [self.expand(word.text) for word in instruction.words]
        self.env.update(zip(texts[::2], texts[1::2], strict=True))
