"""pip: its commands, requirements files, and the projects that no other tool manages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load import backend, groups
from depcheck.load import words as command
from depcheck.load.backend import Target
from depcheck.load.pip import location
from depcheck.load.pip.install import Asked, Install, Options
from depcheck.load.tool import Judged, UsageError
from depcheck.manifest import pyproject, requirements, toml
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, path_reference
from depcheck.manifest.requirements import Requirements
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.settings import chosen
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NAME = "pip"
NAMES = ("pip", "pip3")

_INSTALLING = {"install", "wheel", "download", "lock"}
_APART = {
    "uninstall", "freeze", "inspect", "list", "show", "check", "config", "search", "cache", "index", "hash",
    "completion", "debug", "help",
}  # fmt: skip
_GLOBAL_FLAGS = (
    "help/h debug isolated require-virtualenv verbose/v version/V quiet/q no-input no-cache-dir "
    "disable-pip-version-check no-color no-python-version-warning"
)
_GLOBAL_VALUED = (
    "python log proxy retries timeout exists-action trusted-host cert client-cert cache-dir use-feature "
    "use-deprecated resume-retries keyring-provider"
)
_FLAGS = (
    "no-deps pre upgrade/U force-reinstall ignore-installed/I ignore-requires-python no-build-isolation "
    "use-pep517 no-use-pep517 check-build-dependencies break-system-packages compile no-compile "
    "no-warn-script-location no-warn-conflicts prefer-binary require-hashes no-require-hashes no-clean "
    "user no-user dry-run no-index no-verify"
)
_VALUED = (
    "requirement/r constraint/c build-constraint editable/e target/t platform python-version "
    "implementation abi root prefix src upgrade-strategy config-settings/C config-setting global-option "
    "build-option no-binary only-binary progress-bar root-user-action report group index-url/i pypi-url "
    "extra-index-url find-links/f dest/d wheel-dir/w output/o requirements-from-script uploaded-prior-to "
    "all-releases only-final hash"
)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `pip WORDS` does in `cwd`. Raises UsageError."""
    outer = command.sort(words, _GLOBAL_FLAGS, _GLOBAL_VALUED, leading=True)
    if not outer.operands:
        return Outcome()
    name, *rest = outer.operands
    if name in _APART:
        return Outcome()
    if name not in _INSTALLING:
        raise UsageError(f"`pip {name}` is not a command that depcheck knows")
    # `-b`, `-d` and the like differ by command; none of those that matter does.
    given = command.sort(rest, f"{_FLAGS} {_GLOBAL_FLAGS}", f"{_VALUED} {_GLOBAL_VALUED}")
    if given.has("help"):
        return Outcome()
    target: Target = "wheel" if name in {"install", "wheel"} and not given.has("dry-run") else "metadata"
    no_deps = given.has("no-deps") or env.get("PIP_NO_DEPS", "0").lower() not in {
        "",
        "0",
        "false",
        "no",
        "off",
    }
    process = Install(sources, cwd, Options(target, no_deps, env))
    process.hashes = given.has("require-hashes")
    files = [*given.options.get("requirement", ()), *env.get("PIP_REQUIREMENT", "").split()]
    constraints = [*given.options.get("constraint", ()), *env.get("PIP_CONSTRAINT", "").split()]
    editables = given.options.get("editable", ())
    listed = given.options.get("group", ())
    if not (files or given.operands or editables or listed or given.has("requirements-from-script")):
        raise UsageError(f"`pip {name}` needs at least one requirement")
    for key, raws in (("-c", constraints), ("-r", files)):
        for raw in raws:
            if "://" not in raw:
                path = sources.tree.at(cwd, raw)
                process.file(path, Asked(raw, Site(path), key), constraint=key == "-c")
    for raw in given.operands:
        process.requirement(Asked(raw, _place(sources, cwd, raw), ""))
    for raw in editables:
        process.requirement(Asked(raw, _place(sources, cwd, raw), "-e", editable=True))
    for raw in listed:
        _group(process, raw)
    if given.has("requirements-from-script"):
        process.unknowns.append("the requirements are taken from a script")
    return process.outcome()


