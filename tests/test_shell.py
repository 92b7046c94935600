"""Shell texts on small trees: what stands afterwards, which build commands were met, how each ended."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from depcheck import predict
from depcheck.shell import run as shell
from depcheck.shell.parse import parse
from depcheck.shell.state import Broken, Run, State, World
from depcheck.shell.syntax import Unknown
from depcheck.tree.base import Kind, UnknownContentError
from depcheck.tree.overlay import Overlay
from depcheck.tree.worktree import WorkTree
from tests.recorded import plant

CASES = json.loads((Path(__file__).parent / "fixtures" / "shell.json").read_text(encoding="utf-8"))
CRATE = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n'
GOOD = {"a/Cargo.toml": CRATE, "a/src/lib.rs": "", "b/readme": ""}


def state(top: Path, *, bash: bool = False, go_on: bool = False) -> State:
    world = World(Overlay(WorkTree(str(top))))
    world.go_on = go_on
    made = State(world, "", {"HOME": "/home/nobody"})
    made.bash = bash
    return made


def stands(shown: State, path: str) -> str:
    """What stands at a path, as the tables write it."""
    tree = shown.world.tree
    entry = tree.entry(path)
    if entry.link is not None:
        return f"->{entry.link}"
    if entry.kind is not Kind.FILE:
        return f"<{entry.kind.name.lower()}>"
    try:
        return tree.read(path).decode()
    except UnknownContentError:
        return "<unread>"


@pytest.mark.parametrize("case", CASES, ids=[case["script"][:60] for case in CASES])
def test_what_a_script_leaves_behind(case: dict[str, object], tmp_path: Path) -> None:
    tree, after = case.get("tree", {}), case["after"]
    assert isinstance(tree, dict)
    assert isinstance(after, dict)
    plant(tmp_path, tree)
    shown = state(tmp_path, bash=bool(case.get("bash")))
    result = shell.run(shown, str(case["script"]))
    assert {path: stands(shown, path) for path in after} == after
    assert result.ok is case.get("ok", True)


VERDICTS = {
    "cd a && cargo build": "loads",
    "cd b && cargo build": "fails",
    "cd nowhere && cargo build": "fails",
    "cd b && cargo build || true": "loads",
    "cd b && cargo build; true": "loads",
    "set -e; cd b; cargo build; true": "fails",
    "cd b && cargo build | tee log": "loads",
    "set -o pipefail; cd b && cargo build | tee log": "fails",
    "(cd b && cargo build) || exit 1": "fails",
    "for i in a b; do (cd $i && cargo build) || exit 1; done": "fails",
    "if [ -d b ]; then cd a; fi && cargo build": "loads",
    "test -f nowhere || cd a; cargo build": "loads",
    "cp -r a c && rm -rf a && cargo build --manifest-path c/Cargo.toml": "loads",
    "sed -i 's/^edition.*$/edition = \"1066\"/' a/Cargo.toml && cd a && cargo build": "fails",
    "sed -i '/./{N;P;D}' a/Cargo.toml && cd a && cargo build": "unknown",
    "make && cd a && cargo build": "loads",
    "curl -sSf https://sh.rustup.rs | sh -s -- -y && cd a && cargo build": "loads",
    "wget -qO- https://astral.sh/uv/install.sh | sh; protoc --version && cd b && cargo build": "fails",
    "curl https://example.org/setup.sh | sh && cd b && cargo build": "unknown",
    "cd b && cargo xwin build": "fails",
    "cd b && cargo auditable zigbuild --release": "fails",
    "make && cd b && cargo build": "unknown",
    "make; if [ -f a/Cargo.toml ]; then cd a; fi; x=(1 2); cargo build": "loads",
    "apt-get update && cd b && cargo build": "fails",
    "git clone https://x.invalid/r.git && cd r && cargo build": "unknown",
    "git clone https://x.invalid/r.git && cd r && uv sync": "unknown",
    "git clone https://x.invalid/r.git && cd r && uv run x": "unknown",
    "uv init x && cd x && uv add y && uv sync --locked": "unknown",
    "poetry new x && cd x && poetry lock && cd ../a && cargo build": "unknown",
    "if (( $N > 1 )); then cd b; fi; cargo build": "unknown",
    "(( N = 1 )); cd b && cargo build": "fails",
    "for ((i = 0; i < 3; i++)); do echo $i; done; cd a && cargo build": "loads",
    "select x in a b; do echo $x; done; cd a && cargo build": "loads",
    "cat <(cd b; echo x) >(cat) && cd a && cargo build": "loads",
    "cargo build --manifest-path <(cat a/Cargo.toml)": "unknown",
    "cd b; if ! cargo build; then exit 1; fi": "fails",
    "cd b; if cargo build; then true; else cd ../a && cargo build; fi": "loads",
    "git clean -fdx && cd a && cargo build": "unknown",
    "git clean -n && cd a && cargo build": "loads",
    "git stash -u && cd a && cargo build": "unknown",
    "git stash list && cd a && cargo build": "loads",
    "git checkout nosuchbranch && cd a && cargo build": "unknown",
    "cd a && git reset --hard && cargo build": "unknown",
    "git reset -q && cd a && cargo build": "loads",
    "cd b; git -C ../a restore . ; cd ../a && cargo build": "unknown",
    "git fetch && cd a && cargo build": "loads",
    "python gen.py && cd a && cargo build": "fails",
    "python3 -u build.sh && cd a && cargo build": "loads",
    "python -c 'x' gen.py; cd a && cargo build": "loads",
    "git clone https://x.invalid/r.git x/y/z && cd x/y/z && cargo build": "unknown",
    "cd a && maturin build -o x/y/z && cd x/y/z && cargo build": "unknown",
    "cargo install --root x/y/z tool && cd x/y/z && cargo build": "unknown",
    "cd a && cargo build --target-dir x/y/z && cd x/y/z && cargo build": "unknown",
    "sh build.sh": "loads",
    "./build.sh": "loads",
    "bash -lc 'cd a && cargo build'": "loads",
    "env -C a cargo build": "loads",
    "D=a; cd ${D:-b}; cargo build": "loads",
    'cd "$(dirname a/Cargo.toml)" && cargo build': "loads",
    "cd a && cargo build --features $(features)": "unknown",
    "cd a && cargo build --target $(rustc -vV) --jobs=$N": "loads",
    "cd b && cargo build --target $(rustc -vV)": "fails",
    "cargo new c && cd c && cargo build": "loads",
    "cargo new --lib c && cargo init d && cat c/src/lib.rs d/src/main.rs && cd d && cargo check": "loads",
    "cd a && cargo chef prepare && mkdir ../c && cp recipe.json ../c && cd ../c && cargo chef cook": "loads",
    "cd a && cargo chef prepare && cargo chef cook --recipe-path nowhere.json": "fails",
    "cd b && cargo chef prepare": "fails",
    "cd a && cargo build && test -d target && cp target/release/a /out": "loads",
    "case $(uname -m) in x86_64) cd b;; *) cd a;; esac; cargo build": "unknown",
    "if [ $(uname -m) = x ]; then cd a && cargo build; else cd b && cargo build; fi": "unknown",
    "if [ $(uname -m) = x ]; then cd b && cargo build; else cd b && cargo check; fi": "fails",
    "cargo build -p x --manifest-path b/Cargo.toml || cargo build --manifest-path a/Cargo.toml": "loads",
}


@pytest.mark.parametrize("line", VERDICTS)
def test_the_verdict_of_a_line(line: str, tmp_path: Path) -> None:
    plant(tmp_path, {**GOOD, "build.sh": "#!/bin/sh\nset -eu\ncd a\ncargo build\n"})
    prediction = predict.predict(str(tmp_path), ".", [line], {})
    assert prediction.verdict == VERDICTS[line], prediction.because


@pytest.mark.parametrize(
    "line", ["ls", "cargo xwin cache xwin", "make all", "$X build", "for", "cd a", "cargo --frobnicate"]
)
def test_a_line_without_a_build_command_that_is_known_is_refused(line: str, tmp_path: Path) -> None:
    plant(tmp_path, GOOD)
    with pytest.raises(predict.UsageError):
        predict.predict(str(tmp_path), ".", [line], {})


def test_every_failure_of_a_line_is_met_and_the_ones_that_count_are_told_apart(tmp_path: Path) -> None:
    plant(tmp_path, GOOD)
    shown = state(tmp_path, go_on=True)
    line = "cp nowhere x && cd b && cargo build && cargo test; cargo doc || true; cd ../a && cargo build"
    result = shell.run(shown, line)
    met = [(event.text, event.masked) for event in shown.world.events]
    assert met == [
        ("cp nowhere x", True),
        ("cargo build", True),
        ("cargo test", True),
        ("cargo doc", True),
        ("cargo build", False),
    ]
    assert result.ok is True
    assert isinstance(shown.world.events[0], Broken)
    last = shown.world.events[-1]
    assert isinstance(last, Run)
    assert (last.cwd, line[last.offset :], last.outcome.verdict) == ("a", "cargo build", "loads")
    shown = state(tmp_path, go_on=True)
    result = shell.run(shown, "set -e; cd b; cargo build; cargo test; true")
    assert result.ok is False
    assert [event.masked for event in shown.world.events] == [False, False]


# Of each failing command in turn whether the text carries on all the same, as a RUN is judged.
MASKED = {
    "cd b; cargo build || exit 1; cd ../a; cargo build": [False],
    "cd b; cargo build || { echo no; exit 1; }; cd ../a; cargo build": [False],
    "cd b; cargo build || cargo test || exit 1; cd ../a; cargo build": [False, False],
    "cd b; cargo build || cargo build --manifest-path ../a/Cargo.toml": [True],
    "cd b; cargo build || exit 0": [True],
    "cd b; if ! cargo build; then exit 1; fi; cd ../a; cargo build": [False],
    "cd b; if ! cargo build; then false; fi": [False],
    "cd b; if ! cargo build; then echo no; fi": [True],
    "cd b; if ! cargo build; then exit 0; fi": [True],
    "cd b; if cargo build; then echo; else exit 1; fi; cd ../a; cargo build": [False],
    "cd b; if cargo build; then echo; elif cargo test; then echo; else exit 1; fi; true": [False, False],
    "cd b; if cargo build; then echo; else cd ../a; cargo build; fi": [True],
    "cd b; ! cargo build && exit 1; cd ../a; cargo build": [False],
    "cd b; ! cargo build || exit 1; cd ../a; cargo build": [True],
}


@pytest.mark.parametrize("line", MASKED)
def test_which_failures_count(line: str, tmp_path: Path) -> None:
    plant(tmp_path, GOOD)
    shown = state(tmp_path, go_on=True)
    shell.run(shown, line)
    met = [event for event in shown.world.events if isinstance(event, Run)]
    assert [event.masked for event in met if event.outcome.verdict == "fails"] == MASKED[line]
    assert len({event.offset for event in met}) == len(met)  # each once
    ended = shell.run(state(tmp_path), line)
    assert (ended.ok is False) is (False in MASKED[line])


RECIPE = """printf '{"skeleton": {"manifests":
[{"relative_path": "x", "contents": "\\\\ud800", "targets": []}]}}'"""
HOSTILE = (
    "${" * 50_000,
    "a|" * 50_000,
    "echo 'x';" * 20_000,
    "<<A " * 5_000,
    "`\\`" * 5_000,
    "(" * 50_000,
    "$((" * 20_000,
    "if " * 20_000,
    '"$(echo ' * 20_000,
    "f() { f; f; }; f",
    "while true; do echo x >> f; done",
    "x=" + "a" * 9_000 + "; y=${x%%*a*a*a*b}",
    "sed -i 's/\\(a*\\)*b/c/' readme",
    "echo '\ud800' > f",
    RECIPE + " > recipe.json; cargo chef cook",
    "mkdir {a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}{a,b,c}",
)


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:20] for text in HOSTILE])
def test_hostile_text_neither_raises_nor_hangs(text: str, tmp_path: Path) -> None:
    (tmp_path / "readme").write_text("a" * 10_000, encoding="utf-8")
    began = time.monotonic()
    shell.run(state(tmp_path, bash=True), text)
    assert time.monotonic() - began < 20  # what is not linear takes minutes


@pytest.mark.parametrize(
    "text", [")", "x=(a b", "echo 'open", "if true; then", "case x in", "coproc a", "for ((a", "cat <(x"]
)
def test_what_is_not_understood_is_one_node(text: str) -> None:
    [*_, (last, _)] = parse(f"true\n{text}").items
    assert isinstance(last, Unknown)
    assert last.offset == 5
