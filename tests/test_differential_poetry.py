"""A few random projects against the real Poetry, where it is installed."""

from __future__ import annotations

import shutil

import pytest

from tests.differential import poetry

PROGRAM = shutil.which("poetry")


@pytest.mark.skipif(PROGRAM is None, reason="no poetry on PATH")
def test_random_projects_lock_as_predicted() -> None:
    found = list(poetry.disagreements(iter(range(12)), PROGRAM or ""))
    assert [one for one in found if one is not None] == []
    assert len(found) > 6  # a harness that compares nothing agrees as well
