"""Frozen classes behave as ``@dataclass(frozen=True)`` does."""

from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from typing import Any

import pytest

from nhs_league.frozen import frozen


@frozen
class Fast:
    name: str
    among: list[int] = field(default_factory=list, compare=False)
    rank: int = field(default=1, kw_only=True)


@frozen(kw_only=True)
class FastChild(Fast):
    of: int = 10

    def __repr__(self) -> str:
        return "a child"


@dataclass(frozen=True)
class Usual:
    name: str
    among: list[int] = field(default_factory=list, compare=False)
    rank: int = field(default=1, kw_only=True)


@dataclass(frozen=True, kw_only=True)
class UsualChild(Usual):
    of: int = 10

    def __repr__(self) -> str:
        return "a child"


def refusals(one: Any) -> list[str]:
    """Return what changing an object says."""
    messages = []
    for name in ("rank", "unknown"):
        with pytest.raises(FrozenInstanceError) as caught:
            setattr(one, name, 2)
        messages.append(str(caught.value))
    with pytest.raises(FrozenInstanceError) as caught:
        del one.name
    return [*messages, str(caught.value)]


@pytest.mark.parametrize("pair", [(Fast, Usual), (FastChild, UsualChild)])
def test_a_frozen_class_is_a_dataclass_like_any_other(pair: tuple[Any, Any]) -> None:
    def behaviour(kind: Any) -> list[object]:
        one = kind(name="a", among=[1]) if kind in (FastChild, UsualChild) else kind("a", [1])
        same, other = replace(one, among=[2]), replace(one, rank=3)
        return [
            repr(one).replace("Usual", "Fast"),
            asdict(one),
            (one == same, hash(one) == hash(same), one == other, one == "a"),
            refusals(one),
            kind.__match_args__,
        ]

    fast, usual = pair
    assert behaviour(fast) == behaviour(usual)


def test_a_parent_and_its_child_are_not_equal() -> None:
    assert Fast("a") != FastChild(name="a")
    with pytest.raises(TypeError, match="name"):
        Fast(rank=3)  # type: ignore[call-arg]
