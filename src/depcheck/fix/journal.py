"""What a run that writes keeps beside the repository: a lock for other runs, a list for who finds it dead.

One file is both. The kernel lets go of the lock of a run that was killed, and the list that it leaves
says which temporary files there may be. It lies in `.git`, where no commit takes it up, or at the root
where there is no such directory, or none to write to.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL

from depcheck import paths
from depcheck.record import NamedTuple

PATIENCE = 5.0  # seconds that a run waits for another one
_PAUSE = 0.05
_NAME = ".depcheck-journal"
_HEAD = b"depcheck journal 1"
_END = b"end"
_LARGEST = 16 << 20  # more than 100,000 files; a larger one is not ours
_DENSEST = 32  # bytes of a field at the least, of which every other one is a digest
_TOKEN = re.compile(r"[0-9]{1,10}-[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class CannotWriteError(Exception):
    """A run cannot write; the first argument says why, `changed` names the files that it had to leave so."""

    def __init__(self, reason: str, changed: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.changed = changed


class Record(NamedTuple):
    """What a run is to write. files: canonical paths, each with the SHA-256 of its new content."""

    token: str
    files: tuple[tuple[str, str], ...]

    def temporary(self, index: int) -> str:
        """The name of the temporary file beside the file at `index`; no other name is ever removed."""
        return f".depcheck-{self.token}-{index}.tmp"

    def encode(self) -> bytes:
        """The text of a journal."""
        fields = (os.fsencode(field) for file in self.files for field in file)
        return b"".join(b"%s\0" % field for field in (_HEAD, self.token.encode(), *fields, _END))


def decode(content: bytes) -> Record | None:
    """What a journal says, as far as it is one: its writer may be an enemy. None: it says nothing.

    One that was cut off as it was written says nothing: no temporary file is made before it is whole.
    """
    if not content.endswith(b"\0%s\0" % _END) or content.count(b"\0") > 4 + len(content) // _DENSEST:
        return None
    head, token, *fields = (os.fsdecode(field) for field in content.split(b"\0")[:-2])
    if head != _HEAD.decode() or not _TOKEN.fullmatch(token):
        return None
    files = zip(fields[::2], fields[1::2], strict=False)
    return Record(token, tuple(file for file in files if _is_ours(file[0]) and _DIGEST.fullmatch(file[1])))


def _is_ours(path: str) -> bool:
    """Whether a path is one that a run writes to: canonical, inside the root, none of git's own."""
    return bool(path) and paths.at("/", "", path) == path and ".git" not in path.split("/")


class Journal:
    """The journal of this run. left: what an earlier run left, if one did. keep: it is still needed."""

    def __init__(self, directory: int, handle: int) -> None:
        self._directory = directory
        self._handle = handle
        self.left = decode(_read(handle))
        self.keep = self.left is not None

    def begin(self, record: Record) -> None:
        """Say what is to be written, on the disk before any of it is."""
        os.ftruncate(self._handle, 0)
        write_all(self._handle, record.encode())
        os.fsync(self._handle)
        os.fsync(self._directory)
        self.keep = True

    def end(self) -> None:
        """Nothing is left of this run."""
        self.keep = False

    def close(self) -> None:
        """Let other runs write, and take the journal away where nothing is left to say."""
        try:
            if not self.keep:
                with suppress(OSError):  # all that was to be done is done
                    os.unlink(_NAME, dir_fd=self._directory)
                    os.fsync(self._directory)
        finally:
            os.close(self._handle)


@contextmanager
def taken(root: str) -> Iterator[Journal]:
    """The journal for this run alone. Raises CannotWriteError where another run does not let go of it."""
    top = _place(root)
    try:
        directory = os.open(top, DIRECTORY)
        try:
            journal = Journal(directory, _locked(directory))
            try:
                yield journal
            finally:
                journal.close()
        finally:
            os.close(directory)
    except OSError as error:
        raise CannotWriteError(f"`{os.path.join(top, _NAME)}` cannot be written: {why(error)}") from error


def _place(root: str) -> str:
    inner = os.path.join(root, ".git")
    is_there = os.path.isdir(inner) and not os.path.islink(inner) and os.access(inner, os.W_OK | os.X_OK)
    return inner if is_there else root


def _locked(directory: int) -> int:
    """A handle of the journal, made where there is none, once no other run has it."""
    import fcntl

    deadline = time.monotonic() + PATIENCE
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    while True:
        handle = os.open(_NAME, flags, 0o600, dir_fd=directory)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(directory, handle):
                _refuse_strange(handle)
                return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise CannotWriteError("another run of depcheck is writing here") from None
            time.sleep(_PAUSE)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # the run that had it has taken it away


def _is_at(directory: int, handle: int) -> bool:
    """Whether the journal is still the file that was opened."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(_NAME, dir_fd=directory, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _refuse_strange(handle: int) -> None:
    """Raise OSError for what is none of our journals, whole or cut off: it is not ours to overwrite."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size > _LARGEST:
        raise OSError(EINVAL, "it is no journal of depcheck")
    begins = os.pread(handle, len(_HEAD), 0)
    if not _HEAD.startswith(begins):
        raise OSError(EINVAL, "it is no journal of depcheck")


def _read(handle: int) -> bytes:
    parts, at = [], 0
    while part := os.pread(handle, 1 << 20, at):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def found(root: str) -> str:
    """What a scan, which touches nothing, has to say of other runs that write or wrote; empty: nothing."""
    try:
        handle = os.open(
            os.path.join(_place(root), _NAME), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
    except OSError:
        return ""
    try:
        return _said(handle)
    except OSError:
        return ""
    finally:
        os.close(handle)


def _said(handle: int) -> str:
    import fcntl

    _refuse_strange(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "another run of depcheck is writing here"
    if decode(_read(handle)) is None:
        return ""
    return "an earlier run was stopped while it wrote; the next one that writes removes what it left"


def write_all(handle: int, content: bytes) -> None:
    """`os.write` until all is written."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def why(error: OSError) -> str:
    """The reason in the words of the system."""
    return (error.strerror or str(error)).lower()
