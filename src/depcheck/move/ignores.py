"""Patterns of .dockerignore and .gitignore files that begin with a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.discover import is_dockerfile
from depcheck.image.dockerignore import Patterns, lines
from depcheck.image.globs import PatternError
from depcheck.model import Edit
from depcheck.move import spots
from depcheck.move.course import Course, plain_head
from depcheck.sources import Sources

_OWN = ".dockerignore"  # also at the end of the name of a Dockerfile


def edits(sources: Sources, course: Course, directories: set[str], images: Iterable[str]) -> Iterator[Edit]:
    """The patterns of the ignore files in the directories and of the Dockerfiles written anew."""
    for directory in sorted(directories):
        for name in (".gitignore", _OWN):
            path = paths.join(directory, name)
            if sources.tree.is_file(path):
                yield from _edits(sources, course, path, directory)
    for dockerfile in filter(is_dockerfile, images):
        path = f"{dockerfile}{_OWN}"
        if sources.tree.is_file(path):
            yield from _edits(sources, course, path, _context(sources, dockerfile))


def _context(sources: Sources, dockerfile: str) -> str:
    """The context that the ignore file of a Dockerfile speaks of."""
    from depcheck.image import view

    return view.likeliest(sources.tree, dockerfile).context


def _edits(sources: Sources, course: Course, path: str, base: str) -> Iterator[Edit]:
    found = sources.get(spots.lines, path)
    if found is None:
        return
    texts = found.text.split("\n")
    for number, line in enumerate(texts, 1):
        raw = _pattern(line, anchored=path.endswith(_OWN))
        new = None if raw is None else course.pattern(base, raw)
        if raw is not None and new is not None and plain_head(raw)[0] and not new.startswith(".."):
            texts[number - 1] = line.replace(raw, new, 1)
            edit = found.edit(number, 1, raw, new)
            if edit is not None:
                yield edit
    if path.endswith(_OWN) and (spare := _spare(course, base, found.text.split("\n"), texts)):
        start = found.starts[spare - 1]
        yield Edit(path, start, len(found.text), "")
    elif path.endswith(_OWN) and (more := _exception(course, base, found.text.split("\n"), texts)):
        end = len(found.text)
        begin = "" if not found.text or found.text.endswith("\n") else "\n"
        yield Edit(path, end, end, f"{begin}{more}\n")


def _pattern(line: str, *, anchored: bool) -> str | None:
    """The path that a line is a pattern of; None where it matches at any depth, or is none."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    text = text.removeprefix("!").strip()
    if not anchored and "/" not in text.rstrip("/"):
        return None
    return text.lstrip("/") or None


def _spare(course: Course, base: str, before: list[str], after: list[str]) -> int:
    """The number of the last line where it is one of `_exception` that says nothing at the new place."""
    last = len(after) - (1 if after[-1:] == [""] else 0)
    new = paths.relative(course.new, base)
    if last < 1 or after[last - 1] == before[last - 1] or after[last - 1].removeprefix("!") != new:
        return 0
    try:
        kept = {_is_kept_out(texts, new) for texts in (after, after[: last - 1])}
    except PatternError:
        return 0
    return last if len(kept) == 1 else 0


def _exception(course: Course, base: str, before: list[str], after: list[str]) -> str | None:
    """The line without which what moves would be kept out of the context, or let in."""
    if not paths.is_below(course.old, base) or not paths.is_below(course.new, base) or base == course.old:
        return None
    try:
        was = _is_kept_out(before, paths.relative(course.old, base))
        now = _is_kept_out(after, paths.relative(course.new, base))
    except PatternError:
        return None
    return None if was == now else f"{'' if was else '!'}{paths.relative(course.new, base)}"


def _is_kept_out(texts: list[str], path: str) -> bool:
    patterns = Patterns(lines("\n".join(texts).encode("utf-8", "surrogateescape")), sent=True)
    above, answer, at = patterns.nothing, False, ""
    for part in path.split("/"):
        at = paths.join(at, part)
        answer, above = patterns.match(at, above)
    return answer
