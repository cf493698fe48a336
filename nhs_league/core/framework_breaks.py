"""Where the framework changes between quarters, and what then cannot be compared."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from nhs_league.core.quarters import Quarter


def framework_breaks(quarters: Iterable[str]) -> list[str]:
    """Describe each change of framework year between quarters.

    Args:
        quarters: labels such as ``Q4 2025/26``, in any order, repeated or not.

    Returns:
        A sentence for each two neighbouring quarters of different framework years; empty where
        there are none.

    """
    ordered = sorted({Quarter.parse(quarter) for quarter in quarters})
    return [
        f"The framework changed between {before.label} and {after.label}: domains, cuts and some "
        "metrics differ, so scores, segments and ranks are not directly comparable."
        for before, after in pairwise(ordered)
        if before.year != after.year
    ]
