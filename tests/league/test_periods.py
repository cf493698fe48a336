"""When a metric's period ended, in the words of the release files."""

from __future__ import annotations

from datetime import date

import pytest

from nhs_league.league.periods import ended


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("Jun-25", date(2025, 6, 30)),
        ("Q1 2025/26", date(2025, 6, 30)),
        ("Q4 2024-25", date(2025, 3, 31)),
        ("2024", date(2024, 12, 31)),
        ("2023/24", date(2024, 3, 31)),
        ("Month 3 2025", date(2025, 6, 30)),
        ("Month 12 2025/26", date(2026, 3, 31)),
        ("Jun 24 - Jun 25 vs Jun 23 - Jun 24", date(2025, 6, 30)),
        ("June 2025", date(2025, 6, 30)),
        ("Feb-24", date(2024, 2, 29)),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, day: date) -> None:
    assert ended(period) == day


@pytest.mark.parametrize("period", ["", "latest", "Month 13", "soon"])
def test_a_period_that_is_not_understood_has_no_end(period: str) -> None:
    assert ended(period) is None
