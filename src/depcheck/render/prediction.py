"""A prediction, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from depcheck.model import Diagnostic
from depcheck.predict import Prediction
from depcheck.render import full, json
from depcheck.render.screen import Screen
from depcheck.render.text import above, sentence

_VERDICTS = {"loads": "green", "fails": "red", "unknown": "yellow"}


def as_json(prediction: Prediction, diagnostics: Iterable[Diagnostic]) -> str:
    """The contract of `schema/predict-1.json`."""
    places = json.Places(prediction.sources)
    return json.dump(
        {
            "schema_version": 1,
            "command": prediction.command,
            "cwd": prediction.cwd,
            "verdict": prediction.verdict,
            "because": prediction.because,
            "diagnostics": [json.diagnostic(one, {}, places) for one in diagnostics],
        }
    )


def as_text(prediction: Prediction, diagnostics: Sequence[Diagnostic], root: str, screen: Screen) -> str:
    """What decides, each with its source line, and the verdict.

    root: of the tree, as seen from the current directory.
    """
    lines: list[str] = []
    if diagnostics and root != ".":
        lines.extend((f"{screen.style('note', 'bold')}: {sentence(above(root))}", ""))
    for shown in full.findings(prediction.sources, diagnostics, root, screen):
        lines.extend((*shown, ""))
    verdict = screen.style(prediction.verdict, _VERDICTS[prediction.verdict])
    said = prediction.verdict == "fails" and diagnostics  # by the first of them
    lines.append(f"{verdict}: {sentence(f'`{prediction.command}`' if said else prediction.because)}")
    return "".join(f"{line}\n" for line in lines)
