"""What setuptools is told to pack: setup.py, then setup.cfg, then `[tool.setuptools]` over both."""

from __future__ import annotations

from typing import Any

from depcheck import paths
from depcheck.load.backend.findings import Findings
from depcheck.manifest import setup_cfg, setup_py, toml
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple

Placed = tuple[str, Site]


class Layout(NamedTuple):
    """The options that name files and directories, each with its place; None: not given.

    find: the directories in which packages are looked for, where they are to be found.
    """

    packages: tuple[Placed, ...] | None = None
    modules: tuple[Placed, ...] | None = None
    find: tuple[Placed, ...] | None = None
    package_dir: tuple[tuple[str, Placed], ...] = ()
    data_files: tuple[Placed, ...] = ()
    scripts: tuple[Placed, ...] = ()
    files: tuple[Placed, ...] = ()  # of `file:` directives
    attributes: tuple[Placed, ...] = ()  # of `attr:` directives
    extensions: bool = False
    configured: bool = False  # there is a setup.cfg with options or a setup.py


def read(findings: Findings) -> Layout:
    """The layout of a project; what can't be known is put on record."""
    layout = Layout()
    path = paths.join(findings.directory, "setup.py")
    if findings.tree.is_file(path):
        script = findings.sources.get(setup_py.read, path)
        if isinstance(script, Fault):
            findings.faults.append(script._replace(tool=findings.tool))
        elif isinstance(script, toml.Unknown):
            findings.unknowns.append(script.because)
        else:
            if script.dynamic:
                findings.unknowns.append(script.dynamic)
            layout = _from_script(layout._replace(configured=True), script)
    path = paths.join(findings.directory, "setup.cfg")
    if findings.tree.is_file(path):
        cfg = findings.sources.get(setup_cfg.read, path)
        if isinstance(cfg, Fault):
            findings.faults.append(cfg._replace(tool=findings.tool))
        elif isinstance(cfg, toml.Unknown):
            findings.unknowns.append(cfg.because)
        else:
            layout = _from_cfg(layout, cfg)
    return _from_pyproject(findings, layout)


def _from_script(layout: Layout, script: setup_py.SetupPy) -> Layout:
    def listed(key: str) -> tuple[Placed, ...] | None:
        argument = script.arguments.get(key)
        if argument is None or not isinstance(argument.value, list | tuple):
            return None
        return tuple(
            (item, argument.site._replace(within=item)) for item in argument.value if isinstance(item, str)
        )

    find = None
    packages = script.arguments.get("packages")
    if packages is not None and isinstance(packages.value, setup_py.Find):
        find = ((packages.value.where, packages.site),)
    directories = script.arguments.get("package_dir")
    package_dir: tuple[tuple[str, Placed], ...] = ()
    if directories is not None and isinstance(directories.value, dict):
        package_dir = tuple(
            (name, (raw, directories.site))
            for name, raw in directories.value.items()
            if isinstance(name, str) and isinstance(raw, str)
        )
    data: list[Placed] = []
    argument = script.arguments.get("data_files")
    for item in argument.value if argument and isinstance(argument.value, list | tuple) else ():
        names = item[1] if isinstance(item, list | tuple) and len(item) > 1 else ()
        data.extend((raw, argument.site) for raw in names if argument and isinstance(raw, str))
    return layout._replace(
        packages=None if find else listed("packages"),
        modules=listed("py_modules"),
        find=find,
        package_dir=package_dir,
        data_files=tuple(data),
        scripts=listed("scripts") or (),
        extensions="ext_modules" in script.arguments,
    )


