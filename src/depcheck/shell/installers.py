"""Installers that are downloaded into a shell: they set up a tool outside of the working directory."""

from __future__ import annotations

from collections.abc import Iterable

from depcheck.shell.state import Field

TEXT = ":\n"  # what such a script is taken for: it touches no manifest
_ADDRESSES = (
    "sh.rustup.rs", "static.rust-lang.org/rustup", "astral.sh/uv", "astral.sh/ruff",
    "install.python-poetry.org", "pdm-project.org/install", "raw.githubusercontent.com/pdm-project/",
    "install.python-uv.org", "bootstrap.pypa.io/", "deb.nodesource.com/", "rpm.nodesource.com/",
    "get.docker.com", "just.systems/install", "raw.githubusercontent.com/cargo-bins/cargo-binstall/",
    "raw.githubusercontent.com/nvm-sh/nvm/", "raw.githubusercontent.com/rust-lang/", "get.pnpm.io/",
    "bun.sh/install", "bun.com/install", "deno.land/install", "deno.land/x/install", "mise.run",
    "get.volta.sh", "fnm.vercel.app/install", "pixi.sh/install", "taskfile.dev/install",
    "apt.llvm.org/llvm.sh", "packages.microsoft.com/", "get.helm.sh/", "raw.githubusercontent.com/helm/",
    "raw.githubusercontent.com/foundry-rs/", "foundry.paradigm.xyz", "sh.rustup.dev",
)  # fmt: skip
_QUESTIONS = frozenset(("--version", "-V", "--help", "-h", "version", "help"))


def is_installer(words: Iterable[Field]) -> bool:
    """Whether a download is one of a known installer."""
    for word in words:
        address = word.text.removeprefix("https://").removeprefix("http://").removeprefix("www.")
        if word.text != address and address.startswith(_ADDRESSES):
            return True
        if word.text in _ADDRESSES:
            return True
    return False


def asks_only(words: list[Field]) -> bool:
    """Whether a program is only asked what it is."""
    return len(words) == 1 and words[0].known and words[0].text in _QUESTIONS
