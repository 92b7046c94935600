"""Random small Cargo trees: workspaces of every shape, with defects strewn in by a seed."""

from __future__ import annotations

import os
import random
from typing import Any, NamedTuple

from tests.differential import cargo_odd
from tests.differential.tree import Link, Tree, is_below, join, plain, render

NAMES = ("a", "b", "c", "d", "e", "foo-bar", "foo_bar")
EDITIONS = ("2015", "2018", "2021", "2024")
VERSIONS = ("0.1.0", "0.1.0", "0.1.0", "0.2.0", "1.0.0", "1.2.3-rc.1")
KINDS = ("dependencies", "dependencies", "dependencies", "dev-dependencies", "build-dependencies")
PLATFORMS = (
    "cfg(windows)",
    "cfg(unix)",
    "cfg(any())",
    "x86_64-pc-windows-msvc",
    'cfg(all(unix, target_os = "linux"))',
)
FOLDERS = {"bin": "src/bin", "example": "examples", "test": "tests", "bench": "benches"}


class Crate(NamedTuple):
    """A package while its tree is made up."""

    directory: str
    name: str
    version: str
    table: dict[str, Any]


class Generator:
    """One random tree."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret is made of it
        self.rate = self.random.choice((0.0, 0.01, 0.03, 0.08))
        self.tree: Tree = {}
        self.crates: list[Crate] = []
        self.roots: dict[str, dict[str, Any]] = {}

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def defect(self, weight: float = 1.0) -> bool:
        return self.random.random() < self.rate * weight

    def make(self) -> Tree:
        base = self.random.choice(("", "", "w", "w", "w/v"))
        self._crates(base)
        self._workspaces(base)
        for crate in self.crates:
            self._dependencies(crate)
            self._features(crate)
            self._inheritance(crate)
        self._patches(base)
        self._links(base)
        odd = self.chance(0.4)
        if odd:
            cargo_odd.tables(self)
        for crate in self.crates:
            self._write(crate.directory, crate.table)
        for directory, table in self.roots.items():
            if all(crate.directory != directory for crate in self.crates):
                self._write(directory, table)
        self._configuration(base)
        self._defects()
        if odd:
            cargo_odd.files(self)
        return self.tree

    def _write(self, directory: str, table: dict[str, Any]) -> None:
        self.tree[join(directory, "Cargo.toml")] = render(table) + "\n"

    def _crates(self, base: str) -> None:
        places = [
            "", "a", "b", "c", "crates/a", "crates/b", "crates/foo-bar", "crates/a/sub", "libs/c", "libs/d",
            "x/y/e", "n", "n/i", "n/j", "target/package/a",
        ]  # fmt: skip
        directories = {join(base, self.random.choice(places)) for _ in range(self.random.randint(1, 6))}
        if base:
            directories |= {
                self.random.choice(("o/x", "o/y", "o", "w/u", "")) for _ in range(self.random.randint(0, 2))
            }
        for directory in sorted(directories):
            if directory in (base, "") and self.chance(0.4):
                continue
            name = directory.rpartition("/")[2]
            if name not in NAMES or self.chance(0.1):
                name = self.random.choice(NAMES) if self.defect(3) else f"p{len(self.crates)}"
            self._crate(directory, name)

    def _crate(self, directory: str, name: str) -> None:
        version = self.random.choice(VERSIONS)
        package: dict[str, Any] = {"name": name, "version": version}
        if self.chance(0.1):
            del package["version"]
            version = "0.0.0"
        if self.chance(0.9):
            package["edition"] = self.random.choice(EDITIONS)
        if self.chance(0.05):
            package["rust-version"] = self.random.choice(
                ("1.85", "1.90.0", "1.85") if not self.defect(5) else ("1.30", "x")
            )
        if self.chance(0.05):
            package["publish"] = self.chance(0.5)
        if self.chance(0.05):
            package["resolver"] = "2"
        table: dict[str, Any] = {"package": package}
        if self.chance(0.03) and package.get("edition") != "2024":
            table["project"] = table.pop("package")
        self._targets(directory, table, package)
        self.crates.append(Crate(directory, name, version, table))

    def _targets(self, directory: str, table: dict[str, Any], package: dict[str, Any]) -> None:
        files = {"src/lib.rs"} if self.chance(0.85) else {"src/main.rs"}
        extra = (
            "src/main.rs",
            "src/bin/t.rs",
            "src/bin/t/main.rs",
            "tests/t.rs",
            "tests/u/main.rs",
            "examples/t.rs",
            "benches/t.rs",
        )
        files |= {path for path in extra if self.chance(0.08)}
        if self.defect(2):
            files = set(self.random.sample(sorted({*files, *extra}), self.random.randint(0, 2)))
        if self.chance(0.1):
            library: dict[str, Any] = {}
            if self.chance(0.4):
                library["name"] = self.random.choice(("zed", "a", "e-e" if self.defect() else "e"))
            if self.chance(0.5):
                library["path"] = self.random.choice(
                    ("src/lib.rs", "src/other.rs", "../shared/lib.rs", "src")
                )
                if (
                    self.chance(0.8)
                    and library["path"].endswith(".rs")
                    and not library["path"].startswith("..")
                ):
                    files.add(library["path"])
            table["lib"] = library or {"crate-type": ["lib"]}
        for kind, folder in FOLDERS.items():
            if self.chance(0.06):
                table[kind] = [self._target(folder, package, files) for _ in range(self.random.randint(1, 2))]
            flag = f"auto{kind}s" if kind != "bench" else "autobenches"
            if self.chance(0.04):
                package[flag] = self.chance(0.3)
        if self.chance(0.03):
            package["autolib"] = self.chance(0.5)
        self._script(package, files)
        if self.chance(0.04):
            package["default-run"] = self.random.choice(("t", package["name"]))
        for path in files:
            self.tree[join(directory, path)] = "fn main() {}\n"
        if self.defect():
            self.tree[join(directory, self.random.choice(("src/lib.rs", "src/main.rs")))] = Link("gone.rs")

    def _target(self, folder: str, package: dict[str, Any], files: set[str]) -> dict[str, Any]:
        name = self.random.choice(("t", "u", package["name"], "main"))
        target: dict[str, Any] = {"name": name}
        if self.chance(0.4):
            target["path"] = self.random.choice((f"{folder}/{name}.rs", "src/special.rs", "src/main.rs"))
        if self.chance(0.85):
            files.add(target.get("path", f"{folder}/{name}.rs"))
        return target

    def _script(self, package: dict[str, Any], files: set[str]) -> None:
        if self.chance(0.1):
            files.add("build.rs")
        if self.chance(0.06):
            package["build"] = self.random.choice(("build.rs", "make.rs", True, False))
        if self.chance(0.06):
            package["links"] = self.random.choice(("z", "y", "q"))
            if self.chance(0.8):
                files.add("build.rs")

    def _workspaces(self, base: str) -> None:
        if self.chance(0.85):
            self._workspace(base)
        for crate in self.crates:
            if crate.directory != base and self.chance(0.06):
                self._workspace(crate.directory)
        if self.chance(0.1):
            self._workspace(join(base, "n"))
        if base and self.chance(0.1):
            self._workspace(base.rpartition("/")[0])

    def _workspace(self, directory: str) -> None:
        if directory in self.roots:
            return
        workspace: dict[str, Any] = {}
        inside = [
            crate.directory
            for crate in self.crates
            if crate.directory != directory and is_below(crate.directory, directory)
        ]
        names = [path[len(directory) + 1 if directory else 0 :] for path in inside]
        members = [self._entry(name) for name in names if self.chance(0.8)]
        if self.chance(0.3):
            members.append(
                self.random.choice(
                    (
                        "crates/*",
                        "crates/*",
                        "libs/*",
                        "*/a",
                        "crates/[ab]",
                        "**",
                        "?",
                        "crates/**",
                        "n/*",
                        ".",
                        "c*",
                    )
                )
            )
        if self.defect(2):
            members.append(
                self.random.choice(
                    ("gone", "gone/*", "crates", "a/src", "**x", "../o", "../o/x", "a/Cargo.toml", "")
                )
            )
        if members or self.chance(0.3):
            workspace["members"] = list(dict.fromkeys(members)) if not self.chance(0.05) else members
        if self.chance(0.3):
            choices = [
                *names,
                "n",
                "crates",
                "n/",
                "./crates/a",
                "x/y",
                "o",
                "crates/*",
                "target",
                ".",
                "../o",
            ]
            workspace["exclude"] = self.random.sample(choices, self.random.randint(1, 2))
        if self.chance(0.06):
            choices = [*names, "crates/*", "gone", "."]
            workspace["default-members"] = self.random.sample(choices, 1)
        if self.chance(0.5):
            workspace["resolver"] = self.random.choice(("1", "2", "3"))
        if self.chance(0.6):
            keys = {
                "version": self.random.choice(VERSIONS),
                "edition": "2021",
                "license": "MIT",
                "readme": "README.md",
            }
            workspace["package"] = {key: value for key, value in keys.items() if self.chance(0.9)}
        if self.chance(0.3):
            workspace["lints"] = {"rust": {"unused": "allow"}}
        table = next((crate.table for crate in self.crates if crate.directory == directory), None)
        self.roots[directory] = table if table is not None else {}
        self.roots[directory]["workspace"] = workspace

    def _entry(self, name: str) -> str:
        if self.chance(0.85):
            return name
        return self.random.choice((f"./{name}", f"{name}/", f"a/../{name}", f"{name}/."))

    def _dependencies(self, crate: Crate) -> None:
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            others = [
                other
                for other in self.crates
                if other is not crate and (crate.directory < other.directory or self.chance(0.08))
            ]
            if not others:
                return
            other = self.random.choice(others)
            entry: dict[str, Any] = {"=": True}
            key = other.name
            if self.chance(0.1):
                key, entry["package"] = self.random.choice(("alias", "b", "zz")), other.name
            if self.defect():
                key = self.random.choice(NAMES)
            entry["path"] = self._path(crate.directory, other.directory)
            if self.chance(0.2):
                requirement = (
                    other.version
                    if not self.defect(3)
                    else self.random.choice(("0.2", "*", "=0.1.0", ">=0.1, <1", "~0.1", "9", "1.*", "^0"))
                )
                entry["version"] = requirement
            if self.chance(0.2):
                entry["optional"] = True
            if self.chance(0.15):
                entry["features"] = [self.random.choice(("f", "g", "default"))] if self.defect(4) else []
                offered = list(other.table.get("features", ()))
                if offered:
                    entry["features"] = [self.random.choice(offered)]
            if self.chance(0.1):
                entry["default-features"] = False
            kind = self.random.choice(KINDS)
            if kind == "dev-dependencies" and not self.defect():
                entry.pop("optional", None)
            self._place(crate, kind, key, entry)

    def _place(self, crate: Crate, kind: str, key: str, entry: dict[str, Any]) -> None:
        table = crate.table
        root = self._root_above(crate.directory)
        if root is not None and self.chance(0.25):
            shared = dict(entry)
            optional = shared.pop("optional", None)
            shared["path"] = self._path(root, plain(join(crate.directory, entry["path"])))
            self.roots[root]["workspace"].setdefault("dependencies", {}).setdefault(key, shared)
            entry = {"=": True, "workspace": True}
            if optional:
                entry["optional"] = True
            if self.chance(0.1):
                entry["default-features"] = self.chance(0.5)
            if self.defect(2):
                entry["features"] = ["f"]
            if self.defect(2):
                del self.roots[root]["workspace"]["dependencies"][key]
        if self.chance(0.12):
            platform = self.random.choice(
                PLATFORMS if not self.defect(3) else ("cfg(unix", "all(unix)", "cfg(a = b)", "cfg(not())")
            )
            table = table.setdefault("target", {}).setdefault(platform, {})
        if (
            self.chance(0.04)
            and kind != "dependencies"
            and crate.table.get("package", {}).get("edition") != "2024"
        ):
            kind = kind.replace("-", "_")
        table.setdefault(kind, {})[key] = entry

    def _root_above(self, directory: str) -> str | None:
        above = [root for root in self.roots if is_below(directory, root)]
        return max(above, key=len) if above else None

    def _path(self, base: str, target: str) -> str:
        if self.defect():
            target = self.random.choice(
                ("gone", "crates", "crates/gone", "a/src/lib.rs", target + "/src", target.rpartition("/")[0])
            )
        path = os.path.relpath("/" + target, "/" + base)
        if self.chance(0.05):
            path = self.random.choice((f"./{path}", f"{path}/", f"nope/../{path}", f"{path}/."))
        return path

    def _features(self, crate: Crate) -> None:
        if not self.chance(0.4):
            return
        entries = [
            (key, entry)
            for table in (crate.table, *crate.table.get("target", {}).values())
            for kind in ("dependencies", "build-dependencies")
            for key, entry in table.get(kind, {}).items()
        ]
        optional = [key for key, entry in entries if entry.get("optional")]
        required = [key for key, entry in entries if not entry.get("optional")]
        features: dict[str, list[str]] = {}
        for name in self.random.sample(("default", "f", "g"), self.random.randint(1, 2)):
            values = []
            if optional and self.chance(0.5):
                key = self.random.choice(optional)
                values.append(
                    self.random.choice(
                        (f"dep:{key}", key, f"{key}/f", f"{key}?/f", f"{key}/default", f"{key}?/default")
                    )
                )
            if required and self.chance(0.2):
                values.append(f"{self.random.choice(required)}/{self.random.choice(('f', 'default'))}")
            if self.chance(0.2):
                values.append(
                    self.random.choice([*features, "f"] if self.defect(2) else [*features])
                    if features
                    else "f"
                )
            if self.defect():
                values.append(self.random.choice(("dep:zz", "zz", "zz/f", "zz?/f", name, "dep:a/f", "f/g/h")))
            features[name] = values
        crate.table["features"] = {
            **features,
            **({"f": []} if self.chance(0.6) and "f" not in features else {}),
        }

    def _inheritance(self, crate: Crate) -> None:
        package = crate.table.get("package", crate.table.get("project", {}))
        root = self._root_above(crate.directory)
        offered = self.roots[root]["workspace"].get("package", {}) if root is not None else {}
        for key in ("version", "edition", "license", "readme"):
            if (key in offered and self.chance(0.2)) or self.defect(0.5):
                package[key] = {"=": True, "workspace": True}
        if (
            root is not None and "lints" in self.roots[root]["workspace"] and self.chance(0.3)
        ) or self.defect(0.3):
            crate.table["lints"] = {"=": True, "workspace": True}
        if self.roots and "workspace" not in crate.table and self.chance(0.08):
            target = (
                self.random.choice(sorted(self.roots))
                if not self.defect(5)
                else self.random.choice(("gone", "a", ""))
            )
            package["workspace"] = os.path.relpath("/" + target, "/" + crate.directory)

    def _patches(self, base: str) -> None:
        places = list(self.roots) + [crate.directory for crate in self.crates]
        if not places or not self.crates or not self.chance(0.15):
            return
        place = base if base in self.roots and self.chance(0.7) else self.random.choice(places)
        table = self.roots.get(place) or next(
            crate.table for crate in self.crates if crate.directory == place
        )
        other = self.random.choice(self.crates)
        name = other.name if not self.defect(4) else self.random.choice(NAMES)
        source = self.random.choice(("crates-io", "crates-io", "https://example.invalid/git"))
        entry = {"=": True, "path": self._path(place, other.directory)}
        table["patch"] = {source: {name: entry}}
        user = self.random.choice(self.crates)
        if (
            source == "crates-io"
            and name == other.name
            and self.chance(0.5)
            and name not in user.table.get("dependencies", {})
        ):
            user.table.setdefault("dependencies", {})[name] = "=" + other.version

    def _links(self, base: str) -> None:
        if not self.chance(0.12) or not self.crates:
            return
        target = self.random.choice(self.crates).directory
        at = join(base, self.random.choice(("link", "crates/link", "o/link", "a/link", "src")))
        if at and at not in self.tree and not any(is_below(path, at) for path in self.tree) and target:
            self.tree[at] = Link(
                os.path.relpath("/" + target, "/" + at.rpartition("/")[0]) if not self.defect(3) else "gone"
            )
            crate = self.random.choice(self.crates)
            raw = os.path.relpath("/" + at, "/" + crate.directory)
            if self.chance(0.6):
                name = next(one.name for one in self.crates if one.directory == target)
                path = self.random.choice((raw, f"{raw}/../{name}"))
                crate.table.setdefault("dependencies", {})[name] = {"=": True, "path": path}

    def _configuration(self, base: str) -> None:
        if not self.chance(0.08) or not self.crates:
            return
        at = self.random.choice((base, "", self.random.choice(self.crates).directory))
        other = self.random.choice(self.crates)
        path = self._path(at, other.directory)
        table: dict[str, Any] = {"paths": [path]}
        if self.chance(0.6):
            name = other.name if not self.defect(3) else "zz"
            table = {"patch": {"crates-io": {name: {"=": True, "path": path}}}}
        self.tree[join(at, ".cargo/config.toml")] = render(table) + "\n"

    def _defects(self) -> None:
        manifests = [path for path in self.tree if path.endswith("Cargo.toml")]
        if not manifests:
            return
        if self.defect(3):
            path = self.random.choice(manifests)
            text = self.tree[path]
            assert isinstance(text, str)
            self.tree[path] = self.random.choice(
                (f"{text}\n=", "", f"cargo-features = []\n{text}", "[workspace]\n", "[dependencies]\n")
            )
        if self.defect(3):
            del self.tree[self.random.choice(manifests)]
        if self.defect(2):
            gone = self.random.choice(manifests).rpartition("/")[0]
            if gone:
                for path in [path for path in self.tree if is_below(path, gone)]:
                    del self.tree[path]
        if self.defect(3):
            self.tree.setdefault(
                self.random.choice(("crates/.idea", "crates/old/target", "crates/empty", "w/crates/z")), None
            )
        if self.defect(2):
            self.tree.setdefault("Cargo.toml", '[package]\nname = "top"\nversion = "0.1.0"\n')
