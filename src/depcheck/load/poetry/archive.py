"""A built distribution as a dependency: a wheel or an archive of sources.

Source: poetry `packages/direct_origin.py` (get_package_from_file). The name of a wheel is taken from
its file name, which its metadata has to repeat (PEP 427); what it requires comes from an index.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.load.poetry.found import Found
from depcheck.load.poetry.requirement import Wanted
from depcheck.model import Fault
from depcheck.sources import Sources
from depcheck.tree.base import UnknownContentError

_STARTS = {
    (".whl", ".zip"): (b"PK\x03\x04", b"PK\x05\x06"),
    (".tar.gz", ".tgz"): (b"\x1f\x8b",),
    (".tar.bz2", ".tbz"): (b"BZh",),
    (".tar.xz", ".txz"): (b"\xfd7zXZ\x00",),
    (".tar",): (b"",),
}


def read(sources: Sources, wanted: Wanted) -> Found:
    """The package in the file that `wanted` names: a fault where it is no archive at all."""
    origin, reference = wanted.origin, wanted.reference
    if origin is None or reference is None:
        return Found(None)
    name = paths.name(origin.target)
    starts = next((found for endings, found in _STARTS.items() if name.lower().endswith(endings)), None)
    try:
        content = sources.tree.read(origin.target) if starts is not None else b""
    except UnknownContentError as error:
        return Found(None, unknowns=(str(error),))
    except OSError as error:
        return Found(None, unknowns=(f"`{origin.target}` cannot be read: {error.strerror}",))
    if starts is None or not any(content.startswith(start) for start in starts):
        message = f"`{reference.raw}` leads to a file that is no wheel and no archive of sources"
        return Found(
            None, faults=(Fault("not-a-package", reference.site, message, reference, tool="poetry"),)
        )
    distribution = name.split("-", 1)[0] if name.lower().endswith(".whl") else wanted.name
    return Found(distribution)
