"""maturin's command line: build, sdist, develop, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from depcheck import paths
from depcheck.load.backend import bare, maturin
from depcheck.load.backend.findings import Findings
from depcheck.load.tool import UsageError
from depcheck.manifest import pyproject
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault, Outcome, Site
from depcheck.sources import Sources
from depcheck.tree.base import Kind

NAMES = ("maturin",)

_COMPILING = {"build", "develop", "publish", "dev"}
_LOADING = {"sdist"}
_APART = {"new", "init", "generate-ci", "list-python", "upload", "completions", "help"}
_VALUED = {
    "-i", "-b", "--bindings", "--compatibility", "--manylinux", "--auditwheel", "-o", "--out", "--color",
    "-j", "--jobs", "--profile", "--target", "--target-dir", "-m", "--manifest-path", "-F", "--features",
    "--config", "-Z", "--compression-method", "--compression-level", "--sbom-include", "-E", "--extras",
    "-G", "--group", "--repository", "--repository-url", "-u", "--username", "-p", "--password",
    "--interpreter", "--timings", "--uv", "--message-format",
}  # fmt: skip
_FLAGS_WITH_SPACE = {"--uv", "--timings"}  # they stand alone
_TO_CARGO = {"--locked", "--frozen", "--offline", "--all-features", "--no-default-features"}


def run(sources: Sources, cwd: str, words: Sequence[str], env: Mapping[str, str]) -> Outcome:  # noqa: ARG001
    """What `maturin WORDS` does in `cwd`. Raises UsageError."""
    command, manifest_path, to_cargo = _parse(words)
    if command in _APART:
        return Outcome()
    if command not in _COMPILING | _LOADING:
        raise UsageError(f"`maturin {command}` is not a command that depcheck knows")
    if manifest_path is None:
        project = _project(sources, cwd)
        if isinstance(project, Outcome):
            return project
        findings = Findings(sources, project, "maturin")
        findings.faults += [
            item for item in project.faults if item.site.route[:1] in {("project",), ("build-system",)}
        ]
        cargo_toml = maturin.cargo_manifest(findings)
    else:
        found = _named(sources, cwd, manifest_path)
        if isinstance(found, Outcome):
            return found
        project, cargo_toml = found
        findings = Findings(sources, project, "maturin")
    if cargo_toml is not None:
        maturin.load(findings, cargo_toml, compiles=command in _COMPILING, options=to_cargo)
    if command == "sdist" and sources.tree.kind(project.path) is Kind.MISSING:
        findings.faults.append(_without_pyproject(project))
    return findings.outcome()


def _parse(words: Sequence[str]) -> tuple[str, str | None, list[str]]:
    command, manifest_path = "", None
    to_cargo: list[str] = []
    ahead = list(words)[::-1]
    while ahead:
        word = ahead.pop()
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if not word.startswith("-"):
            command = command or word
            continue
        if not word.startswith("--") and len(word) > 2 and word[:2] in _VALUED:  # -mPATH
            name, equals, value = word[:2], "=", word[2:].removeprefix("=")
        if name in _VALUED - _FLAGS_WITH_SPACE and not equals:
            if not ahead:
                raise UsageError(f"`{word}` needs a value")
            value = ahead.pop()
        if name in {"-m", "--manifest-path"}:
            manifest_path = value
        elif name in {"-F", "--features"}:
            to_cargo += ["--features", value]
        elif name in _TO_CARGO:
            to_cargo.append(name)
        elif name in {"-h", "--help", "-V", "--version"}:
            return "help", None, []
    if not command:
        raise UsageError("no maturin command is given")
    return command, manifest_path, to_cargo


def _project(sources: Sources, directory: str) -> PyProject | Outcome:
    """The project of a directory: empty where there is no pyproject.toml."""
    path = paths.join(directory, "pyproject.toml")
    if sources.tree.kind(path) is Kind.MISSING:
        return bare(directory)
    found = sources.get(pyproject.read, path)
    if isinstance(found, Fault):
        return Outcome((found._replace(tool="maturin"),))
    return found if isinstance(found, PyProject) else Outcome(unknowns=(found.because,))


def _named(sources: Sources, cwd: str, raw: str) -> tuple[PyProject, str] | Outcome:
    """`--manifest-path`: the pyproject.toml above it, up to beside the root of the workspace."""
    given = f"{cwd}/{raw}" if cwd and not raw.startswith("/") else raw
    path = sources.tree.resolve(given if not raw.startswith("/") else sources.tree.at("", raw))
    if not sources.tree.is_file(path):
        fact = "does not exist" if sources.tree.kind(path) is Kind.MISSING else "is no Cargo.toml"
        return Outcome((Fault("missing-target-file", Site(path), f"`{raw}` {fact}", tool="maturin"),))
    root = maturin.workspace_of(sources, path).root or path
    highest = paths.parent(paths.parent(root))
    directory = paths.parent(path)
    while paths.is_below(directory, highest):
        if sources.tree.is_file(paths.join(directory, "pyproject.toml")):
            break
        if not directory:
            break
        directory = paths.parent(directory)
    else:
        directory = paths.parent(path)
    if not sources.tree.is_file(paths.join(directory, "pyproject.toml")):
        directory = paths.parent(path)
    project = _project(sources, directory)
    return project if isinstance(project, Outcome) else (project, path)


def _without_pyproject(project: PyProject) -> Fault:
    message = "there is no `pyproject.toml` to make a source distribution of"
    return Fault("missing-metadata-file", Site(project.path), message, tool="maturin")
