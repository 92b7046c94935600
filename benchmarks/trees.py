"""The trees that are measured: healthy ones, in the shapes and sizes of real repositories."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

File = tuple[str, str]  # path, content

_CARGO_WORKSPACE = """\
[workspace]
resolver = "2"
members = ["crates/*"]

[workspace.package]
version = "0.1.0"
edition = "2021"
license = "MIT"
repository = "https://example.com/repository"
authors = ["Somebody <somebody@example.com>"]

[workspace.lints.clippy]
pedantic = "warn"

[workspace.dependencies]
anyhow = "1.0"
bytes = "1.5"
clap = { version = "4.5", features = ["derive", "env", "wrap_help"] }
futures = { version = "0.3", default-features = false }
serde = { version = "1.0", features = ["derive"] }
serde_json = "1.0"
thiserror = "2.0"
tokio = { version = "1", default-features = false, features = ["rt", "macros", "sync"] }
tracing = "0.1"
"""
_CARGO_PACKAGE = """\
[package]
name = "crate-{number}"
description = "What crate {number} {where} is for, in a sentence"
version.workspace = true
edition.workspace = true
license.workspace = true
repository.workspace = true
authors.workspace = true
keywords = ["keyword", "number-{number}"]
categories = ["development-tools"]

[package.metadata.docs.rs]
all-features = true
rustdoc-args = ["--cfg", "docsrs"]

[lints]
workspace = true

[lib]
name = "crate_{number}"
doctest = false

[features]
default = ["std"]
std = ["serde/std"]
tracing = ["dep:tracing"]
cli = ["dep:clap", "std"]

[dependencies]
anyhow = {{ workspace = true }}
bytes = {{ workspace = true }}
clap = {{ workspace = true, optional = true, features = ["string"] }}
futures = {{ workspace = true, features = ["std"] }}
serde = {{ workspace = true }}
serde_json = {{ workspace = true }}
thiserror = {{ workspace = true }}
indexmap = {{ version = "2.2", features = ["serde"] }}
parking_lot = "0.12"
regex = {{ version = "1.10", default-features = false, features = ["std", "unicode-perl"] }}
smallvec = {{ version = "1.13", features = ["union", "const_generics"] }}
tracing = {{ workspace = true, optional = true }}
{dependencies}
[target.'cfg(unix)'.dependencies]
libc = "0.2"

[dev-dependencies]
tokio = {{ workspace = true, features = ["test-util"] }}
proptest = {{ version = "1.4", default-features = false, features = ["std"] }}
"""
_PROJECT = """\
[project]
name = "package-{number}"
version = "0.1.0"
description = "What package {number} {where} is for, in a sentence"
requires-python = ">=3.11"
dependencies = [
    "httpx>=0.27",
    "pydantic>=2.6,<3",
{dependencies}]

[dependency-groups]
dev = ["pytest>=8", "ruff>=0.5"]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F", "I"]
"""
_POETRY = """\
[tool.poetry]
name = "package-{number}"
version = "0.1.0"
description = "What package {number} {where} is for, in a sentence"
authors = ["Somebody <somebody@example.com>"]
packages = [{{ include = "package_{number}" }}]

[tool.poetry.dependencies]
python = "^3.11"
httpx = "^0.27"
{dependencies}
[tool.poetry.group.dev.dependencies]
pytest = "^8.0"

