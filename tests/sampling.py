"""What the default run takes of many alike cases; the long run takes the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Case = TypeVar("Case")


def one_in(
    share: int, cases: Iterable[Case], others: pytest.MarkDecorator = pytest.mark.long
) -> list[Case | ParameterSet]:
    """Mark all but one in so many cases as long, or as else is asked."""
    return [
        case if place % share == 0 else pytest.param(case, marks=others)
        for place, case in enumerate(cases)
    ]
