"""setuptools: `[project]`, `[tool.setuptools]`, setup.cfg, and setup.py as far as it is literal.

Source of the rules: setuptools 84, `config/pyprojecttoml.py`, `config/expand.py`,
`config/_apply_pyprojecttoml.py`, `discovery.py`, `command/build_py.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from depcheck import paths
from depcheck.load.backend import globs, layout
from depcheck.load.backend.code import assigned
from depcheck.load.backend.findings import (
    PROJECT_KEYS,
    Findings,
    Key,
    license_file,
    named,
    readme_file,
)
from depcheck.load.backend.layout import Layout, Placed
from depcheck.manifest import toml
from depcheck.manifest.pyproject import PyProject, route_text
from depcheck.model import Fault, Reference, Site
from depcheck.sources import Sources

KEYS = (
    *PROJECT_KEYS,
    Key(("tool", "setuptools", "packages", "find", "where"), "directory"),
    Key(("tool", "setuptools", "package-dir", "*"), "directory"),
    Key(("tool", "setuptools", "data-files", "*"), "glob"),
    Key(("tool", "setuptools", "script-files")),
    Key(("tool", "setuptools", "license-files"), "glob"),
    Key(("tool", "setuptools", "dynamic", "*", "file")),
    Key(("tool", "setuptools", "dynamic", "optional-dependencies", "*", "file")),
    Key(("tool", "setuptools", "ext-modules", "*", "sources")),
    Key(("tool", "setuptools", "ext-modules", "*", "depends")),
)
_README_TYPES = (".md", ".rst", ".txt")
# discovery.py: what a flat layout is never taken for.
_NO_PACKAGES = frozenset(
    {
        "ci", "bin", "debian", "doc", "docs", "documentation", "manpages", "news", "newsfragments",
        "changelog", "test", "tests", "unit_test", "unit_tests", "example", "examples", "scripts", "tools",
        "util", "utils", "python", "build", "dist", "venv", "env", "requirements", "tasks", "fabfile",
        "site_scons", "benchmark", "benchmarks", "exercise", "exercises", "htmlcov",
    }
)  # fmt: skip
_NO_MODULES = (
    "setup", "conftest", "test", "tests", "example", "examples", "build", "toxfile", "noxfile", "pavement",
    "dodo", "tasks", "fabfile", "[Ss][Cc]onstruct", "conanfile", "manage", "benchmark", "benchmarks",
    "exercise", "exercises", "[._]*",
)  # fmt: skip


def references(sources: Sources, manifest: PyProject) -> Iterator[Reference]:
    """Every path of the keys of this backend, in pyproject.toml, setup.cfg and setup.py."""
    yield from named(sources, manifest, KEYS)
    findings = Findings(sources, manifest, "setuptools")
    found = layout.read(findings)
    listed = (
        *(placed for _, placed in found.package_dir),
        *(found.find or ()),
        *found.data_files,
        *found.scripts,
    )
    for raw, site in (*listed, *found.files):
        if not site.route:
            yield findings.reference(site, raw, "path")._replace(key=paths.name(site.file))


def build(findings: Findings, target: str) -> None:
    """What setuptools does for `target`. The metadata needs the packages too (egg_info lists them)."""
    before = len(findings.faults)
    found = layout.read(findings)
    if len(findings.faults) > before:
        return
    _project(findings, found)
    _metadata_files(findings)
    for raw, site in found.files:
        _contained(findings, site, raw, "the value is left empty")
    directories = _package_dir(findings, found)
    if directories is None:
        return
    directories = _packages(findings, found, directories)
    for raw, site in found.attributes:
        _attribute(findings, site, raw, directories)
    if target == "wheel":
        _wheel(findings, found)


def _project(findings: Findings, found: Layout) -> None:
    project = findings.manifest.project
    if project is None:
        return
    if not project.name:
        findings.invalid(findings.site("project"), "setuptools needs `project.name`")
    if "version" not in project.table and "version" not in project.dynamic:
        findings.invalid(findings.site("project"), "`project.version` is neither given nor listed as dynamic")
    dynamic = findings.manifest.tool("setuptools", "dynamic") or {}
    for field in sorted(project.dynamic - {"version", "entry-points", "scripts", "gui-scripts"}):
        if field not in dynamic and not found.configured:
            findings.invalid(
                findings.site("project", "dynamic"), f"nothing says where the dynamic `{field}` is taken from"
            )


def _metadata_files(findings: Findings) -> None:
    """`_apply_pyprojecttoml.py`: a missing readme or license is a warning, one outside an error."""
    if found := readme_file(findings.manifest):
        site, raw = found
        _contained(findings, site, raw, "the description is left empty")
        suffix = paths.name(raw).lower().rpartition(".")
        if site.route[-1] == "readme" and suffix[0] and suffix[1] and f".{suffix[2]}" not in _README_TYPES:
            findings.invalid(site, f"`{raw}` has no extension that tells setuptools its content type")
    if found := license_file(findings.manifest):
        _contained(findings, found[0], found[1], "the license is left empty")
    listed = findings.manifest.project.table.get("license-files") if findings.manifest.project else None
    for index, pattern in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(pattern, str) and not any(
            globs.expand(findings.tree, findings.directory, pattern, "glob")
        ):
            _tolerated(
                findings,
                findings.site("project", "license-files", index),
                pattern,
                "the wheel holds no such file",
            )


def _contained(findings: Findings, site: Site, raw: str, otherwise: str) -> None:
    """`expand.py`, read_files: only existing files are asked to lie inside (lexically)."""
    if not findings.is_file(raw):
        _tolerated(findings, site, raw, otherwise)
    elif not paths.is_below(findings.at(raw), findings.directory) or findings.at(raw) == findings.directory:
        findings.refused(site, raw, f"`{raw}` lies outside the project, which setuptools refuses to read")


def _tolerated(findings: Findings, site: Site, raw: str, otherwise: str) -> None:
    note = f"setuptools only warns that it cannot be found, and {otherwise}"
    reference = Reference(site, route_text(site.route), raw, findings.at(raw), "file")
    message = f"`{raw}` does not exist"
    findings.latent.append(Fault("missing-metadata-file", site, message, reference, (note,), findings.tool))


def _package_dir(findings: Findings, found: Layout) -> dict[str, Placed] | None:
    """Where each package lies; None where the root of all (`egg_base`) is no directory."""
    directories = dict(found.package_dir)
    if found.find is not None and len(found.find) == 1 and paths.name(found.find[0][0]) != ".":
        raw, site = found.find[0]
        if findings.at(raw) != findings.directory:
            directories.setdefault("", (raw, site))
    root = directories.get("")
    if root is not None and not findings.is_dir(root[0] or "."):
        raw, site = root
        findings.missing(
            site,
            raw,
            f"setuptools says: error in 'egg_base' option: '{raw}' does not exist or is not a directory",
            "directory",
        )
        return None
    return directories


def _packages(findings: Findings, found: Layout, directories: dict[str, Placed]) -> dict[str, Placed]:
    """`build_py.check_package` for each listed package, else the discovery of a layout."""
    for name, site in found.packages or ():
        path = _place_of(name, directories)
        if not findings.is_dir(path):
            findings.missing(
                site, path, f"setuptools says: package directory '{path}' does not exist", "directory"
            )
            reference = Reference(site, route_text(site.route), name, findings.at(path), "directory")
            findings.faults[-1] = findings.faults[-1]._replace(reference=reference)
    for name, site in found.modules or ():
        path = _place_of(name, directories) + ".py"
        if not findings.is_file(path):
            _tolerated(findings, site, path, f"leaves the module `{name}` out")
    if found.packages is not None or found.modules is not None or found.find is not None:
        return directories
    if found.extensions and findings.manifest.project is None:
        return directories
    explicit = {name: placed for name, placed in directories.items() if name}
    if explicit:
        for name, (raw, site) in explicit.items():
            if not findings.is_dir(raw):
                findings.missing(
                    site,
                    raw,
                    f"setuptools says: package directory '{raw}' does not exist ({name})",
                    "directory",
                )
        return directories
    if findings.is_dir(directories[""][0] if "" in directories else "src"):
        directories.setdefault("", ("src", findings.site()))
        return directories
    _flat_layout(findings)
    return directories


def _flat_layout(findings: Findings) -> None:
    """`discovery.py`, FlatLayoutPackageFinder and FlatLayoutModuleFinder: one of a kind, or none."""
    names = findings.tree.names(findings.directory)
    packages = [
        name
        for name in names
        if name.isidentifier()
        and name not in _NO_PACKAGES
        and not name.startswith("_")
        and findings.tree.is_dir(paths.join(findings.directory, name))
    ]
    kind, found = "packages", packages
    if not packages:
        kind = "modules"
        found = [
            name[:-3]
            for name in names
            if name.endswith(".py")
            and not any(fnmatchcase(name[:-3], pattern) for pattern in _NO_MODULES)
            and findings.tree.is_file(paths.join(findings.directory, name))
        ]
    if len(found) > 1:
        listed = ", ".join(f"`{name}`" for name in found)
        findings.invalid(
            findings.site(),
            f"{listed} lie side by side, and setuptools does not choose",
            f"setuptools says: Multiple top-level {kind} discovered in a flat-layout",
        )


def _place_of(name: str, directories: dict[str, Placed]) -> str:
    """`discovery.py`, find_package_path: the most specific `package-dir` counts."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        placed = directories.get(".".join(parts[:length]))
        if placed is not None:
            return "/".join([placed[0], *parts[length:]])
    root = directories[""][0] if "" in directories else ""
    return "/".join([*([root] if root not in {"", "."} else []), *parts])


