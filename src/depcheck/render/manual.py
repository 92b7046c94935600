"""A rule's manual: as a page of the docs, and the same text on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from depcheck.fix import image, manifest
from depcheck.render.screen import SEVERITY, Screen
from depcheck.rules.rule import Example, Link, Rule, Submodule, Untracked

_LANGUAGES = {"toml": "toml", "md": "markdown", "py": "python", "rs": "rust"}
_OFFERED = (
    "Where depcheck can prove that one of these mends the finding and harms nothing, it offers it:",
    "`depcheck scan --fix` makes those that are safe, `--unsafe-fixes` also those that choose for you,",
    "and `depcheck fix` lets you choose.",
)
_SPAN = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<!\w)\*([^*]+)\*(?!\w)")


def page(rule: Rule) -> str:
    """Markdown: title, manual, the tree that breaks and what mends it."""
    return "".join(f"{line}\n" for line in _page(rule))


def _page(rule: Rule) -> Iterator[str]:
    yield f"# {rule.name} ({rule.code})"
    yield ""
    yield f"{rule.severity.capitalize()}: {rule.summary}."
    yield ""
    yield rule.manual.strip()
    yield ""
    yield from _repairs(rule)
    yield "## An example"
    yield ""
    yield from _files(rule.bad)
    yield "Mended:"
    yield ""
    yield from _files({path: content for path, content in rule.good.items() if rule.bad.get(path) != content})
    gone = [path for path in rule.bad if path not in rule.good]
    if gone:
        yield f"and without {_listed(gone)}."


def _repairs(rule: Rule) -> Iterator[str]:
    """What depcheck offers, by what its proposers say that they do; nothing where there is none."""
    proposers = (*manifest.PROPOSERS.get(rule.name, ()), *image.proposers(rule.name))
    texts = (proposer.__doc__ for proposer in proposers)
    offered = [text.partition("\n")[0] for text in texts if text]  # none at all under `python -OO`
    if not offered:
        return
    yield from ("## Repairs", "", *_OFFERED, "")
    yield from (*(f"- {what}" for what in offered), "")


def _files(example: Example) -> Iterator[str]:
    empty = []
    for path, content in example.items():
        match content:
            case Link(to):
                yield from (f"`{path}` is a symbolic link to `{to}`.", "")
            case Submodule():
                yield from (f"`{path}` is a submodule that is not checked out.", "")
            case Untracked(text):
                yield from _file(path, text, ", not in git")
            case "":
                empty.append(path)
            case str(text):
                yield from _file(path, text, "")
    if empty:
        yield from (f"Empty: {_listed(empty)}.", "")


def _file(path: str, text: str, more: str) -> Iterator[str]:
    kind = _LANGUAGES.get(path.rpartition(".")[2], "text")
    yield from (f"`{path}`{more}:", "", f"```{kind}", text.strip("\n"), "```", "")


def _listed(found: Iterable[str]) -> str:
    return ", ".join(f"`{path}`" for path in found)


def on_terminal(rule: Rule, screen: Screen) -> str:
    """The page with colours for its headings, code and stresses; without colours, the page itself."""
    text = page(rule)
    return (
        "".join(f"{line}\n" for line in _styled(text, screen, SEVERITY[rule.severity]))
        if screen.colour
        else text
    )


def _styled(text: str, screen: Screen, colour: str) -> Iterator[str]:
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield f"    {line}".rstrip()
        elif line.startswith("# "):
            yield screen.style(line[2:], colour)
        elif line.startswith("## "):
            yield screen.style(line[3:], "bold")
        else:
            yield _SPAN.sub(lambda match: _span(match, screen), line)


def _span(match: re.Match[str], screen: Screen) -> str:
    code, strong, stressed = match.groups()
    return screen.style(code, "cyan") if code else screen.style((strong or stressed).replace("`", ""), "bold")
