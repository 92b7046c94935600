"""What is rare in a Cargo tree, and legal or nearly so: strewn over a random tree by chance.

`tables` changes manifests before they are written, `files` the tree after that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.differential.tree import Link

if TYPE_CHECKING:
    from tests.differential.cargo_trees import Generator

INLINE = {"=": True}
PATTERNS = (
    "*",
    "crates/[!a]",
    "{a,b}",
    "crates/*/",
    "./crates/*",
    "**/a",
    "../*",
    "crates//a",
    "crates/a/../b",
    "c?ates/*",
    "crates/**/sub",
    "[",
    "crates/[]a]",
    "**/**",
    "n/**/j",
    ".*",
    "crates/a*",
    "a/..",
    "./",
)
STRAY = ("crates/README.md", "crates/.hidden/x", "a/target/debug/x", "libs/x.toml", "vendor/x")
CONFIGS: tuple[str, ...] = (
    'include = "more.toml"\n',
    'include = [{ path = "more.toml", optional = true }]\n',
    '[alias]\nx = "build"\n',
    '[source.crates-io]\nreplace-with = "v"\n[source.v]\ndirectory = "vendor"\n',
    '[build]\nrustc-wrapper = "tools/wrap.sh"\n',
    '[target.x86_64-unknown-linux-gnu]\nrunner = "tools/run.sh"\n',
    '[registries.corp]\nindex = "https://example.invalid/index"\n',
    "[patch.crates-io]\n",
    "paths = []\n",
    "[patch\n",
    "include = []\n",
    '[env]\nX = { value = "gone", relative = true }\n',
    '[build]\ntarget-dir = "elsewhere"\n',
    "[net]\noffline = true\n",
)
ENTRIES: tuple[dict[str, Any], ...] = (
    {"git": "https://example.invalid/x"},
    {"registry": "corp"},
    {"registry": "crates-io"},
    {"public": True},
    {"base": "libs"},
    {"artifact": "bin"},
    {"lib": True},
    {"default_features": False},
    {"branch": "main"},
    {"unknown-key": True},
    {"version": ""},
    {"version": "0.1.0-rc.1"},
    {"version": ">= 0.1, < 2"},
    {"features": ["a/b"]},
    {"package": "a b"},
    {"workspace": False},
    {"path": ""},
    {"path": "."},
    {"path": "./src/.."},
)
PACKAGE: tuple[tuple[str, Any], ...] = (
    ("readme", "README.md"),
    ("readme", "GONE.md"),
    ("readme", False),
    ("readme", True),
    ("license-file", "LICENSE"),
    ("license-file", "GONE"),
    ("include", ["src"]),
    ("include", ["/gone"]),
    ("exclude", ["src"]),
    ("name", "a b"),
    ("name", "test"),
    ("name", "core"),
    ("name", "1a"),
    ("name", ""),
    ("version", "1"),
    ("version", "01.0.0"),
    ("version", " 0.1.0 "),
    ("edition", "2022"),
    ("publish", ["corp"]),
    ("publish", True),
    ("im-a-teapot", True),
    ("authors", ["a"]),
    ("keywords", "x"),
    ("metadata", {"x": "y"}),
    ("build", "src/lib.rs"),
    ("build", "../build.rs"),
    ("links", ""),
    ("default-run", "nope"),
    ("autobins", False),
    ("autolib", False),
    ("workspace", "."),
    ("workspace", "Cargo.toml"),
    ("workspace", "../.."),
    ("categories", []),
    ("forced-target", "x"),
    ("unknown", True),
    ("rust-version", "1"),
    ("rust-version", "1.56.0-beta"),
    ("metabuild", "x"),
    ("default-target", "x86_64-unknown-linux-gnu"),
)
TARGETS: tuple[tuple[str, Any], ...] = (
    ("test", False),
    ("bench", False),
    ("doc", False),
    ("doctest", False),
    ("harness", False),
    ("required-features", ["f"]),
    ("required-features", ["nope"]),
    ("crate-type", ["cdylib"]),
    ("crate-type", ["bin"]),
    ("proc-macro", True),
    ("edition", "2015"),
    ("edition", "x"),
    ("name", "a b"),
    ("name", ""),
    ("name", "deps"),
    ("path", ""),
    ("path", "src"),
    ("path", "./src/main.rs"),
    ("path", "src/../src/lib.rs"),
    ("crate_type", ["lib"]),
    ("unknown", True),
)
SECTIONS: tuple[tuple[str, Any], ...] = (
    ("profile", {"dev": {"opt-level": "0"}}),
    ("profile", {"x": {"debug": True}}),
    ("badges", {"x": {"y": "z"}}),
    ("dependency", {"b": {"=": True, "path": "gone"}}),
    ("lints", {"rust": {"unused": "allow"}}),
    ("lints", {"rust": {"unused": "nope"}}),
    ("lints", {"nope": {"x": "allow"}}),
    ("lints", {"=": True, "workspace": False}),
    ("bin", []),
    ("example", []),
    ("hints", {"mostly-unused": True}),
    ("cargo-features", []),
    ("cargo-features", ["edition2021"]),
    ("cargo-features", ["path-bases"]),
    ("cargo-features", ["nope"]),
    ("replace", {"b:0.1.0": {"=": True, "path": "gone"}}),
    ("replace", {"b": {"=": True, "path": "gone"}}),
    ("replace", {}),
    ("features", {"a b": []}),
    ("features", {"default": ["default"]}),
    ("features", {"x-y+z.1": []}),
    ("features", {"f": ["g"], "g": ["f"]}),
    ("target", {"x y": {"dependencies": {}}}),
    ("target", {"cfg()": {"dependencies": {}}}),
    ("target", {"cfg(unix)": {}}),
    ("patch", {"corp": {}}),
    ("patch", {"crates-io": {}}),
    ("metadata", {"x": "y"}),
    ("workspace", {}),
    ("workspace", {"metadata": {"x": "y"}}),
)
WORKSPACE: tuple[tuple[str, Any], ...] = (
    ("resolver", "4"),
    ("metadata", {"x": "y"}),
    ("default-members", []),
    ("members", []),
    ("exclude", []),
    ("unknown", True),
    ("package", {"version": "x"}),
    ("package", {"readme": False}),
    ("package", {"license-file": "LICENSE"}),
    ("package", {"edition": "2022"}),
    ("lints", {}),
    ("dependencies", {"zz": {"=": True, "path": "gone"}}),
    ("dependencies", {"zz": {"=": True, "path": "a", "optional": True}}),
    ("dependencies", {"zz": "x y"}),
    ("lints", {"rust": {"x": "nope"}}),
)


def tables(made: Generator) -> None:
    """Change the manifests of some crates and roots."""
    choose, chance = made.random.choice, made.chance
    for crate in made.crates:
        if chance(0.12):
            key, value = choose(PACKAGE)
            crate.table.setdefault("package", {})[key] = value
        if chance(0.06):
            key, value = choose(SECTIONS)
            crate.table.setdefault(key, value)
        _entries(made, crate.table)
    for table in made.roots.values():
        workspace = table["workspace"]
        if chance(0.12):
            workspace.setdefault("members", []).append(choose(PATTERNS))
        if chance(0.05):
            workspace["default-members"] = [choose(PATTERNS)]
        if chance(0.08):
            key, value = choose(WORKSPACE)
            workspace[key] = value


def _entries(made: Generator, table: dict[str, Any]) -> None:
    """Change declared targets and dependencies."""
    choose, chance = made.random.choice, made.chance
    declared = [target for kind in ("bin", "example", "test", "bench") for target in table.get(kind, [])]
    for target in [*declared, *([table["lib"]] if "lib" in table else [])]:
        if chance(0.15):
            key, value = choose(TARGETS)
            target[key] = value
    for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
        for entry in table.get(kind, {}).values():
            if isinstance(entry, dict) and chance(0.06):
                entry.update(choose(ENTRIES))


def files(made: Generator) -> None:
    """Change the tree: files, links and configuration."""
    choose, chance = made.random.choice, made.chance
    tree = made.tree
    paths = [path for path, text in tree.items() if path.endswith("Cargo.toml") and isinstance(text, str)]
    for path in paths:
        directory = path.removesuffix("Cargo.toml")
        if chance(0.2):
            tree.setdefault(f"{directory}README.md", "")
        if chance(0.1):
            tree.setdefault(f"{directory}LICENSE", "")
        if chance(0.06):
            _rewrite(made, path)
    if paths and chance(0.15):
        directory = choose(paths).removesuffix("Cargo.toml")
        name = choose((".cargo/config.toml", ".cargo/config.toml", ".cargo/config", ".cargo"))
        if f"{directory}.cargo/config.toml" not in tree:
            tree[directory + name] = choose(CONFIGS)
            if chance(0.5) and name != ".cargo":
                tree[f"{directory}.cargo/more.toml"] = choose(CONFIGS[2:])
    if paths and chance(0.08):
        tree.setdefault(choose(STRAY), "")
    if paths and chance(0.05):
        directory = choose(paths).removesuffix("/Cargo.toml")
        target = f"../{directory}" if chance(0.5) else directory
        tree.setdefault(choose(("crates/again", "again", "libs/again")), Link(target))


def _rewrite(made: Generator, path: str) -> None:
    """Write a manifest in an odd way, or put something else in its place."""
    tree, text = made.tree, made.tree[path]
    assert isinstance(text, str)
    directory = path.removesuffix("Cargo.toml")
    way = made.random.randrange(9)
    texts: list[str | Link] = [
        f"\ufeff{text}",
        text.replace("\n", "\r\n"),
        text.replace(" }", ", }"),
        text.replace("{ ", "{\n  ").replace(" }", "\n}"),
        text.replace("[package]\n", "[package]\n[package]\n", 1),
        Link("../Cargo.toml"),
        Link("gone.toml"),
    ]
    if way < len(texts):
        tree[path] = texts[way]
        return
    del tree[path]
    tree[f"{path}/keep" if way == len(texts) else f"{directory}cargo.toml"] = text
