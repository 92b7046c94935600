"""Good trees, one for each tool, whose manifests hold every key that the tool's loader looks at.

`commands` are what `predict` is asked. `file` is the manifest whose values are replaced.
"""

from __future__ import annotations

from typing import NamedTuple


class Good(NamedTuple):
    """A tree, the manifest in it that is taken apart, and the commands that read it."""

    file: str
    tree: dict[str, str]
    commands: tuple[str, ...]


_LIB = {
    "src/lib.rs": "",
    "build.rs": "",
    "README.md": "",
    "LICENSE": "",
    "examples/e.rs": "",
    "tests/t.rs": "",
}
_CRATE = '[package]\nname = "{0}"\nversion = "0.1.0"\nedition = "2021"\n'
_PROJECT = '[project]\nname = "{0}"\nversion = "0.1.0"\n'
_BUILD = '[build-system]\nrequires = ["{0}"]\nbuild-backend = "{1}"\n'

_CARGO = {
    **_LIB,
    "Cargo.toml": """\
cargo-features = []
[package]
name = "a"
version.workspace = true
edition = "2021"
rust-version = "1.70"
authors = ["x"]
description = "x"
license-file = "LICENSE"
readme = "README.md"
build = "build.rs"
links = "a"
include = ["src/**"]
exclude = ["target"]
publish = ["crates-io"]
resolver = "2"
default-run = "tool"
autobins = false
autotests = true
keywords = ["k"]
[package.metadata.docs]
x = { path = "gone" }
[lib]
name = "a"
path = "src/lib.rs"
crate-type = ["lib"]
required-features = []
[[bin]]
name = "tool"
path = "src/lib.rs"
required-features = ["f"]
[[example]]
name = "e"
path = "examples/e.rs"
[[test]]
name = "t"
path = "tests/t.rs"
[dependencies]
b = { path = "b", version = "0.1", features = ["g"], default-features = true, optional = true }
c.workspace = true
[dev-dependencies.d]
path = "d"
package = "dd"
[build-dependencies]
b = { path = "b" }
[target.'cfg(unix)'.dependencies]
e = { path = "e" }
[features]
default = ["f"]
f = ["dep:b"]
[patch.crates-io]
p = { path = "p" }
[lints]
workspace = true
[profile.dev]
opt-level = 1
[workspace]
members = ["m/*", "b"]
default-members = ["."]
exclude = ["x"]
[workspace.package]
version = "0.1.0"
readme = "README.md"
[workspace.dependencies]
c = { path = "c" }
unused = { path = "gone" }
[workspace.lints.rust]
unsafe_code = "forbid"
[workspace.metadata]
x = 1
""",
    **{f"{name}/src/lib.rs": "" for name in ("b", "c", "d", "e", "p", "m/n")},
    "b/Cargo.toml": _CRATE.format("b") + "[features]\ng = []\n",
    "c/Cargo.toml": _CRATE.format("c"),
    "d/Cargo.toml": _CRATE.format("dd"),
    "e/Cargo.toml": _CRATE.format("e"),
    "p/Cargo.toml": _CRATE.format("p"),
    "m/n/Cargo.toml": _CRATE.format("n"),
}
_CARGO_COMMANDS = ("cargo metadata --no-deps", "cargo metadata", "cargo build --all-targets", "cargo package")

_CARGO_CONFIG = {
    **_LIB,
    "Cargo.toml": _CRATE.format("a") + '[workspace]\n[dependencies]\nb = { path = "b" }\n',
    "b/Cargo.toml": _CRATE.format("b"),
    "b/src/lib.rs": "",
    ".cargo/config.toml": """\
paths = ["b"]
include = ["more.toml", { path = "gone.toml", optional = true }]
[patch.crates-io]
b = { path = "b" }
[source.crates-io]
replace-with = "v"
[source.v]
directory = "vendor"
[source.w]
local-registry = "vendor"
[registries.r]
index = "https://example.invalid/index"
[build]
target-dir = "target"
rustc-wrapper = "/usr/bin/env"
[env]
X = { value = "x", relative = true }
[alias]
m = ["metadata", "--no-deps"]
[net]
offline = true
[target.x86_64-unknown-linux-gnu]
runner = "runner"
""",
    ".cargo/more.toml": "[term]\nquiet = true\n",
    "vendor/.keep": "",
}

