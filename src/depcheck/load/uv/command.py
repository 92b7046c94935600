"""The command line of uv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck import paths
from depcheck.load import build as frontend
from depcheck.load import words as command
from depcheck.load.tool import UsageError
from depcheck.load.uv import exclusive, given, install, lockfile, locking, naming, orphan, project, script
from depcheck.load.uv import frozen as frozen_lock
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.install import Wish
from depcheck.load.uv.lockfile import Lock
from depcheck.load.uv.project import MANIFEST, Project
from depcheck.load.uv.resolve import How
from depcheck.load.uv.workspace import Unreadable, Workspace
from depcheck.load.words import Words
from depcheck.manifest.pyproject import normalise
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_GLOBAL_FLAGS = (
    "no-cache/n offline quiet/q verbose/v managed-python no-managed-python no-python-downloads system-certs "
    "native-tls no-native-tls no-progress no-config help/h version/V preview no-preview no-offline"
)
_GLOBAL_VALUED = (
    "cache-dir color allow-insecure-host directory project config-file preview-features python-preference"
)
_RESOLVER_FLAGS = "no-index upgrade/U no-sources no-build-isolation no-build no-binary refresh pre"
_RESOLVER_VALUED = (
    "index default-index index-url/i extra-index-url find-links/f index-strategy keyring-provider "
    "upgrade-package/P upgrade-group resolution prerelease prerelease-package fork-strategy exclude-newer "
    "exclude-newer-package no-sources-package config-setting/C config-settings config-settings-package "
    "no-build-isolation-package no-build-package no-binary-package link-mode refresh-package python/p"
)
_EVERYWHERE, _EVERYWHERE_VALUED = (
    f"{_GLOBAL_FLAGS} {_RESOLVER_FLAGS}",
    f"{_GLOBAL_VALUED} {_RESOLVER_VALUED}",
)
_CHOICE_FLAGS = (
    "all-extras no-dev only-dev dev no-default-groups all-groups no-editable editable inexact exact active "
    "no-active no-install-project no-install-workspace no-install-local locked frozen all-packages reinstall "
    "compile-bytecode dry-run check no-locked no-frozen"
)
_CHOICE_VALUED = (
    "extra no-extra group no-group only-group no-editable-package no-install-package python-platform "
    "reinstall-package output-format only-install-package"
)
_FLAGS = {
    "lock": "check check-exists locked frozen dry-run",
    "sync": _CHOICE_FLAGS,
    "run": f"{_CHOICE_FLAGS} module/m no-env-file isolated no-sync script/s gui-script no-project "
    "show-resolution",
    "build": "all-packages sdist wheel list no-build-logs force-pep517 clear require-hashes "
    "no-require-hashes no-verify-hashes verify-hashes no-create-gitignore all",
    "export": f"{_CHOICE_FLAGS} no-annotate no-header emit-index-url emit-find-links no-hashes hashes "
    "no-emit-project no-emit-workspace no-emit-local",
    "tree": f"{_CHOICE_FLAGS} universal no-dedupe invert outdated show-sizes",
    "add": f"{_CHOICE_FLAGS} no-sync raw raw-sources lfs workspace no-workspace",
    "remove": f"{_CHOICE_FLAGS} no-sync",
    "version": f"{_CHOICE_FLAGS} short no-sync",
}
_VALUED = {
    "lock": "script",
    "sync": f"{_CHOICE_VALUED} script package",
    "run": f"{_CHOICE_VALUED} env-file with/w with-editable with-requirements package max-recursion-depth",
    "build": "out-dir/o build-constraints/b build-constraint package",
    "export": f"{_CHOICE_VALUED} script package format prune output-file/o no-emit-package",
    "tree": f"{_CHOICE_VALUED} script package depth/d prune python-version",
    "add": f"{_CHOICE_VALUED} script package requirements/r constraints/c marker/m optional bounds rev "
    "tag branch",
    "remove": f"{_CHOICE_VALUED} script package optional",
    "version": f"{_CHOICE_VALUED} package bump",
}
# They look at no project's dependencies.
_APART = {
    "help", "self", "python", "cache", "auth", "venv", "init", "publish",
    "generate-shell-completion",
}  # fmt: skip
_OTHERS = {"format", "audit", "check", "workspace"}
_NAMING = {"export", "add", "remove", "version"}  # a member that is named has to be there, locked or not
_LOCKS = {"lock", "export", "tree", "add", "remove", "version"}


class Call(NamedTuple):
    """A command as it is run: by which words, where, with which variables."""

    name: str
    words: Words
    cwd: str
    start: str  # the directory from which a project is looked for
    env: Mapping[str, str]

    def is_set(self, option: str, variable: str = "") -> bool:
        """Whether a flag is given, or its variable says so."""
        if self.words.has(option):
            return True
        return bool(variable) and self.env.get(variable, "").lower() in {"1", "true", "yes", "on", "t", "y"}

    @property
    def how(self) -> How:
        """What the resolver is told."""
        listed = (
            *self.words.listed("no-sources-package"),
            *self.env.get("UV_NO_SOURCES_PACKAGE", "").split(),
        )
        names = [normalise(name) for name in listed]
        everything = self.is_set("no-sources", "UV_NO_SOURCES")
        return How(self.cwd, self.env, None if everything else frozenset(names))

    @property
    def wish(self) -> Wish:
        """What is to be installed."""
        words = self.words
        only = frozenset(map(normalise, words.listed("only-group"))) | (
            {"dev"} if words.has("only-dev") else set()
        )
        groups = (
            frozenset(map(normalise, words.listed("group"))) | only | ({"dev"} if words.has("dev") else set())
        )
        without = frozenset(map(normalise, words.listed("no-group"))) | (
            {"dev"} if self.is_set("no-dev", "UV_NO_DEV") else set()
        )
        extras = frozenset(map(normalise, words.listed("extra")))
        return Wish(
            None if words.has("all-extras") else extras,
            None if words.has("all-groups") else groups,
            without,
            not self.is_set("no-default-groups", "UV_NO_DEFAULT_GROUPS"),
            bool(only),
            frozenset(what for what in ("project", "workspace", "local") if words.has(f"no-install-{what}")),
            frozenset(map(normalise, words.listed("no-install-package"))),
            not self.is_set("no-editable", "UV_NO_EDITABLE"),
            self.how.no_sources,
            words.has("dry-run"),
            not self.is_set("no-build-isolation", "UV_NO_BUILD_ISOLATION")
            and not words.has("no-build-isolation-package"),
        )


def run(  # noqa: PLR0911 (one return for each way a command ends early)
    sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]
) -> Outcome:
    """What `uv WORDS` does in `cwd`. Raises UsageError."""
    first = command.sort(words, _GLOBAL_FLAGS, _GLOBAL_VALUED, leading=True)
    if not first.operands:
        return Outcome()
    name, *rest = first.operands
    if wrong := given.config_file(sources, cwd, first, env):
        return Outcome((wrong,))
    if name == "tool":
        return given.of_tool(sources, cwd, rest, (_EVERYWHERE, _EVERYWHERE_VALUED))
    if name == "pip":
        moved = _moved(sources, cwd, first, env)
        return _pip(sources, moved, rest, env) if isinstance(moved, str) else moved
    if name in _APART or first.has("help"):
        return Outcome()
    if name in _OTHERS:
        return Outcome(unknowns=(f"what `uv {name}` does is not modelled",))
    if name not in _FLAGS:
        raise UsageError(f"`uv {name}` is no command that depcheck knows")
    here = command.sort(
        rest,
        f"{_EVERYWHERE} {_FLAGS[name]}",
        f"{_EVERYWHERE_VALUED} {_VALUED[name]}",
        leading=name == "run",
    )
    if here.has("help"):
        return Outcome()
    here = Words({**first.options, **here.options}, here.operands)
    moved = _moved(sources, cwd, here, env)
    if not isinstance(moved, str):
        return moved
    cwd = moved
    if wrong := given.config_file(sources, cwd, here, env):
        return Outcome((wrong,))
    start = cwd
    if named := here.value("project") or env.get("UV_PROJECT"):
        start = sources.tree.at(cwd, named)
        if sources.tree.is_file(start) and paths.name(start) == MANIFEST:
            start = paths.parent(start)
        if not sources.tree.is_dir(start):
            return _no_directory(start)
    return _command(sources, Call(name, here, cwd, start, env))


def _moved(sources: Sources, cwd: str, words: Words, env: Mapping[str, str]) -> str | Outcome:
    """Where the command runs in the end (`--directory`)."""
    raw = words.value("directory") or env.get("UV_WORKING_DIR") or env.get("UV_WORKING_DIRECTORY")
    if not raw:
        return cwd
    moved = sources.tree.resolve(_joined(sources, cwd, raw))
    return moved if sources.tree.is_dir(moved) else _no_directory(moved)


def _joined(sources: Sources, cwd: str, raw: str) -> str:
    if raw.startswith("/"):
        return paths.inside(sources.tree.root, raw)
    return f"{cwd}/{raw}" if cwd else raw


def _no_directory(path: str) -> Outcome:
    fault = Fault(
        "missing-path", Site(path or "."), f"the directory `{path or '.'}` does not exist", tool="uv"
    )
    return Outcome((fault,))


def _pip(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    from depcheck.load.uv import pip  # costs start-up time

    return pip.run(sources, cwd, words, env)


def _command(sources: Sources, call: Call) -> Outcome:
    if call.name == "build":
        return _build(sources, call)
    if (path := call.words.value("script")) and call.name != "run":
        return script.lock(sources, sources.tree.at(call.cwd, path), call.how)
    if call.name == "run":
        return _run(sources, call)
    return _in_project(sources, call)


def _run(sources: Sources, call: Call) -> Outcome:
    operands = call.words.operands
    path = sources.tree.at(call.cwd, operands[0]) if operands else ""
    missing = given.paths_of(sources, call.cwd, call.words)
    if missing is not None:
        return Outcome((missing,))
    is_script = bool(operands) and (call.words.has("script") or path.endswith((".py", ".pyw")))
    if is_script and not call.words.has("module") and not sources.tree.exists(path):
        return Outcome((Fault("missing-path", Site(path), f"`{path}` does not exist", tool="uv"),))
    if is_script and not call.words.has("module") and sources.tree.is_file(path):
        if script.is_script(sources, path):
            return script.lock(sources, path, call.how)
        if call.start == call.cwd:
            call = call._replace(start=paths.parent(path))
    if call.is_set("no-project", "UV_NO_PROJECT"):
        return Outcome()
    if locate(sources, call.start) is None and not _unseen(sources, call.start):
        return Outcome()  # `uv run` does without a project
    return _in_project(sources, call)


def locate(sources: Sources, start: str) -> str | None:
    """The directory of the nearest pyproject.toml at or above `start`."""
    for directory in paths.ancestors(start):
        if sources.tree.is_file(paths.join(directory, MANIFEST)):
            return directory
    return None


def _unseen(sources: Sources, start: str) -> str:
    """A pyproject.toml at or above `start` that may be there, nearer than any that is; empty: none."""
    for directory in paths.ancestors(start):
        path = paths.join(directory, MANIFEST)
        kind = sources.tree.kind(path)
        if kind in (Kind.FILE, Kind.UNKNOWN):
            return path if kind is Kind.UNKNOWN else ""
    return ""


def _in_project(sources: Sources, call: Call) -> Outcome:
    if unseen := _unseen(sources, call.start):
        return Outcome(unknowns=(f"what stands at `{unseen}` cannot be known",))
    directory = locate(sources, call.start)
    if directory is None and (without := _orphan(sources, call, call.start)) is not None:
        return without
    if directory is None:
        message = "there is no pyproject.toml here or above"
        return Outcome((Fault("missing-path", Site(paths.join(call.start, MANIFEST)), message, tool="uv"),))
    current = sources.get(project.read, directory)
    around = sources.get(spaces.around, directory)
    if around is None or isinstance(around, Unreadable) or not isinstance(current, Project):
        return Outcome(around.faults, around.unknowns) if isinstance(around, Unreadable) else Outcome()
    if faults := project.unmanaged(current):
        return Outcome(faults)
    return _with_workspace(sources, call, around, current)


def _orphan(sources: Sources, call: Call, start: str) -> Outcome | None:
    if call.name not in orphan.COMMANDS or not call.is_set("frozen", "UV_FROZEN"):
        return None
    lock = sources.get(orphan.find, start)
    wish = call.wish if call.name == "sync" else None
    return orphan.run(sources, lock, start, call.words, wish) if lock is not None else None


def _with_workspace(  # noqa: PLR0911 (the same)
    sources: Sources, call: Call, around: Workspace, current: Project
) -> Outcome:
    if call.name in _NAMING and (wrong := _named(sources, call, around, current)):
        return Outcome((wrong,))
    if call.name in exclusive.COMMANDS and (both := _exclusive(call, around, current)):
        return Outcome((both,))
    path = locking.path_of(around.directory)
    lock = sources.get(lockfile.read, path)
    frozen = call.is_set("frozen", "UV_FROZEN")
    checked = call.is_set("locked", "UV_LOCKED") or call.words.has("check")
    if frozen and lock is None and not around.explicit:
        without = _orphan(sources, call, current.directory)
        if without is not None:
            return without
    if (frozen or checked) and lock is None:
        message = f"there is no `{path}`, and the command makes none"
        asker = Site(around.root.manifest.path)
        reference = Reference(Site(path), "(lock file)", paths.name(path), path, "file")
        return Outcome((Fault("missing-metadata-file", asker, message, reference, tool="uv"),))
    if frozen and isinstance(lock, Lock) and lock.table:
        return _frozen(sources, call, around, current)
    links = call.words.listed("find-links")
    configured = not call.is_set("no-config", "UV_NO_CONFIG")
    locked = locking.resolve(sources, around.directory, call.how, links, configured=configured)
    writes = () if call.words.has("dry-run") or checked else (path,)
    outcome = locked.outcome._replace(writes=writes)
    if outcome.faults or locked.walked is None:
        return outcome
    if (
        checked
        and isinstance(lock, Lock)
        and lock.table
        and (why := frozen_lock.stale(lock, locked.walked, around))
    ):
        message = f"`{path}` is out of date: {why}"
        return Outcome((Fault("invalid-manifest", Site(path), message, tool="uv"),), outcome.unknowns)
    if call.name in _LOCKS or call.is_set("no-sync", "UV_NO_SYNC"):
        return outcome
    chosen = members(around, current, call.words)
    if isinstance(chosen, Fault):
        return Outcome((chosen,))
    alone, wish = _target(call, current)
    known = naming.in_projects(around, chosen, alone=alone)
    if wrong := naming.undefined(call.words, known, Site(current.manifest.path)):
        return Outcome((wrong,))
    made = install.install(sources, locked.walked, around, chosen, wish)
    return Outcome(made.faults, (*outcome.unknowns, *made.unknowns), writes=writes)


def _exclusive(call: Call, around: Workspace, current: Project) -> Fault | None:
    chosen = members(around, current, call.words)
    return exclusive.asked(around, chosen, call.words, call.wish) if isinstance(chosen, list) else None


def _named(sources: Sources, call: Call, around: Workspace, current: Project) -> Fault | None:
    """What `uv export`, `add`, `remove` and `version` are told that is not there."""
    chosen = members(around, current, call.words)
    if isinstance(chosen, Fault):
        return chosen
    if call.name == "add":
        return given.paths_of(sources, call.cwd, call.words, call.words.operands)
    if call.name == "remove" and not call.words.has("all-packages"):
        target = chosen[0] if call.words.has("package") else current
        return given.not_asked_for(target, call.words)
    return None


def _frozen(sources: Sources, call: Call, around: Workspace, current: Project) -> Outcome:
    """With `--frozen` the lock is trusted, and members that are not there do not matter."""
    lock = sources.get(lockfile.read, locking.path_of(around.directory))
    faults = tuple(fault for fault in around.faults if fault not in around.tolerated)
    faults = (*faults, *spaces.default_groups(around))
    if faults or not isinstance(lock, Lock):
        return Outcome(faults or ((lock,) if isinstance(lock, Fault) else ()), around.unknowns)
    if faults := tuple(frozen_lock.misfits(lock, around)):
        return Outcome(faults, around.unknowns)
    if call.name in _LOCKS or call.is_set("no-sync", "UV_NO_SYNC"):
        return Outcome(unknowns=around.unknowns)
    names = [normalise(name) for name in call.words.options.get("package", ())]
    if not names:
        names = [current.name] if current.name else []
    if call.words.has("all-packages") or not names:
        names = sorted(lock.members) or names
    alone, wish = _target(call, current)
    known = naming.in_lock(around.root, lock, names, alone=alone)
    if wrong := naming.undefined(call.words, known, Site(current.manifest.path)):
        return Outcome((wrong,))
    return frozen_lock.sync(sources, lock, around.members, names, wish)


def _target(call: Call, current: Project) -> tuple[bool, Wish]:
    """Whether one project is installed; only then there is one that `--no-install-project` leaves out."""
    named = call.words.options.get("package", ())
    alone = not call.words.has("all-packages") and (len(named) == 1 if named else bool(current.name))
    return alone, call.wish if alone else call.wish._replace(skip=call.wish.skip - {"project"})


def members(around: Workspace, current: Project, words: Words) -> list[Project] | Fault:
    """The members that a command is about."""
    if words.has("all-packages"):
        return list(around.members.values())
    found = []
    for name in map(normalise, words.options.get("package", ())):
        member = around.members.get(name)
        if member is None:
            message = f"the workspace has no member `{name}`"
            return Fault("missing-member", Site(around.root.manifest.path), message, tool="uv")
        found.append(member)
    return found or ([current] if current.name else list(around.members.values()))


def _build(sources: Sources, call: Call) -> Outcome:  # noqa: PLR0911 (the same)
    kinds = tuple(kind for kind in ("sdist", "wheel") if call.words.has(kind))
    start = call.start
    if call.words.operands:
        start = sources.tree.at(call.cwd, call.words.operands[0])
        if sources.tree.is_file(start):
            return Outcome(unknowns=("what an archive of sources holds is not looked at",))
    if not (call.words.has("package") or call.words.has("all-packages") or call.words.has("all")):
        found = frontend.project(sources, start)
        if isinstance(found, Outcome):
            return found._replace(faults=tuple(fault._replace(tool="uv") for fault in found.faults))
        return install.distribute(sources, found, kinds, call.wish)
    directory = locate(sources, start)
    around = sources.get(spaces.around, directory) if directory is not None else None
    current = sources.get(project.read, directory) if directory is not None else None
    if not isinstance(around, Workspace) or not isinstance(current, Project):
        return (
            Outcome(around.faults, around.unknowns)
            if isinstance(around, Unreadable)
            else _in_project(sources, call)
        )
    if around.faults:
        return Outcome(around.faults)
    chosen = members(around, current, call.words)
    if isinstance(chosen, Fault):
        return Outcome((chosen,))
    packages = [one for one in chosen if one.uv.is_package(require_build_system=True)]
    if not packages or (call.words.has("package") and len(packages) < len(chosen)):
        message = "there is no package to build: uv builds members that have a `build-system`"
        return Outcome((Fault("invalid-manifest", Site(chosen[0].manifest.path), message, tool="uv"),))
    made = [install.distribute(sources, one.manifest, kinds, call.wish) for one in packages]
    return Outcome(
        tuple(dict.fromkeys(fault for one in made for fault in one.faults)),
        tuple(dict.fromkeys(text for one in made for text in one.unknowns)),
    )
