"""No value of whatever type in whatever place of a manifest, a configuration or a lock file raises."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import tomli

from depcheck import pipeline, predict, rules
from depcheck.load.tool import UsageError
from depcheck.locate import locate_all
from depcheck.render import concise, full, json, prediction
from depcheck.render.screen import Screen
from tests.hostile.manifests import TREES, Good
from tests.hostile.values import WRONG, replaced, routes, toml
from tests.recorded import plant

_PATIENCE = 5.0  # seconds for one document, many times what it takes
_SAMPLE = 7  # one wrong value of so many is tried, unless all are asked for


def ask(root: Path, good: Good) -> None:
    """Scan and predict, and write the answers in every format."""
    report = pipeline.scan(pipeline.Request(str(root)))
    shown = [
        full.render(report, 0, ".", Screen()),
        concise.render(report, ".", Screen()),
        json.render(report, "."),
    ]
    for command in good.commands:
        try:
            answer = predict.predict(str(root), ".", [command], {})
        except UsageError:
            continue
        found = locate_all(answer.sources, rules.diagnose(answer.faults))
        shown += [prediction.as_text(answer, found, ".", Screen()), prediction.as_json(answer, found)]
    assert all(line.isprintable() for text in shown for line in text.split("\n"))


@pytest.mark.parametrize("name", TREES)
def test_no_wrong_type_raises(name: str, tmp_path: Path, *, long: bool) -> None:
    good = TREES[name]
    plant(tmp_path, good.tree)
    document = tomli.loads(good.tree[good.file])
    for number, route in enumerate(routes(document)):
        for wrong in WRONG if long else WRONG[number % _SAMPLE :: _SAMPLE]:
            (tmp_path / good.file).write_text(toml(replaced(document, route, wrong)), encoding="utf-8")
            started = time.perf_counter()
            try:
                ask(tmp_path, good)
            except Exception as error:
                error.add_note(f"{good.file} with {wrong!r} at {route}")
                raise
            assert time.perf_counter() - started < _PATIENCE, (route, wrong)
