"""A few random projects against the real PDM, where it is installed."""

from __future__ import annotations

import shutil

import pytest

from tests.differential import pdm

PROGRAM = shutil.which("pdm")


@pytest.mark.skipif(PROGRAM is None, reason="no pdm on PATH")
def test_random_projects_lock_as_predicted() -> None:
    found = list(pdm.disagreements(iter(range(6)), PROGRAM or ""))
    assert [one for one in found if one is not None] == []
    assert len(found) > 3  # a harness that compares nothing agrees as well
