"""What a Dockerfile lacks, put into it in the style of its own lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from posixpath import normpath, relpath
from typing import TypeAlias

from depcheck import paths
from depcheck.fix.bench import fix
from depcheck.fix.splice import decode
from depcheck.image.builds import Planned
from depcheck.image.context import open_context
from depcheck.image.dockerfile import Dockerfile, Instruction, read
from depcheck.model import Edit, Fault, Fix
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind, Tree, UnknownContentError

_STYLE = ("chown", "chmod", "link")  # flags of a COPY that its neighbours have too
_MANIFESTS = ("Cargo.toml", "pyproject.toml")


class Yard(NamedTuple):
    """The tree that the images are built from, and how each is built."""

    sources: Sources
    plans: Sequence[Planned]

    @property
    def tree(self) -> Tree:
        """The tree itself."""
        return self.sources.tree

    def tops(self, dockerfile: str) -> list[str]:
        """The contexts that a Dockerfile is built with."""
        return list(dict.fromkeys(plan.context for plan in self.plans if plan.dockerfile == dockerfile))


class Place(NamedTuple):
    """An instruction of a Dockerfile, and the text around it."""

    dockerfile: Dockerfile
    text: str
    at: int

    @property
    def instruction(self) -> Instruction:
        """The instruction itself."""
        return self.dockerfile.instructions[self.at]

    def offset(self, line: int) -> int:
        """Where a line begins in the text; lines count from 1."""
        at = 0
        for _ in range(line - 1):
            at = self.text.find("\n", at) + 1
            if not at:
                return len(self.text)
        return at

    def before(self) -> Iterator[Instruction]:
        """What has been done in the stage up to here, the latest first, then in those it is built on."""
        at = self.at
        while at >= 0:
            found = self.dockerfile.instructions[at]
            if found.name != "FROM":
                yield found
                at -= 1
                continue
            base = found.words[0].text if found.words else ""
            at = self._end_of(base, at)

    def _end_of(self, name: str, before: int) -> int:
        """The last instruction of the stage of that name; -1 where it is none of the file."""
        stages = [index for index in range(before) if self.dockerfile.instructions[index].name == "FROM"]
        for number, start in enumerate(stages):
            words = [word.text for word in self.dockerfile.instructions[start].words]
            if name == str(number) or (len(words) > 2 and words[2].lower() == name.lower()):
                return (stages[number + 1] if number + 1 < len(stages) else before) - 1
        return -1


Proposer: TypeAlias = Callable[[Yard, Place, Fault], Iterator[Fix]]


def propose(yard: Yard, fault: Fault) -> Iterator[Fix]:
    """The repairs of what is wrong in an image, the safe ones first."""
    place = _place(yard.tree, fault)
    if place is None:
        return
    seen: dict[tuple[Edit, ...], Fix] = {}
    for proposer in PROPOSERS.get(fault.rule, ()):
        for found in proposer(yard, place, fault):
            seen.setdefault(found.edits, found)
    yield from sorted(seen.values(), key=lambda found: found.applicability != "safe")


def copied(yard: Yard, place: Place, fault: Fault) -> Iterator[Fix]:
    """A COPY of what is missing, after the one that is too narrow or before the RUN."""
    reference = fault.reference
    if reference is None or not reference.image_path or paths.is_outside(reference.target):
        return
    for top in yard.tops(fault.site.file):
        if not paths.is_below(reference.target, top) or reference.target == top:
            continue
        inner = reference.target[len(top) + 1 :] if top else reference.target
        is_file = yard.tree.kind(reference.target) is Kind.FILE
        neighbour = _neighbour(place)
        sources = [(inner, reference.image_path, is_file)]
        manifest = next((name for name in _MANIFESTS if _copies(neighbour, name)), None)
        if manifest is not None and not is_file:
            sources.insert(0, (f"{inner}/{manifest}", f"{reference.image_path}/{manifest}", True))
        for source, target, single in sources:
            line = _line(place, neighbour, source, target, is_file=single)
            edit = None if line is None else _put(place, line)
            yield from fix(f"copy `{source}` to `{target}`", edit, safe=fault.rule != "image-layout")


def earlier(yard: Yard, place: Place, fault: Fault) -> Iterator[Fix]:
    """The COPY that comes too late moved before the RUN that needs it."""
    reference = fault.reference
    if reference is None:
        return
    instructions = place.dockerfile.instructions
    run = next(
        (index for index in range(place.at, len(instructions)) if instructions[index].name == "RUN"), None
    )
    if run is None:
        return
    for index in range(run + 1, len(instructions)):
        late = instructions[index]
        if late.name == "FROM":
            return
        if late.name == "COPY" and late.flag("from") is None and _brings(yard, fault, late):
            start, end = place.offset(late.line), place.offset(late.end_line + 1)
            at = place.offset(instructions[run].line)
            moved = place.text[start:end]
            moved = moved if moved.endswith("\n") else f"{moved}\n"
            edits = Edit(fault.site.file, at, at, moved), Edit(fault.site.file, start, end, "")
            yield from fix(
                f"move the COPY of line {late.line} before the RUN of line {instructions[run].line}", *edits
            )
            return


def unignored(yard: Yard, _: Place, fault: Fault) -> Iterator[Fix]:
    """An exception in the ignore file that keeps it out."""
    reference = fault.reference
    if reference is None:
        return
    for top in yard.tops(fault.site.file):
        ignore = open_context(yard.sources, top, fault.site.file).ignore
        text = _read(yard.tree, ignore) if ignore else None
        if text is None or not paths.is_below(reference.target, top):
            continue
        inner = reference.target[len(top) + 1 :] if top else reference.target
        newline = "\r\n" if "\r\n" in text else "\n"
        head = "" if not text or text.endswith("\n") else newline
        edit = Edit(ignore, len(text), len(text), f"{head}!{inner}{newline}")
        yield from fix(f"put `!{inner}` into `{ignore}`", edit)


def sourced(yard: Yard, place: Place, fault: Fault) -> Iterator[Fix]:
    """The source of a COPY written so that it leads to what has that name."""
    reference = fault.reference
    if reference is None or reference.image_path or paths.is_outside(reference.target):
        return
    words = place.instruction.words[:-1]
    word = next((word for word in words if normpath(word.text.lstrip("/")) == normpath(reference.raw)), None)
    if word is None:
        return
    for top in yard.tops(fault.site.file):
        for found in _alike(yard.tree, reference.target, top):
            inner = found[len(top) + 1 :] if top else found
            written = (
                f"{'./' if word.text.startswith('./') else ''}{inner}{'/' if word.text.endswith('/') else ''}"
            )
            at = place.instruction.place(word.at)
            start = place.offset(at.line) + at.column - 1
            if place.text.startswith(word.text, start):
                edit = Edit(fault.site.file, start, start + len(word.text), written)
                yield from fix(f"write `{written}` in place of `{word.text}`", edit)


PROPOSERS: dict[str, tuple[Proposer, ...]] = {
    "image-missing-path": (copied, earlier),
    "image-missing-member": (copied, earlier),
    "image-missing-file": (copied, earlier),
    "image-layout": (copied,),
    "image-ignored": (unignored,),
    "copy-source-missing": (sourced,),
}


def _place(tree: Tree, fault: Fault) -> Place | None:
    """The instruction that a fault speaks of; None for one of an inline Dockerfile."""
    text = _read(tree, fault.site.file)
    if text is None or not fault.site.line:
        return None
    dockerfile = read(fault.site.file, text.encode("utf-8", "surrogateescape"))
    for index, instruction in enumerate(dockerfile.instructions):
        if instruction.line <= fault.site.line <= instruction.end_line:
            return Place(dockerfile, text, index)
    return None


def _read(tree: Tree, path: str) -> str | None:
    try:
        return decode(tree.read(path))
    except (OSError, UnknownContentError):
        return None


def _neighbour(place: Place) -> Instruction | None:
    """The COPY from the context whose style is taken up."""
    return next(
        (found for found in place.before() if found.name == "COPY" and found.flag("from") is None), None
    )


def _copies(neighbour: Instruction | None, name: str) -> bool:
    return neighbour is not None and len(neighbour.words) == 2 and paths.name(neighbour.words[0].text) == name


def _line(
    place: Place, neighbour: Instruction | None, source: str, target: str, *, is_file: bool
) -> str | None:
    """The COPY as the file's author would write it."""
    flags = [word.text for word in neighbour.flags if _flag(word.text) in _STYLE] if neighbour else []
    words = [word.text for word in neighbour.words] if neighbour else []
    workdir = _workdir(place)
    if words and words[0].startswith("./"):
        source = f"./{source}"
    if words and not words[-1].startswith("/") and workdir is not None and paths.is_below(target, workdir):
        written = relpath(target, workdir)
        target = f"./{written}" if words[-1].startswith("./") and words[-1] != "./" else written
    elif "$" in (workdir or "$") and words and not words[-1].startswith("/"):
        return None
    if words and not is_file:
        source += "/" if words[0].endswith("/") and words[0] not in ("./", "../") else ""
        target += "/" if words[-1].endswith("/") and words[-1] not in ("./", "../") else ""
    if any(char.isspace() or char in "\"'\\$" for char in source + target):
        import json

        return " ".join(["COPY", *flags, json.dumps([source, target], ensure_ascii=False)])
    return " ".join(["COPY", *flags, source, target])


