"""What moved a trust between two quarters: its metrics, the cause, and whether it may be chance."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core.confidence import overlaps
from nhs_league.core.facts import normalise
from nhs_league.core.frames import cast_to, round_computed
from nhs_league.core.method.standings import average_scores, scored_for_average
from nhs_league.core.metrics import catalogue
from nhs_league.core.quarters import Quarter, same_period


class MetricChange(StrEnum):
    """What happened to a metric between two quarters."""

    MOVED = "a metric moved"
    PEERS_MOVED = "peers moved"
    SAME_PERIOD = "same period published again"
    REVISED = "same period, another figure"
    NEW_FIGURE = "new figure, same score"
    ADDED = "metric added"
    DROPPED = "metric dropped"
    BROKEN = "series broken"


MOVEMENT = pl.Schema(
    {
        "trust_type": pl.String,
        "trust_code": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "unit_from": pl.String,
        "unit": pl.String,
        "period_from": pl.String,
        "period": pl.String,
        "value_from": pl.Float64,
        "value": pl.Float64,
        "rank_from": pl.Int32,
        "rank": pl.Int32,
        "score_from": pl.Float64,
        "score": pl.Float64,
        "higher_is_better": pl.Boolean,
        "kind": pl.String,
        "computed_contribution": pl.Float64,
    }
)
"""One row a trust and metric that counts in its average in either quarter. ``kind`` is a
``MetricChange``; ``computed_contribution`` is what it adds to the change of the trust's average
score; the contributions of a trust add up to that change."""


def movement(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.DataFrame:
    """Compare two quarters metric by metric.

    A metric whose period and value are those of the quarter before is no news, though its score may
    change as its peers move. A metric whose unit or description changed under one ID is not
    compared.

    Args:
        before: schema OBSERVATIONS, of the earlier quarter, with all trusts.
        after: schema OBSERVATIONS, of the later quarter, with all trusts.

    Returns:
        Schema MOVEMENT.

    """
    listed = catalogue(after)
    directions = listed.select(
        "trust_type", "metric_id", "unit", "higher_is_better", "short_name"
    ).lazy()
    earlier_names = catalogue(before).select("trust_type", "metric_id", "unit", "short_name")
    key = ["trust_type", "trust_code", "metric_id"]
    both = _scored(before).join(_scored(after), on=key, how="full", coalesce=True, suffix="_to")
    means = {
        "from": average_scores(before).select("trust_code", mean_from="computed_average_score"),
        "to": average_scores(after).select("trust_code", total="weight"),
    }
    return (
        both.join(means["from"], on="trust_code", how="left")
        .join(means["to"], on="trust_code", how="left")
        .join(
            directions.rename({"unit": "unit_to"}),
            on=["trust_type", "metric_id", "unit_to"],
            how="left",
            nulls_equal=True,
        )
        .join(
            earlier_names.lazy().rename({"short_name": "short_name_from"}),
            on=["trust_type", "metric_id", "unit"],
            how="left",
            nulls_equal=True,
        )
        .with_columns(
            kind=_kind(),
            computed_contribution=_contribution(),
            metric_now=pl.coalesce("metric_to", "metric"),
            short_name=pl.coalesce("short_name", "short_name_from"),
        )
        .select(
            *key,
            "short_name",
            "higher_is_better",
            "kind",
            "computed_contribution",
            metric="metric_now",
            unit_from="unit",
            unit="unit_to",
            period_from="period",
            period="period_to",
            value_from="value",
            value="value_to",
            rank_from="rank",
            rank="rank_to",
            score_from="score",
            score="score_to",
        )
        .select(cast_to(MOVEMENT))
        .collect()
    )


COMPARED_VALUES = pl.Schema(
    {
        "trust_code": pl.String,
        "metrics_compared": pl.Int32,
        "metrics_improved": pl.Int32,
        "metrics_worsened": pl.Int32,
    }
)
"""How many of a trust's metrics have a value in one unit in two quarters, new in the later, and for
how many of these it is better or worse."""


def compare_values(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.DataFrame:
    """Count, by their values, the metrics that improved and worsened between two quarters.

    Metrics are the same where their IDs and units are, so that quarters of different framework
    years, which score them in different ways, can be compared.

    Args:
        before: schema OBSERVATIONS, of the earlier quarter, with all trusts.
        after: schema OBSERVATIONS, of the later quarter, with all trusts.

    Returns:
        Schema COMPARED_VALUES, one row a trust with a metric that can be compared; doubtful figures
        are not.

    """
    key = ["trust_type", "trust_code", "metric_id", "unit"]
    directions = catalogue(after).select("trust_type", "metric_id", "unit", "higher_is_better")
    columns = (*key, "quarter", "period", "value")
    change = pl.col("value") - pl.col("value_from")
    better = pl.when("higher_is_better").then(change > 0).otherwise(change < 0)
    is_sound = pl.col("doubt").is_null()
    return (
        after.filter(is_sound)
        .select(columns)
        .join(before.filter(is_sound).select(columns), on=key, suffix="_from")
        .join(directions.lazy(), on=["trust_type", "metric_id", "unit"])
        .filter(change.is_not_null(), pl.col("higher_is_better").is_not_null(), ~same_period())
        .group_by("trust_code")
        .agg(
            metrics_compared=pl.len(),
            metrics_improved=(better & (change != 0)).sum(),
            metrics_worsened=(~better & (change != 0)).sum(),
        )
        .select(cast_to(COMPARED_VALUES))
        .sort("trust_code")
        .collect()
    )


def _scored(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Keep what counts in the average; doubtful values are left out, their scores are not."""
    return scored_for_average(observations).select(
        "trust_type",
        "quarter",
        "trust_code",
        "metric_id",
        "metric",
        "unit",
        "period",
        pl.when(pl.col("doubt").is_null()).then("value"),
        "rank",
        "score",
        "weight",
    )


