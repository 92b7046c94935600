"""Settings and defects that are strewn into the trees for uv."""

from __future__ import annotations

from typing import Any

_INDEX = {"=": True, "name": "local", "url": "./index"}

# Keys of [tool.uv]; all but the wrong ones leave the paths as they are.
SETTINGS: tuple[tuple[str, Any], ...] = (
    ("managed", False),
    ("find-links", ["wheels"]),
    ("find-links", ["./wheels"]),
    ("index", [_INDEX]),
    ("environments", ["sys_platform == 'linux'"]),
    ("required-version", ">=0.9"),
    ("cache-keys", [{"=": True, "file": "gone.txt"}]),
    ("dependency-groups", {"dev": {"=": True, "requires-python": ">=3.10"}}),
    ("resolution", "lowest"),
    ("index-strategy", "first-index"),
    ("unheard-of", True),
    ("build-constraint-dependencies", ["setuptools<90"]),
    ("extra-build-dependencies", {"a": ["setuptools"]}),
    ("exclude-newer", "2026-01-01T00:00:00Z"),
)

# What a uv.toml may hold.
USER_FILES = (
    "",
    'find-links = ["wheels"]\n',
    'index-strategy = "first-index"\n',
    "[sources]\na = { workspace = true }\n",
    "offline = true\n",
    "unheard-of = true\n",
    "dev-dependencies = []\n",
    "= 1\n",
)

# (text, what is written in its place); an empty text stands for the end of the file.
DEFECTS = (
    ("", "="),
    ("version = ", "edition = "),
    ("name = ", "nom = "),
    ("[project]", "[crate]"),
    ("requires-python = ", "requires-python = 3 # "),
    ('requires-python = ">=', 'requires-python = "=>'),
    ('version = "0.1.0"', 'version = "zero"'),
    ('version = "0.1.0"', "version = 1"),
    ('name = "', 'name = "-'),
    ("dependencies = [", "dependencies = [1, "),
    ("dependencies = [", 'dependencies = ["b @@", '),
    ("dependencies = [", 'dependencies = ["a b", '),
    ("members = [", "members = [1, "),
    ("members = [", "exclude = ["),
    ("exclude = [", 'exclude = ["[", '),
    ("workspace = true", 'workspace = "true"'),
    ("workspace = true", "workspace = false"),
    ("workspace = true", "workspace = 1"),
    ("path = ", "pth = "),
    ("path = ", 'marker = "os_name ==", path = '),
    ("path = ", 'editable = "yes", path = '),
    ("path = ", 'git = "x", path = '),
    ('path = "', 'path = "file://'),
    ("[tool.uv.sources]", "[tool.uv.source]"),
    ("[tool.uv]", "[tool.uv]\npackage = 1"),
    ("[tool.uv]", "[tool.uv]\nmanaged = 'no'"),
    ("[tool.uv]", "[tool.uv]\nsources = []"),
    ("[tool.uv]", "[tool.uv]\nfind-links = 'x'"),
    ("[tool.uv]", "[tool.uv]\ndefault-groups = ['nope']"),
    ("[dependency-groups]", "[dependency-groups]\nz = 1"),
    ("[dependency-groups]", "[dependency-groups]\nDEV = []"),
    ("[dependency-groups]", "[dependency-groups]\nz = [{include-group = 'z'}]"),
    ("[dependency-groups]", "[dependency-groups]\nz = [{include = 'z'}]"),
    ("[project.optional-dependencies]", "[project.optional-dependencies]\nz = 1"),
    ("[project.optional-dependencies]", "[project.optional-dependencies]\n'a b' = []"),
    ("[build-system]", "[build-system]\nbackend-path = ['gone']"),
    ("build-backend = ", "build-backend = 1 # "),
    ("[build-system]", "[build-system]\nrequires = []\n[other]"),
    ("[project]", "[project]\ndynamic = ['version']"),
    ("[project]", "[project]\nlicense = 1"),
    ("[project]", "[project]\nunheard-of = 1"),
    ("[project]", "[project]\nlicense-files = ['GONE']"),
    ("[project]", "[[project]]"),
)
