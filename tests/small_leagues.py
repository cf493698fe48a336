"""Small fictional leagues, written out figure by figure, so that what follows can be worked out.

All trusts, names and figures are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nhs_league.releases.intake import ReceivedFile, Status, add_files
from nhs_league.releases.store import open_store
from tests.inprocess import Ask, asking
from tests.releases.official import METRIC_HEADER, TABLE_HEADER, published

QUARTER = "Q3 2025/26"
METRICS = {
    # metric ID: domain, description, unit; of the first a low value is good, of the second a high
    # one, the third is published as a score alone.
    "OF0082": ("People and workforce", "Sickness absence rate", "%"),
    "OF0011": (
        "Access to services",
        "Percentage of patients treated for cancer within 62 days of referral",
        "%",
    ),
    "OF0035": ("Effectiveness and experience", "CQC inpatient survey satisfaction rate", "score"),
    "OF0048": ("Patient safety", "E. coli infections", "rate"),
    "OF0079": ("Finance and productivity", "Planned surplus/deficit", "%"),
}


@dataclass(frozen=True)
class Trust:
    """A fictional trust, as each row describes it."""

    code: str
    name: str = ""
    region: str = "London"
    subtype: str = "Acute - Large"

    def row(
        self,
        metric_id: str,
        value: object,
        rank: object = "",
        *,
        quarter: str = QUARTER,
        unit: str = "",
        period: str = "Dec-25",
    ) -> list[str]:
        """Return a row of a metric file: a value (``OF0…``), a score (``OF1…``) or a summary."""
        summary = {
            "OF5000": ("Adjusted segment", "segment"),
            "OF5002": ("Average metric score", "score"),
            "OF5003": ("Unadjusted segment", "segment"),
            "OF5004": ("Financial override", "flag"),
        }
        if metric_id in summary:
            text, of = summary[metric_id]
            domain, period = "Summary", quarter
        else:
            domain, text, of = METRICS[f"OF0{metric_id[3:]}"]
            of = "score" if metric_id.startswith("OF1") else of
        return [
            quarter, self.region, "Acute trust", self.subtype, self.code,
            self.name or f"Fictional Trust {self.code}", domain, domain, metric_id, text, period,
            unit or of, str(value), "", "", "", str(rank),
        ]  # fmt: skip

    def standing(
        self,
        segment: int,
        average: float,
        rank: int,
        *,
        unadjusted: int | None = None,
        score_rank: int | None = None,
        quarter: str = QUARTER,
    ) -> list[list[str]]:
        """Return the summary rows; a segment worse than the unadjusted one is by the override."""
        by_score = unadjusted or segment
        return [
            self.row("OF5000", segment, rank, quarter=quarter),
            self.row("OF5002", average, score_rank or rank, quarter=quarter),
            self.row("OF5003", by_score, quarter=quarter),
            self.row("OF5004", int(by_score != segment), quarter=quarter),
        ]

    def in_table(
        self,
        average: float,
        score_range: str,
        segment: int,
        deficit: str,
        rank: int,
        rank_range: str,
    ) -> list[str]:
        """Return the trust's row of a league table."""
        return [
            QUARTER, self.region, "Acute trust", self.subtype, self.code,
            self.name or f"Fictional Trust {self.code}", str(average), score_range, str(segment),
            deficit, str(rank), rank_range,
        ]  # fmt: skip


def trusts(count: int) -> list[Trust]:
    """Return so many trusts: Z01, Z02 …"""
    return [Trust(f"Z{number:02d}") for number in range(1, count + 1)]


def league(folder: Path, *files: list[list[str]]) -> Ask:
    """Store files, each of metric rows or of rows of a league table; return how to ask."""
    ask = asking(folder / "store")
    for number, rows in enumerate(files, start=1):
        name, data = release_file(rows, number)
        store = open_store(folder / "store")
        _, (taken,) = add_files(store, [ReceivedFile(name, data, str(folder / name))])
        assert taken.status in (Status.NEW, Status.REVISED), taken.reason
    return ask


def release_file(rows: list[list[str]], version: int) -> tuple[str, bytes]:
    """Return the name and the content of a file of this version."""
    header = TABLE_HEADER if len(rows[0]) == len(TABLE_HEADER.split(",")) else METRIC_HEADER
    name = f"fictional-{version}-q3-25-26-v{version}.csv"
    return name, published([header.split(","), *rows])
