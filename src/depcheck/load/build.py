"""`pyproject-build`, also known as `python -m build`: wheel, source distribution, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck import paths
from depcheck.load import backend
from depcheck.load.tool import UsageError
from depcheck.manifest import pyproject
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NAMES = ("pyproject-build",)

_VALUED = {
    "-o",
    "--outdir",
    "-C",
    "--config-setting",
    "--config-json",
    "--installer",
    "--dependency-constraints",
}
# Flags that may be written together: `-nw`.
_SHORT = set("swnxvhV")


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:  # noqa: ARG001
    """What `pyproject-build WORDS` does in `cwd`. Raises UsageError."""
    flags, operands = _parse(words)
    if flags & {"h", "V", "--help", "--version"}:
        return Outcome()
    raw = operands[0] if operands else "."
    directory = sources.tree.resolve(paths.unresolved(cwd, raw))
    if paths.is_outside(directory):
        directory = sources.tree.at("", directory)
    found = project(sources, directory)
    if isinstance(found, Outcome):
        return found
    wheel, sdist = bool(flags & {"w", "--wheel"}), bool(flags & {"s", "--sdist"})
    if wheel and not sdist:
        return backend.build(sources, found, "wheel")
    if sdist and not wheel:
        return backend.build(sources, found, "sdist")
    # With neither, the wheel is built from the sdist; with both, each from the tree.
    first, second = backend.build(sources, found, "sdist"), backend.build(sources, found, "wheel")
    return Outcome(
        tuple(dict.fromkeys((*first.faults, *second.faults))),
        tuple(dict.fromkeys((*first.unknowns, *second.unknowns))),
        tuple(dict.fromkeys((*first.latent, *second.latent))),
    )


def _parse(words: Sequence[str]) -> tuple[set[str], list[str]]:
    flags: set[str] = set()
    operands: list[str] = []
    ahead = list(words)[::-1]
    while ahead:
        word = ahead.pop()
        name, equals, _ = word.partition("=")
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif word.startswith("--") or name in _VALUED or word[:2] in _VALUED:
            if name in _VALUED and not equals and (word.startswith("--") or len(word) == 2):
                if not ahead:
                    raise UsageError(f"`{word}` needs a value")
                ahead.pop()
            flags.add(name)
        elif set(word[1:]) <= _SHORT:
            flags.update(word[1:])
        else:
            raise UsageError(f"`{word}` is no option of pyproject-build")
    if len(operands) > 1:
        raise UsageError("only one directory can be built")
    return flags, operands


def project(sources: Sources, directory: str) -> PyProject | Outcome:
    """The project in `directory`; an Outcome where it holds none, or none that can be read."""
    tree = sources.tree
    if tree.kind(directory) is Kind.UNKNOWN:
        return Outcome(unknowns=(f"what lies in `{directory}` cannot be known",))
    path = paths.join(directory, "pyproject.toml")
    if tree.is_file(path):
        found = sources.get(pyproject.read, path)
        if isinstance(found, Fault):
            return Outcome((found,))
        return found if isinstance(found, PyProject) else Outcome(unknowns=(found.because,))
    if tree.is_file(paths.join(directory, "setup.py")):
        return backend.bare(directory)
    if tree.kind(directory) is Kind.DIR and paths.is_outside(directory):
        return Outcome(unknowns=(f"`{directory}` lies outside the repository",))
    fact = (
        "does not exist"
        if tree.kind(directory) is Kind.MISSING
        else "holds neither pyproject.toml nor setup.py"
    )
    return Outcome(
        (Fault("not-a-package", Site(directory or "."), f"`{directory or '.'}` {fact}", tool="build"),)
    )