def _attribute(findings: Findings, site: Site, raw: str, directories: dict[str, Placed]) -> None:
    """`expand.py`, read_attr: the module is looked for in the project, then among the installed."""
    module, _, attribute = raw.strip().rpartition(".")
    place = _place_of(module or "__init__", directories)
    file = next((name for name in (f"{place}.py", f"{place}/__init__.py") if findings.is_file(name)), None)
    if file is None:
        findings.needs_module(
            site,
            module,
            f"the module `{module}` of `{raw}` was not found at `{place}.py` nor `{place}/__init__.py`",
            f"setuptools says: ModuleNotFoundError: No module named '{module}'",
        )
        return
    text = findings.sources.get(toml.read_text, findings.physical(file))
    if not isinstance(text, str) or assigned(text, attribute) is None:
        findings.unknowns.append(f"`{raw}` is what the code of `{file}` says when it is run")


def _wheel(findings: Findings, found: Layout) -> None:
    """install_data, build_scripts and build_ext open what they are given."""
    for raw, site in found.data_files:
        if any(mark in raw for mark in "*?[]{}"):
            continue
        if not findings.is_file(raw):
            findings.missing(
                site, raw, f"setuptools says: can't copy '{raw}': doesn't exist or not a regular file"
            )
    for raw, site in found.scripts:
        if not findings.is_file(raw):
            findings.missing(site, raw, f"setuptools says: No such file or directory: '{raw}'")
    listed = (findings.manifest.tool("setuptools") or {}).get("ext-modules")
    for index, table in enumerate(listed if isinstance(listed, list) else ()):
        sources = (
            table.get("sources") if isinstance(table, dict) and table.get("optional") is not True else None
        )
        for position, raw in enumerate(sources if isinstance(sources, list) else ()):
            if isinstance(raw, str) and not findings.is_file(raw):
                site = findings.site("tool", "setuptools", "ext-modules", index, "sources", position)
                findings.missing(site, raw, f"the compiler says: {raw}: No such file or directory")
