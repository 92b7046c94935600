"""cargo commands that make manifests (`new`, `init`, `chef`), and where cargo puts what it builds.

cargo-chef: `skeleton/mod.rs`, `skeleton/read.rs`, `recipe.rs`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from depcheck import paths
from depcheck.model import Fault, Outcome, Site
from depcheck.shell.building import Spot, made, outcome_of, record
from depcheck.shell.files import directory_for, failed, make
from depcheck.shell.options import sort
from depcheck.shell.state import GOOD, Field, Result, State, write
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unread

_BUILDS = frozenset((
    "build", "b", "check", "c", "test", "t", "bench", "run", "r", "doc", "d", "clippy", "rustc",
    "rustdoc", "fix", "nextest", "install",
))  # fmt: skip
_FORWARDING = frozenset(("auditable", "hack", "leptos", "llvm-cov", "mutants", "tarpaulin", "with", "xwin"))
_SAME = {"zigbuild": "build", "cbuild": "build", "cinstall": "build"}
_VALUED = "name edition vcs color registry"
_COOK = "recipe-path manifest-path target-dir target package p bin features profile Z jobs j"
_MAIN = 'fn main() {\n    println!("Hello, world!");\n}\n'


def special(state: State, fields: list[Field], spot: Spot) -> Result | None:
    """`cargo new`, `init`, `chef`, `install` from an index; None for any other command."""
    rest = [field for field in fields[1:] if not field.text.startswith("+")]
    while rest and rest[0].text.startswith("-"):
        rest = rest[1:]
    if not rest:
        return None
    match rest[0].text:
        case "new" | "init" as command:
            return _create(state, sort(rest[1:], _VALUED), new=command == "new")
        case "install" if not any(field.text.startswith("--path") for field in rest):
            result = Result(ok=None, out=None)
            if any(field.text == "--root" for field in rest):  # else what it makes is out of the tree
                made(state, ["cargo", *(field.text for field in rest)], result)
            return result
        case "chef" if len(rest) > 1 and rest[1].text == "prepare":
            return _prepare(state, rest[2:], spot)
        case "chef" if len(rest) > 1 and rest[1].text == "cook":
            return _cook(state, rest[2:], spot)
        case "pgrx" if len(rest) > 1 and rest[1].text in ("init", "start", "stop", "status", "info"):
            return Result(ok=None, out=None)
        case (
            "cache"
            | "login"
            | "logout"
            | "search"
            | "help"
            | "version"
            | "uninstall"
            | "binstall"
            | "chef"
            | "install-update"
        ):
            return Result(ok=None, out=None)
    return None


def plain(fields: list[Field]) -> list[Field]:
    """The command as cargo itself knows it: plugins that build as `cargo build` does are set aside."""
    found = [Field("cargo"), *fields[1:]]
    index = next((n for n, field in enumerate(found) if n and not field.text.startswith(("-", "+"))), 0)
    if index and found[index].text in _FORWARDING and index + 1 < len(found):
        del found[index]
    if index and found[index].text in _SAME:
        found[index] = Field(_SAME[found[index].text])
    return found


def makes(state: State, words: list[str]) -> list[str]:
    """The directories that a cargo command fills."""
    operands = [word for word in words[1:] if not word.startswith(("-", "+"))]
    if not operands:
        return []
    if operands[0] == "vendor":
        return [state.place(operands[1] if len(operands) > 1 else "vendor")]
    if operands[0] not in _BUILDS:
        return []
    if operands[0] == "install" and "--root" in words[:-1]:
        return [state.place(words[words.index("--root") + 1])]
    if "--target-dir" in words or any(word.startswith("--target-dir=") for word in words):
        return []
    named = state.env.get("CARGO_TARGET_DIR") or state.env.get("CARGO_BUILD_TARGET_DIR")
    if named:
        return [state.place(named)]
    start = state.cwd
    if "--manifest-path" in words[:-1]:
        start = paths.parent(state.real(words[words.index("--manifest-path") + 1]))
    above = paths.ancestors(start)
    root = next(
        (one for one in above if state.world.tree.kind(paths.join(one, "Cargo.lock")) is Kind.FILE), start
    )
    return [paths.join(root, "target")]


def _create(state: State, given: Any, *, new: bool) -> Result:
    """`cargo new PATH`, `cargo init [PATH]` (cargo `ops/cargo_new.rs`)."""
    operand = given.operands[0] if given.operands else Field(".")
    if new and not given.operands:
        return failed("`cargo new` needs a path")
    if not operand.known:
        state.world.blur(state.cwd, f"`cargo {'new' if new else 'init'} {operand.text}`")
        return Result(ok=None, out=None)
    directory = state.real(operand.text)
    if new and state.world.kind(directory) is Kind.DIR:
        return failed(f"`{operand.text}` exists already")
    if state.world.kind(paths.join(directory, "Cargo.toml")) is Kind.FILE:
        return failed(f"`{operand.text}` is a package already")
    make(state, Field(operand.text), parents=True)
    name = given.options["name"].text if "name" in given.options else paths.name(directory)
    name = name or paths.name(state.world.tree.root.rstrip("/")) or "app"
    library = given.has("lib")
    edition = given.options["edition"].text if "edition" in given.options else "2024"
    text = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "{edition}"\n\n[dependencies]\n'
    tree = state.world.tree
    stands = [
        f"{directory}/src/main.rs",
        f"{directory}/main.rs",
        f"{directory}/src/lib.rs",
        f"{directory}/lib.rs",
    ]
    put(state, paths.join(directory, "Cargo.toml"), text)
    if not any(tree.kind(path.lstrip("/") if not directory else path) is Kind.FILE for path in stands):
        main = "src/lib.rs" if library else "src/main.rs"
        put(state, paths.join(directory, main), "" if library else _MAIN)
    _join_workspace(state, directory)
    return Result(ok=True, out="")


def _join_workspace(state: State, directory: str) -> None:
    """Inside a workspace, cargo adds the new package to its `members`."""
    for above in paths.ancestors(directory)[1:]:
        path = paths.join(above, "Cargo.toml")
        text = state.world.read(path)
        if text is not None and re.search(r"^\s*\[workspace\]", text, re.MULTILINE):
            state.world.put(path, Unread("`cargo new` below it adds a member"))
            return


def put(state: State, path: str, content: str) -> None:
    """Write a file, with the directories above it."""
    state.world.make_above(path)
    write(state, _written(state, path), content, "written by `cargo`")


def _written(state: State, path: str) -> str:
    """A canonical path as an operand."""
    return path if path.startswith("/") else f"{state.world.tree.root.rstrip('/')}/{path}"


def _prepare(state: State, words: list[Field], spot: Spot) -> Result:
    """`cargo chef prepare`: `cargo metadata`, then the manifests of all members into one file."""
    from depcheck.load.cargo import command

    given = sort(words, "recipe-path bin")
    locked = state.world.tree.kind(state.place("Cargo.lock")) is Kind.FILE
    before = state.world.sources()
    wanted = ["metadata"] + (["--no-deps"] if locked and not given.has("bin") else [])

    def ask(sources: Sources, cwd: str, _words: list[str], env: Mapping[str, str]) -> Outcome:
        return outcome_of(sources, command.run, cwd, wanted, env)

    fields = [Field("cargo"), Field("chef"), Field("prepare"), *words]
    result = record(state, fields, spot, ask)
    target = given.options.get("recipe-path", Field("recipe.json"))
    if not target.known:
        return result
    recipe = None if result.ok is False or (given.has("bin") and not locked) else _recipe(state, before)
    write(state, target.text, recipe, "a recipe of `cargo chef prepare` that is not worked out")
    return result


def _recipe(state: State, sources: Sources) -> str | None:
    """The recipe as cargo-chef writes it, each manifest with its own text; None where one is not known.

    sources: from before a lock file was written, which changes no manifest.
    """
    from depcheck.load.cargo import toolchain, workspace

    world = state.world
    chosen = toolchain.of(sources, state.cwd, state.variables())
    found = sources.get(workspace.load, paths.join(state.cwd, "Cargo.toml"), chosen)
    manifests = []
    for path, package in found.members.items():
        text = world.read(path)
        if text is None:
            return None
        directory = paths.parent(path)
        listed = [
            {"path": paths.relative(source.path, directory), "kind": source.kind, "name": source.name}
            for source in package.sources
            if world.tree.kind(source.path) is Kind.FILE
        ]
        manifests.append(
            {"relative_path": paths.relative(path, state.cwd), "contents": text, "targets": listed}
        )
    if found.root is not None and found.root not in found.members:
        text = world.read(found.root)
        if text is None:
            return None
        manifests.append(
            {"relative_path": paths.relative(found.root, state.cwd), "contents": text, "targets": []}
        )
    config = world.read(state.place(".cargo/config")) or world.read(state.place(".cargo/config.toml"))
    skeleton = {
        "manifests": manifests,
        "config_file": config,
        "lock_file": world.read(state.place("Cargo.lock")),
    }
    return json.dumps({"skeleton": skeleton})


def _cook(state: State, words: list[Field], spot: Spot) -> Result:
    """`cargo chef cook`: the manifests and stubs of the recipe are laid out here, then built."""
    given = sort(words, _COOK)
    target = given.options.get("recipe-path", Field("recipe.json"))
    fields = [Field("cargo"), Field("chef"), Field("cook"), *words]
    if not target.known or state.kind(target.text) is Kind.UNKNOWN:
        state.world.blur(state.cwd, "`cargo chef cook` of a recipe that is not known")
        return record(state, fields, spot, _unsure(f"the recipe `{target.text}` is not known"))
    if state.kind(target.text) is Kind.MISSING:
        return record(state, fields, spot, partial(_absent, target.text, state.place(target.text)))
    text = state.world.read(state.place(target.text))
    if text is None or not _lay_out(state, text):
        state.world.blur(state.cwd, "`cargo chef cook` of a recipe that is not known")
        return record(state, fields, spot, _unsure(f"the recipe `{target.text}` is not worked out"))
    if given.has("no-build"):
        return GOOD
    command = "check" if given.has("check") else "clippy" if given.has("clippy") else "build"
    kept = list(_kept([field.text for field in words]))
    from depcheck.load.cargo import command as loader

    def ask(sources: Sources, cwd: str, words: list[str], env: Mapping[str, str]) -> Outcome:
        return outcome_of(sources, loader.run, cwd, [command, *_kept(words[3:])], env)

    result = record(state, fields, spot, ask)
    made(state, ["cargo", command, *kept], result)
    return result


def _kept(words: list[str]) -> Iterator[str]:
    """The options of `cook` that it hands on to the build."""
    waiting = words[::-1]
    while waiting:
        word = waiting.pop()
        if word == "--recipe-path":
            waiting = waiting[:-1]
        elif not word.startswith(
            ("--recipe-path=", "--check", "--clippy", "--no-std", "--zigbuild", "--no-build")
        ):
            yield word


def _unsure(why: str) -> Any:
    return lambda *_: Outcome(unknowns=(why,))


def _absent(text: str, path: str, *_: object) -> Outcome:
    return Outcome((Fault("missing-path", Site(path), f"the recipe `{text}` does not exist", tool="cargo"),))


def _lay_out(state: State, text: str) -> bool:
    """Write what the recipe holds (`build_minimum_project`); False where it is no recipe."""
    try:
        skeleton = json.loads(text)["skeleton"]
        listed = [
            (one["relative_path"], one["contents"], [target["path"] for target in one["targets"]])
            for one in skeleton["manifests"]
        ]
        others = [
            ("Cargo.lock", skeleton.get("lock_file")),
            (".cargo/config.toml", skeleton.get("config_file")),
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    for relative, contents, sources in listed:
        path = state.world.tree.at(state.cwd, str(relative))
        put(state, path, str(contents))
        for source in sources:
            stub = state.world.tree.at(paths.parent(path), str(source))
            put(state, stub, "" if stub.endswith("lib.rs") else "fn main() {}")
    for name, content in others:
        if isinstance(content, str):
            put(state, paths.join(state.cwd, name), content)
    return directory_for(state, paths.join(state.cwd, "Cargo.toml"), "")
