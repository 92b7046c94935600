"""The docs say what depcheck says."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from depcheck import rules

ROOT = Path(__file__).parent.parent


def test_generated_pages_are_fresh(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(str(ROOT / "docs" / "generate.py"), run_name="__main__")
    assert exit_.value.code == 0, capsys.readouterr().err


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {page.stem for page in (ROOT / "docs" / "rules").glob("*.md")} == set(rules.NAMES)
