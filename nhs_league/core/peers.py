"""A trust's peers: each value among those of its type, and the trusts most like one."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frames import OBSERVATIONS, Frames, cast_to, round_computed
from nhs_league.core.metrics import is_compared

GROUP = ("quarter", "trust_type", "metric_id", "unit")
"""Values are compared within a quarter, a trust type, a metric and a unit; a count beside rates is
not compared at all (see ``metrics.is_compared``)."""

COMPUTED = pl.Schema(
    {
        "higher_is_better": pl.Boolean,
        "computed_rank": pl.Int32,
        "computed_of": pl.Int32,
        "computed_median": pl.Float64,
        "computed_lower_quartile": pl.Float64,
        "computed_upper_quartile": pl.Float64,
        "computed_lowest": pl.Float64,
        "computed_highest": pl.Float64,
    }
)
"""What ``with_peers`` adds to observations; quartiles interpolate between values (R's type 7)."""

WITH_PEERS = pl.Schema([*OBSERVATIONS.items(), *COMPUTED.items()])


def with_peers(observations: pl.LazyFrame, catalogue: pl.DataFrame) -> pl.LazyFrame:
    """Add each value's place among its peers.

    Args:
        observations: schema OBSERVATIONS; all trusts of their types, as
            filters come after.
        catalogue: schema CATALOGUE of the same quarters, for the metrics' directions.

    Returns:
        Schema WITH_PEERS, as ``compare`` returns it.

    """
    direction = catalogue.lazy().select(*GROUP, "higher_is_better")
    return compare(observations.join(direction, on=GROUP, how="left", nulls_equal=True))


def compare(directed: pl.LazyFrame) -> pl.LazyFrame:
    """Add each value's place among its peers to observations whose direction is known.

    Args:
        directed: schema OBSERVATIONS and ``higher_is_better``, all trusts of their types.

    Returns:
        Schema WITH_PEERS. ``computed_rank`` is 1 for the best value, ties share the smaller rank,
        and it is null where the direction is not known; ``computed_of`` counts the values. A metric
        that is published as a score alone is ranked by its score. Of a value that is not compared,
        all ``computed_`` columns are null.

    """
    value = _compared()
    higher = pl.col("higher_is_better") & pl.col("unit").is_not_null()
    upwards = value.rank("min", descending=True).over(GROUP)
    downwards = value.rank("min").over(GROUP)
    return directed.with_columns(
        computed_rank=pl.when(higher).then(upwards).when(~higher).then(downwards),
        computed_of=pl.when(value.is_not_null()).then(value.count().over(GROUP)),
        computed_median=round_computed(value.median()).over(GROUP),
        computed_lower_quartile=round_computed(value.quantile(0.25, "linear")).over(GROUP),
        computed_upper_quartile=round_computed(value.quantile(0.75, "linear")).over(GROUP),
        computed_lowest=value.min().over(GROUP),
        computed_highest=value.max().over(GROUP),
    ).select(cast_to(WITH_PEERS))


def spreads(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Return the ends, quartiles and median of each GROUP of values, as ``compare`` does."""
    value = _compared()
    return observations.group_by(GROUP).agg(
        computed_lowest=value.min(),
        computed_lower_quartile=round_computed(value.quantile(0.25, "linear")),
        computed_median=round_computed(value.median()),
        computed_upper_quartile=round_computed(value.quantile(0.75, "linear")),
        computed_highest=value.max(),
    )


def without_peers(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Add the columns of ``with_peers`` as nulls."""
    return observations.with_columns(pl.lit(None, kind).alias(c) for c, kind in COMPUTED.items())


def _compared() -> pl.Expr:
    """Return what is compared: the value, or the score of a metric published as one alone."""
    value = pl.when(is_compared()).then("value")
    return pl.when(pl.col("unit").is_not_null()).then(value).otherwise("score")


def effective_rank() -> pl.Expr:
    """Return the rank to order by: the published one where each value of its group has one."""
    return pl.when(_all_ranked()).then("rank").otherwise("computed_rank")


def effective_count() -> pl.Expr:
    """Return the number of trusts that ``effective_rank()`` is of; null where it is not known."""
    return pl.when(_all_ranked()).then("of").otherwise("computed_of")


def _all_ranked() -> pl.Expr:
    has_no_figure = pl.col("value").is_null() & pl.col("unit").is_not_null()
    return (pl.col("rank").is_not_null() | has_no_figure).all().over(GROUP)


def peer_median() -> pl.Expr:
    """Return the median of the trust type: the published one, else the computed one.

    It is null beside a value that is not compared, where the published one is that of the rates.
    """
    return pl.when(is_compared()).then(pl.coalesce("median", "computed_median"))


def standard_met(standard: float | None, *, higher: bool | None) -> pl.Expr:
    """Count the values that meet a standard; null where there is none."""
    if standard is None or higher is None:
        return pl.lit(None, pl.Int32)
    value = pl.col("value")
    is_met = value >= standard if higher else value <= standard
    return is_met.sum().cast(pl.Int32)


def best_quarter() -> pl.Expr:
    """Return the value at which a type's best quarter begins: published, else computed."""
    upper = pl.coalesce("upper_quartile", "computed_upper_quartile")
    lower = pl.coalesce("lower_quartile", "computed_lower_quartile")
    return (
        pl.when(~is_compared())
        .then(None)
        .when(pl.col("higher_is_better"))
        .then(upper)
        .when(~pl.col("higher_is_better"))
        .then(lower)
    )


TEN = 10
SIMILAR = (
    "trust_code", "trust_name", "subtype", "region", "segment", "rank", "rank_low", "rank_high",
    "of", "average_score", "same_subtype", "same_region", "computed_distance", "quarter",
)  # fmt: skip
"""The columns of the trusts most like one, the likest first. ``computed_distance`` is the root mean
square difference of the scores (or, without scores, of the ranks' share) of the metrics that both
have, 0 for the same profile."""


def similar_trusts(frames: Frames, trust_code: str, count: int = TEN) -> pl.DataFrame:
    """Find the trusts most like one.

    Those of the same subtype and region come first, then those of the same subtype, then of the
    same region, then the others; among each the nearest profile of scores first.

    Args:
        frames: the tidy frames of one quarter and the trust's type.
        trust_code: a trust that is in the standings.
        count: how many to return.

    Returns:
        Columns SIMILAR.

    """
    standings = frames.standings.collect()
    (trust,) = standings.filter(pl.col("trust_code") == trust_code).to_dicts()
    distance = _distances(frames.observations, trust_code)
    return (
        standings.filter(pl.col("trust_code") != trust_code)
        .join(distance, on="trust_code", how="left")
        .with_columns(
            same_subtype=pl.col("subtype").eq_missing(pl.lit(trust["subtype"], pl.String)),
            same_region=pl.col("region").eq_missing(pl.lit(trust["region"], pl.String)),
        )
        .sort(
            "same_subtype",
            "same_region",
            "computed_distance",
            "trust_name",
            descending=[True, True, False, False],
            nulls_last=True,
        )
        .head(count)
        .select(SIMILAR)
    )


def _distances(observations: pl.LazyFrame, trust_code: str) -> pl.DataFrame:
    group = ("metric_id", "unit")
    place = pl.col("value").rank("average").over(group) / pl.col("value").count().over(group)
    # Without scores a value's place among the values stands in, on the same span of 3.
    profile = observations.with_columns(figure=pl.coalesce("score", 3 * place)).select(
        "trust_code", *group, "figure"
    )
    of_trust = profile.filter(pl.col("trust_code") == trust_code).drop("trust_code")
    return (
        profile.filter(pl.col("trust_code") != trust_code)
        .join(of_trust, on=group, nulls_equal=True, suffix="_of_trust")
        .drop_nulls(["figure", "figure_of_trust"])
        .group_by("trust_code")
        .agg(
            computed_distance=round_computed(
                (pl.col("figure") - pl.col("figure_of_trust")).pow(2).mean().sqrt()
            )
        )
        .collect()
    )