def _flag(text: str) -> str:
    return text.lstrip("-").partition("=")[0]


def _workdir(place: Place) -> str | None:
    """The working directory at a place; None where it holds a variable."""
    parts: list[str] = []
    for found in place.before():
        if found.name == "WORKDIR" and found.words:
            parts.append(found.words[0].text)
            if parts[-1].startswith("/"):
                break
    path = "/" + "/".join(reversed(parts))
    return None if "$" in path else normpath(path).replace("//", "/")


def _put(place: Place, line: str) -> Edit:
    """A line after a COPY, or before anything else."""
    after = place.instruction.name in ("COPY", "ADD")
    at = place.offset(place.instruction.end_line + 1 if after else place.instruction.line)
    newline = "\r\n" if "\r\n" in place.text else "\n"
    head = newline if at and not place.text[:at].endswith("\n") else ""
    return Edit(place.dockerfile.path, at, at, f"{head}{line}{newline}")


def _brings(yard: Yard, fault: Fault, instruction: Instruction) -> bool:
    target = fault.reference.target if fault.reference else ""
    return any(
        paths.is_below(target, yard.tree.at(top, word.text.lstrip("/")))
        for top in yard.tops(fault.site.file)
        for word in instruction.words[:-1]
    )


def _alike(tree: Tree, target: str, top: str) -> Iterator[str]:
    """What could be meant by a source that is not there: the one that is spelt nearly the same."""
    at = top
    rest = (target[len(top) + 1 :] if top else target).split("/")
    for index, part in enumerate(rest):
        step = paths.join(at, part)
        if tree.kind(step) is not Kind.MISSING:
            at = step
            continue
        plain = part.lower().replace("_", "-")
        for name in tree.names(at):
            found = paths.join(paths.join(at, name), "/".join(rest[index + 1 :]))
            alike = name.lower().replace("_", "-")
            if (alike == plain or alike.rstrip("s") == plain.rstrip("s")) and tree.exists(found):
                yield found
        return
