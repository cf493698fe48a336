"""Real release files read by hand: plain Python, nothing of the package."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ACUTE_2026 = "acute-trust-data-q1-2026-27.csv"
COMMUNITY_2026 = "mental-health-and-community-trust-data-q1-2026-27.csv"
AMBULANCE_2026 = "ambulance-trust-data-q1-2026-27.csv"
COMMUNITY_2025 = "nhs-oversight-framework-mental-health-and-community-trust-data.csv"
AMBULANCE_2025 = "nhs-oversight-framework-ambulance-trust-data.csv"
TWO_TRUSTS = "acute-trust-data-q4-2025-26-two-trusts.csv"

COMPLETE = (ACUTE_2026, COMMUNITY_2026, AMBULANCE_2026)
ROWS = {
    ACUTE_2026: 9629,
    COMMUNITY_2026: 3621,
    AMBULANCE_2026: 466,
    COMMUNITY_2025: 8771,
    AMBULANCE_2025: 1363,
    TWO_TRUSTS: 102,
}
"""All metric files in the published form, and how many rows each has."""


@dataclass(frozen=True)
class Row:
    """A row of a metric file; figures as the file writes them."""

    quarter: str
    trust_code: str
    trust_name: str
    domain: str
    metric_id: str
    description: str
    period: str
    unit: str
    value: str
    median: str
    lower_quartile: str
    upper_quartile: str
    rank: str


def read(path: Path) -> Iterator[Row]:
    """Read a metric file."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            yield Row(
                row["Quarter"],
                row["Trust_code"],
                row["Trust_name"],
                row["Domain"],
                row["Metric_ID"],
                row["Metric_description"],
                row["Reporting_date"],
                row["Units"],
                row["Value"],
                row["Median_value"],
                row["Lower_quartile"],
                row["Upper_quartile"],
                row["Rank"],
            )
