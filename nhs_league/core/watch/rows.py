"""The rows of what is new."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core.frames import QUARTER


class Kind(StrEnum):
    """What is new."""

    SEGMENT = "segment"
    RANK = "rank"
    CHANGE = "clear change"
    WEAK = "new weak spot"
    GONE = "weak spot gone"
    REVISION = "revision"
    UNLISTED = "no longer listed"


NEWS = pl.Schema(
    {
        "kind": pl.String,
        "in_words": pl.String,
        "certainty": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "trust_type": pl.String,
        "quarter_from": QUARTER,
        "quarter": QUARTER,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "figure": pl.String,
        "unit": pl.String,
        "value_from": pl.Float64,
        "value": pl.Float64,
        "rank_from": pl.Int32,
        "rank": pl.Int32,
        "of": pl.Int32,
        "segment_from": pl.Int8,
        "segment": pl.Int8,
    }
)
"""One row a thing that is new, by trust: its segment and rank in a new quarter, a clear change, new
weak spots and those that are gone, and revisions. ``quarter_from`` is the quarter last seen;
``certainty`` is as of ``core.changes.CHANGES``, or says what is doubtful or not known. Of a
revision ``figure`` is the column that changed, ``value_from`` and ``value`` what it was and is."""


def as_news(rows: pl.DataFrame, kind: Kind, **columns: pl.Expr) -> pl.DataFrame:
    """Return rows of one kind as NEWS."""
    named = rows.with_columns(kind=pl.lit(kind.value)).with_columns(**columns)
    absent = [pl.lit(None).alias(column) for column in NEWS if column not in named.columns]
    return named.with_columns(absent).select(pl.col(c).cast(of) for c, of in NEWS.items())
