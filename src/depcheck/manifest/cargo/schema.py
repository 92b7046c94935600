"""What the keys of a Cargo.toml hold (cargo: `cargo-util-schemas`, `features.rs`)."""

from __future__ import annotations

from depcheck.manifest.cargo.reading import (
    BOOLEAN,
    BOOLEAN_OR_STRINGS,
    STRING,
    STRING_OR_BOOLEAN,
    STRINGS,
)

EDITIONS = ("2015", "2018", "2021", "2024")
# Keys of [package] that may say `workspace = true`, and what they hold otherwise.
INHERITABLE = {
    "authors": STRINGS,
    "categories": STRINGS,
    "description": STRING,
    "documentation": STRING,
    "edition": STRING,
    "exclude": STRINGS,
    "homepage": STRING,
    "include": STRINGS,
    "keywords": STRINGS,
    "license": STRING,
    "license-file": STRING,
    "publish": BOOLEAN_OR_STRINGS,
    "readme": STRING_OR_BOOLEAN,
    "repository": STRING,
    "rust-version": STRING,
    "version": STRING,
}
PACKAGE = {
    "name": STRING,
    "build": "",
    "default-target": STRING,
    "forced-target": STRING,
    "links": STRING,
    "workspace": STRING,
    "autolib": BOOLEAN,
    "autobins": BOOLEAN,
    "autoexamples": BOOLEAN,
    "autotests": BOOLEAN,
    "autobenches": BOOLEAN,
    "default-run": STRING,
    "resolver": STRING,
}
# Tables that only a package has (cargo: `requires_package`).
OF_PACKAGE = (
    "badges",
    "features",
    "lib",
    "bin",
    "example",
    "test",
    "bench",
    "dependencies",
    "dev-dependencies",
    "dev_dependencies",
    "build-dependencies",
    "build_dependencies",
    "target",
    "lints",
    "hints",
)
NIGHTLY = frozenset(
    {
        "test-dummy-unstable",
        "publish-lockfile",
        "metabuild",
        "public-dependency",
        "per-package-target",
        "codegen-backend",
        "different-binary-name",
        "profile-rustflags",
        "trim-paths",
        "open-namespaces",
        "path-bases",
        "unstable-editions",
        "multiple-build-scripts",
        "panic-immediate-abort",
    }
)
UNKNOWN = ""  # what no version is known to read, a later one may
NIGHTLY_KEYS = {
    "metabuild": "metabuild",
    "im-a-teapot": "test-dummy-unstable",
    "default-target": "per-package-target",
    "forced-target": "per-package-target",
}
STABLE = frozenset(
    {
        "test-dummy-stable",
        "alternative-registries",
        "edition",
        "rename-dependency",
        "profile-overrides",
        "default-run",
        "named-profiles",
        "resolver",
        "strip",
        "rust-version",
        "edition2021",
        "workspace-inheritance",
        "edition2024",
    }
)