_CARGO_LOCK = {
    **_LIB,
    "Cargo.toml": _CRATE.format("a") + '[workspace]\n[dependencies]\nb = { path = "b" }\n',
    "b/Cargo.toml": _CRATE.format("b"),
    "b/src/lib.rs": "",
    "Cargo.lock": """\
version = 4
[[package]]
name = "a"
version = "0.1.0"
dependencies = ["b"]
[[package]]
name = "b"
version = "0.1.0"
[metadata]
x = "y"
[[patch.unused]]
name = "u"
version = "1.0.0"
""",
}

_UV = {
    "pyproject.toml": """\
[project]
name = "a"
version = "0.1.0"
description = "x"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
dynamic = []
dependencies = ["b", "c"]
scripts = { a = "a:main" }
[project.optional-dependencies]
x = ["e"]
[dependency-groups]
dev = ["e", { include-group = "more" }]
more = ["b"]
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
backend-path = ["."]
[tool.uv]
package = true
managed = true
default-groups = ["dev"]
dev-dependencies = ["e"]
override-dependencies = ["b"]
constraint-dependencies = ["b"]
build-constraint-dependencies = ["b"]
find-links = ["wheels"]
cache-keys = [{ file = "pyproject.toml" }]
environments = ["sys_platform == 'linux'"]
conflicts = [[{ extra = "x" }, { group = "dev" }]]
no-sources = false
[[tool.uv.index]]
name = "local"
url = "wheels"
format = "flat"
default = false
explicit = true
[tool.uv.sources]
b = { workspace = true }
c = { path = "c", editable = true }
e = [{ path = "e", marker = "sys_platform == 'linux'", extra = "x" }, { path = "e", group = "dev" }]
[tool.uv.workspace]
members = ["b", "packages/*"]
exclude = ["packages/no"]
[tool.uv.dependency-groups]
dev = { requires-python = ">=3.11" }
[tool.uv.build-backend]
module-name = "a"
module-root = "src"
source-include = ["x"]
wheel-exclude = ["y"]
data = { scripts = "scripts" }
""",
    "README.md": "",
    "LICENSE": "",
    "src/a/__init__.py": "",
    "scripts/x": "",
    "wheels/.keep": "",
    "b/pyproject.toml": _PROJECT.format("b"),
    "c/pyproject.toml": _PROJECT.format("c"),
    "e/pyproject.toml": _PROJECT.format("e"),
    "packages/f/pyproject.toml": _PROJECT.format("f"),
}
_UV_COMMANDS = (
    "uv lock",
    "uv sync",
    "uv sync --frozen",
    "uv sync --locked",
    "uv run x",
    "uv build",
    "uv export",
    "uv pip install .",
)

_UV_TOML = {
    "pyproject.toml": _PROJECT.format("a") + "[tool.uv]\npackage = false\n",
    "uv.toml": """\
find-links = ["wheels"]
cache-dir = "cache"
constraint-dependencies = ["b"]
extra-index-url = ["wheels"]
[[index]]
name = "local"
url = "wheels"
format = "flat"
[pip]
find-links = ["wheels"]
""",
    "wheels/.keep": "",
}

_UV_LOCK = {
    "pyproject.toml": _PROJECT.format("a")
    + 'requires-python = ">=3.11"\ndependencies = ["c"]\n[tool.uv.sources]\nc = { path = "c" }\n',
    "c/pyproject.toml": _PROJECT.format("c") + 'requires-python = ">=3.11"\n',
    "uv.lock": """\
version = 1
revision = 3
requires-python = ">=3.11"
resolution-markers = ["sys_platform == 'linux'"]
[manifest]
members = ["a"]
[[package]]
name = "a"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "c" }]
[package.metadata]
requires-dist = [{ name = "c", directory = "c" }]
[package.optional-dependencies]
x = [{ name = "c" }]
[package.dev-dependencies]
dev = [{ name = "c" }]
[[package]]
name = "c"
version = "0.1.0"
source = { directory = "c" }
""",
}

