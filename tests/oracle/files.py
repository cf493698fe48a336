"""Release files, read row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

TYPES = {
    "Acute trust": "acute",
    "Non-acute hospital trust": "mental-health-community",
    "Mental health and community trust": "mental-health-community",
    "Ambulance trust": "ambulance",
}
SCORES = {"2025/26": "OF1", "2026/27": "OF2"}
ADJUSTED = {"2025/26": "OF5000", "2026/27": "OF5200"}
AVERAGE = {"2025/26": "OF5002", "2026/27": "OF5202"}
UNADJUSTED = {"2025/26": "OF5003", "2026/27": "OF5203"}
FINAL = "OF5005"
COMBINED = "OF2029"
"""A score that has the number of a value of another metric."""


@dataclass
class Metric:
    """One trust's figures of one metric in one quarter; None where there is none."""

    value: float | None = None
    unit: str = ""
    rank: int | None = None
    median: float | None = None
    score: float | None = None


@dataclass
class Trust:
    """One trust in one quarter."""

    code: str
    name: str
    trust_type: str
    region: str
    metrics: dict[str, Metric] = field(default_factory=dict)
    summary: dict[str, tuple[float | None, int | None]] = field(default_factory=dict)


Releases = dict[str, dict[str, Trust]]
"""Quarter -> trust code -> trust."""


def read(files: Iterable[bytes]) -> Releases:
    """Read metric files in their order of publication; a later row takes an earlier one's place."""
    releases: Releases = {}
    for data in files:
        text = data.decode("utf-8-sig") if data[:3] == b"\xef\xbb\xbf" else _decoded(data)
        rows = list(csv.DictReader(io.StringIO(text)))
        if not rows or "Metric_ID" not in rows[0]:
            continue
        only_quarter = next(r["Reporting_date"] for r in rows if r["Metric_ID"].startswith("OF5"))
        for row in rows:
            _add(releases, row, row.get("Quarter") or only_quarter)
    in_time = sorted(releases, key=lambda quarter: (quarter[3:], quarter))
    return {quarter: releases[quarter] for quarter in in_time}


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _add(releases: Releases, row: dict[str, str], quarter: str) -> None:
    trusts = releases.setdefault(quarter, {})
    code = row["Trust_code"]
    name = " ".join(row["Trust_name"].split())
    if code not in trusts:
        trusts[code] = Trust(code, name, TYPES[row["Trust_type"]], row["Region"])
    trust = trusts[code]
    trust.name = name
    metric_id, year = row["Metric_ID"], quarter[3:]
    value = float(row["Value"]) if row["Value"] else None
    rank = int(float(row["Rank"])) if row["Rank"] else None
    if metric_id.startswith(("OF4", "OF5")):
        trust.summary[metric_id] = (value, rank)
        return
    is_score = metric_id.startswith(SCORES[year])
    own = metric_id if metric_id == COMBINED else f"OF0{metric_id[3:]}"
    metric = trust.metrics.setdefault(own, Metric())
    if is_score:
        metric.score = value or None
        return
    metric.value, metric.rank, metric.unit = value, rank, row["Units"]
    metric.median = float(row["Median_value"]) if row["Median_value"] else None
