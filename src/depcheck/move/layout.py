"""Where what moves lies in an image or a build context, before and after."""

from __future__ import annotations

from posixpath import normpath

from depcheck import paths


class Layout:
    """Absolute paths of one file system. workdir: what relative ones start from, as it was.

    A path that begins with a variable is taken for an absolute one of its own.
    """

    def __init__(self, other: Layout | None = None) -> None:
        self.workdir: str = "/" if other is None else other.workdir
        self.places: dict[str, str] = {} if other is None else dict(other.places)

    def at(self, raw: str, directory: str | None = None) -> str:
        """The path that is written, as it was."""
        if raw[:1] in ("/", "$"):
            return _clean(raw)
        return _clean(f"{self.workdir if directory is None else directory}/{raw}")

    def of(self, path: str) -> str:
        """Where what was at `path` is afterwards."""
        held = [place for place in self.places if paths.is_below(path, place)]
        if not held:
            return path
        place = max(held, key=len)
        return paths.join(self.places[place], path[len(place) + 1 :])

    def lost(self, source: str) -> bool:
        """Whether something leaves the directory `source`."""
        return any(
            paths.is_below(old, source) and not paths.is_below(new, source)
            for old, new in self.places.items()
        )

    def written(self, raw: str, directory: str | None = None) -> str | None:
        """What has to be written in place of `raw`; None where it stays."""
        here = self.workdir if directory is None else directory
        target = self.at(raw, here)
        new = self.of(target)
        if raw[:1] in ("/", "$"):
            if new == target:
                return None
            path = new.removeprefix("/") if raw.startswith("$") else new
        else:
            path = paths.relative(new, self.of(here))
            if raw.removeprefix("./").rstrip("/") == paths.relative(target, here):
                if raw.removeprefix("./").rstrip("/") == path:
                    return None
            elif self.at(raw, self.of(here)) == new:
                return None
            if raw.startswith("./") and not path.startswith("."):
                path = f"./{path}"
        return f"{path}/" if raw.endswith("/") and not path.endswith("/") else path


def mirrored(source: str, copy: str) -> tuple[str, str]:
    """What stands before the components that both paths end with."""
    one, other = source.strip("/").split("/"), copy.strip("/").split("/")
    while one and other and one[-1] == other[-1] and one[-1]:
        one.pop()
        other.pop()
    return f"/{'/'.join(one)}", f"/{'/'.join(other)}"


def carried(origin: Layout, source: str, copy: str) -> dict[str, str]:
    """The places that a COPY of `source`, which is then at `copy`, makes of those of its origin.

    Relative paths between packages hold in an image as long as it has them as the origin does, so that what
    moves there moves here.
    """
    found = {}
    for old, new in origin.places.items():
        if paths.is_below(source, old):
            above, base = mirrored(source, copy)
            if paths.is_below(above, old):
                continue
        elif paths.is_below(old, source):
            above, base = source, copy
        else:
            continue
        place = _clean(f"{base}/{paths.relative(old, above)}")
        found[place] = _clean(f"{base}/{paths.relative(new, above)}")
    return {place: to for place, to in found.items() if place != to}


def _clean(path: str) -> str:
    return f"/{normpath(path).lstrip('/')}"
