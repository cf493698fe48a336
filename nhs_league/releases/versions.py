"""Figures that were published more than once with different values: each of their versions."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core.frames import VERSIONS
from nhs_league.releases.order import Order

_ABOUT = ("quarter", "trust_code", "trust_type", "what", "name", "unit")
_KEY = (*_ABOUT, "figure")
_FIGURES = {
    "metric": ("value", "score", "rank"),
    "standing": ("average_score", "segment", "rank", "override", "in_deficit"),
    "domain": ("score", "segment", "rank"),
}


def figures(
    standings: pl.DataFrame, observations: pl.DataFrame, domains: pl.DataFrame
) -> pl.DataFrame:
    """List published figures one a row: schema VERSIONS without ``edition``.

    Args:
        standings: schema STANDINGS and ``kind``, as figures of the two kinds of file are apart.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.

    """
    no_unit = pl.lit(None, pl.String)
    named = {
        "metric": observations.with_columns(name="metric_id"),
        "standing": standings.with_columns(name="kind", unit=no_unit),
        "domain": domains.with_columns(name="domain", unit=no_unit),
    }
    return pl.concat(
        frame.with_columns(what=pl.lit(what))
        .select(*_ABOUT, "release_file", pl.col(_FIGURES[what]).cast(pl.Float64))
        .unpivot(
            _FIGURES[what],
            index=[*_ABOUT, "release_file"],
            variable_name="figure",
            value_name="published",
        )
        .drop_nulls("published")
        for what, frame in named.items()
    )


def versions(known: pl.DataFrame, published: Sequence[pl.DataFrame], order: Order) -> pl.DataFrame:
    """Keep the figures that have different values, one row a version, the oldest first.

    Args:
        known: schema VERSIONS, as it was.
        published: what is kept and what new files say, as ``figures`` gives it.
        order: the order of publication of all files of the store.

    Returns:
        Schema VERSIONS; of publications in a row with one value the last one stands for them.

    """
    every = (
        pl.concat([known.drop("edition", "order_known"), *published], how="diagonal")
        .with_columns(place=order.expr())
        .unique([*_KEY, "place"])
        .sort(*_KEY, "place")
    )
    is_last_of_run = pl.col("published").ne_missing(pl.col("published").shift(-1).over(_KEY))
    changed = (
        every.filter(is_last_of_run)
        .filter(pl.len().over(_KEY) > 1)
        .with_columns(edition=pl.int_range(1, pl.len() + 1).over(_KEY))
    )
    return _with_certainty(changed, order).select(
        pl.col(name).cast(kind) for name, kind in VERSIONS.items()
    )


def _with_certainty(changed: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Add ``order_known``: whether a version is known to be later than all before it."""
    unsure = pl.DataFrame(
        [pair for one, other in map(sorted, order.unsure) for pair in ((one, other), (other, one))],
        schema={"release_file": pl.String, "before": pl.String},
        orient="row",
    )
    doubtful = (
        changed.select(*_KEY, "edition", "release_file")
        .join(
            changed.select(*_KEY, former="edition", before="release_file"),
            on=_KEY,
            nulls_equal=True,
        )
        .filter(pl.col("former") < pl.col("edition"))
        .join(unsure, on=["release_file", "before"], how="semi")
        .select(*_KEY, "edition", order_known=False)
        .unique()
        if unsure.height
        else changed.clear().select(*_KEY, "edition", order_known=pl.lit(value=False))
    )
    return changed.join(
        doubtful, on=[*_KEY, "edition"], how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(
        order_known=pl.when(pl.col("edition") > 1).then(pl.col("order_known").fill_null(value=True))
    )
