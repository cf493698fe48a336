"""The fictional release files, written as NHS England would have published them, round by round.

The rounds differ as the real ones did: the first has no column Quarter, is in Windows-1252 and
calls the second trust type non-acute; the second has a byte-order mark and CRLF; from the third
on, metric files hold every quarter so far; the third is revised for acute trusts (``-v2``); the
fourth has no quarter in its files' names.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from sample_release.figures import period, quarter_label, trusts_in
from sample_release.measures import ACUTE, AMBULANCE, COMMUNITY, DOMAIN_NUMBERS, MEASURES, Measure
from sample_release.method import Place, Scored, Table, make_table
from sample_release.trusts import Trust, make_trusts

TYPES = (ACUTE, COMMUNITY, AMBULANCE)
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


def make_rounds(quarters: int = 4, times: int = 1, *, every_quarter: bool = True) -> list[Round]:
    """Make the publication rounds of so many quarters, with ``times`` as many trusts.

    Where ``every_quarter`` is false, metric files hold one quarter each; otherwise, from the third
    on, every quarter so far.
    """
    trusts = make_trusts(times)
    in_quarter = [trusts_in(quarter, trusts) for quarter in range(quarters)]
    tables = [make_table(q, there, revised=True) for q, there in enumerate(in_quarter)]
    rounds = []
    for quarter in range(quarters):
        span = range(quarter + 1) if every_quarter and quarter >= 2 else range(quarter, quarter + 1)
        now = dict(enumerate(tables))
        if quarter == _REVISED_ROUND:
            now[quarter] = make_table(quarter, in_quarter[quarter], revised=False)
        rounds.append(Round(quarter_label(quarter), False, tuple(
            file for t in TYPES for file in _files(quarter, t, [(q, in_quarter[q], now[q]) for q in span])
        )))  # fmt: skip
        if quarter == _REVISED_ROUND:
            again = [(q, in_quarter[q], tables[q]) for q in span]
            rounds.append(
                Round(quarter_label(quarter), True, tuple(_files(quarter, ACUTE, again, "-v2")))
            )
    return rounds


def _files(
    quarter: int, trust_type: str, tables: list[tuple[int, list[Trust], Table]], revision: str = ""
) -> list[ReleaseFile]:
    is_first, is_second = quarter == 0, quarter == 1
    kind = (_OLD_FILE_TYPE if quarter < 2 else _FILE_TYPE)[trust_type]
    published_type = (_OLD_TYPE if quarter < 2 else _PUBLISHED_TYPE)[trust_type]
    in_year = quarter % 4
    year, month = 2025 + quarter // 4 + (in_year >= 2), (9, 12, 3, 6)[in_year]
    tag = {0: "", 1: "-q2", 2: "-q3-25-26", 3: ""}.get(
        quarter, f"-q{in_year + 1}-{quarter_label(quarter)[5:].replace('/', '-')}"
    ) + revision
    stem = f"{year}/{month:02d}/nhs-oversight-framework-{kind}"
    metric_rows = [
        [
            quarter_label(q),
            trust.region,
            published_type,
            trust.subtype,
            trust.code,
            trust.name,
            *row,
        ]
        for q, there, table in tables
        for trust in there
        if trust.trust_type == trust_type
        for row in _metric_rows(q, trust, table)
    ]
    q, there, table = tables[-1]
    table_rows = [
        [
            quarter_label(q),
            trust.region,
            published_type,
            trust.subtype,
            trust.code,
            trust.name,
            *_table_row(table.places[trust.code]),
        ]
        for trust in sorted(there, key=lambda trust: (table.places[trust.code].rank, trust.name))
        if trust.trust_type == trust_type
    ]
    table_columns = _TABLE_COLUMNS
    if is_first:
        metric_rows = [row[1:] for row in metric_rows]
        table_columns = ["Reporting_date", *_TABLE_COLUMNS[1:]]
    metric_columns = _METRIC_COLUMNS[1:] if is_first else _METRIC_COLUMNS
    encoding = "cp1252" if is_first else "utf-8-sig" if is_second else "utf-8"
    end = "\r\n" if is_second else "\n"
    quoting = csv.QUOTE_MINIMAL if quarter < 2 else csv.QUOTE_NONNUMERIC
    return [
        ReleaseFile(
            f"{stem}-data{tag}.csv", _csv(metric_columns, metric_rows, encoding, end, quoting)
        ),
        ReleaseFile(
            f"{stem}-league-table{tag}.csv", _csv(table_columns, table_rows, encoding, end, quoting)
        ),
    ]


def _metric_rows(quarter: int, trust: Trust, table: Table) -> list[list[object]]:
    measures = [m for m in MEASURES[trust.trust_type] if m.number in table.scored[trust.code]]
    values: list[list[object]] = []
    scores: list[list[object]] = []
    for measure in measures:
        one = table.scored[trust.code][measure.number]
        time = period(measure, quarter)
        about = [measure.domain, measure.sub_domain]
        peers = table.peers.get((trust.trust_type, measure.number))
        if one.value is not None and peers is not None:
            spread = [peers.median, peers.lower_quartile, peers.upper_quartile]
            values.append(
                [
                    *about,
                    f"OF0{measure.number:03d}",
                    measure.description,
                    time,
                    measure.unit,
                    _plain(one.value),
                    *map(_plain, spread),
                    one.rank,
                ]
            )
            if measure.count_per is not None:
                values.append(_count_row(measure, one, time))
        scores.append(
            [
                *about,
                f"OF1{measure.number:03d}",
                measure.description,
                time,
                "score",
                _plain(one.score),
                *_NONE,
                one.rank or _NA,
            ]
        )
    return values + scores + _summary_rows(quarter, table.places[trust.code])


_NA = "NA"
_NONE = (_NA, _NA, _NA)


def _count_row(measure: Measure, one: Scored, time: str) -> list[object]:
    count = round((one.value or 0) * (measure.count_per or 0))
    return [
        measure.domain,
        measure.sub_domain,
        f"OF0{measure.number:03d}",
        measure.description,
        time,
        "count",
        count,
        *_NONE,
        one.rank,
    ]


def _summary_rows(quarter: int, place: Place) -> list[list[object]]:
    time = quarter_label(quarter)
    rows: list[list[object]] = []
    for name, number in DOMAIN_NUMBERS.items():
        if name in place.domain_scores:
            text = f"{name} domain score"
            rows.append(
                [
                    name,
                    text,
                    f"OF400{number}",
                    text,
                    time,
                    "score",
                    _plain(place.domain_scores[name]),
                    *_NONE,
                    place.domain_ranks[name],
                ]
            )
    for name, number in DOMAIN_NUMBERS.items():
        if name in place.domain_segments:
            text = f"{name} domain segment"
            rows.append(
                [
                    name,
                    text,
                    f"OF410{number}",
                    text,
                    time,
                    "segment",
                    place.domain_segments[name],
                    *_NONE,
                    _NA,
                ]
            )
    summary: list[tuple[str, str, str, object, object]] = [
        ("OF5000", "Adjusted segment", "segment", place.segment, place.rank),
        ("OF5002", "Average metric score", "score", _plain(place.average), place.score_rank),
        ("OF5003", "Unadjusted segment", "segment", place.unadjusted, _NA),
        ("OF5004", "Financial override", "flag", int(place.override), _NA),
    ]
    if quarter < 2:
        summary.append(("OF5005", "Final segment score override", "segment", place.segment, _NA))
        in_support = int(place.segment == 5)
        summary.append(
            (
                "OF5007",
                "Is the organisation in the Recovery Support Programme?",
                "flag",
                in_support,
                _NA,
            )
        )
    for metric_id, text, unit, figure, rank in summary:
        rows.append(["Summary", "Summary", metric_id, text, time, unit, figure, *_NONE, rank])
    return rows


def _table_row(place: Place) -> list[object]:
    return [
        _plain(place.average),
        f"{place.low:.2f} to {place.high:.2f}",
        place.segment,
        "Yes" if place.deficit else "No",
        place.rank,
        f"{place.rank_low} to {place.rank_high}",
    ]


def _plain(figure: float) -> float | int:
    """Write 24.0 as 24, as the real files do."""
    return int(figure) if figure == int(figure) else figure


def _csv(
    columns: list[str], rows: list[list[object]], encoding: str, end: str, quoting: int
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
