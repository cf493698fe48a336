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
DOMAIN_SCORES = {"2025/26": "OF40", "2026/27": "OF42"}
ADJUSTED = {"2025/26": "OF5000", "2026/27": "OF5200"}
AVERAGE = {"2025/26": "OF5002", "2026/27": "OF5202"}
UNADJUSTED = {"2025/26": "OF5003", "2026/27": "OF5203"}
OVERRIDE = {"2025/26": "OF5004", "2026/27": "OF5204"}
FINAL = "OF5005"
COMBINED = "OF2029"
"""A score that has the number of a value of another metric."""


@dataclass
class Metric:
    """One trust's figures of one metric in one quarter; None where there is none."""

    description: str = ""
    domain: str = ""
    sub_domain: str = ""
    period: str = ""
    value: float | None = None
    unit: str = ""
    rank: int | None = None
    median: float | None = None
    lower: float | None = None
    upper: float | None = None
    score: float | None = None
    score_period: str = ""


@dataclass
class Trust:
    """One trust in one quarter."""

    code: str
    name: str
    trust_type: str
    subtype: str
    region: str
    metrics: dict[str, Metric] = field(default_factory=dict)
    summary: dict[str, tuple[float | None, int | None]] = field(default_factory=dict)
    domains: dict[str, tuple[float | None, int | None]] = field(default_factory=dict)
    """Domain -> its score and rank."""
    domain_names: dict[str, str] = field(default_factory=dict)
    """Metric_ID of a domain's score -> domain."""


Releases = dict[str, dict[str, Trust]]
"""Quarter -> trust code -> trust."""

RowKey = tuple[str, str, str]
"""A published row: quarter, trust code, and Metric_ID or "league table"."""


@dataclass(frozen=True)
class Revision:
    """A figure that a later file changed."""

    quarter: str
    code: str
    row: str
    column: str
    before: float | None
    after: float | None


@dataclass
class Archive:
    """What all files say: the newest figures, and those that a later file changed."""

    releases: Releases
    revisions: list[Revision]


def read(files: Iterable[bytes]) -> Archive:
    """Read release files in their order of publication; a later row takes an earlier one's place."""
    releases: Releases = {}
    revisions: list[Revision] = []
    newest: dict[RowKey, tuple[str, ...]] = {}
    for data in files:
        text = data.decode("utf-8-sig") if data[:3] == b"\xef\xbb\xbf" else _decoded(data)
        rows = list(csv.DictReader(io.StringIO(text)))
        is_metric_file = "Metric_ID" in rows[0]
        columns = ("Value", "Rank") if is_metric_file else ("Average_score", "Segment", "Rank")
        only_quarter = _only_quarter(rows)
        for row in rows:
            quarter = row.get("Quarter") or only_quarter
            if is_metric_file:
                _add(releases, row, quarter)
            key = (quarter, row["Trust_code"], row.get("Metric_ID", "league table"))
            figures = tuple(row[column] for column in columns)
            before = newest.get(key, figures)
            newest[key] = figures
            if figures != before:
                revisions += _changes(key, columns, before, figures)
    in_time = sorted(releases, key=lambda quarter: (quarter[3:], quarter))
    return Archive({quarter: releases[quarter] for quarter in in_time}, revisions)


def _only_quarter(rows: list[dict[str, str]]) -> str:
    """Return the quarter of a file of the first form; its summary rows and table rows give it."""
    if "Quarter" in rows[0]:
        return ""
    return next(r["Reporting_date"] for r in rows if r.get("Metric_ID", "OF5").startswith("OF5"))


def _changes(
    key: RowKey, columns: tuple[str, ...], before: tuple[str, ...], after: tuple[str, ...]
) -> list[Revision]:
    figures = [
        (column, _number(old), _number(new))
        for column, old, new in zip(columns, before, after, strict=True)
    ]
    return [Revision(*key, column, old, new) for column, old, new in figures if old != new]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _add(releases: Releases, row: dict[str, str], quarter: str) -> None:
    trusts = releases.setdefault(quarter, {})
    code = row["Trust_code"]
    name = _text(row["Trust_name"])
    if code not in trusts:
        trust_type = TYPES[row["Trust_type"]]
        trusts[code] = Trust(code, name, trust_type, row["Trust_subtype"], row["Region"])
    trust = trusts[code]
    trust.name = name
    metric_id, year = row["Metric_ID"], quarter[3:]
    value, rank = _number(row["Value"]), _number(row["Rank"])
    place = None if rank is None else int(rank)
    if metric_id.startswith(("OF4", "OF5")):
        trust.summary[metric_id] = (value, place)
        if metric_id.startswith(DOMAIN_SCORES[year]):
            domain = _text(row["Domain"])
            trust.domains[domain] = (value, place)
            trust.domain_names[metric_id] = domain
        return
    is_score = metric_id.startswith(SCORES[year])
    value_id = metric_id if metric_id == COMBINED else f"OF0{metric_id[3:]}"
    metric = trust.metrics.setdefault(value_id, Metric())
    metric.domain, metric.sub_domain = _text(row["Domain"]), _text(row["Sub-domain"])
    if is_score:
        metric.score, metric.score_period = value or None, row["Reporting_date"]
        return
    metric.description, metric.period = _text(row["Metric_description"]), row["Reporting_date"]
    metric.value, metric.rank, metric.unit = value, place, row["Units"]
    metric.median = _number(row["Median_value"])
    metric.lower, metric.upper = _number(row["Lower_quartile"]), _number(row["Upper_quartile"])


def _number(text: str) -> float | None:
    return float(text) if text else None


def _text(text: str) -> str:
    return " ".join(text.split())
