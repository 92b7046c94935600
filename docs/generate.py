"""Writes what the docs say from what depcheck says; `--check` only tells whether they are fresh.

- `docs/rules/<name>.md`: each rule's manual.
- `docs/schema/*.json`: copies of the JSON Schemas in the package.
- In `*.md` and `docs/*.md`, the block after a comment `<!-- $ depcheck ... -->`: what that command prints;
  one that asks is shown at a terminal, up to its first question.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from depcheck import rules
from depcheck.render import manual

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"(<!-- \$ (depcheck[^\n]*) -->\n```[a-z]*\n)(.*?)(```\n)", re.DOTALL)
_SECONDS = re.compile(r"\(\d+\.\d\d s\)")


def main() -> int:
    """Write the pages, or name the stale ones and give 1."""
    stale = [
        (path, text)
        for path, text in pages()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    check = "--check" in sys.argv[1:]
    what = "stale, mend it by: python docs/generate.py" if check else "written"
    for path, text in stale:
        sys.stderr.write(f"{path.relative_to(ROOT)}: {what}\n")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and check else 0


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text that it should have."""
    for name in rules.NAMES:
        yield ROOT / "docs" / "rules" / f"{name}.md", manual.page(rules.load(name))
    for schema in sorted((ROOT / "src/depcheck/render/schema").glob("*.json")):
        yield ROOT / "docs" / "schema" / schema.name, schema.read_text(encoding="utf-8")
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        yield page, _BLOCK.sub(lambda match: match[1] + _printed(match[2], match[3]) + match[4], text)


def _printed(command: str, before: str) -> str:
    """What `command` prints; the time it took is left as it stands in `before`."""
    words = [sys.executable, "-m", *command.split()]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    if words[3:4] == ["fix"] and "--help" not in words:
        return _asked(words, environment)
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = _SECONDS.search(before)
    return _SECONDS.sub(seconds[0], done.stdout) if seconds else done.stdout


def _asked(words: list[str], environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    os.write(ours, b"\x04")  # the end of the input: its user leaves
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so of a terminal that nobody has open any more
            while part := os.read(ours, 1 << 16):
                shown += part
    os.close(ours)
    said = shown.decode().replace("\r\n", "\n")
    return f"{said.partition('no file was changed')[0].strip()}\n"


if __name__ == "__main__":
    sys.exit(main())
