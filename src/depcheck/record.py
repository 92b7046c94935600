"""`NamedTuple`: to a type checker and in use that of `typing`, but made in a fourth of the time.

A scan makes some fifty of these classes before it reads a file. `typing.NamedTuple` compiles every
annotation and a text for each class, a fifth of the start; here annotations stay text.
"""

from __future__ import annotations

TYPE_CHECKING = False  # a type checker takes the name for true; importing `typing` for it costs 4 ms
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from _collections import _tuplegetter
    from functools import cache
    from types import CodeType, FunctionType

    @cache
    def _made(count: int) -> CodeType:
        """`__new__`, compiled as `collections.namedtuple` does it: nothing else is as fast to call."""
        listed = "".join(f"_{number}, " for number in range(count))
        return eval(f"lambda cls, {listed}: new(cls, ({listed}))").__code__  # noqa: S307

    def _code(fields: tuple[str, ...]) -> CodeType:
        """The same for all records with as many fields, but for their names."""
        return _made(len(fields)).replace(co_varnames=("cls", *fields), co_name="__new__")

    class _Maker(type):
        """Makes a class body with annotations a subclass of tuple."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = tuple(body[field] for field in fields if field in body)
            if any(field in body for field in fields[: len(fields) - len(defaults)]):
                raise TypeError(f"{name}: a field without a default follows one with a default")
            new = FunctionType(_code(fields), {"new": tuple.__new__}, "__new__", defaults)
            for index, field in enumerate(fields):
                body[field] = _tuplegetter(index, "")
            own = {"__slots__": (), "_fields": fields, "__match_args__": fields, "__new__": new}
            return type(name, (tuple,), {**_SHARED, **body, **own})

    class NamedTuple(metaclass=_Maker):
        """What a record's class names as its base; what is made of it has tuple alone."""

    def _replace(self: tuple[Any, ...], /, **changes: Any) -> tuple[Any, ...]:
        made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
        if changes:
            raise ValueError(f"no such fields: {', '.join(changes)}")
        return made

    def _asdict(self: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def _repr(self: tuple[Any, ...]) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in _asdict(self).items())
        return f"{type(self).__name__}({shown})"

    def _arguments(self: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self)

    _SHARED = {"_replace": _replace, "_asdict": _asdict, "__repr__": _repr, "__getnewargs__": _arguments}


__all__ = ["NamedTuple"]