_POETRY = {
    "pyproject.toml": """\
[project]
name = "a"
version = "0.1.0"
description = "x"
readme = "README.md"
license = { file = "LICENSE" }
requires-python = ">=3.11"
dynamic = ["dependencies"]
[project.optional-dependencies]
x = []
[dependency-groups]
more = [{ include-group = "most" }]
most = []
[tool.poetry]
package-mode = true
packages = [{ include = "a", from = "src", format = "wheel", to = "x" }]
include = ["extra.txt", { path = "extra.txt", format = ["sdist"] }]
exclude = ["no"]
readme = ["README.md"]
[tool.poetry.build]
script = "build.py"
generate-setup-file = false
[tool.poetry.dependencies]
python = "^3.11"
b = { path = "b", develop = true, extras = ["e"], optional = false, markers = "os_name == 'posix'" }
c = [{ path = "c", python = "<3.12" }, { path = "c", python = ">=3.12" }]
d = { file = "d-1.0-py3-none-any.whl", optional = true }
[tool.poetry.extras]
y = ["d"]
[tool.poetry.dev-dependencies]
b = { path = "b", develop = true }
[tool.poetry.group.test]
optional = true
include-groups = ["docs"]
[tool.poetry.group.test.dependencies]
c = { path = "c" }
[tool.poetry.group.docs.dependencies]
b = { path = "b", subdirectory = "." }
[tool.poetry.scripts]
s = { reference = "s.sh", type = "file" }
t = "a:main"
[tool.poetry.plugins.p]
q = "a:main"
[[tool.poetry.source]]
name = "s"
url = "https://example.invalid"
priority = "explicit"
[tool.poetry.requires-plugins]
p = { path = "b" }
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
backend-path = ["."]
""",
    "README.md": "",
    "LICENSE": "",
    "extra.txt": "",
    "build.py": "",
    "s.sh": "",
    "src/a/__init__.py": "",
    "b/pyproject.toml": _PROJECT.format("b") + _BUILD.format("poetry-core", "poetry.core.masonry.api"),
    "c/pyproject.toml": _PROJECT.format("c") + _BUILD.format("poetry-core", "poetry.core.masonry.api"),
    "d-1.0-py3-none-any.whl": "",
}
_POETRY_COMMANDS = ("poetry lock", "poetry install", "poetry check", "poetry build")

_POETRY_LOCK = {
    "pyproject.toml": '[tool.poetry]\nname = "a"\nversion = "1"\ndescription = ""\nauthors = []\n'
    'package-mode = false\n[tool.poetry.dependencies]\nb = { path = "b" }\n',
    "b/pyproject.toml": _POETRY["b/pyproject.toml"],
    "poetry.lock": """\
[[package]]
name = "b"
version = "0.1.0"
description = ""
optional = false
python-versions = ">=3.11"
groups = ["main"]
files = []
develop = false
markers = "os_name == 'posix'"
[package.dependencies]
c = { path = "../c", develop = true }
[package.extras]
e = ["c"]
[package.source]
type = "directory"
url = "b"
[extras]
x = ["b"]
[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "0"
""",
}

