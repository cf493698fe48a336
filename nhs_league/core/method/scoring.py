"""Averages of metric scores, and the order of the league, as each framework year has them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

from nhs_league.core.frameworks import frameworks

ROUNDING = 0.01 + 1e-9
"""How far a recomputed average may be from the published one: it is made of scores that have two
places, and published with two. The margin absorbs floating-point error."""
HALF_PLACE = 0.005 + 1e-9
"""How far a figure may be from itself rounded to two places."""
PLACES = 2
"""How many places published scores have."""


def two_places(figure: float) -> float:
    """Round as NHS England rounds scores: to two places, halves up."""
    rounded = pl.Series([figure]).round(PLACES, mode="half_away_from_zero")
    return float(rounded[0])


def number(metric_id: str = "metric_id") -> pl.Expr:
    """Return the last three digits of metric IDs, which name a metric in every framework year."""
    return pl.col(metric_id).str.extract(r"([0-9]{3})[^0-9]*$")


def year(quarter: str = "quarter") -> pl.Expr:
    """Return the framework year of quarters: ``2025/26`` for ``Q3 2025/26``."""
    return pl.col(quarter).cast(pl.String).str.slice(3)


def known_year(quarter: str = "quarter") -> pl.Expr:
    """Return the framework year in frameworks.json that quarters follow.

    A year that is not listed follows the latest one listed.
    """
    listed = [each.year for each in frameworks()]
    return year(quarter).replace_strict(
        dict(zip(listed, listed, strict=True)), default=listed[-1], return_dtype=pl.String
    )


def by_rank(rank: pl.Expr, count: pl.Expr) -> pl.Expr:
    """Score by the rank formula: 1 + 3 × (rank - 1) / (n - 1), n trusts with a value."""
    return 1 + 3 * (rank - 1) / pl.max_horizontal(count - 1, 1)


def weight() -> pl.Expr:
    """Return how much the scores of observations count in averages: 1, or what the year says."""
    weights = {
        f"{each.year} {metric}": float(share)
        for each in frameworks()
        for metric, share in each.method.weights.items()
    }
    key = pl.concat_str(known_year(), number(), separator=" ")
    return key.replace_strict(weights, default=1.0, return_dtype=pl.Float64)


def is_replaced() -> pl.Expr:
    """Return whether another score of the same trust and quarter counts instead of each score."""
    replaced = [
        number().is_in(stand_in.instead_of)
        & (known_year() == each.year)
        & ((number() == stand_in.score) & pl.col("score").is_not_null())
        .any()
        .over("quarter", "trust_code")
        for each in frameworks()
        for stand_in in each.method.stand_ins
    ]
    return reduce(lambda one, other: one | other, replaced, pl.lit(value=False))


def scored_for_average(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the observations that count in averages.

    Args:
        observations: schema OBSERVATIONS, of any quarters and trusts.

    Returns:
        Those with a score, without those that another score stands in for, and ``weight``: how
        much each counts (1, or 1/3 for each of the three infections).

    """
    return observations.filter(pl.col("score").is_not_null() & ~is_replaced()).with_columns(
        weight=weight()
    )


def weighted_mean() -> pl.Expr:
    """Average ``score`` by ``weight``."""
    return (pl.col("score") * pl.col("weight")).sum() / pl.col("weight").sum()


def average_scores(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Compute each trust's average score from its metric scores.

    Returns:
        quarter, trust_code, computed_average_score (1 to 4, unrounded), metrics (how many scores
        count) and weight (what they add up to).

    """
    return (
        scored_for_average(observations)
        .group_by("quarter", "trust_code")
        .agg(
            computed_average_score=weighted_mean(), metrics=pl.len(), weight=pl.col("weight").sum()
        )
    )


def domain_scores(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Compute each trust's domain scores from the metric scores of each domain.

    Returns:
        quarter, trust_code, domain, computed_score (1 to 4, unrounded), metrics (how many scores
        count) and weight (what they add up to).

    """
    return (
        scored_for_average(observations)
        .group_by("quarter", "trust_code", "domain")
        .agg(computed_score=weighted_mean(), metrics=pl.len(), weight=pl.col("weight").sum())
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
