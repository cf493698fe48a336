"""Where each value stands among the values of its trust type, computed from the values at hand."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frames import OBSERVATIONS, round_computed
from nhs_league.core.metrics import is_compared

GROUP = ("quarter", "trust_type", "metric_id", "unit")
"""Values are compared within a quarter, a trust type, a metric and a unit; a count beside rates, as
``metrics.is_compared`` tells it, is not compared at all."""

COMPUTED = pl.Schema(
    {
        "higher_is_better": pl.Boolean,
        "computed_rank": pl.Int32,
        "computed_of": pl.Int32,
        "computed_median": pl.Float64,
        "computed_lower_quartile": pl.Float64,
        "computed_upper_quartile": pl.Float64,
    }
)
"""What ``with_peers`` adds to observations; quartiles interpolate between values (R's type 7)."""

WITH_PEERS = pl.Schema([*OBSERVATIONS.items(), *COMPUTED.items()])


def with_peers(observations: pl.LazyFrame, catalogue: pl.DataFrame) -> pl.LazyFrame:
    """Add each value's place among its peers.

    Args:
        observations: schema OBSERVATIONS; all trusts of the trust types that are asked about, as
            filters come after.
        catalogue: schema CATALOGUE of the same quarters, for the metrics' directions.

    Returns:
        Schema WITH_PEERS, as ``compare`` gives it.

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
    ).select(pl.col(c).cast(t) for c, t in WITH_PEERS.items())


def medians(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Give the median of each GROUP of values, ``computed_median``, as ``compare`` does."""
    return observations.group_by(GROUP).agg(computed_median=round_computed(_compared().median()))


def without_peers(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Give observations the columns of ``with_peers``, all of them null: nothing was compared."""
    return observations.with_columns(pl.lit(None, kind).alias(c) for c, kind in COMPUTED.items())


def _compared() -> pl.Expr:
    """Give what is compared: the value, or the score of a metric that is published as one alone."""
    value = pl.when(is_compared()).then("value")
    return pl.when(pl.col("unit").is_not_null()).then(value).otherwise("score")


def effective_rank() -> pl.Expr:
    """Give the rank to order by: the published one where each value of its group has one."""
    return pl.when(_all_ranked()).then("rank").otherwise("computed_rank")


def effective_count() -> pl.Expr:
    """Give the number of trusts that ``effective_rank()`` is of; null where it is not known."""
    return pl.when(_all_ranked()).then("of").otherwise("computed_of")


def _all_ranked() -> pl.Expr:
    has_no_figure = pl.col("value").is_null() & pl.col("unit").is_not_null()
    return (pl.col("rank").is_not_null() | has_no_figure).all().over(GROUP)


def peer_median() -> pl.Expr:
    """Give the median of the trust type: the published one, else the computed one.

    It is null beside a value that is not compared, where the published one is that of the rates.
    """
    return pl.when(is_compared()).then(pl.coalesce("median", "computed_median"))


def best_quarter() -> pl.Expr:
    """Give the value from which a trust is in its type's best quarter; published, else computed."""
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