def _kind() -> pl.Expr:
    value, value_to = pl.col("value"), pl.col("value_to")
    score, score_to = pl.col("score"), pl.col("score_to")
    is_same_period = same_period("period", "quarter", "period_to", "quarter_to")
    same_value = value.eq_missing(value_to)
    same_score = score == score_to
    better = pl.when("higher_is_better").then(value_to > value).otherwise(value_to < value)
    follows = (
        pl.when(value_to.is_null()).then(pl.lit(value=True)).otherwise(better == (score_to < score))
    )
    is_broken = pl.col("unit").ne_missing(pl.col("unit_to")) | _redefined()
    return (
        pl.when(score.is_null())
        .then(pl.lit(MetricChange.ADDED.value))
        .when(score_to.is_null())
        .then(pl.lit(MetricChange.DROPPED.value))
        .when(is_broken)
        .then(pl.lit(MetricChange.BROKEN.value))
        .when(is_same_period & same_value & same_score)
        .then(pl.lit(MetricChange.SAME_PERIOD.value))
        .when(is_same_period & (~same_value | value_to.is_null()))
        .then(pl.lit(MetricChange.REVISED.value))
        .when(same_score & ~same_value)
        .then(pl.lit(MetricChange.NEW_FIGURE.value))
        .when(same_value & value_to.is_not_null() | ~follows)
        .then(pl.lit(MetricChange.PEERS_MOVED.value))
        .when(same_score)
        .then(pl.lit(MetricChange.SAME_PERIOD.value))
        .otherwise(pl.lit(MetricChange.MOVED.value))
    )  # fmt: skip


def _redefined() -> pl.Expr:
    """Return whether one ID has another description than before, spelling apart."""
    return pl.struct("metric", "metric_to").map_batches(
        lambda pairs: pl.Series(
            [normalise(a or "") != normalise(b or "") for a, b in pairs.struct.unnest().iter_rows()]
        ),
        return_dtype=pl.Boolean,
    )


def _contribution() -> pl.Expr:
    """Return what a metric adds to the change of its trust's mean; together they make it."""
    # A metric of one ID counts the same in both quarters; infections count a third each.
    mean, share = pl.col("mean_from"), pl.coalesce("weight", "weight_to") / pl.col("total")
    score, score_to = pl.col("score"), pl.col("score_to")
    change = (
        pl.when(score.is_null())
        .then(score_to - mean)
        .when(score_to.is_null())
        .then(mean - score)
        .otherwise(score_to - score)
    )
    return round_computed(change * share)


