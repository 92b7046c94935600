"""Ignore files: the facts of moby/patternmatcher's own tables, and what a context holds by them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from depcheck.image import globs
from depcheck.image.context import open_context
from depcheck.image.dockerignore import Patterns, lines
from depcheck.image.globs import PatternError
from depcheck.sources import Sources
from depcheck.tree.base import Kind
from depcheck.tree.worktree import WorkTree


def kept_out(path: str, *texts: str) -> bool:
    """As a walk from the top to `path` finds it."""
    patterns = Patterns(texts)
    above, answer = patterns.nothing, False
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        answer, above = patterns.match("/".join(parts[:count]), above)
    return answer


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**", "top", True),
        ("**/", "top", True),
        ("**/", "one/two", True),
        ("**/**", "one/two", True),
        ("one/**", "one/two/three", True),
        ("one/**", "one", False),
        ("**/two", "two", True),
        ("**/two", "one/two/three", True),
        ("**/two/*", "one/two/three", True),
        ("**/two/**", "one/two/three/four", True),
        ("**two", "one/two", True),
        ("**two", "one/before-two", True),  # no boundary is asked for
        ("**/.two", "one.two", False),
        ("**/tw*", "one/one/twelve.txt", True),
        ("**/**/*.txt", "two.txt", True),
        ("**/**/*.txt2", "one/two.txt", False),
        ("o**/*.txt", "one/more/two.txt", True),
        ("one/*.txt", "one/more/two.txt", False),
        ("one/*.txt**", "one/two.txt", True),
        ("o[m-p]e", "one", True),
        ("o[m-p]e", "ope", True),
        ("o[m-p]e", "oae", False),
        ("o[^m-p]e", "oae", True),
        (".*", ".hidden", True),
        (".*", "hidden", False),
        ("one.two", "oneXtwo", False),
        ("one?two", "oneXtwo", True),
        ("one?two", "one/two", False),
        ("one*", "one/below", True),
        ("*/two", "one/below/two", False),
        (r"o\*e", "o*e", True),
        (r"o\*e", "one", False),
        (r"o\\", "o\\", True),
        ("o(n)e|.+{1}$", "o(n)e|.+{1}$", True),
        ("Target", "target", False),
        ("*a*b*c*d*e*/f", "xaxbxcxdxe/f", True),
        ("*a*b*c*d*e*/f", "xaxbxcxdxe/x/f", False),
    ],
)
def test_one_pattern(pattern: str, path: str, matches: bool) -> None:
    assert kept_out(path, pattern) is matches


@pytest.mark.parametrize(
    ("patterns", "path", "matches"),
    [
        (("docs", "!docs/README.md"), "docs/README.md", False),
        (("docs", "!docs/README.md"), "docs/other.md", True),
        (("docs/*", "!docs/README.md"), "docs/README.md", False),
        (("*.md", "!README.md"), "README.md", False),
        (("!README.md", "*.md"), "README.md", True),
        (("**", "!one/two"), "one/two/three", False),
        (("**", "!one/two", "one/two/three"), "one/two/three", True),
        (("**", "!dist/*.whl"), "dist/a-1.0.whl", False),
        (
            ("one/two", "!one"),
            "one/two",
            True,
        ),  # the exception is not looked at above, and does not match here
    ],
)
def test_several_patterns(patterns: tuple[str, ...], path: str, matches: bool) -> None:
    assert kept_out(path, *patterns) is matches


@pytest.mark.parametrize(
    "pattern", ["!", "[", "[^", "[^bc", "a[", "[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]"]
)
def test_what_go_refuses(pattern: str) -> None:
    with pytest.raises(PatternError):
        Patterns([pattern])


def test_lines() -> None:
    data = b"\xef\xbb\xbf# comment\n  /one/two/ \r\n\n ! /three/./four\n #five\n!\n../six//\n"
    assert lines(data) == ["one/two", "!three/four", "#five", "!", "../six"]


def test_stars_cost_no_time() -> None:
    started = time.process_time()
    assert kept_out("a" * 4000, "*a" * 30 + "b") is False
    (pattern,) = Patterns(["**/a" * 20 + "/**/c"]).patterns
    assert pattern.matches("a/" * 1500 + "b") is False
    assert globs.compiled("*a" * 30 + "b").fullmatch("a" * 255) is None
    assert time.process_time() - started < 20


def plant(root: Path, files: str) -> WorkTree:
    for path in files.split():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path, encoding="utf-8")
    return WorkTree(str(root))


def held(tree: WorkTree, directory: str, *dockerfile: str) -> list[str]:
    context = open_context(Sources(tree), directory, *dockerfile).tree
    found, waiting = [], [""]
    while waiting:
        for name in context.names(at := waiting.pop()):
            path = f"{at}/{name}" if at else name
            found.append(path + "/" * context.is_dir(path))
            waiting += [path] if context.is_dir(path) else []
    return sorted(found)


def test_a_context_holds_what_is_let_in_again(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/a/b/c.txt app/a/d.txt app/e/f.txt app/g/h/i.txt outside")
    (tmp_path / "app/.dockerignore").write_text("a\n!a/b/c.txt\n**/h\n!**/keep\n", encoding="utf-8")
    assert held(tree, "app") == [".dockerignore", "a/", "a/b/", "a/b/c.txt", "e/", "e/f.txt", "g/"]


def test_the_ignore_file_of_the_dockerfile_goes_first_even_if_empty(tmp_path: Path) -> None:
    tree = plant(tmp_path, "a b docker/Dockerfile")
    (tmp_path / ".dockerignore").write_text("*\n", encoding="utf-8")
    (tmp_path / "docker/Dockerfile.dockerignore").write_text("", encoding="utf-8")
    assert held(tree, "") == []
    assert held(tree, "", "docker/Dockerfile")[:3] == [".dockerignore", "a", "b"]


def test_a_link_of_the_context_cannot_leave_it(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/x outside")
    (tmp_path / "app/out").symlink_to("../outside")
    (tmp_path / "app/top").symlink_to("/x")
    context = open_context(Sources(tree), "app").tree
    assert context.kind("out") is Kind.MISSING
    assert context.read("top") == b"app/x"


def test_a_context_outside_the_root_is_not_known(tmp_path: Path) -> None:
    plant(tmp_path, "below/x outside")
    tree = WorkTree(str(tmp_path / "below"))
    context = open_context(Sources(tree), str(tmp_path)).tree
    assert context.kind("outside") is Kind.UNKNOWN


def test_a_bad_pattern_is_a_fault(tmp_path: Path) -> None:
    tree = plant(tmp_path, "x")
    (tmp_path / ".dockerignore").write_text("[\n", encoding="utf-8")
    (fault,) = open_context(Sources(tree), "").faults
    assert (fault.rule, fault.site.file) == ("invalid-manifest", ".dockerignore")
