"""Archives that ADD unpacks: which files are such, and what they hold."""

from __future__ import annotations

import io
import lzma
import tarfile
import zlib

from depcheck import paths
from depcheck.tree.base import Kind, Tree, UnknownContentError
from depcheck.tree.layers import Leaf
from depcheck.tree.overlay import Link, Text, Unread
from depcheck.tree.stage import StageTree

_MARKS = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_ZSTD = b"\x28\xb5\x2f\xfd"  # the engine knows it, Python does not yet
_NAMES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
_ERRORS = (OSError, UnknownContentError, tarfile.TarError, EOFError, ValueError, zlib.error, lzma.LZMAError)
LARGEST = 16 << 20  # bytes, packed; a larger archive is not looked into
MOST = 20_000  # members
LARGEST_FILE = 1 << 20  # bytes of a member that are kept; manifests are smaller


def is_archive(tree: Tree, path: str) -> bool:
    """Whether ADD would unpack the file: a tar, packed or not (BuildKit `isArchivePath`)."""
    try:
        data = tree.read(path)
    except (OSError, UnknownContentError):
        return path.endswith(_NAMES)
    if len(data) > LARGEST or data.startswith(_ZSTD):
        return path.endswith(_NAMES)
    if not data.startswith(_MARKS) and data[257:262] != b"ustar":
        return False
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*"):
            return True
    except _ERRORS:
        return False


def unpack(stage: StageTree, directory: str, tree: Tree, path: str) -> None:
    """Put what the archive holds into `directory`; where that is not known, anything may be there."""
    why = f"`{path}`, which is unpacked there, could not be read"
    try:
        data = tree.read(path)
        if len(data) > LARGEST:
            stage.blur(directory, f"`{path}`, which is unpacked there, is too large to be looked into")
            return
        _extract(stage, directory, data, why)
    except _ERRORS:
        stage.blur(directory, why)


def _extract(stage: StageTree, directory: str, data: bytes, why: str) -> None:
    left = LARGEST * 4
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        for count, member in enumerate(archive):
            left -= member.size
            if count >= MOST or left < 0:
                stage.blur(directory, why)
                return
            parts = [part for part in member.name.split("/") if part not in ("", ".")]
            if not parts or ".." in parts:
                continue
            place = stage.resolve(paths.join(directory, "/".join(parts[:-1])))
            place = paths.join(place, parts[-1])
            if member.isdir():
                if stage.entry(place).kind is not Kind.DIR:
                    stage.put(place, Kind.DIR)
            elif member.issym():
                stage.put(place, Link(member.linkname))
            elif member.islnk():
                stage.copy(stage.resolve(paths.join(directory, member.linkname)), place)
            elif member.isreg():
                content = archive.extractfile(member) if member.size <= LARGEST_FILE else None
                text = Unread(why) if content is None else Text(content.read())
                stage.set(place, Leaf(text, stage.line))
            else:
                stage.put(place, Kind.OTHER)
