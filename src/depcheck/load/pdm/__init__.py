"""PDM: what its commands load, and where they fail.

`project` finds a project, `requirement` reads a line, `resolve` locks, `install` installs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck import paths
from depcheck.load import backend
from depcheck.load import words as command
from depcheck.load.pdm import install, project, requirement, resolve
from depcheck.load.tool import Judged, UsageError
from depcheck.load.words import Words
from depcheck.manifest import pdm as dialect
from depcheck.manifest.pdm import DEFAULT, Line, Pdm
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NAME = "pdm"
NAMES = ("pdm",)

_TOP_FLAGS = "version/V help/h verbose/v quiet/q no-cache/n ignore-python/I global/g"
_TOP_VALUED = "config/c project/p pep582 lockfile/L"
_COMMON = "verbose/v quiet/q help/h no-cache global/g non-interactive/n"
_GROUP_FLAGS = "dev/d prod production no-default"
_INSTALL = "no-editable no-self fail-fast/x no-isolation dry-run"
_UPDATES = "update-reuse update-eager update-all update-reuse-installed"
_FLAGS = {
    "lock": f"{_GROUP_FLAGS} refresh check no-isolation append static-urls no-static-urls {_UPDATES}",
    "install": f"{_GROUP_FLAGS} {_INSTALL} check plugins frozen-lockfile no-lock",
    "sync": f"{_GROUP_FLAGS} {_INSTALL} reinstall/r clean only-keep clean-unselected",
    "update": f"{_GROUP_FLAGS} {_INSTALL} {_UPDATES} unconstrained/u top no-sync frozen-lockfile no-lock",
    "build": "no-isolation no-sdist no-wheel no-clean",
    "add": f"dev/d {_INSTALL} {_UPDATES} no-sync frozen-lockfile no-lock unconstrained/u prerelease/P stable",
    "remove": f"dev/d {_INSTALL} no-sync frozen-lockfile no-lock",
}
_VALUED = {
    "lock": "group/G with without strategy/S python platform implementation exclude-newer",
    "install": "group/G with without",
    "sync": "group/G with without",
    "update": "group/G with without",
    "build": "dest/d",
    "add": "group/G editable/e",
    "remove": "group/G",
}
_COMMON_VALUED = "project/p lockfile/L skip/k override config-setting/C venv"
# PDM refuses them in a member of a workspace (pdm `core.py`).
_ROOT_ONLY = frozenset(("info", "install", "lock", "outdated", "sync"))
_READERS = ("run", "list", "info", "show", "use", "venv", "outdated", "export", "config")
_OTHERS = (
    "cache",
    "completion",
    "fix",
    "import",
    "init",
    "new",
    "plugin",
    "publish",
    "python",
    "py",
    "search",
    "self",
)


def owns(sources: Sources, manifest: PyProject) -> bool:
    """Whether PDM manages the project: its table, its lock, or its build backend."""
    table = manifest.tool("pdm")
    if table is not None and set(table) - {"build", "version"}:
        return True
    if sources.tree.exists(paths.join(manifest.directory, install.LOCK)):
        return True
    return manifest.build is not None and (manifest.build.backend or "").startswith(
        ("pdm.backend", "pdm.pep517")
    )


def judge(sources: Sources, manifest: PyProject) -> Judged:
    """`pdm lock` with what it locks by default, then the wheel."""
    loaded = project.load(sources, manifest)
    read = sources.get(dialect.read, manifest.path)
    if loaded.faults or loaded.unknowns or read is None:
        return Judged(loaded, loaded, loaded)
    around = project.workspace(sources, manifest)
    everyday = project.wanted_groups(read, project.Selection(), None) or ()
    if around is not None and around.directory != manifest.directory:
        everyday = (DEFAULT,)  # what the lock of the workspace follows of a member
    resolved = resolve.lock(sources, manifest, read, everyday)
    known = {fault.site for fault in resolved.faults}
    rest = (
        resolve.lock(sources, manifest, read, tuple(read.groups))
        if set(read.groups) - set(everyday)
        else Outcome()
    )
    latent = [fault for fault in rest.faults if fault.site not in known]
    latent += _dormant_members(sources, manifest, read)
    resolves = Outcome(resolved.faults, resolved.unknowns, tuple(latent))
    builds = backend.build(sources, manifest, "wheel") if read.distribution else Outcome()
    by_itself = around is None and not sources.tree.exists(install.lock_path(sources, manifest))
    return Judged(loaded, resolves, builds, resolved.faults if by_itself else ())


def _dormant_members(sources: Sources, manifest: PyProject, read: Pdm) -> list[Fault]:
    """Members that PDM skips without a word."""
    found: list[Fault] = []
    for line in read.members or ():
        raw = line.text or ""
        target = sources.tree.at(manifest.directory, raw)
        if raw and not any(char in raw for char in "*?[") and sources.tree.kind(target) is Kind.MISSING:
            reference = Reference(line.site, "tool.pdm.workspace.members", raw, target, "member")
            message = f"the member `{raw}` leads to `{target}`, which does not exist"
            note = "PDM skips it without a word"
            found.append(Fault("dormant-path", line.site, message, reference, (note,), "pdm"))
    return found


def references(sources: Sources, manifest: PyProject) -> tuple[Reference, ...]:
    """Every path of the project's requirements, groups and overrides, and its members."""
    read = sources.get(dialect.read, manifest.path)
    if read is None:
        return ()
    kind = requirement.backend_of(manifest)
    lines = [item for group in read.groups.values() for item in group if isinstance(item, Line)]
    found: list[Reference] = []
    for line in (*lines, *read.overrides.values()):
        wanted = requirement.parse(sources.tree, manifest.directory, kind, line)
        if wanted.reference is not None:
            found.append(wanted.reference)
    for line in read.members or ():
        target = sources.tree.at(manifest.directory, line.text or ".")
        found.append(Reference(line.site, "tool.pdm.workspace.members", line.text or "", target, "member"))
    return tuple(found)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `pdm WORDS...` does in `cwd`. Raises UsageError."""
    first = command.sort(words, _TOP_FLAGS, _TOP_VALUED, leading=True)
    name = first.operands[0] if first.operands else "install"
    if name in _OTHERS:
        return Outcome(unknowns=(f"what `pdm {name}` does is not modelled",))
    if name in _READERS:
        here = Words({}, ())
    elif name in _FLAGS:
        here = command.sort(
            first.operands[1:], f"{_COMMON} {_FLAGS[name]}", f"{_COMMON_VALUED} {_VALUED[name]}"
        )
        here = _united(here)
    else:
        raise UsageError(f"`pdm {name}` is no command that depcheck knows")
    if here.has("global") or first.has("global") or here.has("lockfile") or "PDM_LOCKFILE" in env:
        return Outcome(unknowns=("what lies outside the project is not looked at",))
    place = here.value("project") or first.value("project") or env.get("PDM_PROJECT") or None
    found = project.locate(sources, cwd, place)
    if not isinstance(found, PyProject):
        return found
    loaded = project.load(sources, found)
    read = sources.get(dialect.read, found.path)
    if loaded.faults or loaded.unknowns or read is None:
        return loaded if name not in _READERS else Outcome()
    around = project.workspace(sources, found)
    if name in _ROOT_ONLY and around is not None and around.directory != found.directory:
        message = f"`pdm {name}` can only be run from the root of the workspace, `{around.directory or '.'}`"
        return Outcome((Fault("invalid-manifest", Site(found.path), message, tool="pdm"),))
    return _command(sources, found, read, name, here)


def _united(words: Words) -> Words:
    """One name for each option that has several."""
    options = dict(words.options)
    for other, name in (("with", "group"), ("production", "prod"), ("no-lock", "frozen-lockfile")):
        if other in options:
            options[name] = (*options.get(name, ()), *options[other])
    return Words(options, words.operands)


def _command(sources: Sources, manifest: PyProject, read: Pdm, name: str, words: Words) -> Outcome:
    match name:
        case "lock":
            return _lock(sources, manifest, read, words)
        case "install":
            return install.install(sources, manifest, read, _wish(words))
        case "sync":
            return install.sync(sources, manifest, read, _wish(words))
        case "build":
            return _build(sources, manifest, read, words)
        case "update" | "add" | "remove":
            groups = project.wanted_groups(read, project.Selection(), None) or ()
            resolved = resolve.lock(sources, manifest, read, groups)
            return resolved._replace(writes=(install.lock_path(sources, manifest),))
    return Outcome()


def _wish(words: Words) -> install.Wish:
    return install.Wish(
        project.selection(words),
        not words.has("no-self"),
        words.has("frozen-lockfile"),
        words.has("check"),
        words.has("dry-run"),
    )


def _lock(sources: Sources, manifest: PyProject, read: Pdm, words: Words) -> Outcome:
    path = install.lock_path(sources, manifest)
    old = install.read_lock(sources, path)
    if words.has("check"):
        if isinstance(old, install.Lock) and not install.stale(sources, manifest):
            return Outcome()
        rule = "missing-metadata-file" if old is None else "invalid-manifest"
        message = f"`{path}` is missing or out of date"
        return Outcome((Fault(rule, Site(manifest.path), message, tool="pdm"),))
    if words.has("refresh"):
        return Outcome(writes=(path,))
    locked = old.groups if isinstance(old, install.Lock) else None
    groups = project.wanted_groups(read, project.selection(words), locked)
    if groups is None:
        return install.refused(manifest)
    return resolve.lock(sources, manifest, read, groups)._replace(writes=(path,))


def _build(sources: Sources, manifest: PyProject, read: Pdm, words: Words) -> Outcome:
    if not read.distribution:
        message = "a project that is no distribution cannot be built"
        site = Site(manifest.path, ("tool", "pdm", "distribution"))
        return Outcome((Fault("invalid-manifest", site, message, tool="pdm"),))
    faults: list[Fault] = []
    unknowns: list[str] = []
    for target, off in (("sdist", "no-sdist"), ("wheel", "no-wheel")):
        if not words.has(off):
            outcome = backend.build(sources, manifest, "sdist" if target == "sdist" else "wheel")
            faults += (fault for fault in outcome.faults if fault not in faults)
            unknowns += outcome.unknowns
    return Outcome(tuple(faults), tuple(dict.fromkeys(unknowns)))
