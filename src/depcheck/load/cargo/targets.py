"""Which source files a package builds: cargo's directory layout conventions.

Source: cargo's `parser/targets.rs` (`normalize_lib`, `normalize_bins`, `target_path`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.manifest.cargo import Manifest, Package, Target, TargetKind
from depcheck.manifest.cargo.targets import FORBIDDEN
from depcheck.manifest.pyproject import route_text
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.tree.base import Kind, Tree

_DIRECTORIES: dict[TargetKind, str] = {
    "bin": "src/bin",
    "example": "examples",
    "test": "tests",
    "bench": "benches",
}
_AUTO: dict[TargetKind, str] = {
    "lib": "lib",
    "bin": "bins",
    "example": "examples",
    "test": "tests",
    "bench": "benches",
}
_FOLDERS: tuple[tuple[TargetKind, str], ...] = (
    ("lib", "src"), ("bin", "src"), ("example", "examples"), ("test", "tests"), ("bench", "benches"),
)  # fmt: skip


class Source(NamedTuple):
    """The root file of one target. `route` is empty for an inferred one."""

    kind: TargetKind | str
    name: str
    path: str
    route: tuple[str | int, ...] = ()
    raw: str = ""
    required: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()


class Layout(NamedTuple):
    """What a package builds.

    sources:  the targets and the build script.
    faults:   cargo refuses the manifest. recorded: every build of the workspace fails, reading
    does not (a `[[test]]`, `[[example]]` or `[[bench]]` without its file).
    """

    sources: tuple[Source, ...]
    faults: tuple[Fault, ...]
    recorded: tuple[Fault, ...]


def layout(tree: Tree, manifest: Manifest, package: Package, edition: str) -> Layout:
    """Infer the targets of `package` from its manifest and the files beside it.

    edition: empty where it can't be inherited; then a target is there that any edition would find.
    """
    found = _Found(tree, manifest, package, edition)
    here = tree.names(manifest.directory)
    declared = {target.kind for target in manifest.targets}
    for kind, folder in _FOLDERS:
        if kind in declared or folder in here:
            found.add(kind)
    sources, faults = found.sources, found.faults
    if not sources and not faults:
        message = (
            "no targets specified: neither `src/lib.rs`, `src/main.rs`, a `[lib]` nor a `[[bin]]` "
            "section is there"
        )
        path = paths.join(manifest.directory, "src/lib.rs")
        reference = Reference(Site(manifest.path), "(targets)", "src/lib.rs", path, "file")
        faults.append(
            Fault("missing-target-file", Site(manifest.path, ("package",)), message, reference, tool="cargo")
        )
    elif package.default_run and not any(
        one.kind == "bin" and one.name == package.default_run for one in sources
    ):
        site = Site(manifest.path, ("package", "default-run"))
        message = f"default-run target `{package.default_run}` does not exist"
        reference = Reference(site, "package.default-run", package.default_run, manifest.directory, "file")
        faults.append(Fault("missing-target-file", site, message, reference, tool="cargo"))
    script = _build_script(tree, manifest, package)
    if package.links is not None and script is None:
        site = Site(manifest.path, ("package", "links"))
        reference = Reference(
            site, "package.links", "build.rs", paths.join(manifest.directory, "build.rs"), "file"
        )
        message = "the package has `links` but no build script"
        faults.append(Fault("missing-target-file", site, message, reference, tool="cargo"))
    if script is not None:
        sources.append(script)
    return Layout(tuple(sources), tuple(faults), tuple(found.recorded))


class _Found:
    """The targets of one package while they are found, kind by kind; the library comes first."""

    def __init__(self, tree: Tree, manifest: Manifest, package: Package, edition: str) -> None:
        self.tree = tree
        self.manifest = manifest
        self.package = package
        self.edition = edition
        self.has_lib = False
        self.sources: list[Source] = []
        self.faults: list[Fault] = []
        self.recorded: list[Fault] = []

    def add(self, kind: TargetKind) -> None:
        """Add the targets of one kind (cargo: `normalize_lib`, `toml_targets_and_inferred`)."""
        declared = (
            [target for target in self.manifest.targets if target.kind == kind]
            if self.manifest.targets
            else []
        )
        automatic = self.package.auto[_AUTO[kind]]
        inferred: list[tuple[str, str]] = []
        # Where all is declared the disk is not asked: the files may be absent.
        if automatic is not False or any(not (target.path and target.is_named) for target in declared):
            inferred = _inferred(self.tree, self.manifest.directory, kind, self.package.name)
        if not declared and not inferred:
            return
        placed = [source for target in declared if (source := self._declared(target, inferred))]
        if kind == "lib":
            if not declared and automatic is not False:
                placed = [Source("lib", *inferred[0])]
            self.has_lib = bool(placed)
        elif automatic or (automatic is None and not (declared and self.edition == "2015")):
            placed.extend(self._remaining(kind, declared, inferred))
        self._check_names(kind, placed)
        self.sources.extend(placed)

    def _declared(self, target: Target, inferred: list[tuple[str, str]]) -> Source | None:
        directory = self.manifest.directory
        path = target.path or _find(self.tree, self.manifest, target, inferred, (self.edition, self.has_lib))
        if path:
            path = paths.at(self.tree.root, directory, path)
            return Source(
                target.kind, target.name, path, target.route, target.path, target.required, target.skips
            )
        into = self.faults if target.kind in ("lib", "bin") else self.recorded
        into.append(
            _not_found(self.manifest, target, [found for name, found in inferred if name == target.name])
        )
        return None

    def _remaining(
        self, kind: TargetKind, declared: list[Target], inferred: list[tuple[str, str]]
    ) -> Iterator[Source]:
        """What lies on the disk beside the declared targets."""
        names = {target.name for target in declared}
        taken = {_joined(self.manifest.directory, target.path) for target in declared if target.path}
        for name, path in inferred:
            if name not in names and path not in taken:
                yield Source(kind, name, path)

    def _check_names(self, kind: TargetKind, placed: list[Source]) -> None:
        seen: dict[str, Source] = {}
        for source in placed:
            site = Site(self.manifest.path, (*source.route, "name") if source.route else ("package",))
            if kind == "bin" and source.name in FORBIDDEN:
                message = (
                    f"the binary target name `{source.name}` is forbidden, it conflicts with "
                    "cargo's build directory names"
                )
                self.faults.append(Fault("invalid-manifest", site, message, tool="cargo"))
            if (first := seen.setdefault(source.name, source)) is not source:
                message = f"found duplicate {kind} name `{source.name}`: `{first.path}` and `{source.path}`"
                self.faults.append(Fault("invalid-manifest", site, message, tool="cargo"))


def _joined(directory: str, raw: str) -> str:
    """A declared path as it is compared with the inferred ones: `.` does not count, `..` does."""
    return paths.join(directory, "/".join(part for part in raw.split("/") if part not in ("", ".")))


def _build_script(tree: Tree, manifest: Manifest, package: Package) -> Source | None:
    """The build script that would be compiled, whether or not it exists."""
    route = ("package", "build")
    match package.build:
        case False:
            return None
        case None:
            path = paths.join(manifest.directory, "build.rs")
            there = "build.rs" in tree.names(manifest.directory) and tree.is_file(path)
            return Source("build script", "build.rs", path) if there else None
        case True:
            return Source(
                "build script", "build.rs", paths.join(manifest.directory, "build.rs"), route, "build.rs"
            )
        case str(raw):
            return Source("build script", raw, tree.at(manifest.directory, raw), route, raw)


def _inferred(tree: Tree, directory: str, kind: TargetKind, package: str) -> list[tuple[str, str]]:
    """(name, path) of the files that lie where cargo looks for targets of this kind.

    The directory is listed rather than asked for each name: one question serves all kinds.
    """
    if kind not in ("lib", "bin"):
        folder = _DIRECTORIES[kind]
        return list(_listed(tree, paths.join(directory, folder))) if folder in tree.names(directory) else []
    if "src" not in tree.names(directory):
        return []
    source = paths.join(directory, "src")
    names = tree.names(source)
    if kind == "lib":
        path = f"{source}/lib.rs"
        return [(package.replace("-", "_"), path)] if "lib.rs" in names and tree.exists(path) else []
    found = []
    if "main.rs" in names and tree.exists(main := f"{source}/main.rs"):
        found.append((package, main))
    if "bin" in names:
        found.extend(_listed(tree, f"{source}/bin"))
    return found


def _listed(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    for name in tree.names(folder):
        path = f"{folder}/{name}"
        is_source = name.endswith(".rs")
        if name.startswith(".") or ("." in name and not is_source and tree.kind(path) is not Kind.DIR):
            continue
        # cargo asks the directory entry itself: a link to a directory is none.
        if tree.entry(path).kind is not Kind.DIR:
            if is_source:
                yield name[:-3], path
        elif tree.kind(main := f"{path}/main.rs") not in (Kind.MISSING, Kind.UNKNOWN):
            yield name, main


def _find(
    tree: Tree, manifest: Manifest, target: Target, inferred: list[tuple[str, str]], context: tuple[str, bool]
) -> str:
    """Where a target without `path` lies, relative to the package or canonical; empty: nowhere."""
    edition, has_lib = context
    if target.kind == "lib":
        if inferred:
            return "src/lib.rs"
        legacy = f"src/{target.name}.rs"
        return (
            legacy if edition in ("2015", "") and tree.exists(paths.join(manifest.directory, legacy)) else ""
        )
    matching = [path for name, path in inferred if name == target.name]
    if len(matching) == 1:
        return paths.relative(matching[0], manifest.directory)
    if edition in ("2015", ""):
        candidates = [] if target.kind != "bin" else ["src/main.rs", "src/bin/main.rs"]
        if target.kind == "bin" and not has_lib:
            candidates.insert(0, f"src/{target.name}.rs")
        if target.kind == "test":
            candidates = []
        if target.kind == "bench":
            candidates = ["src/bench.rs"] if target.name == "bench" else []
        for candidate in candidates:
            if tree.exists(paths.join(manifest.directory, candidate)):
                return candidate
    return ""


def _not_found(manifest: Manifest, target: Target, several: list[str]) -> Fault:
    if target.kind == "lib":
        places = ["src/lib.rs"]
        message = (
            f"the library `{target.name}` has no file: `src/lib.rs` does not exist and `lib.path` is not set"
        )
    else:
        folder = _DIRECTORIES[target.kind]
        places = [f"{folder}/{target.name}.rs", f"{folder}/{target.name}/main.rs"]
        if several:
            message = (
                f"cargo cannot tell which file the {target.kind} `{target.name}` is: both "
                f"`{several[0]}` and `{several[1]}` exist"
            )
        else:
            message = (
                f"the {target.kind} `{target.name}` has no file: neither `{places[0]}` nor "
                f"`{places[1]}` exists"
            )
    site = Site(manifest.path, target.route if target.kind == "lib" else (*target.route, "name"))
    reference = Reference(
        site, route_text(target.route), places[0], paths.join(manifest.directory, places[0]), "file"
    )
    return Fault("missing-target-file", site, message, reference, tool="cargo")


def absent(tree: Tree, directory_sources: Iterable[Source], manifest: str) -> Iterator[tuple[Source, Fault]]:
    """The targets with a path of their own whose file is not there, each with its fault."""
    for source in directory_sources:
        kind = tree.kind(source.path)
        if kind in (Kind.FILE, Kind.UNKNOWN):
            continue
        route = source.route if source.kind == "build script" else (*source.route, "path")
        route = route if source.route else ("package",)
        what = "is a directory, a source file was expected" if kind is Kind.DIR else "does not exist"
        site = Site(manifest, route)
        raw = source.raw or paths.relative(source.path, paths.parent(manifest))
        reference = Reference(
            site, route_text(route) if source.route else "(targets)", raw, source.path, "file"
        )
        message = f"the {source.kind} `{source.name}` is at `{source.path or '.'}`, which {what}"
        yield source, Fault("missing-target-file", site, message, reference, tool="cargo")
