"""The official method: metric scores to domain and average scores, and the order of the league.

Source of the rules: NHS England, NHS Oversight Framework 2025/26, methodology manual.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

ROUNDING = 0.01 + 1e-9
"""How far a recomputed figure may be from a published one: those have two places, and halves went
both ways. The edge is for binary fractions."""
PLACES = 2
"""How many places published scores have."""
COMBINED_FINANCE = "OF0080"
FINANCE_PARTS = ("OF0079", "OF0081")
"""Planned surplus or deficit, and variance to plan: left out where combined finance is present."""


def by_rank(rank: pl.Expr, count: pl.Expr) -> pl.Expr:
    """Score by the rank formula: 1 + 3 × (rank - 1) / (n - 1), n trusts with a value."""
    return 1 + 3 * (rank - 1) / pl.max_horizontal(count - 1, 1)


def counted(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the observations that count in means: scored, and combined finance for its two parts.

    Args:
        observations: schema OBSERVATIONS, of any quarters and trusts.

    """
    has_combined = (
        ((pl.col("metric_id") == COMBINED_FINANCE) & pl.col("score").is_not_null())
        .any()
        .over("quarter", "trust_code")
    )
    stood_in_for = pl.col("metric_id").is_in(FINANCE_PARTS) & has_combined
    return observations.filter(pl.col("score").is_not_null() & ~stood_in_for)


def average_scores(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Compute each trust's average score: the mean of all its metric scores, unweighted.

    Returns:
        quarter, trust_code, computed_average_score (1 to 4, unrounded), metrics (how many count).

    """
    return (
        counted(observations)
        .group_by("quarter", "trust_code")
        .agg(computed_average_score=pl.col("score").mean(), metrics=pl.len())
    )


def domain_scores(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Compute each trust's domain scores: the mean of the metric scores of each domain.

    Returns:
        quarter, trust_code, domain, computed_score (1 to 4, unrounded), metrics (how many count).

    """
    return (
        counted(observations)
        .group_by("quarter", "trust_code", "domain")
        .agg(computed_score=pl.col("score").mean(), metrics=pl.len())
    )


def league_rank(
    segment: str = "segment", average: str = "average_score", apart: Sequence[str] = ()
) -> pl.Expr:
    """Rank standings as the league does, within their quarter and trust type.

    By segment, then by average score; ties share the smaller rank; null where either is unknown.

    Args:
        segment: the column of the segment.
        average: the column of the average score.
        apart: further columns by which rows are ranked apart.

    """
    place = pl.struct(segment, average)
    known = pl.col(segment).is_not_null() & pl.col(average).is_not_null()
    return pl.when(known).then(
        pl.when(known).then(place).rank("min").over("quarter", "trust_type", *apart).cast(pl.Int32)
    )