_PDM = {
    "pyproject.toml": """\
[project]
name = "a"
version = "0.1.0"
readme = { file = "README.md", content-type = "text/markdown" }
requires-python = ">=3.11"
dependencies = ["b @ file:///${PROJECT_ROOT}/b", "c"]
license-files = ["LICENSE"]
[project.optional-dependencies]
x = ["c @ file:///${PROJECT_ROOT}/c"]
[dependency-groups]
g = ["-e file:///${PROJECT_ROOT}/c#egg=c", { include-group = "h" }]
h = []
[tool.pdm]
distribution = true
ignore_package_warnings = ["x"]
[tool.pdm.workspace]
members = ["b", "packages/*"]
exclude = ["packages/no"]
[tool.pdm.version]
source = "file"
path = "src/a/__init__.py"
[tool.pdm.build]
package-dir = "src"
includes = ["src"]
excludes = ["no"]
source-includes = ["x"]
run-setuptools = false
custom-hook = "build.py"
editable-backend = "path"
is-purelib = true
[tool.pdm.build.wheel-data]
scripts = ["scripts/*", { path = "s", relative-to = "." }]
[tool.pdm.dev-dependencies]
d = ["-e file:///${PROJECT_ROOT}/c#egg=c"]
[tool.pdm.resolution]
excludes = ["x"]
[tool.pdm.resolution.overrides]
c = "file:///${PROJECT_ROOT}/c"
[tool.pdm.options]
lock = ["--no-cross-platform"]
[tool.pdm.scripts]
s = { cmd = "x" }
[[tool.pdm.source]]
name = "s"
url = "file:///${PROJECT_ROOT}/wheels"
type = "find_links"
verify_ssl = true
[build-system]
requires = ["pdm-backend"]
build-backend = "pdm.backend"
""",
    "README.md": "",
    "LICENSE": "",
    "build.py": "",
    "src/a/__init__.py": "__version__ = '1'\n",
    "scripts/x": "",
    "b/pyproject.toml": _PROJECT.format("b") + _BUILD.format("pdm-backend", "pdm.backend"),
    "b/b.py": "",
    "c/pyproject.toml": _PROJECT.format("c") + _BUILD.format("pdm-backend", "pdm.backend"),
    "c/c.py": "",
    "wheels/.keep": "",
}
_PDM_COMMANDS = ("pdm lock", "pdm install", "pdm sync", "pdm build")

_PDM_LOCK = {
    "pyproject.toml": _PROJECT.format("a")
    + 'dependencies = ["b @ file:///${PROJECT_ROOT}/b"]\n[tool.pdm]\ndistribution = false\n',
    "b/pyproject.toml": _PDM["b/pyproject.toml"],
    "b/b.py": "",
    "pdm.lock": """\
[metadata]
groups = ["default"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:0"
[[metadata.targets]]
requires_python = ">=3.11"
[[package]]
name = "b"
version = "0.1.0"
requires_python = ">=3.11"
path = "./b"
editable = true
summary = ""
groups = ["default"]
dependencies = ["c"]
""",
}

_HATCH = {
    "pyproject.toml": """\
[project]
name = "a"
dynamic = ["version"]
readme = { file = "README.md", content-type = "text/markdown" }
license = { file = "LICENSE" }
license-files = ["LICENSE"]
requires-python = ">=3.11"
dependencies = ["b @ {root:uri}/b"]
[project.optional-dependencies]
x = ["b @ {root:uri}/b"]
[dependency-groups]
g = ["b @ {root:uri}/b"]
[tool.hatch.version]
path = "src/a/__init__.py"
pattern = "x"
source = "regex"
[tool.hatch.metadata]
allow-direct-references = true
[tool.hatch.metadata.hooks.custom]
path = "hook.py"
[tool.hatch.build]
directory = "dist"
dev-mode-dirs = ["src"]
include = ["src"]
exclude = ["no"]
packages = ["src/a"]
only-include = ["src"]
sources = ["src"]
artifacts = ["x"]
[tool.hatch.build.hooks.custom]
path = "hook.py"
[tool.hatch.build.force-include]
"LICENSE" = "a/LICENSE"
[tool.hatch.build.targets.wheel]
packages = ["src/a"]
include = ["src"]
sources = { "src" = "" }
macos-max-compat = false
shared-data = { "LICENSE" = "x" }
shared-scripts = { "LICENSE" = "x" }
extra-metadata = { "LICENSE" = "x" }
[tool.hatch.build.targets.wheel.force-include]
"README.md" = "a/README.md"
[tool.hatch.build.targets.sdist]
exclude = ["x"]
[tool.hatch.envs.default]
type = "virtual"
path = ".venv"
skip-install = false
detached = false
dev-mode = true
template = "default"
features = ["x"]
installer = "pip"
builder = false
python = "3.11"
dependencies = ["b @ {root:uri}/b"]
extra-dependencies = ["b @ {root:uri}/b"]
dependency-groups = ["g"]
pre-install-commands = ["x"]
workspace.members = ["b", { path = "packages/*", features = ["y"] }]
workspace.exclude = ["packages/no"]
matrix = [{ python = ["3.11"] }]
overrides = { matrix = { python = { dependencies = ["b"] } } }
[tool.hatch.envs.default.scripts]
s = "x"
[tool.hatch.env]
requires = []
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
""",
    "README.md": "",
    "LICENSE": "",
    "hook.py": "",
    "src/a/__init__.py": "__version__ = '1'\n",
    "b/pyproject.toml": _PROJECT.format("b") + _BUILD.format("hatchling", "hatchling.build"),
    "b/b.py": "",
    "packages/c/pyproject.toml": _PROJECT.format("c") + _BUILD.format("hatchling", "hatchling.build"),
    "packages/c/c.py": "",
}
_HATCH_COMMANDS = ("hatch env create", "hatch build", "hatch dep show requirements")

