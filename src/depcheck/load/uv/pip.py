"""`uv pip`: what its commands do with the requirements that they are given.

Source: uv `uv/src/commands/pip/` (install.rs, compile.rs, sync.rs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.load import backend
from depcheck.load import words as command
from depcheck.load.backend import Target
from depcheck.load.tool import UsageError
from depcheck.load.uv import conflicts, install, package, project, requirement, settings, versions
from depcheck.load.uv import workspace as spaces
from depcheck.load.uv.intake import Intake
from depcheck.load.uv.lowering import Wanted
from depcheck.load.uv.package import Package
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import How, Rules, Walk
from depcheck.load.uv.workspace import Workspace
from depcheck.load.words import Words
from depcheck.manifest.pyproject import normalise
from depcheck.manifest.uv_settings import Pip
from depcheck.model import Fault, Outcome
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_READING = {"freeze", "list", "ls", "tree", "check", "show", "uninstall", "debug", "help"}
_FLAGS = (
    "all-extras no-all-extras allow-empty-requirements no-allow-empty-requirements break-system-packages "
    "no-break-system-packages check compile-bytecode compile no-compile no-compile-bytecode dry-run emit- "
    "build-options emit-find-links emit-index-annotation emit-index-url emit-marker-expression exact "
    "inexact no-exact generate-hashes no-generate-hashes help/h managed-python no-managed-python no- "
    "annotate annotate no-build build build-isolation no-build-isolation no-cache/n no-cache-dir no- "
    "config no-deps deps no-editable no-header header no-index no-progress no-python-downloads no-sources "
    "no-strip-extras strip-extras no-strip-markers strip-markers no-verify-hashes verify-hashes offline "
    "no-offline quiet/q refresh no-refresh reinstall force-reinstall no-reinstall require-build-hashes "
    "require-hashes no-require-hashes strict no-strict system no-system system-certs native-tls universal "
    "no-universal upgrade/U no-upgrade user verbose/v pre preview no-preview only-deps unsafe-package "
    "legacy-setup-py"
)
_VALUED = (
    "allow-insecure-host trusted-host annotation-style build-constraints/b build-constraint cache-dir "
    "cert color config-file config-setting/C config-settings config-settings-package constraints/c "
    "constraint custom-compile-command default-index directory project editable/e exclude-newer exclude- "
    "newer-package excludes exclude extra extra-index-url find-links/f fork-strategy format group index "
    "index-strategy index-url/i keyring-provider link-mode no-binary no-build-isolation-package no- "
    "editable-package no-emit-package no-sources-package only-binary output-file/o output-format "
    "overrides override prefix prerelease prerelease-package preview-features python-platform python- "
    "version python/p refresh-package reinstall-package requirements/r requirement resolution target/t "
    "torch-backend upgrade-group upgrade-package/P resolver max-rounds"
)


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:
    """What `uv pip WORDS` does in `cwd`. Raises UsageError."""
    if not words or words[0].startswith("-"):
        raise UsageError("`uv pip` needs a command")
    name, *rest = words
    if name in _READING:
        return Outcome()
    if name not in {"compile", "install", "sync"}:
        raise UsageError(f"`uv pip {name}` is not a command that depcheck knows")
    given = command.sort(rest, _FLAGS, _VALUED)
    if given.has("help"):
        return Outcome()
    skipped = frozenset(map(normalise, given.listed("no-sources-package")))
    set_ = settings.find(sources, cwd).settings.pip
    how = How(cwd, env, None if given.has("no-sources") or set_.no_sources else skipped)
    direct = name == "sync" or given.has("no-deps") or (set_.no_deps and not given.has("deps"))
    how = how._replace(direct=direct, here=not given.has("universal"))
    intake = Intake(sources, how)
    for role in ("constraints", "overrides", "build-constraints", "excludes"):
        intake.limits(_values(given, role), role)
        intake.limits(env.get(f"UV_{role[:-1].upper().replace('-', '_')}", "").split(), role)
    files = _values(given, "requirements")
    if name != "install":
        files += given.operands
    intake.files(files)
    if name == "install":
        intake.arguments(given.operands, given.options.get("editable", ()))
    for raw in given.options.get("group") or (group.text for group in set_.groups):
        intake.group(raw)
    if not (files or given.operands or given.has("editable") or given.has("group")):
        raise UsageError(f"`uv pip {name}` needs at least one requirement")
    _extras(intake, given, set_)
    walked = _resolve(intake, given)
    if name != "compile":
        intake.add(*_hashes(intake, given))
    if name != "compile" and not given.has("dry-run") and not intake.faults:
        intake.add(*_build(walked, given))
    return Outcome(tuple(intake.faults), tuple(intake.unknowns))


def _values(given: Words, role: str) -> list[str]:
    """The values of an option that has its name in the plural and in the singular."""
    return [*given.options.get(role, ()), *given.options.get(role[:-1], ())]


def _extras(intake: Intake, given: Words, set_: Pip) -> None:
    """`--extra` and `--all-extras` speak of the projects whose dependencies are wanted."""
    asked = frozenset(map(normalise, given.listed("extra")))
    every = given.has("all-extras")
    if (asked or every) and not intake.trees:
        raise UsageError("`--extra` needs a pyproject.toml, setup.py or setup.cfg")
    if not asked and not every:
        asked, every = frozenset(normalise(extra.text) for extra in set_.extras), set_.all_extras
        if asked and not intake.trees:
            message = "the settings ask for extras, which needs a pyproject.toml, setup.py or setup.cfg"
            intake.add(Fault("invalid-manifest", set_.extras[0].site, message))
    offered = frozenset(extra for found in intake.trees for extra in found.extras)
    for extra in sorted(asked - offered) if intake.trees else ():
        site = package.site_of(intake.trees[0])
        intake.add(Fault("invalid-manifest", site, f"the extra `{extra}` is not defined"))
    for found in intake.trees:
        intake.wanted += _of_extras(found, found.extras if every else asked)


def _resolve(intake: Intake, given: Words) -> Walk:
    """Follow what is wanted, and say what is wrong with it."""
    sources, how = intake.sources, intake.how
    found = settings.find(sources, how.cwd)
    intake.add(*found.faults, *found.unknowns)
    intake.add(*settings.links(sources, found, how.cwd, given.options.get("find-links", ()), how.env or {}))
    intake.add(*settings.links_of_pip(sources, found))
    walked = Walk(sources, how, _rules(intake))
    walked.run([("", wanted, frozenset()) for wanted in intake.wanted])
    intake.add(*(fault for wanted in intake.wanted for fault in _unapplied(intake, wanted)))
    forks = conflicts.Forks(walked)
    found_late = (*conflicts.check(walked, forks, declared=False), *versions.check(walked, forks))
    intake.add(*walked.faults, *walked.unknowns, *found_late)
    return walked


def _rules(intake: Intake) -> Rules:
    """Constraints and overrides: those that are given, and those of the project around, without sources."""
    near = (intake.sources.get(project.read, above) for above in paths.ancestors(intake.how.cwd))
    current = next((found for found in near if found is not None), None)
    around = intake.sources.get(spaces.around, current.directory) if isinstance(current, Project) else None
    if not isinstance(around, Workspace):
        return Rules(tuple(intake.constraints), tuple(intake.overrides))
    uv = around.root.uv
    return Rules(
        (*intake.constraints, *map(package.plain, uv.constraints)),
        (*intake.overrides, *map(package.plain, uv.overrides)),
        uv.excluded,
    )


def _unapplied(intake: Intake, wanted: Wanted) -> Iterator[Fault]:
    """A path without a name has to be there even where its marker is false: uv asks it for the name."""
    place = wanted.place
    is_nameless = place is not None and wanted.name == place.path
    if place is not None and is_nameless and intake.tree.kind(place.path) is Kind.MISSING:
        yield requirement.missing(intake.sources, wanted)


def _hashes(intake: Intake, given: Words) -> Iterator[Fault]:
    """Only an archive has a hash to compare with."""
    checked = intake.hashed if not given.has("no-verify-hashes") else []
    if intake.hashes or given.has("require-hashes"):
        checked = intake.wanted
    for wanted in checked:
        if wanted.place is not None and wanted.place.kind == "directory":
            message = f"`{wanted.raw}` is a directory, which has no hash that uv could check"
            yield Fault("invalid-manifest", wanted.site, message)


def _build(walked: Walk, given: Words) -> Iterator[Fault | str]:
    """Every directory that was reached is built and installed."""
    editables = not given.has("no-editable")
    isolated = not (given.has("no-build-isolation") or given.has("no-build-isolation-package"))
    for directory, found in walked.packages.items():
        edges = [edge for edges in walked.edges.values() for edge in edges if edge.path == directory]
        if found.manifest is None or any(edge.wanted.package is False for edge in edges):
            continue
        editable = editables and any(edge.wanted.editable for edge in edges)
        target: Target = "editable" if editable else "wheel"
        if isolated and (empty := install.unequipped(walked.sources, found.manifest, walked.how.cwd)):
            yield empty
            continue
        built = backend.build(walked.sources, found.manifest, target)
        yield from built.faults
        yield from built.unknowns


def _of_extras(found: Package, extras: frozenset[str]) -> Iterator[Wanted]:
    """The dependencies of a project with these extras, and with the extras of itself that they ask for."""
    ahead, seen = [*extras], set(extras)
    while ahead:
        extra = ahead.pop()
        for one in found.requires:
            if one.extra == extra and one.name == found.name:
                ahead += one.extras - seen
                seen |= one.extras
    for one in found.requires:
        if one.name != found.name and (not one.extra or one.extra in seen):
            yield one
