"""Which toolchain a repository asks for decides what is broken, and what cannot be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from depcheck import predict
from depcheck.load import cargo
from depcheck.load.cargo.invocation import parse
from depcheck.load.tool import Judged
from depcheck.sources import Sources
from depcheck.tree.worktree import WorkTree
from tests.recorded import plant

NIGHTLY = (
    'cargo-features = ["path-bases"]\n[package]\nname = "a"\n[dependencies]\nb = { base = "x", path = "b" }\n'
)
NEW = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2024"\n'


def judged(top: Path, pins: dict[str, str], manifest: str) -> Judged:
    plant(top, {"a/Cargo.toml": manifest, "a/src/lib.rs": "", **pins})
    return cargo.judge(Sources(WorkTree(str(top))), "a/Cargo.toml", {})


@pytest.mark.parametrize(
    ("pins", "verdict"),
    [
        ({}, "fails"),
        ({"rust-toolchain": "nightly-2026-03-11\n"}, "unknown"),
        ({"a/rust-toolchain": "dev"}, "unknown"),
        ({"rust-toolchain.toml": '[toolchain]\nchannel = "nightly"\n'}, "unknown"),
        ({"rust-toolchain": '[toolchain]\nchannel = "nightly"\n'}, "unknown"),
        ({"rust-toolchain.toml": '[toolchain]\npath = "/rust"\n'}, "unknown"),
        ({"rust-toolchain": "nightly", "a/rust-toolchain.toml": '[toolchain]\nchannel = "1.90"\n'}, "fails"),
        ({"rust-toolchain": "stable", "rust-toolchain.toml": '[toolchain]\nchannel = "nightly"\n'}, "fails"),
        ({"rust-toolchain.toml": '[toolchain]\nchannel = "beta-2026-01-01"\n'}, "fails"),
        ({"rust-toolchain.toml": "[toolchain\n"}, "fails"),
        ({"b/rust-toolchain": "nightly"}, "fails"),
    ],
)
def test_a_nightly_toolchain_makes_unknown_what_stable_refuses(
    pins: dict[str, str], verdict: str, tmp_path: Path
) -> None:
    assert judged(tmp_path, pins, NIGHTLY).resolves.verdict == verdict


def test_what_every_cargo_refuses_fails_whatever_the_toolchain(tmp_path: Path) -> None:
    assert judged(tmp_path, {"rust-toolchain": "nightly"}, '[package]\nname = ""\n').loads.verdict == "fails"


@pytest.mark.parametrize(("channel", "told"), [("1.84.1", 1), ("1.85", 0), ("stable", 0)])
def test_an_edition_that_the_pinned_toolchain_does_not_know_is_a_warning(
    channel: str, told: int, tmp_path: Path
) -> None:
    found = judged(tmp_path, {"rust-toolchain": channel}, NEW)
    assert found.resolves.verdict == "loads"
    assert len([fault for fault in found.builds.latent if channel in fault.message]) == told


def test_a_toolchain_on_the_command_line_comes_first(tmp_path: Path) -> None:
    plant(tmp_path, {"Cargo.toml": NIGHTLY, "src/lib.rs": "", "rust-toolchain": "nightly"})
    sources = Sources(WorkTree(str(tmp_path)))
    verdicts = [cargo.run(sources, "", [word, "metadata"], {}).verdict for word in ("+stable", "+nightly")]
    assert verdicts == ["fails", "unknown"]
    assert parse(["+nightly", "build"]).toolchain == "nightly"


@pytest.mark.parametrize("pins", [{}, {"rust-toolchain": "nightly"}])
@pytest.mark.parametrize("command", ["maturin build", "maturin build -m Cargo.toml", "cargo chef prepare"])
def test_what_asks_cargo_asks_the_same_toolchain(pins: dict[str, str], command: str, tmp_path: Path) -> None:
    pyproject = '[project]\nname = "a"\nversion = "1"\n[build-system]\nrequires = ["maturin"]\n'
    pyproject += 'build-backend = "maturin"\n'
    plant(tmp_path, {"Cargo.toml": NIGHTLY, "src/lib.rs": "", "pyproject.toml": pyproject, **pins})
    found = predict.predict(str(tmp_path), ".", [command], {})
    assert found.verdict == ("unknown" if pins else "fails")


def test_a_recipe_holds_the_members_that_the_toolchain_finds(tmp_path: Path) -> None:
    tree = {
        "Cargo.toml": '[workspace]\nmembers = ["a"]\nresolver = "2"\n',
        "a/Cargo.toml": NIGHTLY,
        "a/src/lib.rs": "",
        "b/Cargo.toml": '[package]\nname = "b"\n',
        "b/src/lib.rs": "",
        ".cargo/config.toml": '[path-bases]\nx = "."\n',
    }
    plant(tmp_path, tree)
    line = "export RUSTC_BOOTSTRAP=1; cargo chef prepare && rm -rf Cargo.toml a b && cargo chef cook"
    assert predict.predict(str(tmp_path), ".", [line], {}).verdict == "loads"
