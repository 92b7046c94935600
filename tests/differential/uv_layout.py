"""Which projects a random tree for uv holds, where they stand, and which workspaces list them."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tests.differential.tree import Tree, is_below, join, plain

NAMES = ("a", "b", "c", "d", "e", "f", "foo-bar")
PLACES = (
    "", "a", "b", "packages/a", "packages/b", "packages/c", "packages/foo-bar", "packages/a/sub", "libs/c",
    "libs/d", "x/y/e", "n", "n/i", "n/j", "mid/f", "libs/d.v2",
)  # fmt: skip
PYTHONS = (">=3.9", ">=3.10", ">=3.8", ">=3.11,<4")
WRONG_MEMBERS = (
    "gone", "gone/*", "packages", "a/src", "**x", "../o", "../o/x", "a/pyproject.toml", "", ".",
    "packages/{a,b}", "!a", "[a", "../../o/*", "packages/a/..",
)  # fmt: skip
HERE = {
    "requires": ["uv_build>=0.12,<0.20"],
    "build-backend": "uv_build",
}  # uv builds it itself, without an index


class Package(NamedTuple):
    """A project while its tree is made up."""

    directory: str
    name: str
    table: dict[str, Any]

    @property
    def project(self) -> dict[str, Any]:
        return self.table["project"]  # type: ignore[no-any-return]

    @property
    def uv(self) -> dict[str, Any]:
        return self.table.setdefault("tool", {}).setdefault("uv", {})  # type: ignore[no-any-return]


class Layout:
    """The projects and workspaces of one random tree."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it
        self.rate = self.random.choice((0.0, 0.01, 0.03, 0.08))
        self.tree: Tree = {}
        self.packages: list[Package] = []
        self.roots: dict[str, dict[str, Any]] = {}  # directory -> its document
        self.members: dict[str, str] = {}  # directory -> root that means to list it

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def defect(self, weight: float = 1.0) -> bool:
        return self.random.random() < self.rate * weight

    def make_packages(self, base: str) -> None:
        directories = {join(base, self.random.choice(PLACES)) for _ in range(self.random.randint(1, 6))}
        if base or self.chance(0.2):
            outside = ("o/x", "o/y", "o", "w/u", "")
            directories |= {self.random.choice(outside) for _ in range(self.random.randint(0, 2))}
        for directory in sorted(directories):
            if directory in (base, "") and self.chance(0.4):
                continue
            name = directory.rpartition("/")[2]
            if name not in NAMES or self.chance(0.1):
                name = self.random.choice(NAMES) if self.defect(3) else f"p{len(self.packages)}"
            if any(package.name == name for package in self.packages) and not self.chance(0.1):
                name = f"p{len(self.packages)}"
            self._package(directory, name)

    def _package(self, directory: str, name: str) -> None:
        written = name.replace("-", "_").title() if "-" in name and self.chance(0.3) else name
        project: dict[str, Any] = {"name": written, "version": "0.1.0"}
        if self.chance(0.85):
            project["requires-python"] = ">=3.9" if self.chance(0.92) else self.random.choice(PYTHONS)
        table: dict[str, Any] = {"project": project}
        if self.chance(0.5):
            table["build-system"] = dict(HERE)
            if not self.defect(2):
                self.tree[join(directory, f"src/{name.replace('-', '_')}/__init__.py")] = ""
        if self.chance(0.12):
            project["readme"] = "README.md"
            if self.chance(0.7):
                self.tree[join(directory, "README.md")] = ""
        package = Package(directory, name, table)
        if self.chance(0.2):
            package.uv["package"] = self.chance(0.3)
        self.packages.append(package)

    def make_workspaces(self, base: str) -> None:
        places = {base} if self.chance(0.8) else set()
        places |= {package.directory for package in self.packages if self.chance(0.05)}
        for other in ("o", join(base, "n"), base.rpartition("/")[0]):
            if self.chance(0.1):
                places.add(other)
        for place in sorted(places):
            self._workspace(place, places - {place})
        for package in self.packages:
            self._find_home(package.directory)

    def _workspace(self, directory: str, others: set[str]) -> None:
        """A root at `directory` that lists what lies below it, as a rule without the roots in `others`."""
        inside = [
            package.directory
            for package in self.packages
            if package.directory != directory and is_below(package.directory, directory)
        ]
        names = {path: path[len(directory) + 1 if directory else 0 :] for path in inside}
        inner = [other for other in others if other != directory and is_below(other, directory)]
        if not self.defect(3):
            inside = [path for path in inside if not any(is_below(path, other) for other in inner)]
        members = [self._entry(names[path]) for path in inside if self.chance(0.85)]
        workspace: dict[str, Any] = {}
        excluded = [name for path, name in names.items() if path in inner or self.chance(0.05)]
        if self.chance(0.35):
            members.append(self._glob([*names.values()], excluded))
        if self.defect(2):
            members.append(self.random.choice(WRONG_MEMBERS))
        if members or self.chance(0.9):
            workspace["members"] = list(dict.fromkeys(members))
        if self.chance(0.1):
            choices = (
                *names.values(),
                "n",
                "packages",
                "n/",
                "./packages/a",
                "x/y",
                "packages/*",
                ".",
                "*/a*",
            )
            excluded.append(self.random.choice(choices))
        if excluded and not self.defect(2):
            workspace["exclude"] = excluded
        home = next((package.table for package in self.packages if package.directory == directory), {})
        home.setdefault("tool", {}).setdefault("uv", {})["workspace"] = workspace
        self.roots[directory] = home

    def _glob(self, names: list[str], excluded: list[str]) -> str:
        """A pattern that as a rule hits nothing but projects."""
        directories = {name.split("/")[0] for name in names}
        directories |= {"/".join(name.split("/")[:2]) for name in names} | set(names)
        good = [
            pattern
            for pattern in ("packages/*", "packages/[ab]", "libs/*", "n/*", "?", "*/a", "packages/**", "m*")
            if all(
                path in names or path in excluded
                for path in directories
                if fnmatchcase(path, pattern) and path.count("/") == pattern.count("/")
            )
        ]
        if not good or self.defect(4):
            good = ["packages/*", "*", "**", "*/*", "x/**", "mid"]
        return self.random.choice(good)

    def _find_home(self, directory: str) -> None:
        """The root whose member the project at `directory` is, if uv is to find it from there."""
        if directory in self.roots:
            self.members[directory] = directory
            return
        above = directory
        while above:
            above = above.rpartition("/")[0]
            if above in self.roots:
                self._belongs(directory, above)
                return
            if any(package.directory == above for package in self.packages):
                return

    def _belongs(self, directory: str, root: str) -> None:
        workspace = self.roots[root]["tool"]["uv"]["workspace"]
        name = directory[len(root) + 1 if root else 0 :]
        listed = [plain(entry) for entry in workspace.get("members", ())]
        if any(fnmatchcase(name, entry) for entry in listed) and not any(
            fnmatchcase(name, entry) for entry in workspace.get("exclude", ())
        ):
            self.members[directory] = root

    def _entry(self, name: str) -> str:
        if self.chance(0.85):
            return name
        return self.random.choice((f"./{name}", f"{name}/", f"a/../{name}", f"{name}/."))
