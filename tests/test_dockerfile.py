"""Dockerfiles as read: against BuildKit's own parser, and what that package is too old to know."""

from __future__ import annotations

import time

import pytest

from depcheck.image import dockerfile
from depcheck.image.dockerfile import Dockerfile, Instruction
from tests.differential import dockerfile as differential


def read(text: str) -> Dockerfile:
    return dockerfile.read("Dockerfile", text.encode())


def only(text: str) -> Instruction:
    found = read(f"FROM scratch\n{text}")
    assert found.faults == ()
    (_, instruction) = found.instructions
    return instruction


def texts(instruction: Instruction) -> list[str]:
    return [word.text for word in instruction.words]


@pytest.mark.parametrize("first", range(0, 2000, 200))
def test_random_texts_are_read_as_buildkit_reads_them(first: int) -> None:
    wrong = {
        seed: differential.differences(differential.generate(seed)) for seed in range(first, first + 200)
    }
    assert {seed: found for seed, found in wrong.items() if found} == {}


def test_an_array_with_something_after_it_is_no_array() -> None:
    assert texts(only('COPY ["a", "/b"] c\n')) == ['["a",', '"/b"]', "c"]


def test_words_know_where_they_stand() -> None:
    made = only('  COPY --from=x \\\n  # between\n\n    a.txt \\\n  "b" /c/\n')
    assert [(word.text, *made.place(word.at)) for word in (*made.flags, *made.words)] == [
        ("--from=x", 2, 8),
        ("a.txt", 5, 5),
        ('"b"', 6, 3),
        ("/c/", 6, 7),
    ]
    assert (made.line, made.end_line) == (2, 6)
    array = only('COPY ["a b", \\\n "c\\u0064"]\n')
    assert [(word.text, *array.place(word.at)) for word in array.words] == [("a b", 2, 8), ("cd", 3, 3)]


def test_flags() -> None:
    made = only("RUN --mount=type=bind,target=/a --mount=type=cache,target=/b --network=none -- --x\n")
    assert made.flag_values("mount") == ["type=bind,target=/a", "type=cache,target=/b"]
    assert made.flag("network") == "none"
    assert made.flag("security") is None
    assert texts(made) == ["--x"]


def test_here_documents() -> None:
    made = only('COPY <<-EOF <<"B" plain /d/\n\tone $X\n\t\ttwo\n\tEOF\n\tthree\nB\n')
    assert [(doc.delimiter.name, doc.delimiter.expand, doc.content, doc.line) for doc in made.heredocs] == [
        ("EOF", True, "one $X\ntwo\n", 3),
        ("B", False, "\tthree\n", 6),
    ]
    assert made.end_line == 7


def test_blanks_before_a_delimiter_open_a_document_that_copy_does_not_take() -> None:
    made = only("COPY << EOF /c\nhi\nEOF\n")
    assert texts(made) == ["<<", "EOF", "/c"]
    assert [doc.body for doc in made.heredocs] == ["hi\n"]


def test_a_trigger_keeps_its_here_document() -> None:
    made = only("ONBUILD RUN <<E\nid\nE\n").trigger
    assert made is not None
    assert (made.name, [doc.body for doc in made.heredocs]) == ("RUN", ["id\n"])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file holds no instructions"),
        ("# only\n\n", 1, "the file holds no instructions"),
        ("# escape=`\n# ESCAPE=`\nFROM a\n", 2, "there can be one `escape` directive only"),
        ("# escape=x\nFROM a\n", 1, "`x` cannot be the escape character, \\ and ` can"),
        ("FROM a\nFOO b\n", 2, "`FOO` is no instruction"),
        ("FROM a b\n", 1, "`FROM` requires either one or three arguments"),
        ("FROM a as 1b\n", 1, "`1b` cannot name a stage: it starts with a digit or holds symbols"),
        ("COPY a b\nFROM a\n", 1, "`COPY` stands before the first `FROM`"),
        ("FROM a\nCOPY a\n", 2, "`COPY` requires a source and a destination"),
        ("FROM a\nCOPY a <<EOF\nEOF\n", 2, "a here-document cannot be the destination of `COPY`"),
        ("FROM a\nCOPY --form=b a b\n", 2, "`COPY` has no flag `--form`"),
        ("FROM a\nCOPY --from=b --from=c a b\n", 2, "`--from` is given twice"),
        ("FROM a\nCOPY --from a b\n", 2, "`--from` needs a value"),
        ("FROM a\nCOPY --link=yes a b\n", 2, "`--link` is either `true` or `false`"),
        ("FROM a\nRUN <<EOF\nid\n", 2, "the here-document `EOF` has no end"),
        ("FROM a\nENV A\n", 2, "it must have two arguments"),
        ("FROM a\nENV A=b C\n", 2, "there is no `=` in `C`: it must be of the form `name=value`"),
        ("FROM a\nWORKDIR\n", 2, "`WORKDIR` requires exactly one argument"),
        ("FROM a\nSHELL sh -c\n", 2, "`SHELL` requires the JSON form"),
        ("FROM a\nONBUILD FROM b\n", 2, "`FROM` is not allowed in `ONBUILD`"),
        ("FROM a\nHEALTHCHECK TCP 80\n", 2, "`TCP` is no kind of `HEALTHCHECK`, `CMD` and `NONE` are"),
        (
            'FROM a\nRUN ["a", 1]\n',
            2,
            "when using JSON array syntax, arrays must be comprised of strings only",
        ),
        ("FROM a\nRUN " + "x" * 65532 + "\n", 2, "the line is longer than 65535 bytes"),
    ],
)
def test_what_buildkit_refuses_is_a_fault_with_its_line(text: str, line: int, message: str) -> None:
    (fault,) = read(text).faults
    assert (fault.rule, fault.site.file, fault.site.line, fault.message) == (
        "invalid-manifest", "Dockerfile", line, message,
    )  # fmt: skip


def test_a_wrong_instruction_does_not_hide_the_others() -> None:
    found = read("FROM a\nFOO\nCOPY a\nCOPY a b\nWORKDIR\n")
    assert [fault.site.line for fault in found.faults] == [2, 3, 5]
    assert [made.name for made in found.instructions] == ["FROM", "COPY"]


def test_text_that_is_no_utf8_and_control_characters() -> None:
    found = dockerfile.read("Dockerfile", b"\xef\xbb\xbfFROM a\nCOPY \xff\x00 --flag=\xc3\x85 /b\n")
    assert found.faults == ()
    assert texts(found.instructions[1]) == ["\udcff\ufffd", "--flag=\u00c5", "/b"]


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "COPY a b\n" * 100_000,
        "FROM a\nRUN a \\\n" + "  && b \\\n" * 200_000,
        "FROM a\nRUN a \\\n" + "\\\n" * 200_000,
        "FROM a\nRUN <<EOF\n" + "x\n" * 200_000,
        "FROM a\nRUN [" + "[" * 60_000 + "\n",
        "FROM a\nENV " + "A=$B" * 16_000 + "\n",
        "FROM a\n" + "# c\n" * 200_000,
        "FROM a\nRUN " + "<<E" * 20_000 + "\n",
        "# escape=" + " " * 65_000 + "\\\nFROM a\n",
    ],
)
def test_large_files_are_read_in_linear_time(text: str) -> None:
    started = time.process_time()
    assert read(text).instructions
    assert time.process_time() - started < 20  # a second; quadratic time would be many minutes
