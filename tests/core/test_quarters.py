"""When a metric's period ended, in the words of the release files."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.quarters import Quarter, period_end, same_period


def test_the_last_day_of_each_quarter_of_a_financial_year() -> None:
    ends = [Quarter.parse(f"Q{number} 2025/26").end for number in (1, 2, 3, 4)]
    assert ends == [
        date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31),
    ]  # fmt: skip


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
        # The other forms of the two framework years' files.
        ("Q1 26/27", date(2026, 6, 30)),
        ("Q4 25/26", date(2026, 3, 31)),
        ("Q1 2025", date(2025, 6, 30)),
        ("2025", date(2025, 12, 31)),
        ("M3 26/27", date(2026, 6, 30)),
        ("M11 25/26", date(2026, 2, 28)),
        ("Month 9 2025", date(2025, 12, 31)),
        ("2025/26", date(2026, 3, 31)),
        ("2025/26 plan", date(2026, 3, 31)),
        ("Apr 25 - Mar 26 vs Apr 24 - Mar 25", date(2026, 3, 31)),
        ("Apr 25 - Mar 26", date(2026, 3, 31)),
        ("Q3 2025/26 vs Q3 2024/25", date(2025, 12, 31)),
        ("Jan 24 - Dec 25", date(2025, 12, 31)),
        ("2026/27 YTD to June", date(2026, 6, 30)),
        ("2026/27 to June", date(2026, 6, 30)),
        ("2025/26 to February", date(2026, 2, 28)),
        ("12 months to June 2026", date(2026, 6, 30)),
        ("To Sep 2025", date(2025, 9, 30)),
        ("Latest published if awarded between 13 Feb 24 and 12 Feb 26", date(2026, 2, 12)),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, day: date) -> None:
    assert period_end(period) == day


@pytest.mark.parametrize(
    "period",
    [
        "",
        "latest",
        "Month 13",
        "soon",
        "Year to date 25/26",
        "Latest published if awarded post April 2024",
    ],
)
def test_a_period_that_is_not_understood_has_no_end(period: str) -> None:
    assert period_end(period) is None


def test_a_year_to_date_ends_with_the_quarter_of_its_figure() -> None:
    assert period_end("Year to date 25/26", "Q2 2025/26") == date(2025, 9, 30)


@pytest.mark.parametrize(
    ("earlier", "later", "same"),
    [
        (("2025/26", "Q3 2025/26"), ("2025/26 plan", "Q4 2025/26"), True),
        (("2024", "Q3 2025/26"), ("2024", "Q4 2025/26"), True),
        (("2024", "Q3 2025/26"), ("2025", "Q4 2025/26"), False),
        (("Q4 2025/26", "Q4 2025/26"), ("Month 12 2025/26", "Q4 2025/26"), True),
        (("Year to date 25/26", "Q1 2025/26"), ("Year to date 25/26", "Q2 2025/26"), False),
        (("soon", "Q1 2025/26"), ("later", "Q2 2025/26"), False),
        (("soon", "Q1 2025/26"), ("soon", "Q2 2025/26"), True),
    ],
)
def test_one_period_is_recognised_however_it_is_written(
    earlier: tuple[str, str], later: tuple[str, str], same: bool
) -> None:
    columns = ["period_from", "quarter_from", "period", "quarter"]
    row = pl.DataFrame([(*earlier, *later)], schema=columns, orient="row")
    assert row.select(same_period()).item() is same


def test_every_period_of_the_real_files_is_understood(shared: Path) -> None:
    """Only a rating that names no end has none; no period ends more than a year ahead."""
    for name in ("ambulance-trust-data", "mental-health-and-community-trust-data"):
        path = shared / f"nhs-oversight-framework-{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = {(row["Reporting_date"], row["Quarter"]) for row in csv.DictReader(file)}
        for period, quarter in rows:
            end = period_end(period, quarter)
            if period.startswith("Latest published if awarded post"):
                assert end is None
            else:
                assert end is not None, period
                assert date(2023, 12, 31) <= end <= date(2026, 3, 31), period