def _place(sources: Sources, cwd: str, raw: str) -> Site:
    """Where a path of the command line is to blame: the path itself."""
    found = location.of_line(sources.tree, cwd, raw)
    return Site(paths.at(sources.tree.root, "", found.path) if found.path else cwd or ".")


def _group(process: Install, text: str) -> None:
    """`--group [PATH:]NAME`."""
    sources = process.sources
    raw, _, name = text.rpartition(":")
    path = sources.tree.at(process.cwd, raw or "pyproject.toml")
    found = sources.get(pyproject.read, path)
    if sources.tree.kind(path) is Kind.MISSING:
        message = f"`{path}` does not exist, and the group `{name}` is looked for in it"
        process.faults.append(Fault("missing-path", Site(path), message, tool="pip"))
    elif isinstance(found, Fault):
        process.faults.append(found)
    elif isinstance(found, toml.Unknown):
        process.unknowns.append(found.because)
    elif normalise(name) not in found.groups:
        site = Site(path, ("dependency-groups",) if "dependency-groups" in found.data else ())
        message = f"the dependency group `{name}` is not defined"
        process.faults.append(Fault("invalid-manifest", site, message, tool="pip"))
    else:
        group = normalise(name)
        flat = groups.flatten(found.groups, (group,))
        process.faults += _wrong(found, flat)
        for item in flat.table[group]:
            process.requirement(_asked(item))


def _wrong(manifest: PyProject, flat: groups.Flat) -> Iterator[Fault]:
    """What is wrong with the groups that were walked."""
    for wrong in flat.wrong:
        yield groups.fault(wrong, "pip")
    for fault in manifest.faults:
        route = fault.site.route
        if route[:1] == ("dependency-groups",) and (len(route) < 2 or normalise(str(route[1])) in flat.table):
            yield fault._replace(tool="pip")


def _asked(item: Requirement) -> Asked:
    raw = item.url or item.text
    return Asked(item.text, item.site._replace(within=raw), pyproject.route_text(item.site.route))


def owns(sources: Sources, manifest: PyProject) -> bool:
    """Whether `manifest` describes something that pip can install: a project of any backend."""
    return (
        manifest.project is not None
        or manifest.build is not None
        or sources.tree.is_file(paths.join(manifest.directory, "setup.py"))
    )


def judge(sources: Sources, manifest: PyProject) -> Judged:
    """`pip install .` in the directory of `manifest`, and the wheel that its backend builds."""
    own = {("project",), ("build-system",)}
    faults = tuple(fault._replace(tool="pip") for fault in manifest.faults if fault.site.route[:1] in own)
    loads = Outcome(faults)
    if faults:
        return Judged(loads, loads, loads)
    process = Install(sources, manifest.directory, Options("metadata"))
    process.requirement(Asked(".", Site(manifest.path), ""))
    wrong = _wrong(manifest, groups.flatten(manifest.groups, manifest.groups)) if manifest.groups else ()
    resolves = process.outcome()
    resolves = resolves._replace(
        faults=tuple(dict.fromkeys((*resolves.faults, *wrong, *_relative(sources, manifest)))),
        latent=(*resolves.latent, *_unasked(sources, manifest)),
    )
    return Judged(loads, resolves, backend.build(sources, manifest, "wheel"))


def _relative(sources: Sources, manifest: PyProject) -> Iterator[Fault]:
    """Direct references to relative paths: no URL to any tool but pip, and to pip one of its own directory.

    They get into the metadata as they are, where the next who installs the project finds them.
    """
    for item in backend.metadata(sources, manifest).requires:
        path = item.url[5:] if item.url.startswith("file:") else "/"
        if not path.startswith(("/", "${")):
            site = item.site._replace(within=item.url)
            target = sources.tree.at(manifest.directory, location.unquote(path))
            reference = path_reference(target, site, item.url, item.name)
            message = f"`{item.url}` is relative, and a direct reference has to be an absolute URL"
            note = "pip alone takes it, and from the directory it runs in, whatever project asks for it"
            yield Fault("missing-path", site, message, reference, (note,), "pip")