_SETUPTOOLS = {
    "pyproject.toml": """\
[project]
name = "a"
dynamic = ["version", "dependencies", "readme", "optional-dependencies"]
license = { file = "LICENSE" }
license-files = ["LICENSE"]
requires-python = ">=3.11"
scripts = { a = "a:main" }
[dependency-groups]
g = ["b @ file:///gone", { include-group = "h" }]
h = []
[tool.setuptools]
packages = ["a"]
py-modules = ["m"]
package-dir = { "" = "src" }
package-data = { a = ["x"] }
exclude-package-data = { a = ["y"] }
data-files = { share = ["LICENSE"] }
license-files = ["LICENSE"]
include-package-data = true
script-files = ["s.sh"]
ext-modules = [{ name = "e", sources = ["e.c"] }]
cmdclass = { build = "x.Build" }
[tool.setuptools.dynamic]
version = { file = "VERSION" }
dependencies = { file = ["requirements.in"] }
readme = { file = ["README.md"], content-type = "text/markdown" }
optional-dependencies.x = { file = ["requirements.in"] }
[[tool.setuptools-rust.ext-modules]]
target = "a._r"
path = "Cargo.toml"
optional = true
binding = "PyO3"
[[tool.setuptools-rust.bins]]
target = "b"
path = "Cargo.toml"
[tool.setuptools_scm]
root = "."
[build-system]
requires = ["setuptools", "setuptools-rust", "b @ file:///gone ; os_name == 'nt'"]
build-backend = "setuptools.build_meta"
backend-path = ["."]
""",
    "setup.cfg": "[metadata]\nname = a\nversion = file: VERSION\n"
    "[options]\npackages = find:\npackage_dir =\n    = src\n",
    "README.md": "",
    "LICENSE": "",
    "VERSION": "1",
    "requirements.in": "",
    "e.c": "",
    "s.sh": "",
    "src/m.py": "",
    "src/a/__init__.py": "",
    "Cargo.toml": _CRATE.format("r"),
    "src/lib.rs": "",
}
_PIP_COMMANDS = (
    "pip install .",
    "pip install -e .[x]",
    "pip install --group g",
    "python -m build",
    "python -m build --wheel",
)

_SETUPTOOLS_FIND = {
    "pyproject.toml": _PROJECT.format("a")
    + _BUILD.format("setuptools", "setuptools.build_meta")
    + """\
[tool.setuptools.packages.find]
where = ["src"]
include = ["a*"]
exclude = ["no"]
namespaces = false
""",
    "src/a/__init__.py": "",
}

