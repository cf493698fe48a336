"""The fictional release files, written as NHS England would have published them, round by round.

Every file has a byte-order mark, CRLF, empty fields for what is missing, and floats for all
numbers. The rounds differ as the real ones did: the first has no column Quarter, the first two call
the second trust type non-acute; from the third on, metric files of 2025/26 hold every quarter so
far; the third is revised for acute trusts (``-v2``); the fourth has no quarter in its files' names;
files of 2026/27 hold their own quarter only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sample_release.figures import trusts_in
from sample_release.measures import ACUTE, AMBULANCE, COMMUNITY, TYPES, Measure
from sample_release.method import Figure, Place, Table, make_table
from sample_release.quarters import period_label, quarter_label
from sample_release.ranges import DRAWS, Likely, likely_ranges
from sample_release.trusts import Trust, make_trusts

_PUBLISHED_TYPE = {
    ACUTE: "Acute trust",
    COMMUNITY: "Mental health and community trust",
    AMBULANCE: "Ambulance trust",
}
_OLD_TYPE = _PUBLISHED_TYPE | {COMMUNITY: "Non-acute hospital trust"}
_FILE_TYPE = {
    ACUTE: "acute-trust",
    COMMUNITY: "mental-health-and-community-trust",
    AMBULANCE: "ambulance-trust",
}
_OLD_FILE_TYPE = _FILE_TYPE | {COMMUNITY: "non-acute-hospital-trust"}
_METRIC_COLUMNS = ["Quarter", "Region", "Trust_type", "Trust_subtype", "Trust_code", "Trust_name", "Domain", "Sub-domain", "Metric_ID", "Metric_description", "Reporting_date", "Units", "Value", "Median_value", "Lower_quartile", "Upper_quartile", "Rank"]  # fmt: skip
_TABLE_COLUMNS = ["Quarter", "Region", "Trust_type", "Trust_subtype", "Trust_code", "Trust_name", "Average_score", "Likely_range_of_average_score", "Segment", "Trust_in_financial_deficit", "Rank", "Likely_range_of_rank"]  # fmt: skip
_REVISED_ROUND = 2
_FEWER_DRAWS = 200


@dataclass(frozen=True)
class ReleaseFile:
    """A file of the release: its path below ``wp-content/uploads/``, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Round:
    """What was published on one day."""

    quarter: str
    is_revision: bool
    files: tuple[ReleaseFile, ...]


def make_rounds(quarters: int = 5, times: int = 1, *, every_quarter: bool = True) -> list[Round]:
    """Make the publication rounds of so many quarters, with ``times`` as many trusts.

    Where ``every_quarter`` is false, metric files hold one quarter each; otherwise those of 2025/26
    hold, from the third on, every quarter so far.
    """
    trusts = make_trusts(times)
    tables = [
        make_table(quarter, trusts_in(quarter, trusts), revised=True) for quarter in range(quarters)
    ]
    # Stores that are larger than the sample are made to be timed, not to be read.
    draws = DRAWS if (quarters, times) == (5, 1) else _FEWER_DRAWS
    rounds = []
    for quarter, table in enumerate(tables):
        before = tables[:quarter] if every_quarter and quarter in (2, 3) else []
        now = table
        if quarter == _REVISED_ROUND:
            now = make_table(quarter, trusts_in(quarter, trusts), revised=False)
        files = [file for kind in TYPES for file in _files(kind, [*before, now], draws)]
        rounds.append(Round(quarter_label(quarter), False, tuple(files)))
        if quarter == _REVISED_ROUND:
            again = _files(ACUTE, [*before, table], draws, "-v2")
            rounds.append(Round(quarter_label(quarter), True, tuple(again)))
    return rounds


def _files(kind: str, tables: list[Table], draws: int, revision: str = "") -> list[ReleaseFile]:
    """Write the metric file and the league table of one type in one round."""
    newest = tables[-1]
    quarter = newest.quarter
    is_first, is_old = quarter == 0, quarter < 2
    in_year = quarter % 4
    year, month = 2025 + quarter // 4 + (in_year >= 2), (9, 12, 3, 6)[in_year]
    tag = {0: "", 1: "-q2", 2: "-q3-25-26", 3: ""}.get(
        quarter, f"-q{in_year + 1}-{quarter_label(quarter)[5:].replace('/', '-')}"
    ) + revision
    stem = f"{year}/{month:02d}/nhs-oversight-framework-{(_OLD_FILE_TYPE if is_old else _FILE_TYPE)[kind]}"
    published_type = (_OLD_TYPE if is_old else _PUBLISHED_TYPE)[kind]
    metric_rows = [row for table in tables for row in _metric_rows(table, kind, published_type)]
    table_rows = _table_rows(newest, kind, published_type, draws)
    if is_first:
        metric_rows = [row[1:] for row in metric_rows]
    table_columns = ["Reporting_date", *_TABLE_COLUMNS[1:]] if is_first else _TABLE_COLUMNS
    return [
        ReleaseFile(f"{stem}-data{tag}.csv", _csv(_METRIC_COLUMNS[is_first:], metric_rows)),
        ReleaseFile(f"{stem}-league-table{tag}.csv", _csv(table_columns, table_rows)),
    ]