def _unasked(sources: Sources, manifest: PyProject) -> tuple[Fault, ...]:
    """Paths of extras and groups, which `pip install .` does not ask for."""
    process = Install(sources, manifest.directory, Options("metadata", no_deps=True))
    made = backend.metadata(sources, manifest)
    listed = [item for _, items in made.extras for item in items]
    listed += [item for items in manifest.groups.values() for item in items if isinstance(item, Requirement)]
    for item in listed:
        if item.url:
            process.requirement(_asked(item))
    return tuple(fault for fault in process.outcome().faults if fault.site.file == manifest.path)


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """The direct references of `[project]`, `[build-system]` and `[dependency-groups]` to local paths."""
    made = backend.metadata(sources, manifest)
    listed = [*made.requires, *(item for _, items in made.extras for item in items)]
    listed += [item for items in manifest.groups.values() for item in items if isinstance(item, Requirement)]
    listed += manifest.build.requires if manifest.build else ()
    found = []
    for item in listed:
        if not item.url:
            continue
        place = location.of_line(sources.tree, manifest.directory, f"{item.name} @ {item.url}")
        if place.kind == "local":
            raw = item.url if item.url in item.text else item.text
            target = paths.at(sources.tree.root, "", place.path)
            found.append(path_reference(target, item.site._replace(within=raw), raw, item.name))
    return tuple(found)


def judge_requirements(sources: Sources, path: str) -> Outcome:
    """`pip install -r path`, run from the file's directory or from any above it.

    pip takes the paths in it from the directory it runs in, which nothing says. The outcome is
    that of a directory where it works; where there is none, of the one with the fewest faults.
    Configuration may say where it is used from.
    """
    best: Outcome | None = None
    told = chosen(sources.tree.settings.requirements_directory, path)
    for cwd in paths.ancestors(paths.parent(path)) if told is None else (told,):
        process = Install(sources, cwd, Options("wheel"))
        process.file(path, None, constraint=False)
        outcome = process.outcome()
        if best is None or _rank(outcome) < _rank(best):
            best = outcome
        if outcome.verdict == "loads":
            break
    return best if best is not None else Outcome()


def _rank(outcome: Outcome) -> tuple[int, bool]:
    return len(outcome.faults), bool(outcome.unknowns)


def requirements_references(sources: Sources, path: str) -> tuple[Reference, ...]:
    """Every local path that a requirements file names: files from its directory, projects as well."""
    found = sources.get(requirements.read, path)
    listed = []
    directory = paths.parent(path)
    for entry in found.entries if isinstance(found, Requirements) else ():
        if entry.kind in {"requirements", "constraints"} and "://" not in entry.value:
            target = sources.tree.at(directory, entry.value)
            listed.append(Reference(entry.site, entry.option, entry.value, target, "file"))
        elif entry.kind in {"editable", "requirement"}:
            of = location.of_editable if entry.kind == "editable" else location.of_line
            place = of(sources.tree, directory, entry.value)
            if place.kind == "local":
                target = paths.at(sources.tree.root, "", place.path)
                key = entry.option or place.name
                listed.append(Reference(entry.site, key, place.raw, target, "package", place.name))
    return tuple(listed)


def entries(sources: Sources, listed: Sequence[str]) -> tuple[str, ...]:
    """The files of `listed` that no other of them includes; of a circle, the first."""
    includes = {path: _includes(sources, path) for path in listed}
    inner = {target for path, targets in includes.items() for target in targets if target != path}
    chosen = [path for path in listed if path not in inner]
    reached: set[str] = set()

    def reach(path: str) -> None:
        ahead = [path]
        while ahead:
            current = ahead.pop()
            if current not in reached:
                reached.add(current)
                ahead += includes.get(current, ())

    for path in chosen:
        reach(path)
    for path in listed:
        if path not in reached:
            chosen.append(path)
            reach(path)
    order = {path: index for index, path in enumerate(listed)}
    return tuple(sorted(dict.fromkeys(chosen), key=order.__getitem__))


def _includes(sources: Sources, path: str) -> tuple[str, ...]:
    found = sources.get(requirements.read, path)
    if not isinstance(found, Requirements):
        return ()
    return tuple(
        sources.tree.at(paths.parent(path), entry.value)
        for entry in found.entries
        if entry.kind in {"requirements", "constraints"} and "://" not in entry.value
    )