class Certainty(StrEnum):
    """Whether a change is more than chance."""

    CLEAR = "clear"
    WITHIN = "could be chance"
    UNKNOWN = "not known"
    NOT_COMPARABLE = "not comparable"


class Cause(StrEnum):
    """What a trust's change comes from, most of all."""

    OVERRIDE_APPLIED = "override applied"
    OVERRIDE_REMOVED = "override removed"
    DECISION = "decision"
    NOT_PUBLISHED = "segment 5 not published"
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
    """Return whether a change is clear: by fact, by redraws, else by the published likely ranges.

    Across framework years no change is: the scores are made in different ways. Nor is leaving
    segment 5 where the files do not say who is in it.
    """
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    low_from, high_from = (pl.col(f"average_score_{end}_from") for end in ("low", "high"))
    by_fact = segment_moved() & (_override_flipped() | _decided())
    return (
        pl.when(~pl.col("same_framework") | _may_still_be_in_5())
        .then(pl.lit(Certainty.NOT_COMPARABLE.value))
        .when(by_fact)
        .then(pl.lit(Certainty.CLEAR.value))
        .when(pl.col("computed_distinguishable"))
        .then(pl.lit(Certainty.CLEAR.value))
        .when(pl.col("computed_distinguishable").not_())
        .then(pl.lit(Certainty.WITHIN.value))
        .when(overlaps(low, high, low_from, high_from))
        .then(pl.lit(Certainty.WITHIN.value))
        .when(overlaps(low, high, low_from, high_from).not_())
        .then(pl.lit(Certainty.CLEAR.value))
        .otherwise(pl.lit(Certainty.UNKNOWN.value))
    )


def direction() -> pl.Expr:
    """Return whether a trust improved: by the segment, else by the average score, else by rank."""
    steps = [
        (pl.col(c).cast(pl.Float64) - pl.col(f"{c}_from").cast(pl.Float64)).sign()
        for c in ("segment", "average_score", "rank")
    ]
    segment, *others = [pl.when(step != 0).then(step) for step in steps]
    sign = pl.coalesce(pl.when(~_may_still_be_in_5()).then(segment), *others)
    return (
        pl.when(sign < 0)
        .then(pl.lit("improved"))
        .when(sign > 0)
        .then(pl.lit("worsened"))
        .otherwise(pl.lit("neither"))
    )


def cause() -> pl.Expr:
    """Return what a change comes from, most of all: a fact before a figure."""
    return (
        pl.when("is_gone")
        .then(pl.lit(Cause.GONE.value))
        .when("is_new")
        .then(pl.lit(Cause.NEW.value))
        .when(~pl.col("same_framework"))
        .then(pl.lit(Cause.FRAMEWORK.value))
        .when(_may_still_be_in_5())
        .then(pl.lit(Cause.NOT_PUBLISHED.value))
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
    """Return whether a trust's published segment changed."""
    return (pl.col("segment") != pl.col("segment_from")).fill_null(value=False)


INTENSIVE = 5
"""The segment of intensive support, which NHS England assigns."""
_LAST_LISTED = Quarter(2025, 2)
"""The last quarter whose metric files have rows of who is in segment 5 (OF5005)."""


def lists_segment_5(quarter: str) -> pl.Expr:
    """Return whether the files of a quarter and trust type say which trusts are in segment 5."""
    is_listed = Quarter.parse(quarter) <= _LAST_LISTED
    return pl.lit(is_listed) | (pl.col("segment") == INTENSIVE).any().over("trust_type")


def _may_still_be_in_5() -> pl.Expr:
    """Return whether a trust left segment 5 only as the later files do not say who is in it."""
    was_in_5 = (pl.col("segment_from") == INTENSIVE).fill_null(value=False)
    return was_in_5 & segment_moved() & ~pl.col("lists_segment_5")


def _override_flipped() -> pl.Expr:
    return (pl.col("is_capped") != pl.col("is_capped_from")).fill_null(value=False)


def _decided() -> pl.Expr:
    return pl.any_horizontal(pl.col("segment", "segment_from") == INTENSIVE).fill_null(value=False)
