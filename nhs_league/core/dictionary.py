"""What each column of the tidy frames is, in words, with its unit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.core.frames import KEYS, SCHEMAS

TABLES = {
    "standings": "A trust's segment, score and rank in a quarter.",
    "observations": "A metric's value and score of a trust in a quarter.",
    "domains": "A domain's score, segment and rank of a trust in a quarter.",
    "set_aside": "A cell or a row of a release file that could not be read.",
}
"""The tables that a person may query or export, and what a row of each is."""


@dataclass(frozen=True)
class Field:
    """A column: what it is, and the unit of its figures; empty for none."""

    description: str
    unit: str = ""


_RANK = Field("Rank, 1 is best; ties share the smaller rank.", "rank")
_SCORE = Field("Score, 1.00 (best) to 4.00 (worst).", "score")
_COMMON = {
    "quarter": Field("Quarter of the financial year, as published: Q3 2025/26."),
    "trust_code": Field("Trust code of the Organisation Data Service."),
    "trust_name": Field("Name as published in that quarter."),
    "trust_type": Field("acute, mental-health-community, ambulance, or a type's own name."),
    "subtype": Field("Trust subtype as published."),
    "region": Field("NHS region as published."),
    "domain": Field("One of the framework's five domains."),
    "sub_domain": Field("Sub-domain of the domain."),
    "of": Field("How many trusts are ranked; null where not all are at hand.", "trusts"),
    "rank": _RANK,
    "score": _SCORE,
    "segment": Field("Final segment, 1 (best) to 4; 5 is intensive support.", "segment"),
    "adjusted_segment": Field(
        "Segment after the financial override; it orders the league.", "segment"
    ),
    "doubt": Field("Why other figures contradict this row; null where none does."),
    "published_unit": Field("Unit as the release file gives it."),
    "score_period": Field("The reporting date of the metric's score."),
    "line": Field("Line of the release file, counted from 1.", "line"),
    "column": Field("Column of the release file."),
    "reason": Field("Why it could not be read."),
    "release_file": Field("Release file that the row comes from, with digits of its sha256."),
    "average_score": Field("Mean of all metric scores, 1.00 (best) to 4.00.", "score"),
    "average_score_low": Field("Lower end of the average score's likely range.", "score"),
    "average_score_high": Field("Upper end of the average score's likely range.", "score"),
    "score_rank": Field("Rank by average score alone.", "rank"),
    "unadjusted_segment": Field("Segment by average score, before the override.", "segment"),
    "override": Field("Whether the financial override worsens the segment."),
    "in_deficit": Field("Whether the trust is in financial deficit."),
    "rank_low": Field("Best rank of the likely range.", "rank"),
    "rank_high": Field("Worst rank of the likely range.", "rank"),
    "metric_id": Field("Metric ID as published: OF0nnn."),
    "metric": Field("Description of the metric as published."),
    "period": Field("The metric's own reporting date."),
    "unit": Field("Unit of value, median and quartiles; null for a score without a value."),
    "value": Field(
        "The metric's value as published; in set_aside, the cell's text.", "as in column unit"
    ),
    "median": Field("Median of the trust type, as published.", "as in column unit"),
    "lower_quartile": Field("Lower quartile of the trust type.", "as in column unit"),
    "upper_quartile": Field("Upper quartile of the trust type.", "as in column unit"),
}


def field(column: str) -> Field:
    """Describe a column of the tidy frames."""
    return _COMMON[column]


def described() -> pl.DataFrame:
    """List the tables' columns: table, column, description, unit, type, key (bool)."""
    rows = [
        {
            "table": table,
            "column": column,
            "description": field(column).description,
            "unit": field(column).unit or None,
            "type": str(kind.base_type()).casefold(),
            "key": column in KEYS[table],
        }
        for table in TABLES
        for column, kind in SCHEMAS[table].items()
    ]
    return pl.DataFrame(rows, schema_overrides={"unit": pl.String})
