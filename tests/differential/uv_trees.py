"""Random small trees for uv: workspaces and projects alone, with defects strewn in by a seed."""

from __future__ import annotations

import os
from typing import Any

from tests.differential.tree import Link, Tree, is_below, join, plain, render
from tests.differential.uv_layout import NAMES, Layout, Package
from tests.differential.uv_tables import DEFECTS, SETTINGS, USER_FILES

MARKERS = (
    "sys_platform == 'win32'",
    "sys_platform == 'linux'",
    "sys_platform != 'win32'",
    "python_version < '3.12'",
    "python_version >= '3.12'",
    "platform_machine == 'x86_64'",
)
SPLITS = (
    ("sys_platform == 'win32'", "sys_platform != 'win32'"),
    ("sys_platform == 'win32'", "sys_platform == 'linux'"),
    ("python_version < '3.12'", "python_version >= '3.12'"),
)


class Generator(Layout):
    """One random tree."""

    def make(self) -> Tree:
        base = self.random.choice(("", "", "w", "w", "w/v"))
        self.make_packages(base)
        self.make_workspaces(base)
        for package in self.packages:
            for _ in range(self.random.choice((0, 1, 1, 2, 3))):
                self._dependency(package)
            self._groups(package)
            self._settings(package)
        self._links(base)
        for package in self.packages:
            self._write(package.directory, package.table)
        for directory, table in self.roots.items():
            self._write(directory, table)
        self._clutter(base)
        self._defects()
        return self.tree

    def _write(self, directory: str, table: dict[str, Any]) -> None:
        self.tree[join(directory, "pyproject.toml")] = render(table) + "\n"

    def _dependency(self, package: Package) -> None:
        """One requirement of `package`, in one of its tables, with a source that fits or nearly so."""
        others = [
            other
            for other in self.packages
            if other is not package and (package.directory < other.directory or self.chance(0.3))
        ]
        if not others:
            return
        other = self.random.choice(others)
        name = other.name
        if self.defect():
            name = self.random.choice(NAMES)
        if self.chance(0.04):
            self._list(package, self._url(package, other, name))
            return
        text = self._requirement(name)
        extra = self._list(package, text)
        source = self._source(package, other)
        if self.chance(0.05):
            return
        if text[-1].isdigit():
            self._record(package, name, source)
            return
        if self.chance(0.05):
            self._split(package, other, name, source)
            return
        if self.chance(0.12):
            source["marker"] = self.random.choice(MARKERS)
        if extra and self.chance(0.12):
            key, value = extra
            source[key] = value if not self.defect(4) else "nope"
        self._record(package, name, source)

    def _requirement(self, name: str) -> str:
        text = name.replace("-", "_") if self.chance(0.3) else name
        if self.chance(0.1):  # alone: with an extra or a marker uv's words do not tell this from no index
            return text + self.random.choice((">=0.1", "==0.1.0", ">=9", "<1"))
        if self.chance(0.15):
            text += f"[{self.random.choice(('x', 'y'))}]"
        if self.chance(0.12):
            text += f" ; {self.random.choice(MARKERS)}"
        return text

    def _url(self, package: Package, other: Package, name: str) -> str:
        path = self._path(package.directory, other.directory)
        there = plain(join(package.directory, path))
        near = os.path.relpath("/" + there, "/" + package.directory)
        urls = [f"file://@ROOT@/{there}", f"file://@ROOT@/{there}", f"file://${{PROJECT_ROOT}}/{near}"]
        if there.endswith(".v2"):  # uv reads a URL even where a source takes its place, from wherever it runs
            urls.pop()
        if self.defect(3):
            urls = [f"file:{path}", path, f"./{path}", "{root:uri}/" + near]
        return f"{name} @ {self.random.choice(urls)}"

    def _list(self, package: Package, text: str) -> tuple[str, str] | None:
        """Write the requirement down; gives (`extra` or `group`, its name) where it stands in one."""
        draw = self.random.random()
        if draw < 0.55:
            package.project.setdefault("dependencies", []).append(text)
            return None
        if draw < 0.75:
            extra = self.random.choice(("x", "x", "y"))
            package.project.setdefault("optional-dependencies", {}).setdefault(extra, []).append(text)
            return "extra", extra
        if draw < 0.95:
            group = self.random.choice(("dev", "dev", "lint"))
            package.table.setdefault("dependency-groups", {}).setdefault(group, []).append(text)
            return "group", group
        package.uv.setdefault("dev-dependencies", []).append(text)
        return "group", "dev"

    def _source(self, package: Package, other: Package) -> dict[str, Any]:
        home = self.members.get(package.directory)
        fellow = home is not None and self.members.get(other.directory) == home
        source: dict[str, Any] = {"=": True}
        if (fellow and not self.defect(3)) or self.defect(2):
            source["workspace"] = not self.defect(0.5)
            if self.chance(0.06):
                source["editable"] = self.chance(0.5)
            return source
        abroad = self.members.get(other.directory)
        if abroad is not None and abroad != home and self.chance(0.2):
            source["workspace"] = self._path(package.directory, abroad)
            return source
        source["path"] = self._path(package.directory, other.directory)
        for key, likely in (("editable", 0.2), ("package", 0.06)):
            if self.chance(likely):
                source[key] = self.chance(0.6)
        if self.defect():
            key, value = self.random.choice(
                (
                    ("subdirectory", "src"),
                    ("develop", True),
                    ("index", "local"),
                    ("git", "https://x.invalid/y"),
                )
            )
            source[key] = value
        return source

    def _split(self, package: Package, other: Package, name: str, source: dict[str, Any]) -> None:
        """A list of two sources under markers that exclude each other (or, as a defect, do not)."""
        first, second = self.random.choice(SPLITS)
        if self.defect(5):
            second = first
        again = dict(source) if self.chance(0.6) else self._source(package, self.random.choice(self.packages))
        if self.chance(0.5):
            again = {"=": True, "path": self._path(package.directory, other.directory)}
        self._record(package, name, [{**source, "marker": first}, {**again, "marker": second}])

    def _record(self, package: Package, name: str, source: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Put the source into the project's own table, or into that of its root."""
        root = self.members.get(package.directory)
        if root is not None and self.chance(0.25):
            sources = self.roots[root].setdefault("tool", {}).setdefault("uv", {}).setdefault("sources", {})
            for one in source if isinstance(source, list) else [source]:
                if "path" in one:
                    there = plain(join(package.directory, one["path"]))
                    one["path"] = os.path.relpath("/" + there, "/" + root)
            sources.setdefault(name, source)
            return
        package.uv.setdefault("sources", {})[name] = source

    def _path(self, base: str, target: str) -> str:
        if self.defect():
            gone = (
                "gone",
                "packages",
                "libs/gone.v2",
                "gone.whl",
                f"{target}/src",
                f"{target}/pyproject.toml",
            )
            target = self.random.choice((*gone, target.rpartition("/")[0], base))
        path = os.path.relpath("/" + target, "/" + base)
        if self.chance(0.06):
            path = self.random.choice(
                (f"./{path}", f"{path}/", f"nope/../{path}", f"{path}/.", f"@ROOT@/{target}")
            )
        return path

    def _groups(self, package: Package) -> None:
        groups = package.table.get("dependency-groups", {})
        if groups and self.chance(0.2):
            included = (
                self.random.choice(list(groups))
                if not self.defect(4)
                else self.random.choice(("nope", "all"))
            )
            groups["all"] = [{"=": True, "include-group": included}]
        known = list(groups)
        if (groups and self.chance(0.06)) or self.defect(0.3):
            package.uv["default-groups"] = [
                self.random.choice(known if known and not self.defect(4) else ["nope"])
            ]
        elif groups and self.chance(0.02):
            package.uv["default-groups"] = "all"

    def _settings(self, package: Package) -> None:
        if self.chance(0.12):
            key, value = self.random.choice(SETTINGS)
            package.uv[key] = value
            if key == "find-links" and self.chance(0.7):
                self.tree[join(package.directory, "wheels/readme.txt")] = ""
        if self.packages and self.chance(0.05):
            key = self.random.choice(("override-dependencies", "constraint-dependencies"))
            package.uv[key] = [self.random.choice(self.packages).name]

    def _links(self, base: str) -> None:
        if not self.chance(0.15) or not self.packages:
            return
        target = self.random.choice(self.packages).directory
        at = join(base, self.random.choice(("link", "packages/link", "o/link", "a/link")))
        if not target or at in self.tree or any(is_below(path, at) for path in self.tree):
            return
        below = os.path.relpath("/" + target, "/" + at.rpartition("/")[0])
        self.tree[at] = Link(below if not self.defect(3) else "gone")
        package = self.random.choice(self.packages)
        name = next((one.name for one in self.packages if one.directory == target), "a")
        if self.chance(0.6) and name not in package.uv.get("sources", {}) and name != package.name:
            raw = os.path.relpath("/" + at, "/" + package.directory)
            package.project.setdefault("dependencies", []).append(name)
            path = self.random.choice((raw, raw, f"{raw}/../{name}"))
            package.uv.setdefault("sources", {})[name] = {"=": True, "path": path}

    def _clutter(self, base: str) -> None:
        """What stands between the projects: directories without a manifest, files of settings, git."""
        if self.chance(0.25):
            places = ["packages/.idea/x.xml", ".idea/x.xml", "packages/README.md"]
            if self.defect(6):
                places = ["packages/docs/README.md", "docs/README.md", ".hidden/x", "packages/x.log"]
            self.tree.setdefault(join(base, self.random.choice(places)), "x\n")
        if self.chance(0.1):
            self.tree.setdefault(
                join(base, self.random.choice(("packages/empty", "empty", "libs/gone"))), None
            )
        if self.chance(0.12):
            self.tree.setdefault(join(base, "packages/old/build.log"), "x\n")
            self.tree[".gitignore"] = "*.log\n"
            if self.chance(0.8):
                self.tree.update(
                    {".git/HEAD": "ref: refs/heads/main\n", ".git/objects": None, ".git/refs": None}
                )
        if self.defect(3):
            middle = self.random.choice(("mid", "packages", "x", "x/y", "n", "", "libs"))
            text = self.random.choice(("[tool.ruff]\n", "", '[project]\nname = "middle"\nversion = "1"\n'))
            self.tree.setdefault(join(base, f"{middle}/pyproject.toml".lstrip("/")), text)
        if self.chance(0.05):
            at = self.random.choice([package.directory for package in self.packages] or [base])
            self.tree[join(at, "uv.toml")] = self.random.choice(USER_FILES)

    def _defects(self) -> None:
        manifests = [path for path in self.tree if path.endswith("pyproject.toml")]
        if not manifests:
            return
        if self.defect(4):
            path = self.random.choice(manifests)
            text = self.tree[path]
            assert isinstance(text, str)
            old, new = self.random.choice(DEFECTS)
            self.tree[path] = text.replace(old, new, 1) if old else f"{text}{new}\n"
        if self.defect(3):
            del self.tree[self.random.choice(manifests)]
        if self.defect(2):
            gone = self.random.choice(manifests).rpartition("/")[0]
            if gone:
                for path in [path for path in self.tree if is_below(path, gone)]:
                    del self.tree[path]
