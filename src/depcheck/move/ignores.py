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
            text = new if path.endswith(_OWN) else anchored(line, raw, new)
            texts[number - 1] = line.replace(raw, text, 1)
            edit = found.edit(number, 1, raw, text)
            if edit is not None:
                yield edit
    if path.endswith(_OWN) and paths.is_below(course.old, base) and paths.is_below(course.new, base):
        try:
            yield from _settled(course, base, found, texts)
        except PatternError:
            return


def anchored(line: str, raw: str, new: str) -> str:
    """The pattern `new` in place of `raw`: without a slash in it, it would match at any depth."""
    is_rooted = line.lstrip("!").startswith("/") or "/" in new.rstrip("/") or "/" not in raw.rstrip("/")
    return new if is_rooted else f"/{new}"


def _pattern(line: str, *, anchored: bool) -> str | None:
    """The path that a line is a pattern of; None where it matches at any depth, or is none."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    text = text.removeprefix("!").strip()
    if not anchored and "/" not in text.rstrip("/"):
        return None
    return text.lstrip("/") or None


def _settled(course: Course, base: str, found: spots.Lines, after: list[str]) -> Iterator[Edit]:
    """A line without which what moves would be kept out of the context, or let in; or such a line taken out.

    It stands behind the line that decides, so that what the lines after it say of anything else holds.
    """
    before = found.text.split("\n")
    old, new = paths.relative(course.old, base), paths.relative(course.new, base)
    ends = (*found.starts[1:], len(found.text))
    was, now = _is_kept_out(before, old), _is_kept_out(after, new)
    if was != now:
        at = max(_deciding(before, old), _deciding(after, new))
        line = f"{'' if was else '!'}{new}"
        begin = "" if found.text[: ends[at - 1]].endswith("\n") else "\n"
        yield Edit(found.file, ends[at - 1], ends[at - 1], f"{begin}{line}" if begin else f"{line}\n")
        return
    for index, line in enumerate(after):
        if line != before[index] and line.removeprefix("!") == new:
            rest = [*after[:index], *after[index + 1 :]]
            if (
                _is_kept_out(rest, new) == now
                and max(_deciding(rest, new), _deciding(before, old) - 1) == index
            ):
                yield Edit(found.file, found.starts[index], ends[index], "")


def _deciding(texts: list[str], path: str) -> int:
    """The number of the last line that says whether a path is kept out; 0 where none does."""
    kept = _is_kept_out(texts, path)
    return next(
        (size + 1 for size in range(len(texts) - 1, -1, -1) if _is_kept_out(texts[:size], path) != kept), 0
    )


def _is_kept_out(texts: list[str], path: str) -> bool:
    patterns = Patterns(lines("\n".join(texts).encode("utf-8", "surrogateescape")), sent=True)
    above, answer, at = patterns.nothing, False, ""
    for part in path.split("/"):
        at = paths.join(at, part)
        answer, above = patterns.match(at, above)
    return answer
