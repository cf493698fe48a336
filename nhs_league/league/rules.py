"""By which rule each metric's published scores follow from its values.

Source: NHS England, NHS Oversight Framework 2025/26, technical metric specification: each metric
is scored from 1.00 to 4.00 within its trust type, some discretely, some by rank. Which is which is
read from the figures themselves.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.league.metrics import catalogue
from nhs_league.league.peers import GROUP, with_peers
from nhs_league.league.schema.frames import QUARTER
from nhs_league.league.scoring import COMBINED_FINANCE, FINANCE_PARTS, ROUNDING, by_rank

LEAST = 5
"""Of how many trusts there must be values and scores before a rule is named."""


class Rule(StrEnum):
    """A rule by which a metric may be scored."""

    RANK = "rank"
    VALUE = "value"
    BANDS = "bands"
    CEILING = "mean of its parts, rounded up"
    MEAN = "mean of its parts"
    WORST = "worst of its parts"
    BEST = "best of its parts"


IN_WORDS = {
    Rule.RANK: "1 + 3 × (rank - 1) / (trusts - 1)",
    Rule.VALUE: "1 + 3 × the value's place between the best and the worst value",
    Rule.BANDS: "one of four scores by bands of the value",
    Rule.CEILING: "the mean of its two parts' scores, rounded up",
    Rule.MEAN: "the mean of its two parts' scores",
    Rule.WORST: "the worse of its two parts' scores",
    Rule.BEST: "the better of its two parts' scores",
}

RULES = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "unit": pl.String,
        "scored": pl.Int32,
        "checked": pl.Boolean,
        "rule": pl.String,
        "follows_rank_formula": pl.Boolean,
        "computed_largest_difference": pl.Float64,
    }
)
"""One row a scored metric, unit and trust type. ``checked`` is false where not all trusts are at
hand or too few have a score; ``rule`` is null where none of the known rules fits;
``computed_largest_difference`` is that from the rank formula."""


def by_value(value: pl.Expr, higher_is_better: pl.Expr) -> pl.Expr:
    """Score by the value's place between the best and the worst value of its GROUP."""
    smallest, largest = value.min().over(GROUP), value.max().over(GROUP)
    upwards = (value - smallest) / (largest - smallest)
    return 1 + 3 * pl.when(higher_is_better).then(1 - upwards).otherwise(upwards)


def rules(observations: pl.LazyFrame) -> pl.DataFrame:
    """Find each metric's rule.

    Args:
        observations: schema OBSERVATIONS, of one quarter, with all trusts.

    Returns:
        Schema RULES, by trust type and metric ID.

    """
    compared = with_peers(observations, catalogue(observations))
    scored = compared.filter(pl.col("unit").is_not_null() & pl.col("score").is_not_null())
    badness = pl.when("higher_is_better").then(-pl.col("value")).otherwise("value")
    differences = scored.with_columns(
        badness=badness,
        off_rank=(pl.col("score") - by_rank(pl.col("computed_rank"), pl.col("computed_of"))).abs(),
        off_value=(pl.col("score") - by_value(pl.col("value"), pl.col("higher_is_better"))).abs(),
    )
    bands = pl.col("score").is_in([1.0, 2.0, 3.0, 4.0]).all() & (
        pl.col("score").sort_by("badness", "score").diff().min() >= 0
    )
    whole = (pl.col("rank").is_null() | (pl.col("rank") == pl.col("computed_rank"))).all()
    valued = (
        differences.group_by(GROUP)
        .agg(
            pl.col("metric").first(),
            scored=pl.len(),
            checked=whole & (pl.len() >= LEAST) & pl.col("higher_is_better").is_not_null().all(),
            off_rank=pl.col("off_rank").max(),
            off_value=pl.col("off_value").max(),
            in_bands=bands,
        )
        .with_columns(
            rule=pl.when("checked").then(
                pl.when(pl.col("off_rank") <= ROUNDING)
                .then(pl.lit(Rule.RANK.value))
                .when(pl.col("off_value") <= ROUNDING)
                .then(pl.lit(Rule.VALUE.value))
                .when("in_bands")
                .then(pl.lit(Rule.BANDS.value))
            ),
            follows_rank_formula=pl.when("checked").then(pl.col("off_rank") <= ROUNDING),
            computed_largest_difference=pl.col("off_rank"),
        )
    )
    every = pl.concat([_shaped(valued), _shaped(_combined(observations))])
    return every.sort("trust_type", "metric_id", "unit").collect()


def _combined(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Find the rule by which combined finance follows from its two parts' scores."""
    trust = ("quarter", "trust_type", "trust_code")
    parts = (
        observations.filter(pl.col("metric_id").is_in(FINANCE_PARTS), pl.col("score").is_not_null())
        .group_by(trust)
        .agg(
            parts=pl.len(),
            mean=pl.col("score").mean(),
            worst=pl.col("score").max(),
            best=pl.col("score").min(),
        )
        .filter(pl.col("parts") == len(FINANCE_PARTS))
    )
    combined = observations.filter(
        (pl.col("metric_id") == COMBINED_FINANCE) & pl.col("score").is_not_null()
    ).join(parts, on=trust)
    candidates = {
        Rule.CEILING: pl.col("mean").ceil(),
        Rule.MEAN: pl.col("mean"),
        Rule.WORST: pl.col("worst"),
        Rule.BEST: pl.col("best"),
    }
    fits = [
        pl.when(((pl.col("score") - made).abs() <= ROUNDING).all()).then(pl.lit(rule.value))
        for rule, made in candidates.items()
    ]
    return combined.group_by("quarter", "trust_type", "metric_id", "unit").agg(
        pl.col("metric").first(),
        scored=pl.len(),
        checked=pl.len() >= LEAST,
        rule=pl.when(pl.len() >= LEAST).then(pl.coalesce(fits)),
        follows_rank_formula=pl.lit(None, pl.Boolean),
        computed_largest_difference=pl.lit(None, pl.Float64),
    )


def _shaped(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in RULES.items())
