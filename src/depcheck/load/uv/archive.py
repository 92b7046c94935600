"""A built distribution, or an archive of sources, as a dependency."""

from __future__ import annotations

from depcheck import paths
from depcheck.load.uv.lowering import Wanted
from depcheck.manifest.pyproject import normalise
from depcheck.model import Fault
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

_STARTS = {
    (".whl", ".zip"): (b"PK\x03\x04", b"PK\x05\x06"),
    (".tar.gz", ".tgz"): (b"\x1f\x8b",),
    (".tar.bz2", ".tbz"): (b"BZh",),
    (".tar.xz", ".txz"): (b"\xfd7zXZ\x00",),
}
_WHEEL_PARTS = (5, 6)  # name, version, (build), python, abi, platform


def check(sources: Sources, wanted: Wanted, path: str) -> Fault | str | None:
    """What is wrong with the archive at `path`, which exists; a text says why that cannot be known."""
    name = paths.name(path)
    reference = wanted.reference(path)
    if name.lower().endswith(".whl"):
        parts = name[:-4].split("-")
        if len(parts) not in _WHEEL_PARTS:
            message = f"`{name}` is no name of a wheel"
            return Fault("not-a-package", wanted.site, message, reference, (), "uv")
        if normalise(parts[0]) != wanted.name:
            message = f"`{wanted.raw}` leads to a wheel of `{parts[0]}`, not of `{wanted.name}`"
            return Fault("name-mismatch", wanted.site, message, reference, (), "uv")
    starts = next((found for endings, found in _STARTS.items() if name.lower().endswith(endings)), (b"",))
    try:
        content = sources.tree.read(path)
    except UnknownContentError as error:
        return str(error)
    except OSError as error:
        return f"`{path}` cannot be read: {error.strerror}"
    if not content.startswith(starts):
        message = f"`{wanted.raw}` leads to a file that is no archive of the kind its name says"
        return Fault("not-a-package", wanted.site, message, reference, (), "uv")
    return None
