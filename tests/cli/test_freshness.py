"""Saying that a newer release may be out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nhs_league.cli.data import is_stale
from nhs_league.core.quarters import Quarter
from tests.conftest import Run
from tests.releases import official


@pytest.mark.parametrize(
    ("today", "stale"),
    [
        # The quarter ended on 31 December 2025; 75 days of usual lag and 110 more are 185 days.
        (date(2025, 12, 31) + timedelta(days=185), False),
        (date(2025, 12, 31) + timedelta(days=186), True),
        (date(1970, 1, 1), False),
        (date(2050, 1, 1), True),
    ],
)
def test_a_quarter_is_stale_110_days_past_its_usual_day_of_publication(
    today: date, stale: bool
) -> None:
    assert is_stale(Quarter(2025, 3), today) is stale


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year - (day.month < 4), (day.month - 4) % 12 // 3 + 1)


@pytest.mark.parametrize(
    ("quarter", "is_old"), [(Quarter(2025, 1), True), (quarter_of(date.today()), False)]
)
def test_one_line_on_stderr_says_so(
    run: Run, tmp_path: Path, quarter: Quarter, is_old: bool
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(official.metric_file().replace("Q3 2025/26", quarter.label), "utf-8")
    assert run("fetch", "--from", str(file), data_dir=tmp_path).returncode == 0
    done = run("table", data_dir=tmp_path)
    assert ("A newer release may be out" in done.stderr) is is_old
    assert "newer release" not in run("table", "--quiet", data_dir=tmp_path).stderr
