"""What a Dockerfile lacks, put into it in the style of its own lines."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath, relpath

from depcheck import paths
from depcheck.fix.image.basis import Basis
from depcheck.fix.image.place import Place
from depcheck.fix.offer import offer
from depcheck.image.dockerfile import Instruction
from depcheck.image.globs import has_wildcards
from depcheck.model import Edit, Fault, Fix, Reference
from depcheck.tree.base import Kind, Tree

_STYLE = ("chown", "chmod", "link")  # flags of a COPY that its neighbours have too
_MANIFESTS = ("Cargo.toml", "pyproject.toml")


def copied(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
    """A COPY of what is missing, after the one that is too narrow or before the RUN."""
    reference = fault.reference
    if reference is None or not reference.image_path or paths.is_outside(reference.target):
        return
    if has_wildcards(reference.target):
        return
    for top in basis.tops(fault.site.file):
        if not paths.is_below(reference.target, top) or reference.target == top:
            continue
        inner = paths.below(reference.target, top)
        is_file = basis.tree.kind(reference.target) is Kind.FILE
        neighbour = place.neighbour()
        sources = [(inner, reference.image_path, is_file)]
        manifest = next((name for name in _MANIFESTS if _copies(neighbour, name)), None)
        if manifest is not None and not is_file:
            sources.insert(0, (f"{inner}/{manifest}", f"{reference.image_path}/{manifest}", True))
        for source, target, single in sources:
            line = _line(place, neighbour, source, target, is_file=single)
            edit = None if line is None else place.put(line)
            yield from offer(f"copy `{source}` to `{target}`", edit, safe=fault.rule != "image-layout")


def parented(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
    """One source more for a COPY that keeps the directories of its sources (`--parents`)."""
    reference, neighbour = fault.reference, place.instruction
    if reference is None or neighbour.flag("parents") is None or neighbour.json or len(neighbour.words) < 2:
        return
    for top in basis.tops(fault.site.file):
        if paths.is_below(reference.target, top) and reference.target != top:
            inner = paths.below(reference.target, top)
            written = f"./{inner}" if neighbour.words[0].text.startswith("./") else inner
            at = place.start(neighbour.words[-1])
            yield from offer(
                f"copy `{inner}` as well", Edit(fault.site.file, at, at, f"{written} "), safe=True
            )


def widened(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
    """The directory that holds both what a COPY brings and what is missing, where the layout is kept."""
    reference, neighbour = fault.reference, place.instruction
    if reference is None or neighbour.name != "COPY" or len(neighbour.words) != 2 or neighbour.json:
        return
    source, target = neighbour.words
    own, written = normpath(source.text.lstrip("/")), normpath(target.text)
    for top in basis.tops(fault.site.file):
        wanted = paths.relative(reference.target, top)
        both = paths.common(own, wanted)
        rest = own[len(both) + 1 :]
        if not both or both == own or (not written.endswith(f"/{own}") and written != own):
            continue
        edits = [
            Edit(fault.site.file, place.start(word), place.start(word) + len(word.text), new)
            for word, new in ((source, both), (target, written.removesuffix(f"/{rest}")))
        ]
        yield from offer(f"copy all of `{both}` instead of `{source.text}`", *edits)


def earlier(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
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
        if late.name == "COPY" and late.flag("from") is None and _brings(basis, fault, late):
            start, end = place.offset(late.line), place.offset(late.end_line + 1)
            at = place.offset(instructions[run].line)
            moved = place.text[start:end]
            moved = moved if moved.endswith("\n") else f"{moved}\n"
            edits = Edit(fault.site.file, at, at, moved), Edit(fault.site.file, start, end, "")
            yield from offer(
                f"move the COPY of line {late.line} before the RUN of line {instructions[run].line}", *edits
            )
            return


def sourced(basis: Basis, place: Place, fault: Fault) -> Iterator[Fix]:
    """The source of a COPY written so that it leads to what has that name."""
    reference = fault.reference
    if reference is None or reference.image_path or paths.is_outside(reference.target):
        return
    words = place.instruction.words[:-1]
    word = next((word for word in words if normpath(word.text.lstrip("/")) == normpath(reference.raw)), None)
    if word is None:
        return
    for top in basis.tops(fault.site.file):
        for found in _alike(basis.tree, reference.target, top):
            inner = paths.below(found, top)
            written = (
                f"{'./' if word.text.startswith('./') else ''}{inner}{'/' if word.text.endswith('/') else ''}"
            )
            start = place.start(word)
            if place.text.startswith(word.text, start):
                edit = Edit(fault.site.file, start, start + len(word.text), written)
                yield from offer(f"write `{written}` in place of `{word.text}`", edit)


def _copies(neighbour: Instruction | None, name: str) -> bool:
    return neighbour is not None and len(neighbour.words) == 2 and paths.name(neighbour.words[0].text) == name


def _line(
    place: Place, neighbour: Instruction | None, source: str, target: str, *, is_file: bool
) -> str | None:
    """The COPY as the file's author would write it."""
    flags = [word.text for word in neighbour.flags if _flag(word.text) in _STYLE] if neighbour else []
    words = [word.text for word in neighbour.words] if neighbour else []
    workdir = place.workdir()
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


def linked(place: Place, reference: Reference, wrong: str) -> Iterator[Fix]:
    """The package copied, and a link to it where a manifest looks for it by a path that is wrong.

    wrong: where it looks, as `reference.target` says where the package is.
    """
    right, inside = reference.target, reference.image_path
    if not inside.endswith(f"/{right}"):
        return
    ends = 0
    while right.split("/")[-1 - ends :] == wrong.split("/")[-1 - ends :]:
        ends += 1
    head = inside.removesuffix(right)
    cut = max(ends - 1, 0)
    of, at = (head + "/".join(path.split("/")[: len(path.split("/")) - cut]) for path in (right, wrong))
    line = _line(place, place.neighbour(), right, inside, is_file=False)
    if line is not None:
        edit = place.put(line)
        newline = "\r\n" if edit.replacement.endswith("\r\n") else "\n"
        edit = edit._replace(replacement=f"{edit.replacement}RUN ln -s {of} {at}{newline}")
        yield from offer(
            f"copy `{right}`, and link to it at `{at}`: the image builds with the path as it is", edit
        )


def _brings(basis: Basis, fault: Fault, instruction: Instruction) -> bool:
    target = fault.reference.target if fault.reference else ""
    return any(
        paths.is_below(target, basis.tree.at(top, word.text.lstrip("/")))
        for top in basis.tops(fault.site.file)
        for word in instruction.words[:-1]
    )


def _alike(tree: Tree, target: str, top: str) -> Iterator[str]:
    """What could be meant by a source that is not there: the one that is spelt nearly the same."""
    at = top
    rest = paths.below(target, top).split("/")
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
