"""Trees that are meant to be broken: test fixtures, snapshots, templates, examples of errors."""

from __future__ import annotations

# Folders whose manifests no build loads unless something outside names them.
_FOLDERS = frozenset(
    {
        "fixture", "fixtures", "__fixtures__", "testdata", "test_data", "test-data", "testsuite",
        "testsuites", "snapshots", "__snapshots__", "corpus", "templates", "template",
    }
)  # fmt: skip


def looks_like_fixture(path: str) -> bool:
    """Whether a folder on the way to `path` (or `path` itself) says that it holds no real project."""
    return any(part in _FOLDERS or "{{" in part for part in path.lower().split("/"))