_FLIT = {
    "pyproject.toml": """\
[project]
name = "a"
dynamic = ["version", "description"]
readme = { file = "README.md", content-type = "text/markdown" }
license = { file = "LICENSE" }
license-files = ["LICENSE"]
dependencies = ["b @ file:///gone ; os_name == 'nt'"]
[project.optional-dependencies]
x = []
[tool.flit.module]
name = "a"
[tool.flit.sdist]
include = ["x"]
exclude = ["y"]
[tool.flit.external-data]
directory = "data"
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
""",
    "README.md": "",
    "LICENSE": "",
    "data/x": "",
    "a/__init__.py": '"""A."""\n__version__ = "1"\n',
}

_FLIT_OLD = {
    "pyproject.toml": """\
[tool.flit.metadata]
module = "a"
author = "x"
author-email = "x@example.invalid"
home-page = "x"
description-file = "README.md"
requires = ["b"]
requires-extra = { x = ["b"] }
dist-name = "a"
entry-points-file = "entry.txt"
[tool.flit.scripts]
a = "a:main"
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
""",
    "README.md": "",
    "entry.txt": "",
    "a/__init__.py": '"""A."""\n__version__ = "1"\n',
}

_MATURIN = {
    "pyproject.toml": """\
[project]
name = "a"
dynamic = ["version"]
readme = "README.md"
license = { file = "LICENSE" }
license-files = ["LICENSE"]
dependencies = []
[tool.maturin]
manifest-path = "rust/Cargo.toml"
python-source = "python"
python-packages = ["a"]
module-name = "a._r"
bindings = "pyo3"
data = "a.data"
features = ["f"]
include = ["x", { path = "y", format = "sdist" }]
exclude = ["z"]
sdist-include = ["x"]
sdist-generator = "cargo"
targets = [{ name = "t", kind = "cdylib" }]
profile = "release"
locked = false
cargo-extra-args = "x"
[build-system]
requires = ["maturin"]
build-backend = "maturin"
""",
    "README.md": "",
    "LICENSE": "",
    "python/a/__init__.py": "",
    "a.data/data/x": "",
    "rust/Cargo.toml": _CRATE.format("r") + '[lib]\ncrate-type = ["cdylib"]\n[features]\nf = []\n',
    "rust/src/lib.rs": "",
}

TREES = {
    "cargo": Good("Cargo.toml", _CARGO, _CARGO_COMMANDS),
    "cargo config": Good(".cargo/config.toml", _CARGO_CONFIG, (*_CARGO_COMMANDS, "cargo m")),
    "cargo lock": Good("Cargo.lock", _CARGO_LOCK, ("cargo metadata --locked", "cargo build")),
    "uv": Good("pyproject.toml", _UV, _UV_COMMANDS),
    "uv.toml": Good("uv.toml", _UV_TOML, ("uv lock", "uv pip install .")),
    "uv lock": Good("uv.lock", _UV_LOCK, ("uv lock", "uv sync --frozen", "uv sync --locked")),
    "poetry": Good("pyproject.toml", _POETRY, _POETRY_COMMANDS),
    "poetry lock": Good(
        "poetry.lock", _POETRY_LOCK, ("poetry lock", "poetry install", "poetry check --lock")
    ),
    "pdm": Good("pyproject.toml", _PDM, _PDM_COMMANDS),
    "pdm lock": Good("pdm.lock", _PDM_LOCK, ("pdm lock", "pdm install", "pdm sync")),
    "hatch": Good("pyproject.toml", _HATCH, _HATCH_COMMANDS),
    "setuptools": Good("pyproject.toml", _SETUPTOOLS, _PIP_COMMANDS),
    "setuptools find": Good("pyproject.toml", _SETUPTOOLS_FIND, _PIP_COMMANDS),
    "flit": Good("pyproject.toml", _FLIT, _PIP_COMMANDS),
    "flit of old": Good("pyproject.toml", _FLIT_OLD, _PIP_COMMANDS),
    "maturin": Good(
        "pyproject.toml", _MATURIN, ("maturin build", "maturin develop", "maturin sdist", "pip install .")
    ),
}
