"""A checked metric file as tidy frames: one row of the file is a value, a score or a summary."""

from __future__ import annotations

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.league.schema.frames import DOMAINS, OBSERVATIONS, STANDINGS
from nhs_league.league.schema.quarters import PATTERN as QUARTER_PATTERN
from nhs_league.releases.parse.checks import (
    ADJUSTED_SEGMENT,
    AVERAGE_SCORE,
    DOMAIN_SCORE_ID,
    DOMAIN_SEGMENT_ID,
    FINAL_OVERRIDE,
    OVERRIDE,
    RECOVERY_SUPPORT,
    SCORE_ID,
    UNADJUSTED_SEGMENT,
    VALUE_ID,
)
from nhs_league.releases.parse.rows import Rows

KEY = ("quarter", "trust_code", "metric_id", "unit")
"""The columns by which a row of a metric file is told from the others."""

_METRIC = ("quarter", "trust_code", "metric_id")
_SUMMARIES = (
    ADJUSTED_SEGMENT,
    AVERAGE_SCORE,
    UNADJUSTED_SEGMENT,
    OVERRIDE,
    FINAL_OVERRIDE,
    RECOVERY_SUPPORT,
)


def with_quarter(rows: Rows) -> pl.DataFrame:
    """Give each row its quarter; the first form has none but in its domain and summary rows.

    Raises:
        RefusedError: the file has no ``Quarter`` and its summary rows name none, or several.

    """
    if "quarter" in rows.header.position:
        return rows.frame
    said = rows.frame.filter(
        pl.col("metric_id").str.contains("^OF[45]"), pl.col("period").str.contains(QUARTER_PATTERN)
    )["period"].unique()
    if len(said) != 1:
        named = ", ".join(sorted(said)) or "none"
        raise RefusedError(
            rows.file,
            f"the file has no column Quarter, and its summary rows (OF4nnn, OF5nnn) name {named}",
            column=rows.header.spelt["period"],
        )
    return rows.frame.with_columns(quarter=pl.lit(said[0]))


def observations(frame: pl.DataFrame) -> pl.DataFrame:
    """Join each value row with its score row; schema OBSERVATIONS but ``of`` and ``release_file``.

    Where a metric has two value rows (rate and count), the score goes to the one that has the
    score's rank, else to the rate. A score without a value becomes an observation without unit.
    """
    values = frame.filter(pl.col("metric_id").str.contains(VALUE_ID))
    scores = frame.filter(pl.col("metric_id").str.contains(SCORE_ID)).with_columns(
        metric_id=pl.lit("OF0") + pl.col("metric_id").str.slice(3)
    )
    of_score = scores.select(*_METRIC, score="value", score_rank="rank")
    scored = (
        values.join(of_score, on=_METRIC, how="left")
        .sort(
            pl.col("rank") != pl.col("score_rank"),
            pl.col("unit") != "rate",
            "unit",
            nulls_last=True,
        )
        .with_columns(is_scored=pl.int_range(pl.len()).over(_METRIC) == 0)
        .with_columns(
            score=pl.when("is_scored").then("score"),
            rank=pl.when("is_scored").then(pl.coalesce("rank", "score_rank")).otherwise("rank"),
        )
    )
    unvalued = scores.join(values, on=_METRIC, how="anti").with_columns(
        score="value", value=pl.lit(None, pl.Float64), unit=pl.lit(None, pl.String)
    )
    columns = [c for c in OBSERVATIONS if c not in ("of", "release_file")]
    return pl.concat([scored.select(columns), unvalued.select(columns)])


def domains(frame: pl.DataFrame) -> pl.DataFrame:
    """Join the domain score rows with the domain segment rows; schema DOMAINS but the last two."""
    key = ("quarter", "trust_code", "trust_type", "domain")
    score = frame.filter(pl.col("metric_id").str.contains(DOMAIN_SCORE_ID))
    segment = frame.filter(pl.col("metric_id").str.contains(DOMAIN_SEGMENT_ID))
    joined = score.select(*key, "rank", score="value").join(
        segment.select(*key, segment="value"), on=key, how="full", coalesce=True
    )
    return joined.select(c for c in DOMAINS if c not in ("of", "release_file"))


def standings(frame: pl.DataFrame) -> pl.DataFrame:
    """Gather each trust's summary rows; what only the league table has is null (see STANDINGS)."""

    def summary(metric_id: str, column: str = "value") -> pl.Expr:
        return pl.col(column).filter(pl.col("metric_id") == metric_id).first()

    gathered = frame.group_by("quarter", "trust_code", maintain_order=True).agg(
        pl.col("trust_name", "trust_type", "subtype", "region").first(),
        average_score=summary(AVERAGE_SCORE),
        score_rank=summary(AVERAGE_SCORE, "rank"),
        segment=summary(ADJUSTED_SEGMENT),
        rank=summary(ADJUSTED_SEGMENT, "rank"),
        unadjusted_segment=summary(UNADJUSTED_SEGMENT),
        override=summary(OVERRIDE) == 1,
    )
    absent = [c for c in STANDINGS if c not in gathered.columns and c not in ("of", "release_file")]
    return gathered.with_columns(pl.lit(None).alias(c) for c in absent)


def not_understood(frame: pl.DataFrame) -> list[str]:
    """Name the metric IDs of families that this version does not know; they are kept out."""
    known = "|".join((VALUE_ID, SCORE_ID, DOMAIN_SCORE_ID, DOMAIN_SEGMENT_ID))
    unknown = frame.filter(
        ~pl.col("metric_id").str.contains(known) & ~pl.col("metric_id").is_in(_SUMMARIES)
    ).unique("metric_id")
    return [f"{i} ({m})" for i, m in unknown.sort("metric_id").select("metric_id", "metric").rows()]