[build-system]
requires = ["poetry-core>=1.9"]
build-backend = "poetry.core.masonry.api"
"""
_UV_BACKEND = '[build-system]\nrequires = ["uv_build>=0.9,<0.14"]\nbuild-backend = "uv_build"\n'
_HATCHLING = '[build-system]\nrequires = ["hatchling>=1.25"]\nbuild-backend = "hatchling.build"\n'


def before(number: int) -> list[int]:
    """Up to three packages with lower numbers, near ones and far ones: what a package depends on."""
    return sorted({number - 1, number // 2, number // 10} - {number}) if number > 1 else []


def _where(top: str) -> str:
    """So that no two manifests are the same to the byte."""
    return f"of {top.rstrip('/')}" if top else "here"


def cargo(crates: int, top: str = "") -> Iterator[File]:
    """A workspace with inheritance, features and dependencies between its crates."""
    entries = "".join(f'crate-{n} = {{ path = "crates/crate-{n}" }}\n' for n in range(crates))
    yield f"{top}Cargo.toml", _CARGO_WORKSPACE + entries
    for number in range(crates):
        wanted = "".join(f"crate-{other} = {{ workspace = true }}\n" for other in before(number))
        folder = f"{top}crates/crate-{number}"
        yield (
            f"{folder}/Cargo.toml",
            _CARGO_PACKAGE.format(number=number, where=_where(top), dependencies=wanted),
        )
        yield f"{folder}/src/lib.rs", "//! What it is for.\n"
        if number % 5 == 1:
            yield f"{folder}/tests/integration.rs", "#[test]\nfn holds() {}\n"


def broken(crates: int, faults: int) -> Iterator[File]:
    """The same with a wrong path in each of the last manifests."""
    for path, text in cargo(crates):
        number = path.removeprefix("crates/crate-").partition("/")[0]
        if path.endswith("/Cargo.toml") and number.isdecimal() and int(number) >= crates - faults:
            yield (
                path,
                re.sub(r"(crate-\d+) = \{ workspace = true \}", r'\1 = { path = "../../\1" }', text, count=1),
            )
        else:
            yield path, text


def uv(packages: int, top: str = "") -> Iterator[File]:
    """A workspace whose members depend on each other."""
    head = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    yield f"{top}pyproject.toml", head
    for number in range(packages):
        near = before(number)
        wanted = "".join(f'    "package-{other}",\n' for other in near)
        sources = "".join(f"package-{other} = {{ workspace = true }}\n" for other in near)
        folder = f"{top}packages/package-{number}"
        text = _PROJECT.format(number=number, where=_where(top), dependencies=wanted) + "\n" + _UV_BACKEND
        yield f"{folder}/pyproject.toml", text + (f"\n[tool.uv.sources]\n{sources}" if sources else "")
        yield f"{folder}/README.md", f"# package-{number}\n"
        yield f"{folder}/src/package_{number}/__init__.py", ""


def poetry(packages: int, top: str = "") -> Iterator[File]:
    """Projects side by side that name each other by path."""
    for number in range(packages):
        wanted = "".join(
            f'package-{other} = {{ path = "../package-{other}", develop = true }}\n'
            for other in before(number)
        )
        folder = f"{top}package-{number}"
        yield (
            f"{folder}/pyproject.toml",
            _POETRY.format(number=number, where=_where(top), dependencies=wanted),
        )
        yield f"{folder}/package_{number}/__init__.py", ""


def hatch(packages: int, top: str = "") -> Iterator[File]:
    """Projects that hatchling builds, without a path between them."""
    for number in range(packages):
        folder = f"{top}package-{number}"
        yield (
            f"{folder}/pyproject.toml",
            _PROJECT.format(number=number, where=_where(top), dependencies="") + "\n" + _HATCHLING,
        )
        yield f"{folder}/src/package_{number}/__init__.py", ""


def requirements(services: int, top: str = "") -> Iterator[File]:
    """Services with a requirements file each, and constraints for all of them."""
    yield f"{top}constraints.txt", "urllib3<3\n"
    for number in range(services):
        folder = f"{top}service-{number}"
        yield f"{folder}/requirements.txt", "-c ../constraints.txt\nflask==3.0.3\nrequests>=2.32\n"
        yield f"{folder}/main.py", ""


def mixed(manifests: int) -> Iterator[File]:
    """A repository of this many manifests: Cargo and uv workspaces of 100, and projects of other tools."""
    groups, rest = divmod(manifests, 500)
    for group in range(groups):
        for workspace in range(2):
            yield from cargo(99, f"rust/{group}-{workspace}/")
        yield from uv(99, f"python/{group}/")
        yield from poetry(70, f"tools/{group}/")
        yield from hatch(30, f"libraries/{group}/")
        yield from requirements(99, f"services/{group}/")
    if rest:
        yield from hatch(rest, "libraries/rest/")


def large(manifests: int, files: int) -> Iterator[File]:
    """The same in a repository of this many files."""
    count = 0
    for file in mixed(manifests):
        count += 1
        yield file
    for number in range(count, files):
        yield f"sources/{number // 1000}/{number // 20}/file_{number}.c", ""


def ten(mix: str) -> Iterator[File]:
    """A repository of ten files."""
    match mix:
        case "cargo":
            found = list(cargo(3))
        case "uv":
            found = list(uv(2))
        case "poetry":
            found = list(poetry(3))
        case "requirements":
            found = list(requirements(3))
        case _:
            found = [*cargo(1, "rust/"), *poetry(1, "python/"), *requirements(1, "service/")]
    yield from found
    for number in range(10 - len(found)):
        yield f"docs/page-{number}.md", f"# Page {number}\n"


def write(root: str, files: Iterator[File]) -> str:
    """Make the tree and commit it; gives `root` back. What was made before is taken as it is."""
    if os.path.exists(os.path.join(root, ".git", "refs", "heads", "main")):
        return root
    known = set[str]()
    for path, content in files:
        at = os.path.join(root, path)
        folder = os.path.dirname(at)
        if folder not in known:
            known.add(folder)
            os.makedirs(folder, exist_ok=True)
        with open(at, "w", encoding="utf-8") as file:
            file.write(content)
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*identity, "commit", "-q", "-m", "A tree"]):
        subprocess.run(["git", "-C", root, *words], check=True)
    return root
