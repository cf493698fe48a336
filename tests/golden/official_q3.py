"""The real figures of Q3 2025/26, written at run time as release files in the official format.

What the shared file does not have (metric scores, metric ranks, medians, likely ranges, unadjusted
segments) is written as ``NA``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

Row = dict[str, str]

_METRICS = {
    "OF0010": ("Access to services", "Cancer care", "Percentage of patients with cancer diagnosed or ruled out within 28 days", "%"),
    "OF0011": ("Access to services", "Cancer care", "Percentage of patients treated for cancer within 62 days", "%"),
    "OF0020": ("Patient safety", "Patient safety", "Number of MRSA infections", "count"),
    "OF0048_rate": ("Patient safety", "Patient safety", "Rate of E. coli infections", "rate"),
    "OF0061": ("Patient safety", "Patient safety", "NHS Staff survey - raising concerns sub-score", "out of 10"),
    "OF0063": ("Effectiveness and experience", "Effective flow and discharge", "Percentage of inpatients with >60 day length of stay", "%"),
    "OF0079": ("Finance and productivity", "Finance", "Planned surplus/deficit", "%"),
    "OF0081": ("Finance and productivity", "Finance", "Variance year-to-date to financial plan", "%"),
    "OF0084": ("People and workforce", "Retention and culture", "NHS staff survey engagement theme sub-score ", "out of 10"),
    "OF0085": ("Finance and productivity", "Productivity", "Implied productivity", "%"),
    "OF0088_rate": ("Patient safety", "Patient safety", "Rate of C. difficile infections", "rate"),
}  # fmt: skip
_DOMAINS = {
    "0": "Access to services",
    "2": "Patient safety",
    "3": "Finance and productivity",
    "4": "People and workforce",
    "5": "Effectiveness and experience",
}
_METRIC_COLUMNS = "Quarter,Region,Trust_type,Trust_subtype,Trust_code,Trust_name,Domain,Sub-domain,Metric_ID,Metric_description,Reporting_date,Units,Value,Median_value,Lower_quartile,Upper_quartile,Rank"
_TABLE_COLUMNS = "Quarter,Region,Trust_type,Trust_subtype,Trust_code,Trust_name,Average_score,Likely_range_of_average_score,Segment,Trust_in_financial_deficit,Rank,Likely_range_of_rank"
_QUARTER = "Q3 2025/26"
_NONE = ("NA", "NA", "NA")


def read(shared: Path) -> list[Row]:
    """Read the shared figures, one row a trust."""
    with (shared / "league-figures-q3-2025-26-150-trusts.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(shared: Path, folder: Path) -> None:
    """Write a metric file and a league table for each trust type into a folder."""
    rows = read(shared)
    for number, trust_type in enumerate(sorted({row["Trust_type"] for row in rows})):
        of_type = [row for row in rows if row["Trust_type"] == trust_type]
        metric_rows = [line for row in of_type for line in _metric_rows(row)]
        _csv(folder / f"{number}-data.csv", _METRIC_COLUMNS, metric_rows)
        _csv(
            folder / f"{number}-league-table.csv",
            _TABLE_COLUMNS,
            [_table_row(row) for row in of_type],
        )


def _metric_rows(row: Row) -> Iterator[list[str]]:
    about = _about(row)
    for column, (domain, sub_domain, description, unit) in _METRICS.items():
        value = row[column] or "NA"
        yield [
            *about,
            domain,
            sub_domain,
            column[:6],
            description,
            _QUARTER,
            unit,
            value,
            *_NONE,
            "NA",
        ]
    for digit, domain in _DOMAINS.items():
        if row[f"OF400{digit}"]:
            for family, unit in (("OF400", "score"), ("OF410", "segment")):
                text = f"{domain} domain {unit}"
                value = row[f"{family}{digit}"]
                yield [
                    *about,
                    domain,
                    text,
                    f"{family}{digit}",
                    text,
                    _QUARTER,
                    unit,
                    value,
                    *_NONE,
                    "NA",
                ]
    summary = ("Summary", "Summary")
    yield [
        *about,
        *summary,
        "OF5000",
        "Adjusted segment",
        _QUARTER,
        "segment",
        row["Segment"],
        *_NONE,
        row["Rank"],
    ]
    yield [
        *about,
        *summary,
        "OF5002",
        "Average metric score",
        _QUARTER,
        "score",
        row["Average_score"],
        *_NONE,
        "NA",
    ]


def _table_row(row: Row) -> list[str]:
    deficit = {"1.0": "Yes", "0.0": "No", "": "NA"}[row["Trust_in_financial_deficit"]]
    return [*_about(row), row["Average_score"], "NA", row["Segment"], deficit, row["Rank"], "NA"]


def _about(row: Row) -> list[str]:
    return [
        row[c]
        for c in ("Quarter", "Region", "Trust_type", "Trust_subtype", "Trust_code", "Trust_name")
    ]


def _csv(path: Path, columns: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)
