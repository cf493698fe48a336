"""Standings from metric scores, by the method of each framework year.

A trust's scores make its average score. The unadjusted segment follows from that, by the same cuts
for all trust types. In 2025/26 the cuts are quartiles, set afresh each quarter; in 2026/27 they are
fixed. A trust with the financial override can be no better than segment 3. NHS England assigns
segment 5; it is not computed. The league is ordered by segment, then by average score.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce

import polars as pl

from nhs_league.core.frameworks import CutKind, frameworks, method_of
from nhs_league.frozen import frozen

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


OVERRIDE_TO = 3
"""The best segment that a trust with the override can have, in every framework year so far."""
BY_PEOPLE = 5
"""The segment that no arithmetic gives."""
_BOUNDARIES = (1, 2, 3)


class OverrideReason(StrEnum):
    """Why a trust has the financial override."""

    PLAN = "plan below 0"
    YEAR_TO_DATE = "year to date below plan"
    BOTH = "plan below 0 and year to date below plan"
    SUPPORT = "deficit support"


@frozen
class SegmentBoundary:
    """The boundary between two segments, as far as the trusts on both sides show it.

    Attributes:
        better: the segment on its better side; the next one is on the other.
        highest_better: the highest average score on the better side; None where no trust is there.
        lowest_worse: the lowest average score on the worse side; None where no trust is there.

    """

    better: int
    highest_better: float | None
    lowest_worse: float | None

    @property
    def midpoint(self) -> float | None:
        """The middle between both sides; None where one of them is not known."""
        if self.highest_better is None or self.lowest_worse is None:
            return None
        return (self.highest_better + self.lowest_worse) / 2


def published_unadjusted_segment() -> pl.Expr:
    """Return the segment by score where it is known: published, or not made by an override.

    The override only ever makes segment 3; so segments 1, 2 and 4 are by score, and segment 3 is
    where the trust is not in deficit.
    """
    by_score = (pl.col("segment") < BY_PEOPLE) & (
        (pl.col("segment") != OVERRIDE_TO) | ~has_override()
    )
    return pl.coalesce("unadjusted_segment", pl.when(by_score).then("segment"))


def has_override() -> pl.Expr:
    """Return whether trusts have the financial override: as published, else by their deficit."""
    return pl.coalesce("override", "in_deficit")


def league_segment() -> pl.Expr:
    """Return the segment that orders the league: before segment 5 was assigned, if known."""
    return pl.coalesce("adjusted_segment", "segment")


def has_fixed_cuts(quarter: str) -> bool:
    """Return whether the cuts of a quarter are the same all year."""
    return method_of(quarter).cuts is CutKind.FIXED


def cut_period(quarter: str = "quarter") -> pl.Expr:
    """Return what shares its cuts with each quarter: its framework year, or itself alone."""
    fixed = {each.year: each.method.cuts is CutKind.FIXED for each in frameworks()}
    is_fixed = known_year(quarter).replace_strict(fixed, return_dtype=pl.Boolean)
    return pl.when(is_fixed).then(year(quarter)).otherwise(pl.col(quarter).cast(pl.String))


def segment_boundaries(standings: pl.DataFrame) -> tuple[SegmentBoundary, ...]:
    """Find the cuts between segments from the trusts whose segment by score is known.

    Each cut is put where the fewest trusts are on the wrong side of it: a single odd figure does
    not move it.

    Args:
        standings: schema STANDINGS, of all trust types, as the cuts are national; of one quarter,
            or of the quarters of a framework year whose cuts are fixed.

    Returns:
        Three cuts, the best first.

    """
    # A segment 3 that a deficit may have made says that the segment by score is 3 or better.
    held = pl.when(pl.col("segment") == OVERRIDE_TO).then("segment")
    known = standings.select(
        "average_score",
        by_score=published_unadjusted_segment(),
        at_worst=pl.coalesce(published_unadjusted_segment(), held),
    ).filter(pl.col("average_score").is_not_null())
    return tuple(_boundary(known, better) for better in _BOUNDARIES)


def _boundary(known: pl.DataFrame, better: int) -> SegmentBoundary:
    sides = (
        known.select(
            "average_score",
            worse=pl.when(pl.col("by_score") > better)
            .then(1)
            .when(pl.col("at_worst") <= better)
            .then(0)
            .cast(pl.Int64),
        )
        .drop_nulls()
        .sort("average_score", "worse")
    )
    scores = sides["average_score"].to_list()
    # For a cut after 0, 1, 2 … trusts: the worse ones before it and the better ones after it.
    worse_before = pl.concat([pl.Series([0]), sides["worse"].cum_sum()])
    is_better = 1 - sides["worse"]
    better_before = pl.concat([pl.Series([0]), is_better.cum_sum()])
    place = (worse_before + is_better.sum() - better_before).arg_min() or 0
    return SegmentBoundary(
        better,
        scores[place - 1] if place else None,
        scores[place] if place < len(scores) else None,
    )


def segment_from_score(score: pl.Expr, boundaries: tuple[SegmentBoundary, ...]) -> pl.Expr:
    """Return the segment of an average score by the cuts; null where a cut is not known."""
    beyond = [
        pl.lit(None, pl.Int8)
        if boundary.midpoint is None
        else (score > boundary.midpoint).cast(pl.Int8)
        for boundary in boundaries
    ]
    return pl.sum_horizontal(pl.lit(1, pl.Int8), *beyond, ignore_nulls=False).cast(pl.Int8)


def with_unadjusted_segment(
    standings: pl.LazyFrame, boundaries: tuple[SegmentBoundary, ...]
) -> pl.LazyFrame:
    """Add ``computed_unadjusted_segment``: as known, else by the cuts.

    Args:
        standings: schema STANDINGS, of one quarter.
        boundaries: the cuts of that quarter.

    """
    segment = pl.coalesce(
        published_unadjusted_segment(), segment_from_score(pl.col("average_score"), boundaries)
    )
    return standings.with_columns(computed_unadjusted_segment=segment.cast(pl.Int8))


def apply_override(by_score: pl.Expr, overridden: pl.Expr) -> pl.Expr:
    """Apply the financial override to a segment by score."""
    capped = overridden.fill_null(value=False) & (by_score < OVERRIDE_TO)
    return pl.when(capped).then(pl.lit(OVERRIDE_TO, pl.Int8)).otherwise(by_score)


def is_capped() -> pl.Expr:
    """Return whether trusts are in segment 3 through the override alone.

    By the published override, else by the deficit, and ``computed_unadjusted_segment``.
    """
    capped = (
        has_override()
        & (pl.col("segment") == OVERRIDE_TO)
        & (pl.col("computed_unadjusted_segment") < OVERRIDE_TO)
    )
    return capped.fill_null(value=False)


def overrides(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Work out which trusts have the financial override, by the year's rule.

    A trust has it where a metric that the rule names is below 0. The score decides (above 1), as
    a printed 0.00 may be a little below it.

    Args:
        observations: schema OBSERVATIONS.

    Returns:
        quarter, trust_code, computed_override, ``reason`` (an OverrideReason but for deficit
        support, which only the published override shows) and ``together`` (the sum of the
        metrics' values, in % of income); trusts that lack one of the metrics are left out.

    """
    of_year = pl.concat(
        [
            observations.filter(
                known_year() == each.year, number().is_in(each.method.override.metrics)
            ).with_columns(place=number().replace_strict(_places(each.method.override.metrics)))
            for each in frameworks()
        ]
    )
    below = pl.coalesce(pl.col("score") > 1, pl.col("value") < 0)
    plan, to_date = (below.filter(pl.col("place") == place).any() for place in (0, 1))
    return (
        of_year.filter(pl.coalesce("score", "value").is_not_null())
        .group_by("quarter", "trust_code")
        .agg(
            plan=plan,
            to_date=to_date,
            metrics=pl.col("place").n_unique(),
            together=pl.col("value").sum(),
        )
        .filter(pl.col("metrics") == 2)
        .select(
            "quarter",
            "trust_code",
            "together",
            computed_override=pl.col("plan") | pl.col("to_date"),
            reason=pl.when(pl.col("plan") & pl.col("to_date"))
            .then(pl.lit(OverrideReason.BOTH.value))
            .when("plan")
            .then(pl.lit(OverrideReason.PLAN.value))
            .when("to_date")
            .then(pl.lit(OverrideReason.YEAR_TO_DATE.value)),
        )
    )


def _places(metrics: tuple[str, ...]) -> dict[str, int]:
    return {metric: place for place, metric in enumerate(metrics)}