def _from_cfg(layout: Layout, cfg: setup_cfg.SetupCfg) -> Layout:
    """`setuptools/config/setupcfg.py`."""
    packages = cfg.get("options", "packages")
    if packages is not None:
        if packages.text in {"find:", "find_namespace:"}:
            where = cfg.get("options.packages.find", "where")
            layout = layout._replace(find=tuple(where.items()) if where else ((".", packages.lines[0][1]),))
        else:
            layout = layout._replace(packages=tuple(packages.items()))
    if modules := cfg.get("options", "py_modules"):
        layout = layout._replace(modules=tuple(modules.items()))
    if directories := cfg.get("options", "package_dir"):
        pairs = [(item.partition("="), site) for item, site in directories.items()]
        layout = layout._replace(
            package_dir=tuple(
                (name.strip(), (raw.strip(), site._replace(within=raw.strip())))
                for (name, _, raw), site in pairs
            )
        )
    if scripts := cfg.get("options", "scripts"):
        layout = layout._replace(scripts=tuple(scripts.items()))
    data = [item for value in cfg.sections.get("options.data_files", {}).values() for item in value.items()]
    files: list[Placed] = []
    attributes: list[Placed] = []
    for section, key in (
        ("metadata", "version"),
        ("metadata", "long_description"),
        ("metadata", "license"),
        ("options", "install_requires"),
    ):
        value = cfg.get(section, key)
        if value is None:
            continue
        place = value.lines[0][1]
        if value.text.startswith("file:"):
            names = [part.strip() for part in value.text[5:].replace("\n", ",").split(",")]
            files.extend((name, place._replace(within=name)) for name in names if name)
        elif value.text.startswith("attr:"):
            name = value.text[5:].strip()
            attributes.append((name, place._replace(within=name)))
    return layout._replace(
        data_files=(*layout.data_files, *data),
        files=tuple(files),
        attributes=tuple(attributes),
        configured=layout.configured or "options" in cfg.sections or "metadata" in cfg.sections,
    )


def _from_pyproject(findings: Findings, layout: Layout) -> Layout:
    """`setuptools/config/pyprojecttoml.py` and `_apply_pyprojecttoml.py`."""
    table = findings.manifest.tool("setuptools") or {}

    def placed(value: Any, *route: str | int) -> tuple[Placed, ...]:
        if isinstance(value, str):
            return ((value, findings.site("tool", "setuptools", *route)),)
        return tuple(
            (item, findings.site("tool", "setuptools", *route, index))
            for index, item in enumerate(value if isinstance(value, list) else ())
            if isinstance(item, str)
        )

    packages = table.get("packages")
    if isinstance(packages, list):
        layout = layout._replace(packages=placed(packages, "packages"), find=None)
    elif isinstance(packages, dict) and isinstance(find := packages.get("find"), dict):
        where = placed(find.get("where"), "packages", "find", "where")
        default = ((".", findings.site("tool", "setuptools", "packages", "find")),)
        layout = layout._replace(packages=None, find=where or default)
    if "py-modules" in table:
        layout = layout._replace(modules=placed(table["py-modules"], "py-modules"))
    if isinstance(directories := table.get("package-dir"), dict):
        pairs = tuple(
            (name, (raw, findings.site("tool", "setuptools", "package-dir", name)))
            for name, raw in directories.items()
            if isinstance(raw, str)
        )
        layout = layout._replace(package_dir=pairs)
    if isinstance(data := table.get("data-files"), dict):
        listed = [item for name, raws in data.items() for item in placed(raws, "data-files", name)]
        layout = layout._replace(data_files=tuple(listed))
    if "script-files" in table:
        layout = layout._replace(scripts=placed(table["script-files"], "script-files"))
    dynamic = table.get("dynamic")
    files, attributes = list(layout.files), list(layout.attributes)
    wanted = findings.manifest.project.dynamic if findings.manifest.project else frozenset()
    for field, directive in dynamic.items() if isinstance(dynamic, dict) else ():
        if field not in wanted or not isinstance(directive, dict):
            continue
        nested = (
            [(field, directive)]
            if field != "optional-dependencies"
            else [(f"{field}.{extra}", item) for extra, item in directive.items()]
        )
        for name, item in nested:
            route = ("dynamic", *name.split(".", 1))
            if isinstance(item, dict):
                files.extend(placed(item.get("file"), *route, "file"))
                attributes.extend(placed(item.get("attr"), *route, "attr"))
    return layout._replace(files=tuple(files), attributes=tuple(attributes))
