"""A few random projects against the real Poetry, where it is installed."""

from __future__ import annotations

import shutil

import pytest

from tests.differential import poetry

PROGRAM = shutil.which("poetry")


@pytest.mark.skipif(PROGRAM is None, reason="no poetry on PATH")
def test_random_projects_lock_as_predicted() -> None:
    assert [
        found for found in poetry.disagreements(iter(range(12)), PROGRAM or "") if found is not None
    ] == []
