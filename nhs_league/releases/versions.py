"""Figures that were published more than once with different values: each of their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from nhs_league.league.schema.frames import VERSIONS

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


def versions(
    known: pl.DataFrame, published: Sequence[pl.DataFrame], order: Mapping[str, int]
) -> pl.DataFrame:
    """Keep the figures that have different values, one row a version, the oldest first.

    Args:
        known: schema VERSIONS, as it was.
        published: what is kept and what new files say, as ``figures`` gives it.
        order: ``release_file`` -> its place among all files kept, later publications higher.

    Returns:
        Schema VERSIONS; of publications in a row with one value the last one stands for them.

    """
    place = pl.col("release_file").replace_strict(order, return_dtype=pl.Int64)
    every = (
        pl.concat([known.drop("edition"), *published], how="diagonal")
        .with_columns(place=place)
        .unique([*_KEY, "place"])
        .sort(*_KEY, "place")
    )
    is_last_of_run = pl.col("published").ne_missing(pl.col("published").shift(-1).over(_KEY))
    return (
        every.filter(is_last_of_run)
        .filter(pl.len().over(_KEY) > 1)
        .with_columns(edition=pl.int_range(1, pl.len() + 1).over(_KEY))
        .select(pl.col(name).cast(kind) for name, kind in VERSIONS.items())
    )
