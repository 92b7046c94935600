"""Dockerfiles: what they copy, and where the image has it as the repository does.

What is copied is named anew. Where an image mirrors the layout of the repository the destination goes along,
and with it every path of the image that leads there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from depcheck import paths
from depcheck.discover import is_bake, is_compose, is_dockerfile
from depcheck.image import bake, builds, compose
from depcheck.image import dockerfile as reader
from depcheck.image.arguments import Word
from depcheck.image.builds import Planned
from depcheck.image.dockerfile import Dockerfile, Instruction
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course, plain_head
from depcheck.move.layout import Layout, carried, mirrored
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Tree

_TOKEN = re.compile(r"(?<![\w$./{}*?\[\]~@%+-])(?:\.{0,2}/)?[\w.@+-]+(?:/[\w.@+-]+)*/?")
_NAMED = re.compile(
    r"(?:\bcd|\bpushd|-C|-e|--(?:directory|project|path|editable|manifest-path))[ =]+['\"]?\Z"
)
_ENTERED = re.compile(r"\b(?:cd|pushd) +['\"]?\Z")
_TEXTS = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "VOLUME")
_VALUES = ("ENV", "ARG")


class _Stage(NamedTuple):
    """A stage: where what moves lies in it, and what takes it there. workdir: with which it begins."""

    name: str
    workdir: str
    layout: Layout
    instructions: list[Instruction]


def edits(sources: Sources, course: Course, images: Sequence[str]) -> Iterator[Edit]:
    """The paths of the Dockerfiles written anew, for each context that they are built with."""
    for plan in _plans(sources, images):
        found = sources.get(spots.lines, plan.dockerfile)
        if found is not None and plan.inline is None:
            data = found.text.encode("utf-8", "surrogateescape")
            yield from _Rewriting(sources.tree, course, plan, found).edits(reader.read(plan.dockerfile, data))


def _plans(sources: Sources, images: Sequence[str]) -> Iterator[Planned]:
    """The builds that are declared and, for each other Dockerfile, the likeliest."""
    projects = list(compose.projects(sources, [path for path in images if is_compose(path)]))
    baked = [path for path in images if is_bake(path)]
    targets = bake.declared(sources, baked).plans if baked else ()
    files = [path for path in images if is_dockerfile(path)]
    done = set[str]()
    for plan in builds.planned(sources, files, projects, targets):
        if not plan.guesses:
            done.add(plan.dockerfile)
            yield plan
    for path in files:
        if path not in done and sources.tree.is_file(path):
            yield max(builds.guessed(path), key=lambda plan: _present(sources, plan))


def _present(sources: Sources, plan: Planned) -> int:
    """How many of the sources that a Dockerfile copies are there in a context."""
    found, tree = sources.get(spots.lines, plan.dockerfile), sources.tree
    text = "" if found is None else found.text
    read = reader.read(plan.dockerfile, text.encode("utf-8", "surrogateescape"))
    copies = (one for one in read.instructions if one.name in ("COPY", "ADD") and one.flag("from") is None)
    words = (word for one in copies for word in _sources(one))
    return sum(tree.exists(tree.at(plan.context, Layout().at(_head(word))[1:])) for word in words)


class _Rewriting:
    """One Dockerfile with one context."""

    def __init__(self, tree: Tree, course: Course, plan: Planned, found: spots.Lines) -> None:
        self._tree = tree
        self._found = found
        self._context = plan.context
        self._contexts = {name: path for name, path in plan.contexts if path is not None}
        self._course = course
        self._stages: list[_Stage] = []

    def edits(self, read: Dockerfile) -> Iterator[Edit]:
        for instruction in read.instructions:
            self._follow(instruction)
        for stage in self._stages:
            stage.layout.workdir = stage.workdir
            for instruction in stage.instructions:
                yield from self._edits(stage, instruction)

    def _follow(self, instruction: Instruction) -> None:
        """Find out where what moves goes: before anything is written, a WORKDIR may come before its COPY."""
        if instruction.name == "FROM" and instruction.words:
            base = self._stage(instruction.words[0].text)
            name = instruction.words[2].text if len(instruction.words) > 2 else ""
            layout = Layout(base.layout if base else None)
            self._stages.append(_Stage(name.lower(), layout.workdir, layout, []))
            return
        if not self._stages:
            return
        stage = self._stages[-1]
        stage.instructions.append(instruction)
        layout = stage.layout
        if instruction.name == "WORKDIR" and instruction.words:
            layout.workdir = layout.at(_rest(instruction))
        elif instruction.name in ("COPY", "ADD"):
            origin = self._origin(instruction.flag("from"))
            for word in _sources(instruction) if origin is not None else ():
                for copy in self._copies(layout, instruction, word):
                    source = origin.at(_head(word)) if origin else ""
                    if origin is not None and not (
                        _is_kept(instruction, source, copy) and origin.lost(source)
                    ):
                        layout.places |= carried(origin, source, copy)

    def _stage(self, name: str) -> _Stage | None:
        if name.isdecimal() and int(name) < len(self._stages):
            return self._stages[int(name)]
        return next((stage for stage in reversed(self._stages) if stage.name == name.lower() and name), None)

    def _origin(self, name: str | None) -> Layout | None:
        """What a COPY copies from: a context, or a stage; None for another image."""
        if name is not None and name not in self._contexts:
            stage = self._stage(name)
            return None if stage is None else _from_top(stage.layout)
        top = self._context if name is None else self._contexts[name]
        found, course = Layout(), self._course
        inside = paths.is_below(course.old, top) and course.old != top
        if inside and paths.is_below(course.new, top):
            old, new = paths.relative(course.old, top), paths.relative(course.new, top)
            found.places[f"/{old}"] = f"/{new}"
        return found

    def _copies(self, layout: Layout, instruction: Instruction, word: Word) -> Iterator[str]:
        """Where in the image a source is."""
        target = instruction.words[-1].text
        copy, source = layout.at(target), Layout().at(_head(word))
        if instruction.flag("parents") is not None:
            yield paths.join(copy, source[1:])
            return
        into = target.endswith(("/", ".")) or len(_sources(instruction)) > 1
        name = instruction.flag("from")
        if name is None or name in self._contexts:
            top = self._context if name is None else self._contexts[name]
            is_dir = self._tree.is_dir(paths.join(top, source[1:]))
        else:
            origin = self._origin(name)
            holds = origin is not None and any(paths.is_below(old, source) for old in origin.places)
            is_dir = holds or not into or paths.name(copy) == paths.name(source)
        yield copy if is_dir or not into else paths.join(copy, paths.name(source))

    def _edits(self, stage: _Stage, instruction: Instruction) -> Iterator[Edit]:
        layout = stage.layout
        match instruction.name:
            case "WORKDIR" if instruction.words:
                raw = _rest(instruction)
                old = layout.at(raw)
                yield from self._word(
                    instruction, instruction.words[0]._replace(text=raw), layout.written(raw)
                )
                layout.workdir = old
            case "COPY" | "ADD":
                if self._is_spare(stage, instruction):
                    yield self._line(instruction, "")
                else:
                    yield from self._copy(layout, instruction)
                    yield from self._more(stage, instruction)
            case "RUN":
                local = Layout(layout)
                yield from self._mounts(local, instruction)
                yield from self._texts(local, instruction, relative=True)
            case name if name in _TEXTS:
                yield from self._texts(layout, instruction, relative=True)
            case name if name in _VALUES:
                yield from self._texts(layout, instruction, relative=False)
                yield from self._values(instruction)
            case _:
                pass

    def _word(self, instruction: Instruction, word: Word, new: str | None) -> Iterator[Edit]:
        if new is not None:
            place = instruction.place(word.at)
            edit = self._found.edit(place.line, place.column, word.text, new)
            if edit is not None:
                yield edit

    def _copy(self, layout: Layout, instruction: Instruction) -> Iterator[Edit]:
        origin = self._origin(instruction.flag("from"))
        if origin is None or not instruction.words:
            return
        for word in _sources(instruction):
            head, rest = plain_head(word.text)
            if head and "://" not in word.text:
                new = origin.written(head)
                yield from self._word(instruction, word, f"{new}/{rest}" if new and rest else new)
        yield from self._word(instruction, instruction.words[-1], layout.written(instruction.words[-1].text))

    def _more(self, stage: _Stage, instruction: Instruction) -> Iterator[Edit]:
        """A line for what a wider COPY took along and takes no more."""
        origin = self._origin(instruction.flag("from"))
        for word in _sources(instruction) if origin is not None else ():
            source = Layout().at(word.text)
            for old, new in origin.places.items() if origin is not None else ():
                lost = old != source and paths.is_below(old, source) and not paths.is_below(new, source)
                if lost and not any(paths.is_below(new, one) for one in self._taken(stage, instruction)):
                    line = self._copying(stage.layout, instruction, word, (old, new))
                    yield self._line(instruction, line)

    def _is_spare(self, stage: _Stage, instruction: Instruction) -> bool:
        """Whether a line is one of `_more`, after a COPY that takes its source along from now on."""
        origin, words = self._origin(instruction.flag("from")), _sources(instruction)
        at = stage.instructions.index(instruction)
        before = stage.instructions[at - 1] if at else instruction
        if origin is None or len(words) != 1 or before.name not in ("COPY", "ADD"):
            return False
        old = Layout().at(words[0].text)
        new = origin.of(old)
        for word in _sources(before) if old in origin.places else ():
            source = Layout().at(word.text)
            if paths.is_below(new, source) and not paths.is_below(old, source):
                plain = Layout()
                plain.workdir = stage.layout.workdir
                return self._copying(plain, before, word, (new, old)) == instruction.text
        return False

    def _taken(self, stage: _Stage, instruction: Instruction) -> Iterator[str]:
        """What the instructions of a stage copy from the same place."""
        for other in stage.instructions:
            if other.name in ("COPY", "ADD") and other.flag("from") == instruction.flag("from"):
                yield from (Layout().at(word.text) for word in _sources(other))

    def _copying(self, layout: Layout, instruction: Instruction, word: Word, way: tuple[str, str]) -> str:
        """The text of a COPY like this one for what it took along at one path, and lies at another one.

        From another stage, finished things are copied, and stay where they were unless the image mirrors it.
        """
        source, target = Layout().at(word.text), instruction.words[-1].text
        path = way[1]
        copy = (
            layout.at(target)
            if target.endswith(("/", "."))
            else next(self._copies(layout, instruction, word))
        )
        kept = _is_kept(instruction, source, copy)
        place = layout.at(paths.relative(way[0] if kept else path, source), copy)
        end = "/" if word.text.endswith("/") else ""
        start = "" if word.text.startswith("/") else "./" if word.text.startswith("./") else None
        shown = f"{path[1:] if start is None else start + path.removeprefix('/') if start else path}{end}"
        to = place if target.startswith("/") else paths.relative(place, layout.of(layout.workdir))
        dotted = "./" if target.startswith("./") and not to.startswith(".") else ""
        flags = "".join(f"{flag.text} " for flag in instruction.flags)
        return f"{instruction.name} {flags}{shown} {dotted}{to}{'/' if target.endswith('/') else ''}"

    def _line(self, instruction: Instruction, text: str) -> Edit:
        """A line put behind an instruction; without text the instruction taken out."""
        starts, size = self._found.starts, len(self._found.text)
        begin = starts[instruction.line - 1]
        end = starts[instruction.end_line] if instruction.end_line < len(starts) else size
        if not text:
            return Edit(self._found.file, begin, end, "")
        ends = self._found.text[begin:end].endswith("\n")
        return Edit(self._found.file, end, end, f"{text}\n" if ends else f"\n{text}")

    def _mounts(self, layout: Layout, instruction: Instruction) -> Iterator[Edit]:
        """`RUN --mount`: a source as of a COPY, and the place where it is for this command alone."""
        for flag in instruction.flags:
            name, _, value = flag.text.partition("=")
            pairs = dict(part.split("=", 1) for part in value.split(",") if "=" in part)
            if name != "--mount" or pairs.get("type", "bind") != "bind":
                continue
            origin = self._origin(pairs.get("from"))
            source = pairs.get("source") or pairs.get("src") or ""
            target = pairs.get("target") or pairs.get("dst") or pairs.get("destination") or ""
            if origin is None or not target:
                continue
            layout.places |= carried(origin, origin.at(source or "."), layout.at(target))
            for raw, new in (
                (source, origin.written(source) if source else None),
                (target, layout.written(target)),
            ):
                if new is None:
                    continue
                for key in ("source", "src", "target", "dst", "destination"):
                    if pairs.get(key) == raw:
                        yield from self._word(instruction, flag._replace(text=f"{key}={raw}"), f"{key}={new}")

    def _values(self, instruction: Instruction) -> Iterator[Edit]:
        """Values that are paths of the context, for a `COPY` or for what mirrors it."""
        origin = self._origin(None)
        for word in instruction.words if origin is not None else ():
            raw = word.text.partition("=")[2] if instruction.name == "ARG" else word.text
            raw = raw.strip("\"'")
            if "/" in raw and not raw.startswith(("/", "$")) and not plain_head(raw)[1]:
                there = self._tree.exists(paths.join(self._context, Layout().at(raw)[1:]))
                new = origin.written(raw) if there and origin is not None else None
                yield from self._word(instruction, word._replace(text=raw), new)

    def _texts(self, layout: Layout, instruction: Instruction, *, relative: bool) -> Iterator[Edit]:
        """Words in a command, or a value, that are paths of the image."""
        if not layout.places:
            return
        starts, text = self._found.starts, self._found.text
        begin = starts[instruction.line - 1]
        if instruction.flags:
            last = instruction.place(instruction.flags[-1].at)
            begin = starts[last.line - 1] + last.column - 1 + len(instruction.flags[-1].text)
        end = starts[instruction.end_line] if instruction.end_line < len(starts) else len(text)
        directory = layout.workdir
        for match in _TOKEN.finditer(text, begin, end):
            raw, ahead = match[0], text[max(begin, match.start() - 40) : match.start()]
            is_named = _NAMED.search(ahead) is not None
            is_whole = text[match.end() : match.end() + 1] not in set("$*?[{") or raw.endswith("/")
            is_path = raw.startswith("/") or (relative and ("/" in raw or is_named))
            if raw.startswith("//") or not is_path or not is_whole:
                continue
            new = layout.written(raw, directory)
            if new is not None:
                yield Edit(self._found.file, match.start(), match.end(), new)
            if _ENTERED.search(ahead):
                directory = layout.at(raw, directory)


def _from_top(layout: Layout) -> Layout:
    """The same file system, with paths from its root: what `COPY --from` takes."""
    found = Layout(layout)
    found.workdir = "/"
    return found


def _sources(instruction: Instruction) -> list[Word]:
    return [word for word in instruction.words[:-1] if not word.text.startswith("<<")]


def _head(word: Word) -> str:
    """The plain part of a source."""
    return plain_head(word.text)[0] or "."


def _rest(instruction: Instruction) -> str:
    """The argument of WORKDIR: one, whatever blanks are in it."""
    return " ".join(word.text for word in instruction.words)


def _is_kept(instruction: Instruction, source: str, copy: str) -> bool:
    """Whether a COPY takes things from a stage to a place that does not mirror where they were."""
    return instruction.flag("from") is not None and mirrored(source, copy)[0] == source
