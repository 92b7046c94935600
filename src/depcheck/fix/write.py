"""Edited files put on the disk: all of them or none, each by one rename.

The new content of every file is written beside it first. A run that is killed leaves each file old or
new, and a journal by which the next run finds what else it left. No link is followed: a path is walked
from the root, name by name, so that one that is swapped in meanwhile is an error.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EINVAL

from depcheck import paths
from depcheck.fix import journal
from depcheck.fix.journal import CannotWriteError, Record, why, write_all
from depcheck.fix.splice import Content
from depcheck.record import NamedTuple

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAMED = 5  # files that a sentence names
Stand = tuple[int, int, int, int, int]


class _File(NamedTuple):
    """A file that is to be written. stands: what tells that nobody has touched it since it was compared."""

    content: Content
    temporary: str
    status: os.stat_result
    stands: Stand


def write(
    root: str,
    contents: Iterable[Content],
    tell: Callable[[str], None] = lambda _: None,
    first: Callable[[], None] | None = None,
) -> None:
    """Put every file in place, or none.

    tell: takes sentences about what an earlier run has left. first: done before, while no other run writes.
    Raises CannotWriteError.
    """
    contents = [content for content in contents if content.before != content.after]
    if not contents and first is None and not journal.found(root):
        return
    with journal.taken(root) as held:
        top = os.open(root, journal.DIRECTORY)
        try:
            if held.left is not None:
                tell(_recovered(top, held.left))
                held.end()
            if first is not None:
                first()
            if contents:
                _replace(top, held, contents)
        finally:
            os.close(top)


def _replace(top: int, held: journal.Journal, contents: Sequence[Content]) -> None:
    token = f"{os.getpid()}-{os.urandom(8).hex()}"
    record = Record(token, tuple((content.path, _digest(content.after)) for content in contents))
    files = [_compared(top, content, record.temporary(at)) for at, content in enumerate(contents)]
    held.begin(record)
    try:
        for file in files:
            _prepare(top, file, file.content.after)
        for file in files:
            _place(top, file)
        for directory in sorted({paths.parent(file.content.path) for file in files}):
            with _about(_unwritable(directory or ".")), _directory(top, directory) as handle:
                _sync(handle)
    except BaseException as error:
        changed = tuple(_undone(top, files))
        if not changed:
            held.end()
        elif isinstance(error, CannotWriteError):
            raise CannotWriteError(str(error), changed) from error
        raise
    held.end()


def _compared(top: int, content: Content, temporary: str) -> _File:
    """The file as it stands, which has to be as it was read, and one that its user may write to."""
    with _about(_unwritable(content.path)), _directory(top, paths.parent(content.path)) as directory:
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(paths.name(content.path), flags, dir_fd=directory)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(EINVAL, "it is no regular file")
            before = os.pread(handle, len(content.before) + 1, 0)
        finally:
            os.close(handle)
    if before != content.before:
        raise _changed(content.path)
    return _File(content, temporary, status, _stand(status))


def _prepare(top: int, file: _File, text: bytes) -> None:
    """Write what is to be the content of a file beside it."""
    path, status = file.content.path, file.status
    what = f"a new version of `{path}` cannot be written beside it"
    with _about(what), _directory(top, paths.parent(path)) as directory:
        handle = os.open(file.temporary, _NEW, 0o600, dir_fd=directory)
        try:
            write_all(handle, text)
            own = os.fstat(handle)
            if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
                with suppress(OSError):  # only root gives files away; any other program's edit takes them too
                    os.fchown(handle, status.st_uid, status.st_gid)
            os.fchmod(handle, stat.S_IMODE(status.st_mode))
            os.fsync(handle)
        finally:
            os.close(handle)


def _place(top: int, file: _File) -> None:
    path = file.content.path
    with _about(_unwritable(path)), _directory(top, paths.parent(path)) as directory:
        if _stand(os.stat(paths.name(path), dir_fd=directory, follow_symlinks=False)) != file.stands:
            raise _changed(path)
        os.rename(file.temporary, paths.name(path), src_dir_fd=directory, dst_dir_fd=directory)


def _undone(top: int, files: Sequence[_File]) -> Iterator[str]:
    """Take back what has been done so far; gives the files for which that cannot be done."""
    for file in files:
        path = file.content.path
        try:
            with _directory(top, paths.parent(path)) as directory:
                _remove(directory, file.temporary)
                if _content(directory, paths.name(path)) == file.content.after:
                    _prepare(top, file, file.content.before)
                    os.rename(file.temporary, paths.name(path), src_dir_fd=directory, dst_dir_fd=directory)
                    _sync(directory)
        except (OSError, CannotWriteError):
            yield path


def _recovered(top: int, record: Record) -> str:
    """Remove what an earlier run has left; a sentence about what it had done."""
    done: dict[bool, list[str]] = {True: [], False: []}
    for index, (path, digest) in enumerate(record.files):
        content, temporary = None, record.temporary(index)
        with suppress(OSError), _directory(top, paths.parent(path)) as directory:
            with _about(f"`{paths.join(paths.parent(path), temporary)}` cannot be removed"):
                _remove(directory, temporary)
            content = _content(directory, paths.name(path))
        done[content is not None and _digest(content) == digest].append(path)
    what = [f"{_named(done[True])} as it was to write"] if done[True] else []
    what += [f"{_named(done[False])} as before"] if done[False] else []
    return f"an earlier run was stopped while it wrote; it left {', '.join(what) or 'nothing'}"


def _named(found: Sequence[str]) -> str:
    names = ", ".join(f"`{path}`" for path in found[:_NAMED])
    return f"{names} and {len(found) - _NAMED:,} more" if len(found) > _NAMED else names


def _remove(directory: int, temporary: str) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISREG(os.stat(temporary, dir_fd=directory, follow_symlinks=False).st_mode):
            os.unlink(temporary, dir_fd=directory)


def _content(directory: int, name: str) -> bytes | None:
    """What stands in a file; None where it is none."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    except OSError:
        return None
    with open(handle, "rb") as stream:
        return stream.read() if stat.S_ISREG(os.fstat(handle).st_mode) else None


@contextmanager
def _directory(top: int, path: str) -> Iterator[int]:
    """A handle of a directory in the root, to which no link leads."""
    handle = os.dup(top)
    try:
        for name in path.split("/") if path else ():
            below = os.open(name, journal.DIRECTORY, dir_fd=handle)
            os.close(handle)
            handle = below
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _about(what: str) -> Iterator[None]:
    """What the system refuses, with its reason."""
    try:
        yield
    except OSError as error:
        raise CannotWriteError(f"{what}: {why(error)}") from error


def _unwritable(path: str) -> str:
    return f"`{path}` cannot be written"


def _changed(path: str) -> CannotWriteError:
    return CannotWriteError(f"`{path}` has changed since it was read")


def _stand(status: os.stat_result) -> Stand:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _sync(handle: int) -> None:
    """Have a directory on the disk, where its file system knows of that."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != EINVAL:
            raise


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
