"""What the default run takes of many alike cases; the long run takes the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Case = TypeVar("Case")


def one_in(share: int, cases: Iterable[Case]) -> list[Case | ParameterSet]:
    """Mark all but one in so many cases as long."""
    return [
        case if place % share == 0 else pytest.param(case, marks=pytest.mark.long)
        for place, case in enumerate(cases)
    ]
