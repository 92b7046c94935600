"""The records are those of `typing` in all that anything here relies on."""

from __future__ import annotations

import copy
import types
import typing
from typing import Any

import pytest

from depcheck import record

BAD = {"__annotations__": {"a": "int", "b": "int"}, "a": 1}


class Ours(record.NamedTuple):
    """A record."""

    name: str
    number: int = 3
    rest: tuple[str, ...] = ()

    @property
    def doubled(self) -> int:
        """More than a field."""
        return self.number * 2


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    number: int = 3
    rest: tuple[str, ...] = ()

    @property
    def doubled(self) -> int:
        """More than a field."""
        return self.number * 2


@pytest.mark.parametrize("arguments", [("a",), ("a", 1), ("a", 1, ("b",))])
def test_a_record_is_what_typing_makes(arguments: tuple[Any, ...]) -> None:
    ours, theirs = Ours(*arguments), Theirs(*arguments)
    assert tuple(ours) == tuple(theirs)
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert ours._fields == theirs._fields
    assert ours.doubled == theirs.doubled
    assert tuple(ours._replace(name="c", number=9)) == tuple(theirs._replace(name="c", number=9))
    assert type(ours._replace(name="c")) is Ours
    assert copy.deepcopy(ours) == ours
    assert Ours.__doc__ == Theirs.__doc__
    assert Ours.__module__ == Theirs.__module__


def test_fields_are_matched_by_place_and_by_name() -> None:
    match Ours("a", rest=("b",)):
        case Ours("a", number=3, rest=(last,)):
            assert last == "b"
        case _:
            pytest.fail("no match")


def test_what_typing_refuses_is_refused() -> None:
    record_ = Ours("a")
    with pytest.raises(AttributeError):
        record_.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        record_.other = "b"  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="no such fields: other"):
        record_._replace(other=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="without a default"):
        types.new_class("Bad", (record.NamedTuple,), exec_body=lambda body: body.update(BAD))
