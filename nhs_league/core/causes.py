"""What moved a trust between two quarters, in which direction, and whether it may be chance."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core.confidence import overlaps
from nhs_league.core.frames import round_computed
from nhs_league.core.movement import MetricChange


class Certainty(StrEnum):
    """Whether a change is more than chance."""

    CLEAR = "clear"
    WITHIN = "within likely range"
    UNKNOWN = "not known"
    NOT_COMPARABLE = "not comparable"


class Cause(StrEnum):
    """What a trust's change comes from, most of all."""

    OVERRIDE_APPLIED = "override applied"
    OVERRIDE_REMOVED = "override removed"
    DECISION = "decision"
    METRIC_SET = "metric set changed"
    REVISED = MetricChange.REVISED.value
    MOVED = MetricChange.MOVED.value
    PEERS_MOVED = MetricChange.PEERS_MOVED.value
    FRAMEWORK = "framework changed"
    GONE = "no longer listed"
    NEW = "newly listed"


_MEANS = {
    MetricChange.MOVED: Cause.MOVED,
    MetricChange.PEERS_MOVED: Cause.PEERS_MOVED,
    MetricChange.SAME_PERIOD: Cause.PEERS_MOVED,
    MetricChange.NEW_FIGURE: Cause.PEERS_MOVED,
    MetricChange.REVISED: Cause.REVISED,
    MetricChange.ADDED: Cause.METRIC_SET,
    MetricChange.DROPPED: Cause.METRIC_SET,
    MetricChange.BROKEN: Cause.METRIC_SET,
}


MAIN = (
    "trust_code", "by", "metric_id", "metric", "short_name", "value_from", "value", "unit",
    "period_from", "period", "score_from", "score", "kind", "still", "computed_share", "largest",
    "tied_metrics",
)  # fmt: skip
"""One row a trust whose average score was made better or worse by a metric. ``by`` is the Cause
that moved its average score most, the metric the first of those that did so; ``still``, whether the
average score is what it was; ``computed_share``, the metric's share (0 to 1) of all the score
points that moved in the direction of the change; ``largest``, whether no other metric has a greater
share; ``tied_metrics``, the short names of it and those that share its place."""


def main_metric(moved: pl.DataFrame, earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Find for each trust the cause that moved its average score most, and a metric for it.

    Args:
        moved: schema MOVEMENT.
        earlier: schema STANDINGS of the earlier quarter.
        later: schema STANDINGS of the later quarter.

    Returns:
        Columns MAIN.

    """
    change = (
        earlier.select("trust_code", before="average_score")
        .join(later.select("trust_code", "average_score"), on="trust_code")
        .select("trust_code", up=(pl.col("average_score") - pl.col("before")).sign())
    )
    causes = {kind.value: cause.value for kind, cause in _MEANS.items()}
    # A trust whose average stands still has no direction; its largest mover is named.
    in_direction = pl.col("computed_contribution") * pl.when(pl.col("up") == 0).then(
        pl.col("computed_contribution").sign()
    ).otherwise("up")
    weighed = (
        moved.join(change, on="trust_code")
        .with_columns(weight=in_direction, by=pl.col("kind").replace_strict(causes))
        .filter(pl.col("weight") > 0)
        .with_columns(
            computed_share=round_computed(
                pl.col("weight") / pl.col("weight").sum().over("trust_code")
            ),
            largest=pl.col("weight") == pl.col("weight").max().over("trust_code"),
        )
    )
    main = (
        weighed.group_by("trust_code", "by")
        .agg(total=pl.col("weight").sum())
        .sort("trust_code", "total", "by", descending=[False, True, False])
        .unique("trust_code", keep="first", maintain_order=True)
    )
    ranked = main.join(weighed, on=["trust_code", "by"]).sort(
        "trust_code", "weight", "metric_id", descending=[False, True, False]
    )
    is_first = pl.col("weight") == pl.col("weight").max().over("trust_code")
    tied = ranked.filter(is_first).group_by("trust_code").agg(tied_metrics=pl.col("short_name"))
    return (
        ranked.unique("trust_code", keep="first", maintain_order=True)
        .join(tied, on="trust_code")
        .with_columns(still=pl.col("up") == 0)
        .select(MAIN)
    )


def certainty() -> pl.Expr:
    """Tell whether a change is clear: by fact, or beyond the likely ranges of both scores.

    Across framework years no change is: the scores are made in different ways.
    """
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    low_from, high_from = (pl.col(f"average_score_{end}_from") for end in ("low", "high"))
    by_fact = segment_moved() & (_override_flipped() | _decided())
    return (
        pl.when(~pl.col("same_framework"))
        .then(pl.lit(Certainty.NOT_COMPARABLE.value))
        .when(by_fact)
        .then(pl.lit(Certainty.CLEAR.value))
        .when(overlaps(low, high, low_from, high_from))
        .then(pl.lit(Certainty.WITHIN.value))
        .when(overlaps(low, high, low_from, high_from).not_())
        .then(pl.lit(Certainty.CLEAR.value))
        .otherwise(pl.lit(Certainty.UNKNOWN.value))
    )


def direction() -> pl.Expr:
    """Tell better from worse: by the segment, else by the average score, else by the rank."""
    steps = [
        (pl.col(c).cast(pl.Float64) - pl.col(f"{c}_from").cast(pl.Float64)).sign()
        for c in ("segment", "average_score", "rank")
    ]
    moved = [pl.when(step != 0).then(step) for step in steps]
    sign = pl.coalesce(moved)
    return (
        pl.when(sign < 0)
        .then(pl.lit("improved"))
        .when(sign > 0)
        .then(pl.lit("worsened"))
        .otherwise(pl.lit("neither"))
    )


def cause() -> pl.Expr:
    """Tell what a change comes from, most of all: a fact before a figure."""
    return (
        pl.when("is_gone")
        .then(pl.lit(Cause.GONE.value))
        .when("is_new")
        .then(pl.lit(Cause.NEW.value))
        .when(~pl.col("same_framework"))
        .then(pl.lit(Cause.FRAMEWORK.value))
        .when(segment_moved() & _decided())
        .then(pl.lit(Cause.DECISION.value))
        .when(segment_moved() & _override_flipped() & pl.col("is_capped"))
        .then(pl.lit(Cause.OVERRIDE_APPLIED.value))
        .when(segment_moved() & _override_flipped())
        .then(pl.lit(Cause.OVERRIDE_REMOVED.value))
        .when(pl.col("still").fill_null(value=True) & ~segment_moved())
        .then(pl.lit(Cause.PEERS_MOVED.value))
        .otherwise(pl.coalesce("by", pl.lit(Cause.PEERS_MOVED.value)))
    )


def segment_moved() -> pl.Expr:
    """Tell the trusts whose segment is another."""
    return (pl.col("segment") != pl.col("segment_from")).fill_null(value=False)


def _override_flipped() -> pl.Expr:
    return (pl.col("is_capped") != pl.col("is_held_back_from")).fill_null(value=False)


def _decided() -> pl.Expr:
    return ((pl.col("segment") == 5) | (pl.col("segment_from") == 5)).fill_null(value=False)