def _metric_rows(table: Table, kind: str, published_type: str) -> list[list[str]]:
    """Write a type's rows of a quarter, by metric and then by trust."""
    trusts = {trust.code: trust for trust in table.members[kind]}
    rows: dict[tuple[str, str], list[str]] = {}
    for measure, figures in table.figures.items():
        for code, figure in figures.items():
            if code in trusts:
                for row in _figure_rows(table, measure, kind, figure):
                    rows[row[2], code] = row
    for code in trusts:
        for row in _summary_rows(table, table.places[code]):
            rows[row[2], code] = row
    label = quarter_label(table.quarter)
    return [
        [label, *_about(trusts[code], published_type), *rows[metric_id, code]]
        for metric_id, code in sorted(rows)
    ]


def _about(trust: Trust, published_type: str) -> list[str]:
    return [trust.region, published_type, trust.subtype, trust.code, trust.name]


def _figure_rows(table: Table, measure: Measure, kind: str, figure: Figure) -> Iterator[list[str]]:
    """Write a metric's value row and score row, as far as there are such."""
    about = [measure.domain, measure.sub_domain]
    if figure.value is not None:
        peers = table.peers[measure, kind]
        yield [
            *about,
            f"OF0{measure.number:03d}",
            measure.description,
            period_label(measure.period, table.quarter),
            figure.unit,
            *map(_float, (figure.value, peers.median, peers.lower_quartile, peers.upper_quartile)),
            _float(figure.rank),
        ]
    if figure.score is not None:
        yield [
            *about,
            f"OF{table.framework.score}{measure.number:03d}",
            measure.description,
            period_label(measure.score_period or measure.period, table.quarter),
            "score",
            *_alone(figure.score, figure.rank),
        ]


def _summary_rows(table: Table, place: Place) -> Iterator[list[str]]:
    framework, time = table.framework, period_label(table.framework.summary_period, table.quarter)
    for domain, score in place.domain_scores.items():
        digit = framework.domains[domain]
        text = f"{domain} domain score"
        sub_domain, until = framework.sub_domains.get(domain, (text, 0))
        yield [
            domain,
            sub_domain if table.quarter < until else text,
            f"OF{framework.domain}0{digit}",
            text,
            time,
            framework.domain_units.get(domain, "score"),
            *_alone(score, place.domain_ranks[domain]),
        ]
        text = f"{domain} domain segment"
        segment = place.domain_segments[domain]
        metric_id = f"OF{framework.segment}0{digit}"
        yield [domain, text, metric_id, text, time, "segment", *_alone(segment, None)]
    for row, figure, rank in (
        (framework.adjusted, place.segment, place.rank),
        (framework.average, place.average, place.score_rank),
        (framework.unadjusted, place.unadjusted, None),
        (framework.override, place.override, None),
        (framework.final, place.final, None),
        (framework.support, place.final == 5, None),
    ):
        if row is not None and table.quarter % 4 <= row.last:
            yield ["Summary", "Summary", row.metric_id, row.description, time, row.unit, *_alone(figure, rank)]  # fmt: skip


def _alone(figure: float, rank: int | None) -> list[str]:
    """Write a figure that has no median and no quartiles."""
    return [_float(figure), "", "", "", _float(rank)]


def _table_rows(table: Table, kind: str, published_type: str, draws: int) -> list[list[str]]:
    members = table.members[kind]
    likely = likely_ranges(table, members, draws)
    return [
        [
            quarter_label(table.quarter),
            *_about(trust, published_type),
            *_table_row(table.places[trust.code], likely[trust.code]),
        ]
        for trust in sorted(members, key=lambda t: (table.places[t.code].rank, t.name))
    ]


def _table_row(place: Place, likely: Likely) -> list[str]:
    return [
        _float(place.average),
        f"{likely.score_low:.2f} to {likely.score_high:.2f}",
        # The adjusted segment, by which the league is ordered; decisions are in the metric file.
        _float(place.segment),
        "Yes" if place.override else "No",
        _float(place.rank),
        f"{likely.rank_low} to {likely.rank_high}",
    ]


def _float(figure: float | None) -> str:
    """Write a number as the real files do: 24 as 24.0, and nothing where there is none."""
    return "" if figure is None else str(float(figure))


def _csv(columns: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
